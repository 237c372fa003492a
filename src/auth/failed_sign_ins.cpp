#include "auth/failed_sign_ins.hpp"

#include "transport/client_network.hpp"

namespace belay::auth {

void FailedSignIns::turn_window(SteadyTime now) {
  if (now - window_start_ < limits_.window) return;
  window_start_ = now;
  by_address_.clear();
  total_ = 0;
}

Result<> FailedSignIns::check(std::string_view address) {
  if (total_.load(std::memory_order_relaxed) == 0) return {};
  const SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  turn_window(now);
  const auto found = by_address_.find(transport::client_network(address));
  const bool address_is_over = found != by_address_.end() && found->second >= limits_.max_per_address;
  if (!address_is_over && total_ < limits_.max) return {};
  Error error = address_is_over
                    ? make_error(ErrorCode::rate_limited,
                                 "Too many sign-ins from this address have failed. Check the token, and try "
                                 "again later.")
                    : make_error(ErrorCode::unavailable,
                                 "Too many sign-ins have failed on this server. Try again in a moment.");
  error.limit = address_is_over ? "auth.max_failed_sign_ins_per_address" : "auth.max_failed_sign_ins";
  error.retry_after = std::chrono::ceil<Milliseconds>(window_start_ + limits_.window - now);
  return error;
}

void FailedSignIns::count(std::string_view address) {
  const SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  turn_window(now);
  if (total_ >= limits_.max) return;
  ++total_;
  if (!transport::is_this_machine(address)) ++by_address_[transport::client_network(address)];
}

}  // namespace belay::auth
