// The settings of the providers. ops/ declares their names and bounds and fills these structs; registry.hpp
// builds from them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "core/chat.hpp"

namespace belay::providers {

// How often, and how long apart, a call that failed before its first byte is made again.
struct RetryConfig {
  // Attempts after the first; 0 … 10.
  unsigned most_retries = 2;
  // Wait before the first retry, doubled for each further one, then shortened by up to a quarter at random; 1
  // ms … 60 s.
  Milliseconds first_backoff{500};
  // What the doubling stops at; not below first_backoff, up to 5 min.
  Milliseconds most_backoff{8'000};
  // A provider that asks for a longer wait than this is not waited for: the error goes up with its
  // retry_after; 0 … 10 min.
  Milliseconds most_retry_after{20'000};
};

// The provider that needs no key and no network: it plays what it is told to.
struct ScriptedConfig {
  // Whether prompts `echo:TEXT` and `echo:N words` are answered literally.
  bool echo = true;
  // Whether it goes on from a partial answer. Off: it behaves like a provider that can only start over.
  bool can_continue = true;
  // A TOML file of answers (scripted/script.hpp says what may stand in it); empty: none.
  std::string script_file;
  // Pieces a second of an echo that does not say; 0: as fast as they are taken. Up to 1,000,000.
  double echo_pace_per_second = 0;
  // Words a second of the answer that is given when nothing matches; 0: as fast as they are taken. Up to
  // 1,000,000.
  double default_pace_per_second = 30;
  // Wait before the first piece, where the script does not say; 0 … 10 min.
  Milliseconds first_token_delay{0};
  // Decides where echoed text is cut into pieces: the same seed cuts the same text at the same places.
  std::uint64_t seed = 1;
  // Silence after which a scripted stall ends in provider_timeout; 10 ms … 1 h.
  Milliseconds idle_timeout{60'000};
  RetryConfig retry;
};

// How an OpenAI-compatible server is told to go on from a partial answer (for models with can_continue).
enum class ContinueStyle {
  none,         // it can not: answers are started over
  prefill,      // the last message is the assistant's: the model continues it
  prefix_flag,  // the same, with `"prefix": true` in that message (DeepSeek, Mistral)
};

// How a server of language models is spoken to.
enum class DialectKind {
  chat,       // OpenAI's Chat Completions, and what is compatible
  responses,  // OpenAI's and xAI's Responses
  messages,   // Anthropic's Messages
};

// The header that carries the key.
enum class KeyHeader { by_kind, authorization, x_api_key };

// When an address is left alone (calls/circuit_breaker.hpp). Providers of one address share the first one's.
struct BreakerConfig {
  // Failures in a row, none of them after the first piece of an answer; 0: never; up to 1,000.
  std::uint32_t breaker_failures = 10;
  // How long no call is made then; 10 ms … 1 h.
  Milliseconds breaker_open_time{10'000};
  // Calls at once that try whether it is back; 1 … 1,000.
  std::uint32_t breaker_probes = 2;
};

// Any server of language models behind an address.
struct HttpProviderConfig {
  // Everything before `/chat/completions`, `/responses` or `/messages`, without a slash at its end. Empty:
  // the dialect's inventor.
  std::string base_url;
  // The environment variable that holds the key; or a file that does (it wins). Both empty: no key is sent.
  std::string api_key_env;
  std::string api_key_file;
  KeyHeader key_header = KeyHeader::by_kind;
  // PEM file of the authorities to trust instead of the system's; empty: the system's.
  std::string ca_file;
  // Plain http:// is refused for addresses outside this machine unless this is set.
  bool allow_plain_http = false;
  // Proxy address; empty: as the environment says (https_proxy, no_proxy). Loopback addresses are never
  // proxied.
  std::string proxy;

  // Off for models or servers that cannot stream: the answer then comes as one piece.
  bool supports_streaming = true;
  // Chat Completions: whether to ask for `stream_options.include_usage`; off for servers that refuse it.
  bool include_usage = true;
  // Whether a stream that ends without saying why is whole, if there is a word in it. One that says why it
  // ended always is.
  bool lenient_end = false;
  // Chat Completions: whether reasoning tokens come on top of completion_tokens (xAI) instead of within them
  // (OpenAI).
  bool reasoning_is_extra = false;
  ContinueStyle continue_style = ContinueStyle::none;  // of Chat Completions
  // Responses: whether the provider makes and keeps the answer (`background`, `store`), so that one that was
  // cut goes on exactly where it was.
  bool background = false;
  // Messages: the header `anthropic-version`.
  std::string anthropic_version = "2023-06-01";

  // Name look-up, TCP and TLS together; 10 ms … 5 min.
  Milliseconds connect_timeout{10'000};
  // From the request to the first byte of the answer's body: minutes for models that think first; 10 ms … 1
  // h.
  Milliseconds first_byte_timeout{300'000};
  // Between two bytes, pings and comments included; 10 ms … 1 h.
  Milliseconds idle_timeout{60'000};
  // Between two pieces of content: pings alone do not hold a call open; 10 ms … 1 h.
  Milliseconds progress_timeout{300'000};
  // Calls at once, over all loops; 1 … 100,000.
  std::uint32_t most_concurrent = 2'000;
  // Calls that wait for one of these to end; beyond it they fail at once; 0 … 100,000.
  std::uint32_t most_waiting = 1'000;
  // How long they wait at most; 10 ms … 1 h.
  Milliseconds queue_timeout{30'000};
  // One event of the stream; 1 KiB … 64 MiB. The last event of Responses repeats the whole answer.
  ByteCount most_event_bytes = 4_MiB;
  // A whole answer that is not streamed; 1 KiB … 64 MiB.
  ByteCount most_whole_answer_bytes = 8_MiB;
  // Tool calls in one answer, and the arguments of all of them together.
  std::uint32_t most_tool_calls = 128;
  ByteCount most_tool_call_bytes = 1_MiB;
  RetryConfig retry;
  BreakerConfig breaker;
};

enum class ProviderKind {
  scripted,
  openai,     // any server that speaks Chat Completions
  responses,  // OpenAI's or xAI's Responses
  anthropic,  // Messages
};

// One configured provider. `name` is what a catalogue row (Model::provider) refers to.
struct ProviderConfig {
  std::string name;
  ProviderKind kind = ProviderKind::scripted;
  ScriptedConfig scripted;  // for ProviderKind::scripted
  HttpProviderConfig http;  // for the others
};

// What a configuration without [[providers]] has: OpenAI, Anthropic and xAI, each with its key in the
// environment variable of its documentation.
std::vector<ProviderConfig> default_providers();
// The catalogue of a configuration without [[models]]: ten models of the providers "openai", "anthropic" and
// "xai" (default_catalogue.cpp).
std::vector<Model> default_models();

}  // namespace belay::providers
