#include "app/context_fetcher.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "app/commands/operator_client.hpp"
#include "providers/http/url.hpp"

namespace belay::app {
namespace {

constexpr std::size_t kMinKeyBytes = 16;
constexpr std::size_t kMaxKeyBytes = 4'096;
constexpr std::string_view kUser = "{user}";

providers::BreakerConfig breaker_of(const services::ContextConfig& config) {
  providers::BreakerConfig breaker;
  breaker.breaker_failures = config.breaker_failures;
  breaker.breaker_open_time = config.breaker_open_time;
  breaker.breaker_probes = 1;
  return breaker;
}

std::string url_for(std::string url, std::string_view user) {
  const std::string encoded = percent_encoded(user);
  for (std::size_t at = url.find(kUser); at != url.npos; at = url.find(kUser, at + encoded.size()))
    url.replace(at, kUser.size(), encoded);
  return url;
}

// A server that answers so is reachable.
bool is_answer(const Result<std::string>& body) {
  return body.has_value() || body.error().code == ErrorCode::not_found ||
         body.error().code == ErrorCode::provider_rejected ||
         body.error().code == ErrorCode::payload_too_large;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

HttpContextSource::HttpContextSource(Parts parts, const services::ContextConfig& config, Secret key)
    : parts_(std::move(parts)), config_(config), key_(std::move(key)), breaker_(breaker_of(config)) {
  for (Loop* const loop : parts_.loops)
    fetchers_.push_back(std::make_unique<providers::Fetcher>(parts_.client, *loop));
}

void HttpContextSource::fetch(Loop* loop, std::string user, Done<std::string> done) {
  // In a path these mean another document.
  if (user == "." || user == "..") return done(make_error(ErrorCode::not_found, "There is no such user."));
  auto answer = breaker_.ask(parts_.clock.steady());
  if (!answer.permit)
    return done(make_error(ErrorCode::provider_unavailable,
                           "The address has failed several times; it is not asked for a while."));
  providers::Fetcher::Request request;
  request.url = url_for(config_.url, user);
  request.timeout = config_.timeout;
  request.max_bytes = config_.max_document.value;
  request.ca_file = config_.ca_file;
  if (!key_.empty())
    request.headers.push_back("Belay-Signature: " + context_signature(key_, user, parts_.clock.wall()));
  auto permit = std::make_shared<providers::CircuitBreaker::Permit>(std::move(*answer.permit));
  auto ended = [permit, done = std::move(done), &clock = parts_.clock](Result<std::string> body) mutable {
    if (is_answer(body))
      permit->succeeded();
    else
      permit->failed(clock.steady());
    done(std::move(body));
  };
  fetchers_.at(loop->index())->fetch(std::move(request), std::move(ended));
}

std::string context_signature(const Secret& key, std::string_view user, WallTime now) {
  const std::int64_t seconds = now.ms / 1'000;
  const std::string text = fmt::format("{}.{}", seconds, user);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  const std::string& secret = key.reveal();
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size) == nullptr)
    throw std::runtime_error("HMAC-SHA256 is not available");
  std::string header = fmt::format("t={},v1=", seconds);
  for (unsigned i = 0; i < size; ++i) header += fmt::format("{:02x}", mac[i]);
  return header;
}

Result<Secret> load_context_key(const services::ContextConfig& config) {
  if (config.key_file.empty() && config.key_env.empty()) return Secret();
  const bool from_file = !config.key_file.empty();
  std::string text;
  if (from_file) {
    std::ifstream in(config.key_file, std::ios::binary);
    text.resize(kMaxKeyBytes);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  } else if (const char* const value = std::getenv(config.key_env.c_str())) {
    text = value;
  }
  text = trimmed(std::move(text));
  if (text.size() >= kMinKeyBytes) return Secret(std::move(text));
  return make_error(
      ErrorCode::invalid_request,
      fmt::format("{} holds no secret of at least {} characters. Put one there that your product "
                  "also has.",
                  from_file ? "the file" : "the variable", kMinKeyBytes),
      from_file ? "context.key_file" : "context.key_env");
}

std::vector<Error> context_problems(const services::ContextConfig& config) {
  std::vector<Error> problems;
  const auto report = [&](std::string detail) {
    problems.push_back(make_error(ErrorCode::invalid_request, std::move(detail), "context.url"));
  };
  if (config.url.empty()) return problems;
  if (std::string problem = services::problem_of_url(config.url); !problem.empty())
    report(std::move(problem));
  const auto url = providers::inspect_url(url_for(config.url, "user"));
  if (!url || !(url->https || url->loopback))
    report("write an address that begins with https:// (http:// only on this machine), without a user name");
  if (auto key = load_context_key(config); !key) problems.push_back(key.error());
  return problems;
}

}  // namespace belay::app
