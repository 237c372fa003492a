// The answers of /healthz and /readyz (requirement X10).
//
// /healthz says that the process is alive: always 200. /readyz says whether the server should receive new
// work. It answers 503 while the server starts, while it drains and while its store is missing. Otherwise it
// answers 200 with the reasons why the server is degraded ("storage_full", "provider:openai"). So a load
// balancer keeps a node that can still serve readers.
//
// Owned by app/. Thread-safe.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace belay::ops {

struct HealthAnswer {
  int status = 200;
  std::string json;  // application/json
};

class Health {
 public:
  enum class Phase { starting, ready, draining };

  // starting → ready → draining. `starting` may change directly to `draining`. There is no way back.
  void set_ready();
  void set_draining();
  Phase phase() const;

  enum class Store { available, missing };
  void set_store(Store store);

  // A reason stays until it is cleared. It is a short name; a part after a colon says which one of several:
  // "provider:openai".
  void set_degraded(std::string reason);
  void clear_degraded(std::string_view reason);

  HealthAnswer live() const;
  HealthAnswer ready() const;

 private:
  mutable std::mutex mutex_;
  Phase phase_ = Phase::starting;
  Store store_ = Store::available;
  std::set<std::string, std::less<>> degraded_;
};

}  // namespace belay::ops
