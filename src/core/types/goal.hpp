// The goals of a user, as the goal coach knows them (requirement G4). Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "core/types/list_place.hpp"

namespace belay {

enum class GoalStatus : std::uint8_t { active = 1, completed = 2, abandoned = 3 };
// "active"
std::string_view to_string(GoalStatus status);
std::optional<GoalStatus> goal_status_from(std::string_view name);

struct Goal {
  std::string id;  // that clients see
  std::string title;
  std::string description;  // may be empty
  GoalStatus status = GoalStatus::active;
  std::string target_date;  // "2026-12-31"; empty: none
  WallTime created;
  WallTime changed;

  ListPlace place() const { return {created, id}; }
  friend bool operator==(const Goal&, const Goal&) = default;
};

// Nothing: it stays as it is.
struct GoalChange {
  std::optional<std::string> title{};
  std::optional<std::string> description{};
  std::optional<GoalStatus> status{};
  std::optional<std::string> target_date{};
};

struct GoalQuery {
  std::optional<GoalStatus> status{};  // nothing: all
  std::optional<ListPlace> before{};   // nothing: from the newest
  std::size_t max = 50;
};

// Newest first.
struct GoalPage {
  std::vector<Goal> goals;
  std::optional<ListPlace> next;  // GoalQuery::before of the next page
};

}  // namespace belay
