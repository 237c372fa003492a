// Prints a journal as text, for a person who wants to know what it contains: `belay journal show`.
//
// Prints one line for each segment, batch, event and mark. Also names what cannot be read. Prompts and
// answers are private: payloads are printed only on request. Works on the data of a live server, without its
// lock.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "base/result.hpp"
#include "base/run_id.hpp"

namespace belay::storage {

enum class ShowPayload { size_only, text };

struct ShowOptions {
  std::optional<RunId> run;  // print only this run's events and marks
  ShowPayload payload = ShowPayload::size_only;
};

// `path`: a data directory, a journal's directory, or one segment file.
Result<> show_journal(const std::filesystem::path& path, const ShowOptions& options, std::ostream& out);

}  // namespace belay::storage
