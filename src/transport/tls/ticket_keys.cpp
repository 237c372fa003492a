#include "transport/tls/ticket_keys.hpp"

#include <algorithm>

#include <openssl/crypto.h>

namespace belay::transport {

TicketKeys::Key::~Key() {
  OPENSSL_cleanse(this, sizeof *this);
}

TicketKeys::TicketKeys(Milliseconds rotation, const Clock& clock, Random& random)
    : rotation_(rotation),
      clock_(clock),
      random_(random),
      current_(make_key()),
      current_since_(clock.steady()) {}

TicketKeys::Key TicketKeys::make_key() {
  Key key;
  random_.fill(key.name);
  random_.fill(key.encryption);
  random_.fill(key.authentication);
  return key;
}

// Happens when a key is needed: without handshakes nothing has to be rotated.
void TicketKeys::rotate_if_due() {
  const SteadyTime now = clock_.steady();
  if (now - current_since_ >= rotation_) {
    previous_ = current_;
    previous_expires_ = current_since_ + 2 * rotation_;
    current_ = make_key();
    current_since_ = now;
  }
  if (previous_ && now >= previous_expires_) previous_.reset();
}

TicketKeys::Key TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  rotate_if_due();
  return current_;
}

std::optional<TicketKeys::Found> TicketKeys::find(std::span<const std::byte, kNameBytes> name) {
  const std::lock_guard lock(mutex_);
  rotate_if_due();
  const auto has_name = [&](const Key& key) {
    return std::equal(name.begin(), name.end(), key.name.begin());
  };
  if (has_name(current_)) return Found{current_, true};
  if (previous_ && has_name(*previous_)) return Found{*previous_, false};
  return std::nullopt;
}

}  // namespace belay::transport
