#include "prompts/climbing_context.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "base/json_text.hpp"
#include "base/strict_json.hpp"
#include "prompts/token_estimate.hpp"

namespace belay::prompts {
namespace {

constexpr std::size_t kMaxDepth = 64;
// The names of what was left out, and the brackets.
constexpr std::uint64_t kFrameTokens = 24;

// The higher, the later it is left out.
int importance_of(std::string_view section) {
  constexpr std::array<std::string_view, 6> kRising = {"uploads", "performance", "training",
                                                       "health",  "goals",       "summary"};
  const auto found = std::find(kRising.begin(), kRising.end(), section);
  return found == kRising.end() ? -1 : static_cast<int>(found - kRising.begin());
}

}  // namespace

std::optional<ClimbingContext> ClimbingContext::read(std::string_view document) {
  if (document.empty()) return std::nullopt;
  const auto object = JsonObject::read(document, kMaxDepth, "The context");
  if (!object || object->members().empty()) return std::nullopt;
  ClimbingContext context;
  for (const JsonObject::Member& member : object->members()) {
    Section section;
    section.name = member.name;
    section.is_climbs = member.name == "climbs" && member.kind == JsonKind::array;
    if (section.is_climbs)
      for (const std::string_view climb : json_elements(member.raw))
        section.climbs.push_back(compact_json(climb));
    else
      section.text = compact_json(member.raw);
    section.tokens = estimate_tokens(section.name).value + estimate_tokens(section.text).value + 4;
    context.sections_.push_back(std::move(section));
  }
  return context;
}

// Indexes of the sections, the most important first.
std::vector<std::size_t> ClimbingContext::by_importance() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sections_.size(); ++i)
    if (!sections_[i].is_climbs) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return importance_of(sections_[a].name) > importance_of(sections_[b].name);
  });
  return order;
}

std::string ClimbingContext::fitted(TokenCount space) const {
  Cut cut;
  cut.has_section.resize(sections_.size());
  std::uint64_t left = space.value - std::min(space.value, kFrameTokens);
  bool fits = true, has_any = false;
  for (const std::size_t i : by_importance()) {
    fits = fits && sections_[i].tokens <= left;
    cut.has_section[i] = fits;
    if (!fits) continue;
    left -= sections_[i].tokens;
    has_any = true;
  }
  for (std::size_t i = 0; i < sections_.size() && fits; ++i) {
    if (!sections_[i].is_climbs) continue;
    cut.has_section[i] = true;
    for (const std::string& climb : sections_[i].climbs) {
      const std::uint64_t tokens = estimate_tokens(climb).value + 1;
      if (tokens > left) break;
      left -= tokens;
      ++cut.climbs;
    }
    has_any = has_any || cut.climbs != 0;
  }
  return has_any ? text_of(cut) : std::string();
}

std::string ClimbingContext::whole() const {
  Cut cut;
  cut.has_section.assign(sections_.size(), true);
  for (const Section& section : sections_) cut.climbs = std::max(cut.climbs, section.climbs.size());
  return text_of(cut);
}

std::string ClimbingContext::text_of(const Cut& cut) const {
  std::string out, left_out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(out.empty() ? "{" : ",").append(json_string(name)).append(":").append(value);
  };
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    const Section& section = sections_[i];
    if (!cut.has_section[i]) {
      left_out.append(left_out.empty() ? "" : ",").append(json_string(section.name));
    } else if (!section.is_climbs) {
      add(section.name, section.text);
    } else {
      const std::size_t shown = std::min(cut.climbs, section.climbs.size());
      std::string list = "[";
      for (std::size_t k = 0; k < shown; ++k) list.append(k == 0 ? "" : ",").append(section.climbs[k]);
      add(section.name, list.append("]"));
      if (shown < section.climbs.size())
        add("climbs_left_out", fmt::format("{}", section.climbs.size() - shown));
    }
  }
  if (!left_out.empty()) add("left_out", "[" + left_out + "]");
  return out.append("}");
}

}  // namespace belay::prompts
