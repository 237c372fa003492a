#include "app/commands/operator_commands.hpp"

#include <cstdio>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/commands/curl_exchange.hpp"
#include "app/commands/interrupts.hpp"
#include "app/exit_code.hpp"
#include "base/settings/quantities.hpp"

namespace belay::app {
namespace {

namespace json = boost::json;
using Row = std::vector<std::string>;

int complain(std::string_view text) {
  fmt::print(stderr, "belay: {}\n", text);
  return kExitUsage;
}

// Makes the client, and has the work done with it.
template <class Work>
int with_client(const OperatorOptions& options, Work work) {
  Interrupts interrupts;
  CurlExchange http(interrupts);
  Result<OperatorClient> client = OperatorClient::make(options, http);
  if (!client) return complain(client.error().detail);
  return work(*client);
}

void print_json(const json::value& document) {
  fmt::print("{}\n", json::serialize(document));
}

// Prints a list: the document, or the members of its entries in columns.
int print_list(const OperatorOptions& options, const OperatorClient::Answer& answer, std::string_view name,
               const Row& members, const Row& heads) {
  if (!answer.ok()) return answer.exit_code;
  if (options.json) {
    print_json(answer.document);
    return kExitDone;
  }
  std::vector<Row> rows{heads};
  for (const json::value& entry : answer.document.at(name).as_array()) {
    Row& row = rows.emplace_back();
    for (const std::string& member : members) row.push_back(text_of(entry, member));
  }
  print_table(rows);
  return kExitDone;
}

// Prints one document, a member a line.
int print_document(const OperatorOptions& options, const OperatorClient::Answer& answer, const Row& members) {
  if (!answer.ok()) return answer.exit_code;
  if (options.json) {
    print_json(answer.document);
    return kExitDone;
  }
  std::vector<Row> rows;
  for (const std::string& member : members) rows.push_back({member, text_of(answer.document, member)});
  print_table(rows);
  return kExitDone;
}

const Row kUserMembers{"name", "tier", "phase", "first_seen", "last_seen"};

}  // namespace

// ---- Users

int list_users(const UserListOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    std::string query;
    add_to_query("q", options.prefix, query);
    return print_list(options, client.list("/users", query, "users", options.limit), "users", kUserMembers,
                      {"USER", "TIER", "PHASE", "FIRST SEEN", "LAST SEEN"});
  });
}

int show_user(const UserOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    return print_document(options, client.call("GET", "/users/" + percent_encoded(options.user)),
                          kUserMembers);
  });
}

int erase_user(const UserOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    return print_document(options, client.call("POST", "/users/" + percent_encoded(options.user) + "/erase"),
                          {"chats", "messages", "answers", "sessions", "cachedAnswers", "ledgerRows"});
  });
}

int change_user(const UserChangeOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    json::object body;
    body[options.what] = options.value.empty() ? json::value() : json::value(options.value);
    return print_document(
        options, client.call("PATCH", "/users/" + percent_encoded(options.user), json::serialize(body)),
        kUserMembers);
  });
}

// ---- Revocations

int revoke(const RevokeOptions& options) {
  json::object body;
  if (!options.user.empty()) body["user"] = options.user;
  if (!options.token_id.empty()) body["token_id"] = options.token_id;
  if (!options.reason.empty()) body["reason"] = options.reason;
  if (!options.lasts.empty()) {
    const Result<Milliseconds> lasts = parse_duration(options.lasts);
    if (!lasts) return complain("--for: " + lasts.error().detail);
    body["expires_in"] = lasts->count() / 1000;
  }
  return with_client(options, [&](OperatorClient& client) {
    return print_document(options, client.call("POST", "/revocations", json::serialize(body)),
                          {options.user.empty() ? "token_id" : "user", "since", "expires", "ended_streams"});
  });
}

int unrevoke(const RevokeOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    std::string query;
    add_to_query("user", options.user, query);
    add_to_query("token_id", options.token_id, query);
    return client.call("DELETE", "/revocations" + query).exit_code;
  });
}

int list_revocations(const ListOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    return print_list(options, client.list("/revocations", {}, "revocations", options.limit), "revocations",
                      {"user", "token_id", "since", "expires", "revoked_by", "reason"},
                      {"USER", "TOKEN ID", "SINCE", "EXPIRES", "BY", "REASON"});
  });
}

// ---- Running answers

int list_runs(const RunListOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    std::string query;
    add_to_query("user", options.user, query);
    return print_list(options, client.list("/runs", query, "runs", options.limit), "runs",
                      {"run_id", "user", "surface", "mode", "model", "state", "bytes", "readers"},
                      {"ID", "USER", "SURFACE", "MODE", "MODEL", "STATE", "BYTES", "READERS"});
  });
}

int cancel_runs(const RunCancelOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    int code = kExitDone;
    for (const std::string& run : options.runs)
      code = std::max(code, client.call("DELETE", "/runs/" + percent_encoded(run)).exit_code);
    return code;
  });
}

// ---- Uploads

int rotate_uploads(const RotateOptions& options) {
  constexpr Milliseconds kInterval{1'000};
  Interrupts interrupts;
  CurlExchange http(interrupts);
  Result<OperatorClient> client = OperatorClient::make(options, http);
  if (!client) return complain(client.error().detail);
  const std::string path = "/uploads/rotation";
  auto answer = client->call("POST", path);
  while (answer.ok() && !options.no_wait && answer.document.at("running").as_bool()) {
    if (!options.json) fmt::print(stderr, "{} uploads are left\n", text_of(answer.document, "left"));
    if (!interrupts.wait(kInterval))
      return complain("The server goes on. Run the command again to see how far it is.");
    answer = client->call("GET", path);
  }
  const int printed = print_document(options, answer, {"key", "left", "unreadable", "running"});
  if (printed != kExitDone || options.no_wait) return printed;
  return text_of(answer.document, "left") == "0" ? kExitDone : kExitFailed;
}

// ---- Notices

int send_notice(const NoticeOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    const json::object body{{"message", options.message}};
    return print_document(options, client.call("POST", "/notices", json::serialize(body)), {"connections"});
  });
}

// ---- Usage and the audit log

int show_usage(const UsageOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    std::string query;
    add_to_query("by", options.by, query);
    add_to_query("from", options.from, query);
    add_to_query("to", options.to, query);
    add_to_query("user", options.user, query);
    return print_list(options, client.list("/usage", query, "usage", options.limit), "usage",
                      {options.by, "answers", "cached", "input_tokens", "output_tokens", "cost_usd"},
                      {options.by, "ANSWERS", "CACHED", "TOKENS IN", "TOKENS OUT", "COST USD"});
  });
}

int show_audit(const AuditOptions& options) {
  return with_client(options, [&](OperatorClient& client) {
    std::string query;
    add_to_query("target", options.target, query);
    add_to_query("action", options.action, query);
    return print_list(options, client.list("/audit", query, "entries", options.limit), "entries",
                      {"when", "who", "action", "target", "details"},
                      {"WHEN", "WHO", "ACTION", "TARGET", "DETAILS"});
  });
}

}  // namespace belay::app
