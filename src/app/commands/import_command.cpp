#include "app/commands/import_command.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/commands/curl_exchange.hpp"
#include "app/commands/interrupts.hpp"
#include "app/commands/terminal_text.hpp"
#include "app/exit_code.hpp"
#include "services/context/logbook.hpp"

namespace belay::app {
namespace {

int complain(int code, std::string_view text) {
  fmt::print(stderr, "belay: {}\n", terminal_text(text));
  return code;
}

// One byte more than is allowed: the reader then refuses the file with its own words.
Result<std::string> read_file(const std::string& path, ByteCount max) {
  std::ifstream in(path, std::ios::binary);
  std::string text(max.value + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    return make_error(ErrorCode::invalid_request, fmt::format("{} cannot be read.", path));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string plural(std::uint64_t count) {
  return fmt::format("{} climb{}", count, count == 1 ? "" : "s");
}

int print(const ImportOptions& options, const boost::json::value& document) {
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(document));
    return kExitDone;
  }
  const auto number = [&](const char* name) { return document.at(name).to_number<std::uint64_t>(); };
  fmt::print("{} added to {}", plural(number("added")), terminal_text(options.user));
  if (number("known") != 0) fmt::print(", {} known already", number("known"));
  fmt::print("; {} in all.\n", plural(number("climbs")));
  return kExitDone;
}

}  // namespace

int import_logbook(const ImportOptions& options, OperatorClient& client) {
  const uploads::Config config;
  const auto text = read_file(options.file, config.max_file);
  if (!text) return complain(kExitUsage, text.error().detail);
  const auto logbook = services::read_logbook(*text, config);
  if (!logbook) return complain(kExitFailed, logbook.error().detail);
  if (logbook->guessed_dates)
    fmt::print(
        stderr,
        "belay: Dates like 3/12/2024 are read with the month first. If the day comes first, write them as "
        "2024-12-03 and import again.\n");
  const auto answer =
      client.call("POST", "/users/" + percent_encoded(options.user) + "/climbs", logbook->document);
  return answer.ok() ? print(options, answer.document) : answer.exit_code;
}

int import_logbook(const ImportOptions& options) {
  Interrupts interrupts;
  CurlExchange http(interrupts);
  Result<OperatorClient> client = OperatorClient::make(options, http);
  if (!client) return complain(kExitUsage, client.error().detail);
  return import_logbook(options, *client);
}

}  // namespace belay::app
