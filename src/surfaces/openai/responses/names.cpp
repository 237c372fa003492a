#include "surfaces/openai/responses/names.hpp"

#include <charconv>

#include <fmt/format.h>

namespace belay::surfaces::openai::responses {
namespace {

constexpr std::string_view prefix_of(PartKind kind) {
  return kind == PartKind::text ? "msg_" : kind == PartKind::reasoning ? "rs_" : "fc_";
}

}  // namespace

std::string response_id(const RunId& run) {
  return std::string(kIdPrefix) + run.text();
}

std::optional<RunId> run_of_response(std::string_view id) {
  if (!id.starts_with(kIdPrefix)) return std::nullopt;
  const auto run = RunId::parse(id.substr(kIdPrefix.size()));
  return run ? std::optional(*run) : std::nullopt;
}

std::string item_id(PartKind kind, const RunId& run, std::uint64_t place) {
  std::string id(prefix_of(kind));
  const fmt::format_int number(place);
  return id.append(run.text()).append("_").append(number.data(), number.size());
}

std::optional<ItemName> item_of(std::string_view id) {
  for (const PartKind kind : {PartKind::text, PartKind::reasoning, PartKind::tool_call}) {
    if (!id.starts_with(prefix_of(kind))) continue;
    id.remove_prefix(prefix_of(kind).size());
    const std::size_t place = id.rfind('_');
    if (place == id.npos) return std::nullopt;
    const auto run = RunId::parse(id.substr(0, place));
    if (!run) return std::nullopt;
    ItemName name{*run};
    const char* end = id.data() + id.size();
    const auto parsed = std::from_chars(id.data() + place + 1, end, name.place);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return name;
  }
  return std::nullopt;
}

}  // namespace belay::surfaces::openai::responses
