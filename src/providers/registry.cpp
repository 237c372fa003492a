#include "providers/registry.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/setting_text.hpp"
#include "providers/calls/http_provider.hpp"
#include "providers/failures.hpp"
#include "providers/http/url.hpp"
#include "providers/scripted/scripted_provider.hpp"

namespace belay::providers {
namespace {

// Removes the white space that editors and `echo` add at the end.
std::string trimmed(std::string text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  text.erase(last == std::string::npos ? 0 : last + 1);
  return text;
}

// A key must fit in a header.
bool fits_header(std::string_view key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

struct Key {
  Secret value;
  std::string missing;  // error text if a key is configured but missing; empty otherwise
};

Key read_key(const HttpProviderConfig& config, const Registry::Parts& parts) {
  if (config.api_key_file.empty() && config.api_key_env.empty()) return {};
  std::string text;
  std::string source;
  if (!config.api_key_file.empty()) {
    std::ifstream in(config.api_key_file);
    source = in ? "the file " + config.api_key_file : describe_file(config.api_key_file, "api_key_file");
    constexpr std::size_t kMaxKeyBytes = 4096;
    text.resize(kMaxKeyBytes);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  } else {
    source = describe_environment_variable(config.api_key_env, "api_key_env");
    text = parts.environment(config.api_key_env).value_or("");
  }
  text = trimmed(std::move(text));
  if (text.empty()) return {{}, fmt::format("No API key: {} is missing or empty.", source)};
  if (!fits_header(text))
    return {{}, fmt::format("No API key: {} holds characters that no key has.", source)};
  return {Secret(std::move(text)), {}};
}

ProtocolKind protocol_of(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::responses:
      return ProtocolKind::responses;
    case ProviderKind::anthropic:
      return ProtocolKind::messages;
    default:
      return ProtocolKind::chat;
  }
}

std::string default_address(ProviderKind kind) {
  return kind == ProviderKind::anthropic ? "https://api.anthropic.com/v1" : "https://api.openai.com/v1";
}

std::string address_of(const ProviderConfig& config) {
  return config.http.base_url.empty() ? default_address(config.kind) : config.http.base_url;
}

std::vector<std::string> wrong_with_address(const std::string& address, bool plain_allowed) {
  const auto url = inspect_url(address);
  if (!url)
    return {"base_url must be an http or https address without a password: \"https://api.openai.com/v1\""};
  std::vector<std::string> wrong;
  if (address.ends_with('/') || address.find('?') != std::string::npos)
    wrong.push_back(
        "base_url must end before `/chat/completions`, `/responses` or `/messages`, without a slash");
  if (!url->https && !url->loopback && !plain_allowed)
    wrong.push_back(
        "base_url must begin with https:// (set allow_plain_http to send keys and prompts unencrypted)");
  return wrong;
}

std::string wrong_with_ca_file(const std::string& path) {
  if (path.empty()) return {};
  if (!std::ifstream(path)) return fmt::format("ca_file {} cannot be read", path);
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
  const bool loaded = store && X509_STORE_load_file(store.get(), path.c_str()) == 1;
  ERR_clear_error();
  return loaded ? std::string() : fmt::format("ca_file {} holds no certificate in PEM form", path);
}

// One circuit breaker per address, because all providers at one address fail together.
using Breakers = std::map<std::string, std::shared_ptr<CircuitBreaker>>;

Registry::Entry build_http(const ProviderConfig& config, const Registry::Parts& parts, Breakers& breakers) {
  HttpProvider::Setup setup;
  setup.config = config.http;
  setup.protocol = protocol_of(config.kind);
  setup.config.base_url = address_of(config);
  Key key = read_key(config.http, parts);
  setup.key = std::move(key.value);
  if (!key.missing.empty())
    setup.missing = with_advice(make_error(ErrorCode::provider_rejected, std::string(kModelNotAvailable)),
                                fmt::format("Provider \"{}\" is not set up: {}", config.name, key.missing));
  auto& breaker = breakers[inspect_url(setup.config.base_url)->origin];
  if (!breaker) breaker = std::make_shared<CircuitBreaker>(setup.config.breaker);
  setup.breaker = breaker;
  auto provider = std::make_unique<HttpProvider>(std::move(setup), parts.client, parts.random);
  Registry::Entry entry;
  entry.counters = &provider->counters();
  entry.breaker = &provider->breaker();
  entry.gate = &provider->gate();
  entry.provider = std::move(provider);
  entry.warning = std::move(key.missing);
  return entry;
}

Result<Registry::Entry> build_scripted(const ProviderConfig& config, const Registry::Parts& parts) {
  auto provider = ScriptedProvider::make(config.scripted, parts.random);
  if (!provider) return provider.error();
  Registry::Entry entry;
  entry.counters = &(*provider)->counters();
  entry.provider = std::move(*provider);
  return entry;
}

}  // namespace

std::vector<Error> Registry::problems(const ProviderConfig& config) {
  std::vector<Error> found;
  const auto add = [&](std::string field, const std::string& wrong) {
    if (!wrong.empty())
      found.push_back(make_error(ErrorCode::invalid_request,
                                 fmt::format("Provider \"{}\": {}.", config.name, wrong), std::move(field)));
  };
  if (config.name.empty())
    found.push_back(make_error(ErrorCode::invalid_request, "A provider needs a name.", "name"));
  if (config.kind == ProviderKind::scripted) {
    SecureRandom random;
    if (const auto made = ScriptedProvider::make(config.scripted, random); !made)
      found.push_back(
          make_error(ErrorCode::invalid_request, std::string(made.error().detail), "script_file"));
    return found;
  }
  for (const std::string& wrong : wrong_with_address(address_of(config), config.http.allow_plain_http))
    add("base_url", wrong);
  add("ca_file", wrong_with_ca_file(config.http.ca_file));
  return found;
}

Result<Registry> Registry::build(std::span<const ProviderConfig> configs, const Parts& parts) {
  Registry registry;
  Breakers breakers;
  for (const ProviderConfig& config : configs) {
    if (const std::vector<Error> wrong = problems(config); !wrong.empty()) return wrong.front();
    if (registry.find(config.name))
      return make_error(ErrorCode::invalid_request,
                        fmt::format("Two providers are called \"{}\". Rename one.", config.name));
    Result<Entry> entry = config.kind == ProviderKind::scripted ? build_scripted(config, parts)
                                                                : build_http(config, parts, breakers);
    if (!entry) return entry.error();
    entry->name = config.name;
    entry->kind = config.kind;
    registry.entries_.push_back(std::move(*entry));
  }
  return registry;
}

Provider* Registry::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return entry.provider.get();
  return nullptr;
}

}  // namespace belay::providers
