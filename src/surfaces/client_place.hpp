// Where a request stands in its conversation, if its client sends all messages that it shows (requirements K50, K71).
//
// What the client sends is the truth: after an edit, after an answer was asked for again, or in a tab that does not know
// the newest turns, its list is shorter than the chosen branch of the conversation. The new turn then stands beside the
// first one that the list does not have, so the history shows branches and nothing is overwritten. The ids of answers (and
// of questions, in a page that was filled from the store) say where the list ends. A list without any known id begins the
// conversation again.
#pragma once

#include <optional>
#include <string>

#include "base/deadline.hpp"
#include "core/types/records.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces {

// What the client shows.
struct ShownMessages {
  std::string surface;
  std::string conversation;  // empty: the client names none
  bool is_whole = true;      // false: the question alone
  bool regenerates = false;  // it may be the stored question, which is then asked again
  std::string question;      // its text; empty: none was sent
  // The messages that the store may know: the answer before the question, the question itself, and the one that the
  // client named.
  std::optional<MessageId> answer_before{};
  std::optional<MessageId> question_id{};
  std::optional<MessageId> named{};
};

struct ClientPlace {
  std::string conversation;  // the request's, the one of its messages, or a new one
  std::optional<services::StartRun::Replaces> replaces;
};

// May choose another branch of the conversation: the one that the client shows. Fails as the stores do, and with
// `not_found` for a regeneration that names nothing. A surface whose clients may leave the conversation out has sessions.
// `shown` must live until the result is there.
Awaitable<Result<ClientPlace>> find_place(const SurfaceContext& context, Loop& loop, Deadline deadline,
                                          const std::string& user, const ShownMessages& shown);

}  // namespace belay::surfaces
