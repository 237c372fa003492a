#include "ops/health.hpp"

#include "base/json_text.hpp"

namespace belay::ops {

void Health::set_ready() {
  const std::scoped_lock lock(mutex_);
  if (phase_ == Phase::starting) phase_ = Phase::ready;
}

void Health::set_draining() {
  const std::scoped_lock lock(mutex_);
  phase_ = Phase::draining;
}

Health::Phase Health::phase() const {
  const std::scoped_lock lock(mutex_);
  return phase_;
}

void Health::set_store(Store store) {
  const std::scoped_lock lock(mutex_);
  store_ = store;
}

void Health::set_degraded(std::string reason) {
  const std::scoped_lock lock(mutex_);
  degraded_.insert(std::move(reason));
}

void Health::clear_degraded(std::string_view reason) {
  const std::scoped_lock lock(mutex_);
  const auto found = degraded_.find(reason);
  if (found != degraded_.end()) degraded_.erase(found);
}

HealthAnswer Health::live() const {
  return {200, R"({"status":"alive"})"};
}

HealthAnswer Health::ready() const {
  const std::scoped_lock lock(mutex_);
  if (phase_ == Phase::starting) return {503, R"({"status":"starting"})"};
  if (phase_ == Phase::draining) return {503, R"({"status":"draining"})"};
  const bool has_store = store_ == Store::available;
  std::string json =
      has_store ? R"({"status":"ready","degraded":[)" : R"({"status":"store_unavailable","degraded":[)";
  for (const std::string& reason : degraded_) {
    if (json.back() != '[') json += ',';
    json += '"';
    append_json_text(reason, json);
    json += '"';
  }
  return {has_store ? 200 : 503, json + "]}"};
}

}  // namespace belay::ops
