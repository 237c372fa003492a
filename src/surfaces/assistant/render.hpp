// The assistant's events (requirement A3): the log's words in the document's.
//
//   started     status {"status":"queued"}
//   stage       status {"status":"running"} with the first; stage {"stage": "provider" | "answer" |
//   "recovered"} delta       response_chunk {"content"} tool_call   action {"id","name","arguments"}; one
//   that does not fit its declaration: stage {"stage":"action_refused","action","reason"} restarted   status
//   {"status":"restarted"}: drop the text so far completed   status, then complete
//   {"request_id","content","usage","actions","appendix"} the others  status, then error
//   {"code","message","retryable"}
//
// Where one event becomes two frames, only the last carries the id. `usage` stands in complete alone.
#pragma once

#include "core/dialect.hpp"

namespace belay::surfaces::assistant {

class AssistantDialect final : public Dialect {
 public:
  void render(const RunHead& run, const Event& event, const Position& position, Frame& out) const override;
};

}  // namespace belay::surfaces::assistant
