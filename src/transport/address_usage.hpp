// How much of something clients use now, in total and for each client address (transport/client_network.hpp).
//
// Thread-safe: the loops of a listener share it. Only addresses that use something are in memory.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace belay::transport {

class AddressUsage {
 public:
  void add(std::string_view address, std::size_t amount);
  void remove(std::string_view address, std::size_t amount);
  std::size_t of(std::string_view address) const;
  std::size_t total() const;

  struct Limits {
    std::size_t total;
    std::size_t per_address;
  };
  enum class Outcome { granted, total_is_used_up, address_is_used_up };
  // Adds if the limits allow it. What is used alone is always granted, whatever its size: a limit may be smaller
  // than one body. Clients on this machine are limited in total only: they may all be behind one proxy.
  Outcome try_add(std::string_view address, std::size_t amount, const Limits& limits);

 private:
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> by_network_;
};

// An amount that is removed when this object is destroyed. Move-only.
class AddressShare {
 public:
  AddressShare() = default;
  // The amount has been added to `usage`.
  AddressShare(std::shared_ptr<AddressUsage> usage, std::string address, std::size_t amount)
      : usage_(std::move(usage)), address_(std::move(address)), amount_(amount) {}
  AddressShare(AddressShare&& other) noexcept
      : usage_(std::move(other.usage_)), address_(std::move(other.address_)), amount_(other.amount_) {}
  AddressShare& operator=(AddressShare&& other) noexcept {
    if (this == &other) return *this;
    release();
    usage_ = std::move(other.usage_);
    address_ = std::move(other.address_);
    amount_ = other.amount_;
    return *this;
  }
  ~AddressShare() { release(); }

  // Less is used than was expected.
  void shrink_to(std::size_t amount);

 private:
  void release();

  std::shared_ptr<AddressUsage> usage_;
  std::string address_;
  std::size_t amount_ = 0;
};

}  // namespace belay::transport
