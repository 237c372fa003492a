// SIGHUP: the configuration is read again, and its models, limits, prompts and personas take effect for the
// requests that come in from then on. A configuration with anything wrong in it is refused whole, and what
// was in effect stays. Everything else (addresses, keys, providers, storage) waits for a restart.
//
// Lives on the first loop; the file is read on a worker. One reading at a time: signals that come meanwhile
// lead to one more.
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
  void take(const ops::ConfigurationOutcome& outcome);
  void refuse(const std::vector<std::string>& reasons);
  void finish();

  House& house_;
  boost::asio::signal_set signals_;
  bool reading_ = false;
  bool again_ = false;
};

}  // namespace belay::app
