// What the store knows of users in addition to their tokens, as plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace belay {

struct UserRecord {
  std::string name;
  std::string tier;     // set by an operator; empty: none
  std::string phase;    // is_valid_phase(); empty: none
  WallTime first_seen;  // the user's first and last answer; 0: none yet
  WallTime last_seen;

  friend bool operator==(const UserRecord&, const UserRecord&) = default;
};

// Nothing: it stays as it is.
struct UserChange {
  std::string name;
  std::optional<std::string> tier;
  std::optional<std::string> phase;
};

struct UserQuery {
  std::string prefix;  // of their names; empty: all
  std::string after;   // a name; empty: from the first
  std::size_t max = 100;
};

// In the order of their names.
struct UserPage {
  std::vector<UserRecord> users;
  std::optional<std::string> next;  // UserQuery::after of the next page
};

}  // namespace belay
