// SIGHUP: reads the configuration again. Its models, limits, prompts, personas and sign-in keys apply to
// requests that arrive from then on. Key files and JWKS addresses are also read again, even when the
// configuration has not changed. Tokens of removed keys are refused at once. If anything is wrong with the
// configuration, or a key cannot be read, the whole reload is refused and the running settings stay in
// effect. All other settings (addresses, providers, storage) need a restart; the log names those that differ.
//
// Lives on the first loop. Files are read on a separate thread, so that a slow disk does not delay sign-in.
// Only one reading at a time: signals that arrive during it lead to one more.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "app/server.hpp"

namespace belay::app {

class Server::Reload {
 public:
  explicit Reload(Server& server);

 private:
  void wait_for_signal();
  void read();
  void take(const ops::ConfigurationOutcome& outcome, auth::LoadedKeys keys);
  void report_unchanged(const std::vector<std::string>& keys);
  void refuse(const std::vector<std::string>& reasons);
  void finish();

  Server& server_;
  boost::asio::signal_set signals_;
  bool reading_ = false;
  bool again_ = false;
  ThreadPool reader_{1, 1};  // last, because its work refers to the other members
};

}  // namespace belay::app
