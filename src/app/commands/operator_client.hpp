// What the operators' commands share: which server, signed in as whom, one request, lists in pages.
//
// They speak HTTP to the operators' API of a running server (surfaces/admin/), so that everything is checked and
// recorded there. A command blocks until it is done.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "app/commands/http_exchange.hpp"
#include "base/result.hpp"

namespace belay::app {

// The options that all of these commands have.
struct OperatorOptions {
  std::string server;       // empty: the operations listener of the configuration
  std::string config_file;  // empty: BELAY_CONFIG, else the defaults and the environment
  bool json = false;        // print the server's documents
};

class OperatorClient {
 public:
  // The token: BELAY_TOKEN, else one that is made with the configuration's key. Fails with `invalid_request`.
  static Result<OperatorClient> make(const OperatorOptions& options, HttpClient& http);

  struct Answer {
    int exit_code = 0;  // app/exit_code.hpp; an error has been printed
    boost::json::value document{};
    bool ok() const { return exit_code == 0; }
  };
  // `path` is below /api/admin. `body` is JSON, or empty.
  Answer call(const std::string& method, const std::string& path, const std::string& body = {});
  // The first `max` entries of a list, over as many pages as that takes: {name: […]}.
  Answer list(const std::string& path, const std::string& query, const std::string& name, std::size_t max);

 private:
  OperatorClient(std::string url, std::string token, HttpClient& http)
      : url_(std::move(url)), token_(std::move(token)), http_(http) {}

  std::string url_;
  std::string token_;
  HttpClient& http_;
};

// "a%20b": a segment or a value of a query.
std::string percent_encoded(std::string_view text);
// Appends "name=value" to a query, if there is a value.
void add_to_query(std::string_view name, std::string_view value, std::string& query);

// Prints rows in columns, the first row as their heads. Texts of a server cannot control the terminal.
void print_table(const std::vector<std::vector<std::string>>& rows);
// A member as text; "-" if it is absent or null.
std::string text_of(const boost::json::value& object, std::string_view name);

}  // namespace belay::app
