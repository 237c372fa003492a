// What the tests of this room share: keys made on the spot, tokens of any shape, a loop that is turned until
// a coroutine is done.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/base64url.hpp"
#include "auth/config.hpp"
#include "auth/key.hpp"
#include "auth/key_set.hpp"
#include "auth/token_maker.hpp"
#include "base/workers.hpp"

namespace belay::auth::testing {

inline const std::string kSecret = "0123456789abcdef0123456789abcdef";

// ---- Keys

struct PemPair {
  std::string private_pem;
  std::string public_pem;
};

inline PemPair pem_pair(EVP_PKEY* raw) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(raw, &EVP_PKEY_free);
  const auto text_of = [](auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  return {text_of([&](BIO* bio) {
            PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          text_of([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, key.get()); })};
}

// Made once a test program: RSA keys take a while.
inline const PemPair& rsa_pair() {
  static const PemPair pair = pem_pair(EVP_RSA_gen(2048));
  return pair;
}
inline const PemPair& other_rsa_pair() {
  static const PemPair pair = pem_pair(EVP_RSA_gen(2048));
  return pair;
}
inline const PemPair& ec_pair() {
  static const PemPair pair = pem_pair(EVP_EC_gen("P-256"));
  return pair;
}

inline Result<std::vector<Key>> parse(std::string_view text,
                                      std::optional<Algorithm> algorithm = std::nullopt,
                                      KeyUse use = KeyUse::verify, std::string kid = {}) {
  return parse_keys({text, "the test", algorithm, std::move(kid), use});
}
inline Key only_key(Result<std::vector<Key>> keys) {
  if (!keys) ADD_FAILURE() << keys.error().detail;
  return std::move(keys.value().at(0));
}
inline Key verifying_key(std::string_view text, std::optional<Algorithm> algorithm = std::nullopt,
                         std::string kid = {}) {
  return only_key(parse(text, algorithm, KeyUse::verify, std::move(kid)));
}
inline Key signing_key(std::string_view text, std::optional<Algorithm> algorithm = std::nullopt,
                       std::string kid = {}) {
  return only_key(parse(text, algorithm, KeyUse::sign, std::move(kid)));
}

// ---- Tokens

inline std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char mac[32];
  unsigned int size = sizeof mac;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return {reinterpret_cast<const char*>(mac), size};
}

// Any header over any payload, correctly signed with HMAC-SHA-256.
inline std::string hmac_token(std::string_view header, std::string_view payload,
                              std::string_view secret = kSecret) {
  const std::string text = to_base64url(header) + "." + to_base64url(payload);
  return text + "." + to_base64url(hmac_sha256(secret, text));
}

inline std::string token_for(const std::string& user, const Key& key, WallTime now,
                             Milliseconds lifetime = std::chrono::hours(1), const Config& config = {}) {
  TokenRequest request;
  request.user = user;
  request.lifetime = lifetime;
  return make_token(request, config, key, now).value();
}

// ---- Files

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "belay_auth_XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

// ---- Coroutines

// Turns the loop until the coroutine is done, workers included.
template <class T>
T await(Loop& loop, Awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop.executor(), std::move(work), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    result.emplace(std::move(value));
  });
  while (!result) {
    loop.turn();
    std::this_thread::yield();
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

// Answers fetches when told to.
class ScriptedFetcher final : public KeyFetcher {
 public:
  void fetch(Fetch fetch, UniqueFunction<void(Result<std::string>)> done) override {
    ++fetches;
    last = fetch;
    if (hold)
      held.push_back(std::move(done));
    else
      done(answer);
  }

  int fetches = 0;
  bool hold = false;
  Fetch last;
  Result<std::string> answer = make_error(ErrorCode::provider_unavailable, "nobody there");
  std::vector<UniqueFunction<void(Result<std::string>)>> held;
};

}  // namespace belay::auth::testing
