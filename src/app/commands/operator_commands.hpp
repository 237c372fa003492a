// The commands for operators: `belay user`, `belay runs`, `belay notice`, `belay usage`, `belay audit`. Each returns the exit code
// (app/exit_code.hpp).
#pragma once

#include <string>
#include <vector>

#include "app/commands/operator_client.hpp"

namespace belay::app {

struct ListOptions : OperatorOptions {
  std::size_t limit = 100;
};

struct UserListOptions : ListOptions {
  std::string prefix;
};
int list_users(const UserListOptions& options);

struct UserOptions : OperatorOptions {
  std::string user;
};
int show_user(const UserOptions& options);
// Removes everything that is kept of the user.
int erase_user(const UserOptions& options);

// `what` is tier or phase.
struct UserChangeOptions : UserOptions {
  std::string what;
  std::string value;  // empty: removed
};
int change_user(const UserChangeOptions& options);

// One of both is set.
struct RevokeOptions : UserOptions {
  std::string token_id;
  std::string reason;
  std::string lasts;  // "30d"; empty: as the server is configured
};
int revoke(const RevokeOptions& options);
int unrevoke(const RevokeOptions& options);
int list_revocations(const ListOptions& options);

struct RunListOptions : ListOptions {
  std::string user;
};
int list_runs(const RunListOptions& options);
struct RunCancelOptions : OperatorOptions {
  std::vector<std::string> runs;
};
int cancel_runs(const RunCancelOptions& options);

struct RotateOptions : OperatorOptions {
  bool no_wait = false;
};
// Has all uploads encrypted with the current key, and waits for the end.
int rotate_uploads(const RotateOptions& options);

struct NoticeOptions : OperatorOptions {
  std::string message;
};
// To all open connections of the goal coach.
int send_notice(const NoticeOptions& options);

struct UsageOptions : ListOptions {
  std::string by = "user";
  std::string from;
  std::string to;
  std::string user;
};
int show_usage(const UsageOptions& options);

struct AuditOptions : ListOptions {
  std::string target;
  std::string action;
};
int show_audit(const AuditOptions& options);

}  // namespace belay::app
