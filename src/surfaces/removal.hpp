// Removals: of a conversation, and what a removal says that it removed (requirements C11, X18).
#pragma once

#include <string>
#include <string_view>

#include "core/types/erasure.hpp"
#include "surfaces/surface.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// 204 when nothing of the conversation is left, also if there was none. The views outlive the call.
Awaitable<transport::Response> remove_conversation(transport::Request& request, const SurfaceContext& context,
                                                   std::string_view user, std::string_view surface,
                                                   std::string_view conversation);

// {"chats":3,"messages":42,…}
std::string render_report(const ErasureReport& report);

}  // namespace belay::surfaces
