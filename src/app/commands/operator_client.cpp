#include "app/commands/operator_client.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/commands/signing_key.hpp"
#include "app/commands/terminal_text.hpp"
#include "app/configuration.hpp"
#include "app/exit_code.hpp"
#include "auth/token_maker.hpp"
#include "base/clock.hpp"
#include "base/utf8.hpp"
#include "services/operators/operators.hpp"

namespace belay::app {
namespace {

namespace json = boost::json;

constexpr Milliseconds kMaxExchange{30'000};
constexpr Milliseconds kTokenLifetime{5 * 60'000};
// Of a page; one fits into HttpClient::kMaxBody.
constexpr std::size_t kPage = 40;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string url_of(const Configuration& configuration) {
  const OperationsConfig& operations = configuration.operations;
  std::string address = operations.enabled ? operations.address : configuration.server.address;
  const std::uint16_t port = operations.enabled ? operations.port : configuration.server.port;
  if (address == "0.0.0.0") address = "127.0.0.1";
  if (address == "::") address = "::1";
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}:{}", is_v6 ? "[" + address + "]" : address, port);
}

// The person who runs the command: the audit log names them.
std::string login_name() {
  if (std::string name = environment("SUDO_USER"); !name.empty()) return name;
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr && entry->pw_name != nullptr ? entry->pw_name : "operator";
}

Result<std::string> make_operator_token(const auth::Config& config) {
  const Result<auth::Key> key = find_signing_key(config.keys);
  if (!key)
    return make_error(ErrorCode::invalid_request,
                      key.error().detail + " Or set BELAY_TOKEN to a token with the role `operator`.");
  const auth::TokenRequest request{login_name(), {}, {std::string(services::kOperatorRole)}, kTokenLifetime};
  return auth::make_token(request, config, *key, SystemClock().wall());
}

int complain(int code, std::string_view text) {
  fmt::print(stderr, "belay: {}\n", terminal_text(text));
  return code;
}

std::string detail_of(const HttpReply& reply, const json::value& document) {
  const json::value* detail = document.is_object() ? document.get_object().if_contains("detail") : nullptr;
  if (detail != nullptr && detail->is_string()) return std::string(detail->get_string());
  return fmt::format("the server answered {}", reply.status);
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Result<OperatorClient> OperatorClient::make(const OperatorOptions& options, HttpClient& http) {
  std::string url = options.server;
  std::string token = environment("BELAY_TOKEN");
  if (url.empty() || token.empty()) {
    const std::string file = options.config_file.empty() ? environment("BELAY_CONFIG") : options.config_file;
    const ConfigurationOutcome outcome = load_configuration(file, process_environment(), {});
    if (!outcome.ok()) return make_error(ErrorCode::invalid_request, outcome.problems.front().text());
    if (url.empty()) url = url_of(outcome.configuration);
    if (token.empty()) {
      auto made = make_operator_token(outcome.configuration.auth);
      if (!made) return made.error();
      token = std::move(*made);
    }
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.find("://") == std::string::npos) url = "http://" + url;
  return OperatorClient(std::move(url), std::move(token), http);
}

OperatorClient::Answer OperatorClient::call(const std::string& method, const std::string& path,
                                            const std::string& body) {
  HttpExchange exchange{.method = method, .url = url_ + "/api/admin" + path, .body = body};
  exchange.headers.push_back("Authorization: Bearer " + token_);
  if (!body.empty()) exchange.headers.push_back("Content-Type: application/json");
  exchange.max_time = kMaxExchange;
  const HttpReply reply = http_.perform(exchange, [](std::string_view) { return false; });
  Answer answer;
  if (reply.interrupted) {
    answer.exit_code = kExitCancelled;
    return answer;
  }
  if (reply.status == 0) {
    answer.exit_code = complain(
        kExitUnreachable,
        fmt::format("{} does not answer: {}. Is the server running? --server says where another one is.",
                    url_, reply.error));
    return answer;
  }
  boost::system::error_code failed;
  if (!reply.body.empty()) answer.document = json::parse(reply.body, failed);
  if (reply.status >= 300 || failed)
    answer.exit_code = complain(kExitFailed, detail_of(reply, answer.document));
  return answer;
}

OperatorClient::Answer OperatorClient::list(const std::string& path, const std::string& query,
                                            const std::string& name, std::size_t max) {
  json::array all;
  std::string cursor;
  do {
    std::string page_query = query;
    add_to_query("limit", fmt::to_string(std::min(kPage, max - all.size())), page_query);
    add_to_query("cursor", cursor, page_query);
    Answer page = call("GET", path + page_query);
    if (!page.ok()) return page;
    json::object& document = page.document.as_object();
    for (json::value& entry : document.at(name).as_array()) all.push_back(std::move(entry));
    const json::value& next = document.at("next_cursor");
    cursor = next.is_string() ? std::string(next.get_string()) : std::string();
  } while (!cursor.empty() && all.size() < max);
  if (!cursor.empty()) fmt::print(stderr, "There are more: --limit {} shows them.\n", max * 10);
  Answer whole;
  whole.document = json::object{{name, std::move(all)}};
  return whole;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                          (byte >= 'A' && byte <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain)
      out.push_back(c);
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
  }
  return out;
}

void add_to_query(std::string_view name, std::string_view value, std::string& query) {
  if (value.empty()) return;
  fmt::format_to(std::back_inserter(query), "{}{}={}", query.empty() ? "?" : "&", name,
                 percent_encoded(value));
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> shown;
  for (const auto& row : rows) {
    auto& texts = shown.emplace_back();
    for (const std::string& cell : row) texts.push_back(terminal_text(cell));
    widths.resize(std::max(widths.size(), texts.size()));
    for (std::size_t i = 0; i < texts.size(); ++i) widths[i] = std::max(widths[i], width_of(texts[i]));
  }
  for (const auto& row : shown) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    fmt::print("{}\n", line);
  }
}

std::string text_of(const json::value& object, std::string_view name) {
  const json::value* value = object.as_object().if_contains(name);
  if (value == nullptr || value->is_null()) return "-";
  if (value->is_string()) return std::string(value->get_string());
  // A JSON number of this library would lose the form of 0.000000100.
  if (value->is_double()) return fmt::format("{:.6f}", value->get_double());
  return json::serialize(*value);
}

}  // namespace belay::app
