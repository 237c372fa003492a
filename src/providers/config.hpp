// The settings of the providers. config.cpp has their names and bounds; registry.hpp builds the providers from
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "core/types/message.hpp"
#include "providers/http/http_client_kind.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::providers {

// Whether and when a call that failed before its first byte is retried.
struct RetryConfig {
  // Attempts after the first one.
  unsigned max_retries = 2;
  // Wait before the first retry. It doubles for each further retry. Each wait is then shortened
  // by a random part of up to a quarter.
  Milliseconds first_backoff{500};
  // Upper bound of the doubling; at least first_backoff, at most 5 min.
  Milliseconds max_backoff{8'000};
  // If a provider asks for a longer wait than this, the call is not retried: the error is passed on with its
  // retry_after.
  Milliseconds max_retry_after{20'000};
};

// The provider that needs no key and no network: it plays scripted answers.
struct ScriptedConfig {
  // Whether the prompts `echo:TEXT` and `echo:N words` are answered literally.
  bool echo = true;
  // Whether it can continue a partial answer. If false, it behaves like a provider that can only start over.
  bool can_continue = true;
  // A TOML file of answers (scripted/script.hpp describes the format). Empty: none.
  std::string script_file;
  // Pieces per second of an echo that does not name a pace; 0: as fast as they are read. Up to 1,000,000.
  double echo_pace_per_second = 0;
  // Words per second of the answer that is given when nothing matches; 0: as fast as they are read. Up to
  // 1,000,000.
  double default_pace_per_second = 30;
  // Wait before the first piece, if the script does not name one.
  Milliseconds first_token_delay{0};
  // Determines where echoed text is cut into pieces. The same seed cuts the same text at the same positions.
  std::uint64_t seed = 1;
  // Time without output after which a scripted stall ends in provider_timeout.
  Milliseconds idle_timeout{60'000};
  RetryConfig retry;
};

// How an OpenAI-compatible server is asked to continue a partial answer (for models with can_continue).
enum class ContinueStyle {
  none,         // not supported: the answer starts over
  prefill,      // the last message is the assistant's, and the model continues it
  prefix_flag,  // the same, with `"prefix": true` in that message (DeepSeek, Mistral)
};

// The protocol of a language-model server.
enum class ProtocolKind {
  chat,       // OpenAI's Chat Completions and compatible servers
  responses,  // OpenAI's and xAI's Responses
  messages,   // Anthropic's Messages
};

// The header that carries the key.
enum class KeyHeader { by_kind, authorization, x_api_key };

// When calls to an address are stopped (calls/circuit_breaker.hpp). Providers with the same address share one
// circuit breaker, with the settings of the first provider.
struct BreakerConfig {
  // Failures in a row that open the breaker. Failures after the first piece of an answer do not count. 0:
  // never; up to 1,000.
  std::uint32_t breaker_failures = 10;
  // How long no call is made after that.
  Milliseconds breaker_open_time{10'000};
  // Calls at the same time that test whether the address works again.
  std::uint32_t breaker_probes = 2;
};

// Any server of language models behind an address.
struct HttpProviderConfig {
  // Everything before `/chat/completions`, `/responses` or `/messages`, without a trailing slash. Empty: the
  // address of the protocol's inventor.
  std::string base_url;
  // The environment variable, or the file, that contains the key. If both are set, the file is used. Both
  // empty: no key is sent.
  std::string api_key_env;
  std::string api_key_file;
  KeyHeader key_header = KeyHeader::by_kind;
  // PEM file of the certificate authorities to trust instead of the system's. Empty: the system's.
  std::string ca_file;
  // Unless this is set, plain http:// is rejected for addresses outside this machine.
  bool allow_plain_http = false;
  // Proxy address. Empty: the environment decides (https_proxy, no_proxy). Loopback addresses never use a
  // proxy.
  std::string proxy;

  // False for models or servers that cannot stream: the answer then comes as one piece.
  bool supports_streaming = true;
  // Chat Completions: whether to ask for `stream_options.include_usage`. False for servers that reject it.
  bool include_usage = true;
  // Whether a stream that ends without a finish reason counts as complete, if it contains words or tool
  // calls. A stream with a finish reason is always complete.
  bool lenient_end = false;
  // Chat Completions: whether reasoning tokens are counted in addition to completion_tokens (xAI) or as part
  // of them (OpenAI).
  bool reasoning_is_extra = false;
  ContinueStyle continue_style = ContinueStyle::none;  // for Chat Completions
  // Responses: whether the provider produces and keeps the answer by itself (`background`, `store`). An
  // interrupted answer can then continue exactly where it was.
  bool background = false;
  // Messages: the header `anthropic-version`.
  std::string anthropic_version = "2023-06-01";

  // Which HTTP client makes the calls. Calls through a proxy are always libcurl's.
  HttpClientKind http_client = HttpClientKind::own;

  // Name lookup, TCP and TLS together.
  Milliseconds connect_timeout{10'000};
  // From the request to the first byte of the answer's body. Models that think first need minutes.
  Milliseconds first_byte_timeout{300'000};
  // Between two bytes, including pings and comments.
  Milliseconds idle_timeout{60'000};
  // Between two pieces of content. Pings alone do not keep a call open.
  Milliseconds progress_timeout{300'000};
  // Calls at the same time, over all loops.
  std::uint32_t max_concurrent = 2'000;
  // Calls that wait for one of these to end. Further calls fail at once.
  std::uint32_t max_waiting = 1'000;
  // Longest wait of such a call.
  Milliseconds queue_timeout{30'000};
  // Size of one event of the stream. The last event of Responses repeats the whole answer.
  ByteCount max_event_bytes = 4_MiB;
  // Size of a complete answer that is not streamed.
  ByteCount max_whole_answer_bytes = 8_MiB;
  // Number of tool calls in one answer, and size of all their arguments together.
  std::uint32_t max_tool_calls = 128;
  ByteCount max_tool_call_bytes = 1_MiB;
  RetryConfig retry;
  BreakerConfig breaker;
};

enum class ProviderKind {
  scripted,
  openai,     // any server that speaks Chat Completions
  responses,  // OpenAI's or xAI's Responses
  anthropic,  // Messages
};

// One configured provider. A catalogue row refers to it by `name` (Model::provider).
struct ProviderConfig {
  std::string name;
  ProviderKind kind = ProviderKind::scripted;
  ScriptedConfig scripted;  // for ProviderKind::scripted
  HttpProviderConfig http;  // for the others
};

// The providers if the configuration has no [[providers]]: OpenAI, Anthropic and xAI, each with its key in
// the environment variable that its documentation names.
std::vector<ProviderConfig> default_providers();
// The catalogue if the configuration has no [[models]]: ten models of the providers "openai", "anthropic" and
// "xai" (default_catalogue.cpp).
std::vector<Model> default_models();

// Declares the settings: names, bounds and documentation. Table arrays at the top of the file: call it in the
// section without a name.
void declare(Settings& settings, std::vector<ProviderConfig>& providers, std::vector<Model>& models);

}  // namespace belay::providers
