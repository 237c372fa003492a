// Where a request of `useChat` stands in its chat (requirement K50).
//
// What the client sends is the truth: after an edit, after regenerate(), or in a tab that does not know the newest turns,
// its list is shorter than the chosen branch of the chat. The new turn then stands beside the first one that the list does
// not have, so the history shows branches and nothing is overwritten. The ids of answers (and of questions, in a page that
// was filled by GET …/messages) say where the list ends. A list without any known id begins the chat again.
#pragma once

#include <optional>
#include <string>

#include "base/deadline.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/chat/ui/body.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces::chat::ui {

struct ChatPlace {
  std::string chat;  // the request's, the one of its messages, or a new one
  std::optional<services::StartRun::Replaces> replaces;
};

// May choose another branch of the chat: the one that the client shows. Fails as the stores do, and with `not_found` for a
// regeneration that names nothing.
Awaitable<Result<ChatPlace>> find_place(const SurfaceContext& context, Loop& loop, Deadline deadline,
                                        const Caller& caller, const ChatRequest& request);

}  // namespace belay::surfaces::chat::ui
