// SIGHUP: the configuration is read again, and its models, limits, prompts, personas and sign-in keys take
// effect for the requests that come in from then on. Key files and JWKS addresses are read again too, also
// where the configuration is as it was; tokens of keys that are gone are refused at once. A configuration
// with anything wrong in it, or a key that cannot be read, is refused whole, and what was in effect stays.
// Everything else (addresses, providers, storage) waits for a restart: what differs is named in the log.
//
// Lives on the first loop; files are read on a thread of its own, so that a slow disk delays no sign-in. One
// reading at a time: signals that come meanwhile lead to one more.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "app/house.hpp"

namespace belay::app {

class House::Reload {
 public:
  explicit Reload(House& house);

 private:
  void wait_for_signal();
  void read();
  void take(const ops::ConfigurationOutcome& outcome, auth::LoadedKeys keys);
  void tell_unchanged(const std::vector<std::string>& keys);
  void refuse(const std::vector<std::string>& reasons);
  void finish();

  House& house_;
  boost::asio::signal_set signals_;
  bool reading_ = false;
  bool again_ = false;
  Workers reader_{1, 1};  // last: its work refers to the rest
};

}  // namespace belay::app
