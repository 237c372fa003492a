#include "surfaces/erasure_report.hpp"

#include <fmt/format.h>

namespace belay::surfaces {

std::string render_report(const ErasureReport& report) {
  return fmt::format(
      R"({{"chats":{},"messages":{},"answers":{},"sessions":{},"cachedAnswers":{},"ledgerRows":{}}})",
      report.conversations, report.messages, report.runs, report.sessions, report.cached_answers,
      report.ledger_rows);
}

}  // namespace belay::surfaces
