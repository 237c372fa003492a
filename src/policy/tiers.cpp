#include "policy/tiers.hpp"

#include <fmt/format.h>

namespace belay::policy {
namespace {

constexpr std::size_t kMaxTiers = 16;
constexpr std::size_t kMaxNameBytes = 64;

std::string lower(std::string_view name) {
  std::string result(name);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

Error invalid(const char* field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), field);
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameBytes;
}

}  // namespace

Result<Tiers> Tiers::make(const TiersConfig& config) {
  if (config.order.empty() || config.order.size() > kMaxTiers)
    return invalid("tiers.order", fmt::format("List 1 to {} tiers, the lowest first.", kMaxTiers));
  Tiers tiers;
  for (const std::string& name : config.order) {
    if (!is_name(name))
      return invalid("tiers.order", fmt::format("A tier's name has 1 to {} bytes.", kMaxNameBytes));
    if (tiers.find(name))
      return invalid("tiers.order", fmt::format("The tier \"{}\" stands twice in the list.", name));
    tiers.names_.push_back(lower(name));
  }
  for (const auto& [alias, name] : config.aliases) {
    if (!is_name(alias))
      return invalid("tiers.aliases", fmt::format("An alias has 1 to {} bytes.", kMaxNameBytes));
    if (tiers.find(alias))
      return invalid("tiers.aliases", fmt::format("The alias \"{}\" is the name of a tier.", alias));
    const auto tier = tiers.find(name);
    if (!tier)
      return invalid("tiers.aliases",
                     fmt::format("The alias \"{}\" stands for \"{}\", which is no tier.", alias, name));
    tiers.aliases_.emplace_back(lower(alias), *tier);
  }
  return tiers;
}

std::optional<Tier> Tiers::find(std::string_view name) const {
  const std::string wanted = lower(name);
  for (std::size_t rank = 0; rank < names_.size(); ++rank)
    if (names_[rank] == wanted) return Tier{rank};
  for (const auto& [alias, tier] : aliases_)
    if (alias == wanted) return tier;
  return std::nullopt;
}

Tiers::Resolved Tiers::resolve(std::string_view claimed, std::string_view stored) const {
  const std::string_view decisive = claimed.empty() ? stored : claimed;
  if (decisive.empty()) return {lowest(), false};
  const auto tier = find(decisive);
  return tier ? Resolved{*tier, false} : Resolved{lowest(), true};
}

Error Tiers::needs(Tier wanted, Tier has) const {
  const char* or_higher = wanted == highest() ? "" : " or a higher one";
  return make_error(ErrorCode::forbidden, fmt::format("This needs the {} tier{}; yours is {}.", name(wanted),
                                                      or_higher, name(has)));
}

Result<> may_use_model(const Tiers& tiers, Tier tier, std::string_view model_tier) {
  const auto needed = tiers.find(model_tier);
  if (!needed || tier >= *needed) return {};
  return tiers.needs(*needed, tier);
}

}  // namespace belay::policy
