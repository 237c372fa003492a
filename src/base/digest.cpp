#include "base/digest.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace belay {
namespace {

using Hash = std::array<unsigned char, 32>;

void require(int outcome) {
  if (outcome != 1) throw std::runtime_error("SHA-256 is not available");
}

}  // namespace

std::string digest_of(std::string_view bytes) {
  Hash hash;
  unsigned size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr));
  return std::string(reinterpret_cast<const char*>(hash.data()), size);
}

struct Digest::State {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Digest::Digest() : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}

Digest::~Digest() = default;

void Digest::add(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Digest::hexadecimal() {
  Hash hash;
  unsigned size = 0;
  require(EVP_DigestFinal_ex(state_->context.get(), hash.data(), &size));
  std::string text;
  for (const unsigned char byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace belay
