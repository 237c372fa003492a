// Reads a journal aloud, for a person who wants to know what stands in it: `belay journal show`.
//
// One line a segment, a batch, an event and a mark; what cannot be read is named. Prompts and answers are
// private: payloads are shown only when asked for. Works beside a live server, without its lock.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "base/result.hpp"
#include "base/run_id.hpp"

namespace belay::storage {

enum class ShowPayload { size_only, text };

struct ShowOptions {
  std::optional<RunId> run;  // only this one's events and marks
  ShowPayload payload = ShowPayload::size_only;
};

// `path`: a data directory, a journal's directory, or one segment file.
Result<> show_journal(const std::filesystem::path& path, const ShowOptions& options, std::ostream& out);

}  // namespace belay::storage
