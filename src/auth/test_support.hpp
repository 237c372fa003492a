// What the tests of this module share: generated keys, tokens of any form, a loop that is turned until a
// coroutine is done, and a verifier that uses them.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/json/serialize.hpp>
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
#include "auth/pem.hpp"
#include "auth/token_maker.hpp"
#include "auth/token_verifier.hpp"
#include "base/thread_pool.hpp"

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

// Made once per test program, because generating an RSA key takes a while.
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

inline const PemPair& ed25519_pair() {
  static const PemPair pair = pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
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

// Any header with any payload, correctly signed with HMAC-SHA-256.
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
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

// ---- Coroutines

// Turns the loop until the coroutine is done, including work on the thread pool.
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

// Turns the loop until nothing happens any more, including fetches and their answers.
inline void settle(Loop& loop) {
  // A timer fires at the end of a turn: what it started is visible in the next turn.
  for (int quiet = 0; quiet < 2;) quiet = loop.turn() ? 0 : quiet + 1;
}

// ---- JWKS

struct NamedPem {
  std::string public_pem;
  std::string kid;  // empty: none
};

inline std::string jwks(const std::vector<NamedPem>& keys) {
  boost::json::array entries;
  for (const NamedPem& key : keys) {
    boost::json::object entry = *jwk_from_pem(key.public_pem, KeyUse::verify);
    if (!key.kid.empty()) entry["kid"] = key.kid;
    entries.push_back(std::move(entry));
  }
  return boost::json::serialize(boost::json::object{{"keys", std::move(entries)}});
}
inline std::string jwks(const std::string& public_pem, const std::string& kid) {
  return jwks({{public_pem, kid}});
}

// Answers fetches as scripted.
class ScriptedFetcher final : public KeyFetcher {
 public:
  using Answer = Result<std::string>;

  void fetch(Fetch fetch, UniqueFunction<void(Answer)> done) override {
    ++fetches;
    ++fetches_of[fetch.url];
    last = fetch;
    if (hold || silent.contains(fetch.url))
      held.push_back(std::move(done));
    else
      done(answers.contains(fetch.url) ? answers.at(fetch.url) : answer);
  }

  int fetches = 0;
  std::map<std::string, int> fetches_of;
  bool hold = false;
  std::set<std::string> silent;  // addresses whose fetches are held
  Fetch last;
  Answer answer = make_error(ErrorCode::provider_unavailable, "nobody there");
  std::map<std::string, Answer> answers;  // for single addresses
  std::vector<UniqueFunction<void(Answer)>> held;
};

// ---- A verifier with keys of all kinds

class VerifierFixture : public ::testing::Test {
 protected:
  void open() {
    auto opened =
        KeySet::open(config, loop, &fetcher, [this](const std::string& text) { notices.push_back(text); });
    ASSERT_TRUE(opened) << opened.error().detail;
    keys = std::move(*opened);
    keys->start();
    verifier = std::make_unique<TokenVerifier>(config, *keys, workers, clock);
    settle(loop);
  }
  void add_file_key(std::string_view text, std::string alg = {}, std::string kid = {}) {
    KeySource source;
    source.file = (directory / ("key" + std::to_string(config.keys.size())).c_str()).string();
    source.alg = std::move(alg);
    source.kid = std::move(kid);
    write_file(source.file, text);
    config.keys.push_back(std::move(source));
  }
  KeySource& add_address(std::string url = "https://issuer.example/keys") {
    KeySource source;
    source.jwks_url = std::move(url);
    config.keys.push_back(std::move(source));
    return config.keys.back();
  }
  // Advances the clock and runs everything that is due.
  void advance(Milliseconds by) {
    clock.advance(by + 2 * TimerWheel::kTick);
    settle(loop);
  }
  Result<Caller> verify(std::string token) { return await(loop, verifier->verify(loop, std::move(token))); }
  std::string refusal_of(std::string token) {
    const auto caller = verify(std::move(token));
    if (caller) return "accepted";
    EXPECT_EQ(caller.error().code, ErrorCode::unauthenticated) << caller.error().detail;
    return caller.error().detail;
  }
  // The retry time of a 503; nothing: the answer is not a 503.
  std::optional<Milliseconds> retry_after_of(std::string token) {
    const auto caller = verify(std::move(token));
    if (caller || caller.error().code != ErrorCode::unavailable) return std::nullopt;
    return caller.error().retry_after;
  }
  // Starts a verification without turning the loop; the result is set later.
  std::shared_ptr<std::optional<Result<Caller>>> begin_verify(std::string token) {
    auto result = std::make_shared<std::optional<Result<Caller>>>();
    boost::asio::co_spawn(
        loop.executor(), verifier->verify(loop, std::move(token)),
        [result](std::exception_ptr, Result<Caller> caller) { *result = std::move(caller); });
    return result;
  }
  template <class T>
  void wait_for(const std::optional<T>& result) {
    while (!result) {
      loop.turn();
      std::this_thread::yield();
    }
  }

  const TemporaryDirectory directory;
  Config config;
  ManualClock clock;
  Loop loop{0, clock};
  ScriptedFetcher fetcher;
  std::vector<std::string> notices;
  std::unique_ptr<KeySet> keys;
  std::unique_ptr<TokenVerifier> verifier;
  ThreadPool workers{2, 64};
};

}  // namespace belay::auth::testing
