// What is asked of a language model and what it says back, free of any vendor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace belay {

enum class Role : std::uint8_t { user = 1, assistant = 2 };

struct ChatMessage {
  Role role = Role::user;
  std::string content;  // valid UTF-8
};

// An action that the model may ask the client for.
struct Tool {
  std::string name;
  std::string description;
  std::string schema;  // JSON Schema of the arguments, as JSON text
};

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text
};

struct Usage {
  TokenCount input;   // all of the prompt, cached tokens included
  TokenCount output;  // all that was generated, reasoning included
  TokenCount cached;
  TokenCount reasoning;
  // Counted here, because the provider did not say, or not to the end.
  bool estimated = false;
  NanoDollars cost;  // by the catalogue's price (core/cost.hpp); 0: the model has none
};

enum class FinishReason : std::uint8_t { stop = 1, length = 2, tool_calls = 3, content_filter = 4 };

// US dollars for a million tokens. 0: not known, so nothing is charged.
struct ModelPrice {
  double input = 0;
  double output = 0;
  std::optional<double> cached;  // input that the provider had in its cache; not set: like other input
};

// A row of the catalogue: a name that clients use, and what stands behind it.
struct Model {
  std::string alias;          // "grok-3"
  std::string provider;       // the name of a configured provider: "xai"
  std::string upstream_name;  // what that provider calls it: "grok-4.3"
  std::string dialect;        // "chat", "responses" or "messages"; empty: its provider's own
  TokenCount window{128'000};
  TokenCount most_output{4'096};
  std::string token_field = "max_completion_tokens";  // or "max_tokens", where a server wants that
  std::string system_role = "system";                 // or "developer"
  bool sampling_allowed = false;                      // whether a temperature may be sent
  bool tools_allowed = true;                          // whether actions may be offered to it
  bool can_continue = false;                          // whether it goes on from a partial answer (prefill)
  ModelPrice price;
  std::string tier;                    // the lowest that may ask for it, as configured; empty: everybody may
  std::vector<std::string> fallbacks;  // aliases that answer, in this order, when this one fails
};

}  // namespace belay
