#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "app/configuration.hpp"

namespace belay::app {
namespace {

constexpr std::array kScriptedOnly{"echo",
                                   "can_continue",
                                   "script_file",
                                   "seed",
                                   "echo_pace_per_second",
                                   "default_pace_per_second",
                                   "first_token_delay"};
constexpr std::array kHttpOnly{"base_url",
                               "api_key_env",
                               "api_key_file",
                               "key_header",
                               "ca_file",
                               "allow_plain_http",
                               "proxy",
                               "supports_streaming",
                               "include_usage",
                               "lenient_end",
                               "reasoning_is_extra",
                               "continue_style",
                               "background",
                               "anthropic_version",
                               "connect_timeout",
                               "first_byte_timeout",
                               "progress_timeout",
                               "max_concurrent",
                               "max_waiting",
                               "queue_timeout",
                               "breaker_failures",
                               "breaker_open_time",
                               "breaker_probes",
                               "max_event_bytes",
                               "max_whole_answer_bytes",
                               "max_tool_calls",
                               "max_tool_call_bytes"};

template <std::size_t N>
void refuse_given(ConfigReading& reading, const std::string& row, const std::array<const char*, N>& names,
                  std::string_view kind) {
  for (const char* name : names)
    if (reading.places.contains(row + name))
      reading.report(row + name,
                     fmt::format("only providers of kind {} have this; take it out, or change kind", kind));
}

void check_providers(Configuration& configuration, ConfigReading& reading) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < configuration.providers.size(); ++i) {
    providers::ProviderConfig& provider = configuration.providers[i];
    const std::string row = fmt::format("providers[{}].", i);
    if (!names.insert(provider.name).second)
      reading.report(row + "name", "another provider has this name; choose another");
    if (reading.is_rejected(row + "kind")) continue;
    if (provider.kind == providers::ProviderKind::scripted)
      refuse_given(reading, row, kHttpOnly, "openai, responses and anthropic");
    else
      refuse_given(reading, row, kScriptedOnly, "scripted");
    if (provider.http.retry.max_backoff < provider.http.retry.first_backoff)
      reading.report_pair(row + "max_backoff", row + "first_backoff", "it must not be below first_backoff");
    provider.scripted.idle_timeout = provider.http.idle_timeout;
    provider.scripted.retry = provider.http.retry;
  }
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_tier(const policy::TiersConfig& tiers, const std::string& name) {
  const auto same = [&](const std::string& one) { return lower(one) == lower(name); };
  return std::any_of(tiers.order.begin(), tiers.order.end(), same) ||
         std::any_of(tiers.aliases.begin(), tiers.aliases.end(),
                     [&](const auto& alias) { return same(alias.first); });
}

// Without [[models]]: the models of the default catalogue whose provider is configured.
void fill_in_models(Configuration& configuration) {
  if (!configuration.models.empty()) return;
  configuration.default_models = true;
  configuration.models = providers::default_models();
  if (configuration.providers.empty()) configuration.providers = providers::default_providers();
  const auto& declared = configuration.providers;
  std::erase_if(configuration.models, [&](const Model& model) {
    return std::none_of(declared.begin(), declared.end(), [&](const providers::ProviderConfig& provider) {
      return provider.name == model.provider;
    });
  });
}

void check_fallbacks(const Model& model, const std::string& row, const std::set<std::string>& aliases,
                     ConfigReading& reading) {
  for (const std::string& fallback : model.fallbacks) {
    if (!aliases.contains(fallback))
      reading.report(
          row + "fallbacks",
          fmt::format("there is no model \"{}\"; add a [[models]] table with this alias", fallback));
    if (fallback == model.alias)
      reading.report(row + "fallbacks", "a model is no fallback of itself; take it out");
  }
}

// Whether the names of all rows could be read. Only then "there is no such model" can be said.
bool all_are_named(const ConfigReading& reading, const std::string& rows, std::size_t count,
                   const char* name) {
  if (reading.is_rejected(rows) && count == 0) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (reading.is_rejected(fmt::format("{}[{}].{}", rows, i, name))) return false;
  return true;
}

bool all_models_are_named(const Configuration& configuration, const ConfigReading& reading) {
  return all_are_named(reading, "models", configuration.models.size(), "alias");
}

void check_models(Configuration& configuration, ConfigReading& reading) {
  const bool tiers_are_known = !reading.is_rejected("tiers");
  if (configuration.default_models) {
    if (reading.is_rejected("models") || !tiers_are_known) return;
    for (const Model& model : configuration.models)
      if (!is_tier(configuration.policy.tiers, model.tier))
        return reading.report(
            "tiers.order",
            "the default models are for the tiers basic, pro and enterprise; keep these names, as "
            "tiers.aliases if you like, or add [[models]] tables");
    return;
  }
  const bool providers_are_named =
      all_are_named(reading, "providers", configuration.providers.size(), "name");
  std::set<std::string> names;
  for (const providers::ProviderConfig& provider : configuration.providers) names.insert(provider.name);
  std::set<std::string> aliases;
  for (std::size_t i = 0; i < configuration.models.size(); ++i) {
    Model& model = configuration.models[i];
    const std::string row = fmt::format("models[{}].", i);
    if (!aliases.insert(model.alias).second)
      reading.report(row + "alias", "another model has this alias; choose another");
    if (!names.contains(model.provider) && providers_are_named)
      reading.report(row + "provider", "there is no such provider; add a [[providers]] table with this name");
    if (model.max_output >= model.window)
      reading.report_pair(row + "max_output", row + "window", "it must be less than window");
    if (!model.tier.empty() && tiers_are_known && !is_tier(configuration.policy.tiers, model.tier))
      reading.report(row + "tier", "there is no such tier; tiers.order and tiers.aliases name them");
    if (model.upstream_name.empty()) model.upstream_name = model.alias;
  }
  if (!all_models_are_named(configuration, reading)) return;
  for (std::size_t i = 0; i < configuration.models.size(); ++i)
    check_fallbacks(configuration.models[i], fmt::format("models[{}].", i), aliases, reading);
}

bool is_word(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

void check_personas(const prompts::Config& config, ConfigReading& reading) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < config.personas.size(); ++i) {
    const std::string& name = config.personas[i].name;
    const std::string key = fmt::format("personas[{}].name", i);
    if (!names.insert(name).second) reading.report(key, "another persona has this name; choose another");
    if (name.empty() || !is_word(name))
      reading.report(key, "use letters, digits, dashes and underscores only");
    if (config.personas[i].prompt.empty())
      reading.report(fmt::format("personas[{}].prompt", i), "write its system prompt");
  }
  std::set<std::string> cells;
  for (std::size_t i = 0; i < config.coach_lines.size(); ++i) {
    const prompts::CoachLinesConfig& row = config.coach_lines[i];
    const std::string key = fmt::format("coach_lines[{}].lines", i);
    if (!cells.insert(row.persona + '/' + row.phase + '/' + row.intensity).second)
      reading.report(key, "this phase and intensity has lines already; put them into one table");
    if (std::all_of(row.lines.begin(), row.lines.end(), [](const auto& line) { return line.empty(); }))
      reading.report(key, "write one line at least");
  }
}

// Refuses the same address and port for both listeners: one of them would receive the other's requests.
void check_operations(Configuration& configuration, ConfigReading& reading) {
  OperationsConfig& operations = configuration.operations;
  const transport::Config& server = configuration.server;
  operations.port_is_default = !reading.places.contains("operations.port");
  if (operations.port_is_default && server.port == 0) operations.port = 0;
  const auto is_any = [](const std::string& address) { return address == "0.0.0.0" || address == "::"; };
  const bool one_place =
      operations.address == server.address || is_any(operations.address) || is_any(server.address);
  if (operations.enabled && operations.port == server.port && server.port != 0 && one_place)
    reading.report_pair("operations.port", "server.port", "it must be another one than server.port");
  if (operations.enabled && server.tls.enabled() && operations.port == server.tls.port &&
      operations.port != 0 && one_place)
    reading.report_pair("operations.port", "server.tls.port", "it must be another one than server.tls.port");
  if (operations.tls && !server.tls.enabled())
    reading.report("operations.tls",
                   "there is no certificate; set server.tls.certificate and server.tls.key");
}

void check_tls(const Configuration& configuration, ConfigReading& reading) {
  const transport::Config& server = configuration.server;
  if (!server.tls.enabled()) {
    if (!server.plain)
      reading.report(
          "server.plain",
          "nothing would be served; set server.tls.certificate and server.tls.key, or take it out");
    return;
  }
  if (server.plain && server.tls.port == server.port && server.port != 0)
    reading.report_pair("server.tls.port", "server.port",
                        "it must be another one than server.port, or server.plain must be false");
}

// Checks the model that a surface's setting names.
void check_model(const std::string& key, const std::string& alias, const Configuration& configuration,
                 ConfigReading& reading) {
  const bool is_known = std::any_of(configuration.models.begin(), configuration.models.end(),
                                    [&](const Model& model) { return model.alias == alias; });
  if (!alias.empty() && !is_known && all_models_are_named(configuration, reading))
    reading.report(key, "there is no such model; add a [[models]] table with this alias");
}

void check_prefix(const std::string& key, const std::string& prefix, ConfigReading& reading) {
  if (prefix.empty()) return;
  const bool fits =
      prefix.front() == '/' && prefix.back() != '/' && std::all_of(prefix.begin(), prefix.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '-' || c == '_' || c == '.';
      });
  if (!fits || prefix.find("//") != std::string::npos)
    reading.report(
        key, "write it as \"/music\": a slash first, none last; letters, digits, dots, dashes, underscores");
}

}  // namespace

void check_together(Configuration& configuration, ConfigReading& reading) {
  check_providers(configuration, reading);
  fill_in_models(configuration);
  check_models(configuration, reading);

  if (configuration.server.max_target >= configuration.server.max_header_bytes)
    reading.report_pair("server.max_target", "server.max_header_bytes",
                        "it must be less than server.max_header_bytes");

  check_operations(configuration, reading);
  check_tls(configuration, reading);
  if (configuration.policy.tiers.order.empty()) reading.report("tiers.order", "name one tier at least");

  if (configuration.retention.records < configuration.retention.events)
    reading.report_pair("retention.records", "retention.events",
                        "it must not be shorter than retention.events");
  for (const auto& surface : configuration.surfaces.all()) {
    const std::string section = std::string(surface->name()) + '.';
    if (surface->model()) check_model(section + "model", *surface->model(), configuration, reading);
    check_prefix(section + "prefix", surface->prefix(), reading);
    surface->check(reading);
  }
  check_personas(configuration.prompts, reading);

  // Both modules use one list: the transport answers preflights, and sign-in checks which page sent a cookie.
  configuration.auth.allowed_origins = configuration.server.cors.allowed_origins;
  for (const Error& error : check(configuration.upload_storage.keys, "uploads")) reading.report(error);
  for (Error& error : auth::check(configuration.auth)) {
    if (error.field == "auth.allowed_origins") error.field = "server.cors.allowed_origins";
    reading.report(error);
  }
}

}  // namespace belay::app
