#include "providers/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::providers {

using namespace std::chrono_literals;

namespace {

void declare_retry(Settings& row, RetryConfig& retry) {
  row.integer("max_retries", retry.max_retries, {0, 10, "attempts"},
              "Attempts after the first one, while no byte of an answer has arrived.")
      .renamed_from("most_retries");
  row.duration("first_backoff", retry.first_backoff, {1ms, 60s},
               "Delay before the first retry. It doubles with each further retry, and is then shortened by "
               "up to a quarter at random.");
  row.duration("max_backoff", retry.max_backoff, {1ms, 5min},
               "Maximum of the delay before it is shortened. Not below first_backoff.")
      .renamed_from("most_backoff");
  row.duration("max_retry_after", retry.max_retry_after, {0ms, 10min},
               "A call is not retried if the provider asks for a longer wait than this.")
      .renamed_from("most_retry_after");
}

void declare_http(Settings& row, HttpProviderConfig& http) {
  row.string("base_url", http.base_url, 2048,
             "Over HTTP: the URL before /chat/completions, /responses or /messages, without a final slash. "
             "Empty: OpenAI's, or Anthropic's for kind anthropic.")
      .address()
      .sample(R"("https://api.openai.com/v1")");
  row.string("api_key_env", http.api_key_env, 256, "Over HTTP: the environment variable that holds the key.")
      .names_environment()
      .sample(R"("OPENAI_API_KEY")");
  row.string("api_key_file", http.api_key_file, 4096,
             "Over HTTP: a file that holds the key. It overrides api_key_env.");
  row.choice<KeyHeader>(
      "key_header", http.key_header,
      {{"by_kind", KeyHeader::by_kind},
       {"authorization", KeyHeader::authorization},
       {"x-api-key", KeyHeader::x_api_key}},
      "Over HTTP: the header that carries the key. by_kind: x-api-key for kind anthropic, else "
      "Authorization: Bearer.");
  row.string("ca_file", http.ca_file, 4096,
             "Over HTTP: PEM file of the authorities to trust. Empty: the system's.");
  row.boolean("allow_plain_http", http.allow_plain_http,
              "Over HTTP: whether http:// is allowed for addresses outside this machine.");
  row.string("proxy", http.proxy, 2048,
             "Over HTTP: address of a proxy. Empty: as https_proxy and no_proxy say. Use these variables for "
             "a proxy that asks for a password. Loopback addresses are never proxied.")
      .address();
  row.choice<HttpClientKind>("http_client", http.http_client,
                             {{"own", HttpClientKind::own}, {"curl", HttpClientKind::curl}},
                             "Over HTTP: \"own\": HTTP/1.1 by Belay's own client. \"curl\": libcurl, which "
                             "uses HTTP/2 where the server offers it. Calls through a proxy are always "
                             "libcurl's.");
  row.boolean("supports_streaming", http.supports_streaming,
              "Over HTTP: false for servers that cannot stream. The answer then arrives as one piece.");
  row.boolean("include_usage", http.include_usage,
              "Chat Completions: whether to ask for stream_options.include_usage.");
  row.boolean("lenient_end", http.lenient_end,
              "Over HTTP: whether a stream without a finish reason counts as complete. A stream with a "
              "finish reason always does, also without [DONE].");
  row.boolean("reasoning_is_extra", http.reasoning_is_extra,
              "Chat Completions: whether reasoning tokens are added to completion_tokens (xAI) instead of "
              "included in them (OpenAI).");
  row.choice<ContinueStyle>("continue_style", http.continue_style,
                            {{"none", ContinueStyle::none},
                             {"prefill", ContinueStyle::prefill},
                             {"prefix_flag", ContinueStyle::prefix_flag}},
                            "Chat Completions: how the server continues a partial answer. \"prefill\": from "
                            "a last message of the assistant. \"prefix_flag\": the same, with \"prefix\": "
                            "true in it. \"none\": answers start from the beginning.");
  row.boolean("background", http.background,
              "Responses: whether the provider generates the answer in the background and stores it, so that "
              "a cut stream continues exactly where it was. Off: the provider stores nothing.");
  row.choice<std::string>(
      "anthropic_version", http.anthropic_version,
      {{"2023-06-01", "2023-06-01"}, {"2026-10-21", "2026-10-21"}},
      "Messages: the version of the protocol. With 2026-10-21 no temperature is ever sent.");
  row.duration("connect_timeout", http.connect_timeout, {10ms, 5min},
               "Over HTTP: name look-up, TCP and TLS together.");
  row.duration(
      "first_byte_timeout", http.first_byte_timeout, {10ms, 1h},
      "Over HTTP: from the request to the first byte of the answer. Models that think first need minutes.");
  row.duration("progress_timeout", http.progress_timeout, {10ms, 1h},
               "Over HTTP: longest time between two pieces of content. Pings alone do not keep a call open.");
  row.integer("max_concurrent", http.max_concurrent, {1, 100'000, "calls"},
              "Over HTTP: calls at once, over all threads.")
      .renamed_from("most_concurrent");
  row.integer("max_waiting", http.max_waiting, {0, 100'000, "calls"},
              "Over HTTP: calls that may wait for one of these to end. With more, a call fails at once with "
              "provider_unavailable.")
      .renamed_from("most_waiting");
  row.duration("queue_timeout", http.queue_timeout, {10ms, 1h},
               "Over HTTP: how long a call may wait for that.");
  row.integer("breaker_failures", http.breaker.breaker_failures, {0, 1000, "failures"},
              "Over HTTP: failures in a row, before any piece of an answer, that open the circuit breaker of "
              "the address: it gets no calls. 0: never. If several providers have one address, the first "
              "one's breaker settings count.");
  row.duration("breaker_open_time", http.breaker.breaker_open_time, {10ms, 1h},
               "Over HTTP: how long the breaker stays open before calls try the address again.");
  row.integer("breaker_probes", http.breaker.breaker_probes, {1, 1000, "calls"},
              "Over HTTP: how many calls at once may try it then.");
  row.size("max_event_bytes", http.max_event_bytes, {1_KiB, 64_MiB},
           "Over HTTP: largest event of the stream. The last event of Responses repeats the whole answer.")
      .renamed_from("most_event_bytes");
  row.size("max_whole_answer_bytes", http.max_whole_answer_bytes, {1_KiB, 64_MiB},
           "Over HTTP: largest answer that is not streamed.")
      .renamed_from("most_whole_answer_bytes");
  row.integer("max_tool_calls", http.max_tool_calls, {0, 1000, "calls"},
              "Over HTTP: tool calls in one answer.")
      .renamed_from("most_tool_calls");
  row.size("max_tool_call_bytes", http.max_tool_call_bytes, {1_KiB, 64_MiB},
           "Over HTTP: total size of the arguments of all tool calls of one answer.")
      .renamed_from("most_tool_call_bytes");
}

void declare_scripted(Settings& row, ScriptedConfig& scripted) {
  row.boolean("echo", scripted.echo,
              "kind scripted: whether the prompts echo:TEXT and echo:N words are answered literally.");
  row.boolean(
      "can_continue", scripted.can_continue,
      "kind scripted: whether it can continue a partial answer. If not, it starts from the beginning.");
  row.string("script_file", scripted.script_file, 4096,
             "kind scripted: a TOML file of answers. Empty: none.");
  row.number("echo_pace_per_second", scripted.echo_pace_per_second, {0, 1'000'000, "pieces a second"},
             "kind scripted: pace of an echo that names no pace. 0: as fast as it is read.");
  row.number("default_pace_per_second", scripted.default_pace_per_second, {0, 1'000'000, "words a second"},
             "kind scripted: pace of the answer when nothing matches. 0: as fast as it is read.");
  row.duration("first_token_delay", scripted.first_token_delay, {0ms, 10min},
               "kind scripted: delay before the first piece, unless the script sets one.");
  row.integer("seed", scripted.seed, {0, std::numeric_limits<std::int64_t>::max()},
              "kind scripted: decides where echoed text is cut into pieces.");
}

void declare_provider(Settings& row, ProviderConfig& provider) {
  row.string("name", provider.name, 64, "The name that [[models]] use for it.").required(R"("openai")");
  row.choice<ProviderKind>("kind", provider.kind,
                           {{"scripted", ProviderKind::scripted},
                            {"openai", ProviderKind::openai},
                            {"responses", ProviderKind::responses},
                            {"anthropic", ProviderKind::anthropic}},
                           "\"openai\": any server with OpenAI's Chat Completions. \"responses\": OpenAI's "
                           "or xAI's Responses. \"anthropic\": Anthropic's Messages. These three are \"over "
                           "HTTP\" below. \"scripted\": plays a script; needs no key and no network.")
      .required(R"("openai")");
  declare_http(row, provider.http);
  declare_scripted(row, provider.scripted);
  // Settings of all kinds of providers. check_together() copies them to the scripted provider's settings.
  row.duration("idle_timeout", provider.http.idle_timeout, {10ms, 1h},
               "A call fails when no byte arrives for this long.");
  declare_retry(row, provider.http.retry);
}

void declare_model(Settings& row, Model& model) {
  row.string("alias", model.alias, 64, "The name that clients use for it.").required(R"("default")");
  row.string("provider", model.provider, 64, "The name of a provider above.").required(R"("openai")");
  row.string("upstream_name", model.upstream_name, 128, "The provider's name for it. Empty: the alias.")
      .sample(R"("gpt-6-luna")");
  row.choice<std::string>("protocol", model.protocol,
                          {{"", ""}, {"chat", "chat"}, {"responses", "responses"}, {"messages", "messages"}},
                          "The protocol for this model. Empty: the usual one of the provider's kind. "
                          "\"chat\": Chat Completions.")
      .renamed_from("dialect");
  row.integer("window", model.window.value, {1'000, 100'000'000, "tokens"}, "Context window.");
  row.integer("max_output", model.max_output.value, {16, 10'000'000, "tokens"},
              "Longest answer, less than the window.")
      .renamed_from("most_output");
  row.choice<std::string>("token_field", model.token_field,
                          {{"max_completion_tokens", "max_completion_tokens"}, {"max_tokens", "max_tokens"}},
                          "The field of the request for max_output.");
  row.choice<std::string>("system_role", model.system_role,
                          {{"system", "system"}, {"developer", "developer"}},
                          "The role of the message with the system prompt.");
  row.boolean("sampling_allowed", model.sampling_allowed,
              "Whether a temperature, top_p, penalties, a seed and stop sequences may be sent.");
  row.boolean("tools_allowed", model.tools_allowed,
              "Whether actions may be offered to it. Off for models that refuse requests with tools.");
  row.boolean("images_allowed", model.images_allowed, "Whether it takes images.");
  row.boolean("files_allowed", model.files_allowed, "Whether it takes files, such as PDF documents.");
  row.boolean("can_continue", model.can_continue, "Whether it can continue a partial answer.");
  row.choice<bool>("reasoning", model.shows_reasoning, {{"hide", false}, {"show", true}},
                   "\"show\": clients see what the model thinks before it answers, where the provider sends "
                   "it. Responses are asked for a summary, and Messages for adaptive thinking.");
  row.number("input_price", model.price.input, {0, 10'000, "US dollars a million tokens"},
             "Price of input. 0: unknown.");
  row.number("output_price", model.price.output, {0, 10'000, "US dollars a million tokens"},
             "Price of output, reasoning included. 0: unknown.");
  row.number("cached_price", model.price.cached, {0, 10'000, "US dollars a million tokens"},
             "Price of input that the provider had cached. Not set: like other input.")
      .sample("0.01");
  row.string("tier", model.tier, 64, "The lowest tier that may use it. Empty: everyone may.")
      .sample(R"("basic")");
  row.string_list("fallbacks", model.fallbacks, 8,
                  "Models that answer instead when it fails, in this order. Before the first piece of an "
                  "answer any of them may; after it, only one that can continue a partial answer.")
      .sample("[]");
}

}  // namespace

void declare(Settings& settings, std::vector<ProviderConfig>& providers, std::vector<Model>& models) {
  settings.table_array(
      "providers", providers, 64,
      "A provider of language models at one address. Without any [[providers]] and [[models]] there are "
      "openai, anthropic and xai, with their keys in OPENAI_API_KEY, ANTHROPIC_API_KEY and XAI_API_KEY.",
      declare_provider);
  settings.table_array(
      "models", models, 256,
      "A model that clients may use, and the provider that serves it. Without any there is a default "
      "catalogue: ten models of the providers openai, anthropic and xai (docs/PROVIDERS.md).",
      declare_model);
}

}  // namespace belay::providers
