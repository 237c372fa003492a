// The models and providers that apply if the configuration names none.
//
// Names, windows and list prices are from the providers' pages of November 2026. If a model is retired, it is
// replaced here, or by an operator's own [[models]]. Four aliases are names that clients still send although
// the providers have retired the models behind them. They keep the window that such clients expect. Tiers:
// BASIC may use two of the models, PRO seven, ENTERPRISE ten.
#include "providers/config.hpp"

namespace belay::providers {
namespace {

struct Row {
  const char* alias;
  const char* provider;
  const char* upstream_name;
  std::uint64_t window;
  std::uint64_t max_output;  // includes reasoning, which current models do before they answer
  ModelPrice price;
  const char* tier;
};

// The first model answers requests that name no model.
const Row kRows[] = {
    {"gpt-6-luna", "openai", "gpt-6-luna", 1'050'000, 32'768, {0.10, 0.50, 0.01}, "basic"},
    {"grok-2", "xai", "grok-4.3", 131'072, 16'384, {1.25, 2.50, 0.20}, "basic"},
    {"grok-3", "xai", "grok-4.3", 131'072, 32'768, {1.25, 2.50, 0.20}, "pro"},
    {"gpt-4-turbo", "openai", "gpt-5.6-sol", 128'000, 16'384, {4, 20, 0.40}, "pro"},
    {"claude-3-5-sonnet-20241022", "anthropic", "claude-sonnet-5-5", 200'000, 16'384, {2, 10, 0.20}, "pro"},
    {"claude-haiku-5-5", "anthropic", "claude-haiku-5-5", 1'000'000, 32'768, {0.10, 0.50, 0.01}, "pro"},
    {"gpt-5.6-terra", "openai", "gpt-5.6-terra", 1'050'000, 32'768, {2, 12, 0.20}, "pro"},
    {"gpt-6-sol", "openai", "gpt-6-sol", 1'050'000, 65'536, {2, 10, 0.20}, "enterprise"},
    {"claude-opus-5-5", "anthropic", "claude-opus-5-5", 1'000'000, 65'536, {4, 20, 0.20}, "enterprise"},
    {"grok-4.5", "xai", "grok-4.5", 500'000, 65'536, {2, 6, 0.50}, "enterprise"},
};

ProviderConfig provider(const char* name, ProviderKind kind, const char* base_url, const char* variable) {
  ProviderConfig config;
  config.name = name;
  config.kind = kind;
  config.http.base_url = base_url;
  config.http.api_key_env = variable;
  return config;
}

}  // namespace

std::vector<ProviderConfig> default_providers() {
  return {provider("openai", ProviderKind::responses, "https://api.openai.com/v1", "OPENAI_API_KEY"),
          provider("anthropic", ProviderKind::anthropic, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
          provider("xai", ProviderKind::responses, "https://api.x.ai/v1", "XAI_API_KEY")};
}

std::vector<Model> default_models() {
  std::vector<Model> models;
  for (const Row& row : kRows) {
    Model& model = models.emplace_back();
    model.alias = row.alias;
    model.provider = row.provider;
    model.upstream_name = row.upstream_name;
    model.window = {row.window};
    model.max_output = {row.max_output};
    model.price = row.price;
    model.tier = row.tier;
    model.images_allowed = true;
    model.files_allowed = model.provider != "xai";
  }
  return models;
}

}  // namespace belay::providers
