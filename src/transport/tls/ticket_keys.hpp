// The keys of session tickets (RFC 5077; RFC 8446, section 4.6.1). A client keeps the ticket and shows it to skip
// the expensive part of its next handshake, on any loop.
//
// There are two keys: tickets are made with the current one, and accepted with the one before as well. A key is
// current for `rotation`, so a ticket is accepted for that long at least and twice that at most. Whoever steals a key
// can read what TLS 1.2 connections resumed with it have sent, so the keys are only in memory and are overwritten when
// they are no longer needed. After a restart every client makes one full handshake.
//
// Thread-safe: the loops share them. The lock is held while a key is copied.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace belay::transport {

class TicketKeys {
 public:
  static constexpr std::size_t kNameBytes = 16;

  struct Key {
    std::array<std::byte, kNameBytes> name;
    std::array<std::byte, 32> encryption;
    std::array<std::byte, 32> authentication;

    ~Key();
  };

  TicketKeys(Milliseconds rotation, const Clock& clock, Random& random);
  ~TicketKeys() = default;
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  Key current();
  struct Found {
    Key key;
    bool is_current;
  };
  // The key that made a ticket. Nothing: it is too old, or not ours.
  std::optional<Found> find(std::span<const std::byte, kNameBytes> name);

 private:
  void rotate_if_due();
  Key make_key();

  const Milliseconds rotation_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  Key current_;
  SteadyTime current_since_;
  std::optional<Key> previous_;
  SteadyTime previous_expires_{};
};

}  // namespace belay::transport
