// The ledger summed up for operators: what was used, by user, model, day or surface. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "core/types/conversation.hpp"

namespace belay {

enum class UsageBy : std::uint8_t { user, model, day, surface };
std::string_view to_string(UsageBy by);
std::optional<UsageBy> usage_by_from(std::string_view name);

struct UsageQuery {
  WallTime from;  // of answers that were requested from here on
  WallTime to;    // and before this
  UsageBy by = UsageBy::user;
  std::string user;   // only of this one; empty: of all
  std::string after;  // a key; empty: from the first
  std::size_t max = 100;
};

struct UsageSum {
  std::string key;  // of UsageBy: a name, or "2026-11-30" (UTC)
  UsageTotals totals;
};

// In the order of their keys.
struct UsagePage {
  std::vector<UsageSum> sums;
  std::optional<std::string> next;  // UsageQuery::after of the next page
};

}  // namespace belay
