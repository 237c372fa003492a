#include "surfaces/removal.hpp"

#include <utility>

#include <fmt/format.h>

#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces {

Awaitable<transport::Response> remove_conversation(transport::Request& request, const SurfaceContext& context,
                                                   std::string_view user, std::string_view surface,
                                                   std::string_view conversation) {
  Erasure erasure;
  erasure.what = Erasure::What::conversation;
  erasure.user = user;
  erasure.surface = surface;
  erasure.conversation = conversation;
  const auto report =
      co_await context.erasures.erase(*request.loop, deadline_of(request), std::move(erasure));
  if (!report) co_return error_response(report.error(), request);
  co_return no_content();
}

std::string render_report(const ErasureReport& report) {
  return fmt::format(
      R"({{"chats":{},"messages":{},"answers":{},"sessions":{},"cachedAnswers":{},"ledgerRows":{}}})",
      report.conversations, report.messages, report.runs, report.sessions, report.cached_answers,
      report.ledger_rows);
}

}  // namespace belay::surfaces
