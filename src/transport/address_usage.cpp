#include "transport/address_usage.hpp"

#include <cassert>

#include "transport/client_network.hpp"

namespace belay::transport {

void AddressUsage::add(std::string_view address, std::size_t amount) {
  const std::lock_guard lock(mutex_);
  total_ += amount;
  if (!is_this_machine(address)) by_network_[client_network(address)] += amount;
}

void AddressUsage::remove(std::string_view address, std::size_t amount) {
  const std::lock_guard lock(mutex_);
  assert(total_ >= amount && "it was added");
  total_ -= amount;
  if (is_this_machine(address)) return;
  const auto found = by_network_.find(client_network(address));
  assert(found != by_network_.end() && found->second >= amount && "it was added");
  if (found == by_network_.end()) return;
  found->second -= amount;
  if (found->second == 0) by_network_.erase(found);
}

std::size_t AddressUsage::of(std::string_view address) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_network_.find(client_network(address));
  return found == by_network_.end() ? 0 : found->second;
}

std::size_t AddressUsage::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

AddressUsage::Outcome AddressUsage::try_add(std::string_view address, std::size_t amount,
                                            const Limits& limits) {
  if (amount == 0) return Outcome::granted;
  const std::lock_guard lock(mutex_);
  const auto fits = [&](std::size_t used, std::size_t max) {
    return used == 0 || (used <= max && amount <= max - used);
  };
  if (!fits(total_, limits.total)) return Outcome::total_is_used_up;
  if (!is_this_machine(address)) {
    std::string network = client_network(address);
    const auto found = by_network_.find(network);
    const std::size_t used = found == by_network_.end() ? 0 : found->second;
    if (!fits(used, limits.per_address)) return Outcome::address_is_used_up;
    by_network_[std::move(network)] += amount;
  }
  total_ += amount;
  return Outcome::granted;
}

void AddressShare::shrink_to(std::size_t amount) {
  if (!usage_ || amount >= amount_) return;
  usage_->remove(address_, amount_ - amount);
  amount_ = amount;
  if (amount == 0) usage_ = nullptr;
}

void AddressShare::release() {
  if (usage_) std::exchange(usage_, nullptr)->remove(address_, amount_);
}

}  // namespace belay::transport
