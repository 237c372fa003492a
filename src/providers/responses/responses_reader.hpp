// Reads an answer of the Responses dialect. It is whole with response.completed or response.incomplete; there
// is no `[DONE]`.
//
// Where the provider keeps the response (background), the reader knows its id and how far its events have
// come, so that the rest can be fetched over another connection, and so that it can be told to stop. Only
// there do the events' numbers count: what is missing can be had.
//
// Text is told as it comes in deltas. Each part of it comes again when it is done, again with its item, and
// again in the end; that is told only where no delta told it.
#pragma once

#include "providers/calls/answer_reader.hpp"
#include "providers/responses/response_event.hpp"

namespace belay::providers {

class ResponsesReader final : public AnswerReader {
 public:
  using AnswerReader::AnswerReader;

  std::string resume_path() const override;
  std::string cancel_path() const override;

 private:
  // A part of the text, as the events name it.
  struct Place {
    std::uint64_t item = 0;
    std::uint64_t part = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  // What came as deltas, to know it again.
  struct Sum {
    std::uint64_t bytes = 0;
    std::uint64_t hash = 0;
    void take(std::string_view text);
    friend bool operator==(const Sum&, const Sum&) = default;
  };

  void take_event(const SseEvent& event) override;
  void take_whole(std::string_view text) override;
  void take_created();
  void take_delta();
  void take_part();
  void take_item(bool is_done);
  void take_arguments(bool is_done);
  void take_output(const ResponseObject& response, bool is_told);
  void take_end(std::string_view type, const ResponseObject& response);
  void tell_again(const json::TextParts& text, bool is_known);
  ToolCallGatherer::Piece piece_of(const ResponseItem& item);
  bool follows();

  ResponseEvent event_;
  std::string id_;  // of a response that is kept; empty: it is not
  std::optional<std::uint64_t> last_number_;
  std::vector<Place> told_;
  bool told_somewhere_ = false;  // deltas did not say of what part they are
  Sum all_;
  Sum item_;  // since the last item began or ended
};

// Whether it may stand in an address.
bool is_response_id(std::string_view id);
// "/responses/ID?stream=true"
std::string response_path(std::string_view id);

}  // namespace belay::providers
