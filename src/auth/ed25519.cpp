#include "auth/ed25519.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

namespace belay::auth {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Ed25519Key owned(EVP_PKEY* key) {
  ERR_clear_error();
  return key ? Ed25519Key(key, EVP_PKEY_free) : nullptr;
}

}  // namespace

Ed25519Key ed25519_public_key(std::string_view bytes) {
  if (bytes.size() != kEd25519KeyBytes) return nullptr;
  return owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size()));
}

Ed25519Key ed25519_private_key(std::string_view bytes) {
  if (bytes.size() != kEd25519KeyBytes) return nullptr;
  return owned(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size()));
}

std::string ed25519_public_bytes(const Ed25519Key& key) {
  std::string bytes(kEd25519KeyBytes, '\0');
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1)
    bytes.clear();
  ERR_clear_error();
  return bytes;
}

bool ed25519_verify(const Ed25519Key& key, std::string_view text, std::string_view signature) {
  if (signature.size() != kEd25519SignatureBytes) return false;
  const Context context(EVP_MD_CTX_new());
  const bool fits =
      context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) ==
          1;
  ERR_clear_error();
  return fits;
}

std::optional<std::string> ed25519_sign(const Ed25519Key& key, std::string_view text) {
  const Context context(EVP_MD_CTX_new());
  std::string signature(kEd25519SignatureBytes, '\0');
  std::size_t size = signature.size();
  const bool done = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                   bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  if (!done || size != signature.size()) return std::nullopt;
  return signature;
}

}  // namespace belay::auth
