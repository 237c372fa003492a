#include "app/serve.hpp"

#include <csignal>
#include <cstdio>
#include <malloc.h>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "app/configuration.hpp"
#include "app/descriptor_limit.hpp"
#include "app/dev_mode.hpp"
#include "app/exit_code.hpp"
#include "app/preparation.hpp"
#include "app/server.hpp"

namespace belay::app {
namespace {

void complain(const std::string& text) {
  fmt::print(stderr, "belay: {}\n", text);
}

std::vector<Override> overrides_of(const ServeOptions& options) {
  std::vector<Override> overrides;
  if (options.host) overrides.push_back({"server.address", *options.host, "--host"});
  if (options.port) overrides.push_back({"server.port", std::to_string(*options.port), "--port"});
  if (options.tls_certificate)
    overrides.push_back({"server.tls.certificate", *options.tls_certificate, "--tls-cert"});
  if (options.tls_key) overrides.push_back({"server.tls.key", *options.tls_key, "--tls-key"});
  if (options.tls_port)
    overrides.push_back({"server.tls.port", std::to_string(*options.tls_port), "--tls-port"});
  if (options.data_dir) overrides.push_back({"process.data_directory", *options.data_dir, "--data"});
  if (options.drain_time) overrides.push_back({"process.drain_time", *options.drain_time, "--drain"});
  return overrides;
}

}  // namespace

ConfigurationOutcome read_configuration(const ServeOptions& options) {
  auto outcome = load_configuration(options.config_file, process_environment(), overrides_of(options));
  if (options.dev)
    if (const auto fine = make_dev_mode(outcome.configuration); !fine)
      outcome.problems.push_back({{"option --dev", 0, 0}, fine.error().detail});
  return outcome;
}

namespace {

// Null, and the exit code, if there can be no server.
std::unique_ptr<Server> build_server(const ServeOptions& options, int& exit_code) {
  ConfigurationOutcome outcome = read_configuration(options);
  auto server = Server::build(outcome, [options] {
    ConfigurationOutcome again = read_configuration(options);
    check(again);
    return again;
  });
  if (!outcome.ok()) {
    for (const auto& problem : outcome.problems) complain(problem.text());
    exit_code = kExitUsage;
    return nullptr;
  }
  if (server) return std::move(*server);
  complain(server.error().detail);
  exit_code = server.error().code == ErrorCode::invalid_request ? kExitUsage : kExitFailed;
  return nullptr;
}

}  // namespace

int serve(const ServeOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed socket returns an error
  std::signal(SIGXFSZ, SIG_IGN);  // exceeding the limit of a file's size returns an error
  std::signal(SIGHUP, SIG_IGN);   // ignored until the server runs; then it reloads
  raise_descriptor_limit();

  int exit_code = kExitDone;
  const std::unique_ptr<Server> server = build_server(options, exit_code);
  if (!server) return exit_code;
  const auto served = server->run([](const std::string& url) {
    fmt::print("listening on {}\n", url);
    std::fflush(stdout);
    // What only the start needed goes back to the system.
    malloc_trim(0);
  });
  if (served) return kExitDone;
  complain(served.error().detail);
  return kExitFailed;
}

}  // namespace belay::app
