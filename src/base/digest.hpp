// SHA-256, 32 bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace belay {

// Thread-safe.
std::string digest_of(std::string_view bytes);

// The digest of bytes that arrive in pieces. One thread at a time.
class Digest {
 public:
  Digest();
  ~Digest();
  void add(std::string_view bytes);
  // The digest of everything that was added, as 64 hexadecimal digits. Call it once, at the end.
  std::string hexadecimal();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace belay
