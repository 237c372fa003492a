#include "surfaces/limits.hpp"

namespace belay::surfaces {

LimitCheck check_of(const policy::LimitRule& rule) {
  const auto kind = rule.kind == policy::LimitRule::Kind::concurrent ? LimitCheck::Kind::concurrent
                                                                     : LimitCheck::Kind::window;
  return {rule.name, rule.key, kind, rule.limit, rule.window};
}

std::vector<LimitCheck> checks_of(const std::vector<policy::LimitRule>& rules) {
  std::vector<LimitCheck> checks;
  checks.reserve(rules.size());
  for (const policy::LimitRule& rule : rules) checks.push_back(check_of(rule));
  return checks;
}

std::vector<std::string> concurrent_keys(const std::vector<LimitCheck>& checks) {
  std::vector<std::string> keys;
  for (const LimitCheck& check : checks)
    if (check.kind == LimitCheck::Kind::concurrent) keys.push_back(check.key);
  return keys;
}

}  // namespace belay::surfaces
