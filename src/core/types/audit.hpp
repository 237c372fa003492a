// The audit log: who changed what, and when (requirement X19). Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace belay {

struct AuditEntry {
  WallTime when;
  std::string who;      // the operator
  std::string action;   // "user.tier"
  std::string target;   // a user, a run, or a token's id
  std::string details;  // a JSON object; no secret and no text of a prompt

  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

struct AuditQuery {
  std::string target;  // empty: all
  std::string action;
  std::optional<std::uint64_t> before;  // nothing: from the newest
  std::size_t max = 100;
};

// Newest first.
struct AuditPage {
  std::vector<AuditEntry> entries;
  std::optional<std::uint64_t> older;  // AuditQuery::before of the next page
};

}  // namespace belay
