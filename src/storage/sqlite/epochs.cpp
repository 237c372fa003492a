#include "storage/sqlite/epochs.hpp"

#include <charconv>

#include <fmt/format.h>

namespace belay::storage {

std::string epochs_text(const std::vector<EpochStart>& epochs) {
  std::string out;
  for (const EpochStart& start : epochs)
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", start.epoch, start.first);
  return out;
}

bool parse_epochs(std::string_view text, std::vector<EpochStart>& out) {
  out.clear();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    EpochStart start;
    const auto epoch = std::from_chars(at, end, start.epoch);
    if (epoch.ec != std::errc{} || epoch.ptr == end || *epoch.ptr != ':') return false;
    const auto first = std::from_chars(epoch.ptr + 1, end, start.first);
    if (first.ec != std::errc{}) return false;
    out.push_back(start);
    at = first.ptr;
    if (at != end && *at++ != ' ') return false;
  }
  return true;
}

}  // namespace belay::storage
