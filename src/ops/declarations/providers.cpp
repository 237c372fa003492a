#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

namespace {

using providers::ContinueStyle;
using providers::HttpProviderConfig;
using providers::KeyHeader;
using providers::ProviderConfig;
using providers::ProviderKind;
using providers::ScriptedConfig;

void declare_retry(Settings& row, providers::RetryConfig& retry) {
  row.integer("most_retries", retry.most_retries, {0, 10, "attempts"},
              "Attempts after the first, as long as no byte of an answer has come.");
  row.duration("first_backoff", retry.first_backoff, {1ms, 60s},
               "Wait before the first retry. Doubled for each further one, then shortened by up to a quarter "
               "at random.");
  row.duration("most_backoff", retry.most_backoff, {1ms, 5min},
               "What the doubling stops at; not below first_backoff.");
  row.duration("most_retry_after", retry.most_retry_after, {0ms, 10min},
               "A provider that asks for a longer wait than this is not waited for.");
}

void declare_http(Settings& row, HttpProviderConfig& http) {
  row.text("base_url", http.base_url, 2048,
           "Over HTTP: everything before /chat/completions, /responses or /messages, without a slash at its "
           "end. "
           "Empty: OpenAI's, or Anthropic's for kind anthropic.")
      .address()
      .sample(R"("https://api.openai.com/v1")");
  row.text("api_key_env", http.api_key_env, 256, "Over HTTP: the environment variable that holds the key.")
      .names_environment()
      .sample(R"("OPENAI_API_KEY")");
  row.text("api_key_file", http.api_key_file, 4096,
           "Over HTTP: a file that holds the key. It wins over api_key_env.");
  row.choice<KeyHeader>(
      "key_header", http.key_header,
      {{"by_kind", KeyHeader::by_kind},
       {"authorization", KeyHeader::authorization},
       {"x-api-key", KeyHeader::x_api_key}},
      "Over HTTP: the header that carries the key. by_kind: x-api-key for kind anthropic, else "
      "Authorization: Bearer.");
  row.text("ca_file", http.ca_file, 4096,
           "Over HTTP: PEM file of the authorities to trust. Empty: the system's.");
  row.truth("allow_plain_http", http.allow_plain_http,
            "Over HTTP: whether http:// is allowed for addresses outside this machine.");
  row.text("proxy", http.proxy, 2048,
           "Over HTTP: address of a proxy. Empty: as https_proxy and no_proxy say; a proxy that asks for a "
           "password is named there. Loopback addresses are never proxied.")
      .address();
  row.truth("supports_streaming", http.supports_streaming,
            "Over HTTP: off for servers that cannot stream; the answer then comes as one piece.");
  row.truth("include_usage", http.include_usage,
            "Chat Completions: whether to ask for stream_options.include_usage.");
  row.truth("lenient_end", http.lenient_end,
            "Over HTTP: whether a stream that ends without a finish reason is whole. One with a finish "
            "reason always "
            "is, also without [DONE].");
  row.truth(
      "reasoning_is_extra", http.reasoning_is_extra,
      "Chat Completions: whether reasoning tokens come on top of completion_tokens (xAI) instead of within "
      "them (OpenAI).");
  row.choice<ContinueStyle>(
      "continue_style", http.continue_style,
      {{"none", ContinueStyle::none},
       {"prefill", ContinueStyle::prefill},
       {"prefix_flag", ContinueStyle::prefix_flag}},
      "Chat Completions: how the server goes on from a partial answer. \"prefill\": from a last message of "
      "the "
      "assistant. "
      "\"prefix_flag\": the same, with \"prefix\": true in it. \"none\": answers are started over.");
  row.truth(
      "background", http.background,
      "Responses: whether the provider makes and keeps the answer, so that one that was cut goes on exactly "
      "where it was. Off: nothing is stored there.");
  row.choice<std::string>(
      "anthropic_version", http.anthropic_version,
      {{"2023-06-01", "2023-06-01"}, {"2026-10-21", "2026-10-21"}},
      "Messages: the version of the dialect. Under 2026-10-21 no temperature is ever sent.");
  row.duration("connect_timeout", http.connect_timeout, {10ms, 5min},
               "Over HTTP: name look-up, TCP and TLS together.");
  row.duration(
      "first_byte_timeout", http.first_byte_timeout, {10ms, 1h},
      "Over HTTP: from the request to the first byte of the answer. Minutes for models that think first.");
  row.duration("progress_timeout", http.progress_timeout, {10ms, 1h},
               "Over HTTP: between two pieces of content; pings alone do not hold a call open.");
  row.integer("most_concurrent", http.most_concurrent, {1, 100'000, "calls"},
              "Over HTTP: calls at once, over all threads.");
  row.integer("most_waiting", http.most_waiting, {0, 100'000, "calls"},
              "Over HTTP: calls that wait for one of these to end. Beyond it a call fails at once with "
              "provider_unavailable.");
  row.duration("queue_timeout", http.queue_timeout, {10ms, 1h}, "Over HTTP: how long a call waits so.");
  row.integer(
      "breaker_failures", http.breaker.breaker_failures, {0, 1000, "failures"},
      "Over HTTP: failures in a row, before any piece of an answer, after which the address is left alone. "
      "0: never. Of several providers of one address the first one's breaker settings count.");
  row.duration("breaker_open_time", http.breaker.breaker_open_time, {10ms, 1h},
               "Over HTTP: how long it is left alone before calls try it again.");
  row.integer("breaker_probes", http.breaker.breaker_probes, {1, 1000, "calls"},
              "Over HTTP: calls at once that may try it then.");
  row.size("most_event_bytes", http.most_event_bytes, {1_KiB, 64_MiB},
           "Over HTTP: one event of the stream. The last one of Responses repeats the whole answer.");
  row.size("most_whole_answer_bytes", http.most_whole_answer_bytes, {1_KiB, 64_MiB},
           "Over HTTP: a whole answer that is not streamed.");
  row.integer("most_tool_calls", http.most_tool_calls, {0, 1000, "calls"},
              "Over HTTP: tool calls in one answer.");
  row.size("most_tool_call_bytes", http.most_tool_call_bytes, {1_KiB, 64_MiB},
           "Over HTTP: the arguments of all tool calls of one answer.");
}

void declare_scripted(Settings& row, ScriptedConfig& scripted) {
  row.truth("echo", scripted.echo,
            "kind scripted: whether the prompts echo:TEXT and echo:N words are answered literally.");
  row.truth("can_continue", scripted.can_continue,
            "kind scripted: whether it goes on from a partial answer; off: it can only start over.");
  row.text("script_file", scripted.script_file, 4096, "kind scripted: a TOML file of answers. Empty: none.");
  row.number("echo_pace_per_second", scripted.echo_pace_per_second, {0, 1'000'000, "pieces a second"},
             "kind scripted: pace of an echo that does not say; 0: as fast as it is taken.");
  row.number(
      "default_pace_per_second", scripted.default_pace_per_second, {0, 1'000'000, "words a second"},
      "kind scripted: pace of the answer that is given when nothing matches; 0: as fast as it is taken.");
  row.duration("first_token_delay", scripted.first_token_delay, {0ms, 10min},
               "kind scripted: wait before the first piece, where the script does not say.");
  row.integer("seed", scripted.seed, {0, std::numeric_limits<std::int64_t>::max()},
              "kind scripted: decides where echoed text is cut into pieces.");
}

void declare_provider(Settings& row, ProviderConfig& provider) {
  row.text("name", provider.name, 64, "What models call it.").required(R"("openai")");
  row.choice<ProviderKind>(
         "kind", provider.kind,
         {{"scripted", ProviderKind::scripted},
          {"openai", ProviderKind::openai},
          {"responses", ProviderKind::responses},
          {"anthropic", ProviderKind::anthropic}},
         "\"openai\": any server that speaks OpenAI's Chat Completions. \"responses\": OpenAI's or xAI's "
         "Responses. \"anthropic\": Anthropic's Messages. These three are \"over HTTP\" below. \"scripted\": "
         "plays what it is told to; needs no key and no network.")
      .required(R"("openai")");
  declare_http(row, provider.http);
  declare_scripted(row, provider.scripted);
  // All kinds have these; check_together() copies them to the scripted one.
  row.duration("idle_timeout", provider.http.idle_timeout, {10ms, 1h},
               "Silence between two bytes after which a call has failed.");
  declare_retry(row, provider.http.retry);
}

void declare_model(Settings& row, Model& model) {
  row.text("alias", model.alias, 64, "What clients call it.").required(R"("default")");
  row.text("provider", model.provider, 64, "The name of a provider above.").required(R"("openai")");
  row.text("upstream_name", model.upstream_name, 128, "What the provider calls it. Empty: the alias.")
      .sample(R"("gpt-6-luna")");
  row.choice<std::string>(
      "dialect", model.dialect,
      {{"", ""}, {"chat", "chat"}, {"responses", "responses"}, {"messages", "messages"}},
      "How the provider is spoken to for this model. Empty: as its kind says. \"chat\": Chat Completions.");
  row.integer("window", model.window.value, {1'000, 100'000'000, "tokens"}, "Context window.");
  row.integer("most_output", model.most_output.value, {16, 10'000'000, "tokens"},
              "Longest answer, less than the window.");
  row.choice<std::string>("token_field", model.token_field,
                          {{"max_completion_tokens", "max_completion_tokens"}, {"max_tokens", "max_tokens"}},
                          "The field of the request that carries most_output.");
  row.choice<std::string>("system_role", model.system_role,
                          {{"system", "system"}, {"developer", "developer"}},
                          "The role of the message that carries the system prompt.");
  row.truth("sampling_allowed", model.sampling_allowed, "Whether a temperature may be sent.");
  row.truth("tools_allowed", model.tools_allowed,
            "Whether actions may be offered to it; off for models that refuse requests with tools.");
  row.truth("can_continue", model.can_continue, "Whether it goes on from a partial answer.");
  row.number("input_price", model.price.input, {0, 10'000, "US dollars a million tokens"},
             "Price of input. 0: not known.");
  row.number("output_price", model.price.output, {0, 10'000, "US dollars a million tokens"},
             "Price of output, reasoning included. 0: not known.");
  row.number("cached_price", model.price.cached, {0, 10'000, "US dollars a million tokens"},
             "Price of input that the provider had cached; not set: like other input.")
      .sample("0.01");
  row.text("tier", model.tier, 64, "The lowest tier that may ask for it. Empty: everybody may.")
      .sample(R"("basic")");
  row.texts(
         "fallbacks", model.fallbacks, 8,
         "Models that answer in its stead when it fails, in this order. Before the first piece of an answer "
         "any of them; after it only one that can continue a partial answer.")
      .sample("[]");
}

}  // namespace

void declare_providers(Settings& settings, Configuration& configuration) {
  settings.section("", "");
  settings.rows(
      "providers", configuration.providers, 64,
      "An address behind which language models stand. Without any [[providers]] and [[models]] there are "
      "openai, anthropic and xai, with their keys in OPENAI_API_KEY, ANTHROPIC_API_KEY and XAI_API_KEY.",
      declare_provider);
  settings.rows("models", configuration.models, 256,
                "A model that clients may ask for, and what stands behind it. Without any there is a default "
                "catalogue: ten models of the providers openai, anthropic and xai (docs/PROVIDERS.md).",
                declare_model);
}

}  // namespace belay::ops
