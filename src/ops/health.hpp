// What /healthz and /readyz answer (requirement X10).
//
// /healthz says that the process lives and answers: 200, always. /readyz says whether it should be sent new
// work: 503 while it starts, while it drains and while its store is missing; else 200, with the reasons for
// which it is not at its best ("storage_full", "provider:openai"), so that a load balancer keeps a node that
// can still serve readers.
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

  // starting → ready → draining; draining may come first. There is no way back.
  void set_ready();
  void set_draining();
  Phase phase() const;

  enum class Store { available, missing };
  void set_store(Store store);

  // Until cleared. A reason is a short name, with a part after a colon where one of several is meant.
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
