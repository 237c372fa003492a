// SIGHUP: reads the configuration again. Its models, limits, prompts, personas and sign-in keys apply to
// requests that arrive from then on. Key files and JWKS addresses are also read again, even when the
// configuration has not changed. Tokens of removed keys are refused at once. The files of server.tls are read
// again too: connections that begin from then on get them. If anything is wrong with the configuration, or a key
// or certificate cannot be read, the whole reload is refused and the running settings stay in
// effect. All other settings (addresses, providers, storage) need a restart; the log names those that differ.
//
// Lives on the first loop. Files are read on a separate thread, so that a slow disk does not delay sign-in.
// Only one reading at a time: signals that arrive during it lead to one more.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "app/configuration.hpp"
#include "app/listeners.hpp"
#include "app/models.hpp"
#include "app/observability.hpp"
#include "app/sign_in.hpp"
#include "base/thread_pool.hpp"

namespace belay::app {

class Reload {
 public:
  using ReadConfiguration = std::function<ConfigurationOutcome()>;
  // All references outlive it.
  struct Parts {
    Loop& loop;
    ReadConfiguration read;              // reads and checks the configuration; called on a thread of its own
    const Configuration& configuration;  // as the server was started
    Models& models;
    SignIn& sign_in;
    std::function<void(std::shared_ptr<const SealingKeys>)> replace_upload_keys;
    std::function<void(std::shared_ptr<const transport::TlsContext>)> replace_certificate;
    Observability& observability;
  };
  explicit Reload(Parts parts);
  // Signals count from here on. Call it on the loop, or before the loop runs.
  void start();

 private:
  void wait_for_signal();
  void read();
  // What was read. Its keys have no problems if the configuration has none.
  struct Fresh {
    ConfigurationOutcome outcome;
    auth::LoadedKeys keys;
    LoadedSealingKeys upload_keys;
    transport::LoadedTls tls;  // empty: the server does not serve TLS
  };
  void take(Fresh fresh);
  void report_unchanged(const std::vector<std::string>& keys);
  void refuse(const std::vector<std::string>& reasons);
  void finish();

  const Parts parts_;
  boost::asio::signal_set signals_;
  bool reading_ = false;
  bool again_ = false;
  ThreadPool reader_{1, 1};  // last: its work refers to the rest
};

}  // namespace belay::app
