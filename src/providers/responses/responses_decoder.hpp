// Decodes an answer of the Responses protocol. The answer is complete with response.completed or
// response.incomplete. There is no `[DONE]`.
//
// If the provider keeps the response (background), the decoder knows its id and the number of the last event.
// The rest can then be fetched over another connection, and the provider can be asked to stop. Only in this
// case are the events' sequence numbers checked, because missing events can be fetched.
//
// Text is delivered from the deltas as it arrives. The protocol repeats it three times: when the part is
// done, with the done item, and at the end. A repeated text is delivered only if no delta contained it.
#pragma once

#include "providers/calls/answer_decoder.hpp"
#include "providers/responses/response_event.hpp"

namespace belay::providers {

class ResponsesDecoder final : public AnswerDecoder {
 public:
  using AnswerDecoder::AnswerDecoder;

  std::string resume_path() const override;
  std::string cancel_path() const override;

 private:
  // A part of the text, as the events identify it.
  struct Place {
    std::uint64_t item = 0;
    std::uint64_t part = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  // Length and hash of the deltas, to recognize a repeated text.
  struct Sum {
    std::uint64_t bytes = 0;
    std::uint64_t hash = 0;
    void take(std::string_view text);
    friend bool operator==(const Sum&, const Sum&) = default;
  };

  void take_event(const SseEvent& event) override;
  void take_whole(std::string_view text) override;
  void take_created();
  void take_reasoning();
  void begin_reasoning_part();
  void take_delta();
  void take_part();
  void take_item(bool is_done);
  void take_arguments(bool is_done);
  void take_output(const ResponseObject& response, bool is_delivered);
  void take_end(std::string_view type, const ResponseObject& response);
  void deliver_if_new(const json::TextParts& text, bool is_known);
  ToolCallGatherer::Piece piece_of(const ResponseItem& item);
  bool follows();

  ResponseEvent event_;
  std::string id_;  // of a response that the provider keeps; empty: not kept
  std::optional<std::uint64_t> last_number_;
  std::vector<Place> delivered_;
  bool delivered_somewhere_ = false;  // deltas did not say to which part they belong
  Sum all_;
  Sum item_;  // since the last item began or ended
};

// Whether the id may be used in a URL.
bool is_response_id(std::string_view id);
// Example: "/responses/ID?stream=true"
std::string response_path(std::string_view id);

}  // namespace belay::providers
