#include "base/digest.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

namespace belay {

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, 32> hash;
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  return std::string(reinterpret_cast<const char*>(hash.data()), size);
}

}  // namespace belay
