// Reads an answer of the Responses dialect. It is whole with response.completed or response.incomplete; there
// is no `[DONE]`.
//
// Where the provider keeps the response (background), the reader knows its id and how far its events have
// come, so that the rest can be fetched over another connection, and so that it can be told to stop.
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
  void take_event(const SseEvent& event) override;
  void take_whole(std::string_view text) override;
  void take_created();
  void take_end(const ResponseObject& response);
  bool follows();

  ResponseEvent event_;
  std::string id_;  // of a response that is kept; empty: it is not
  std::optional<std::uint64_t> last_number_;
};

// Whether it may stand in an address.
bool is_response_id(std::string_view id);
// "/responses/ID?stream=true"
std::string response_path(std::string_view id);

}  // namespace belay::providers
