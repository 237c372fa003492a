#include "app/commands/journal_command.hpp"

#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "app/exit_code.hpp"
#include "storage/journal/journal_show.hpp"

namespace belay::app {

int show_journal(const JournalShowOptions& options) {
  storage::ShowOptions show;
  if (!options.run.empty()) {
    show.run = RunId::parse(options.run);
    if (!show.run) {
      fmt::print(stderr,
                 "belay journal show: --run takes a whole request id, as 20261121T131805123Z-1b4e28ba-…\n");
      return kExitUsage;
    }
  }
  if (options.show_text) show.payload = storage::ShowPayload::text;
  const Result<> shown = storage::show_journal(options.path, show, std::cout);
  std::cout.flush();
  if (shown) return kExitDone;
  fmt::print(stderr, "belay journal show: {}\n", shown.error().detail);
  return kExitFailed;
}

}  // namespace belay::app
