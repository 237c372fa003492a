// What a request wants of the model. All of it is optional: what is not set is what the model's entry or the provider
// says. Each protocol sends what it has a member for; a temperature, top_p, penalties, a seed and, in Chat Completions,
// stop sequences only to models whose entry allows them (Model::sampling_allowed). The rest is left out, never refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace belay {

// Whether the model may, must or must not call tools.
struct ToolChoice {
  enum class Mode : std::uint8_t { automatic = 1, none = 2, required = 3, named = 4 };
  Mode mode = Mode::automatic;
  std::string name;  // of the tool; only for `named`

  friend bool operator==(const ToolChoice&, const ToolChoice&) = default;
};

struct ResponseFormat {
  enum class Kind : std::uint8_t { text = 1, json_object = 2, json_schema = 3 };
  Kind kind = Kind::text;
  // Of a json_schema only:
  std::string name;
  std::string description;  // empty: none
  std::string schema;       // JSON Schema as JSON text, on one line or several
  bool strict = false;

  friend bool operator==(const ResponseFormat&, const ResponseFormat&) = default;
};

struct Sampling {
  std::optional<double> temperature{};
  std::optional<double> top_p{};
  std::optional<double> presence_penalty{};
  std::optional<double> frequency_penalty{};
  TokenCount max_output{};  // at most what the model's entry says; 0: not set
  std::vector<std::string>
      stop{};  // the answer ends before the first of these. Only the provider looks for them
  std::optional<std::int64_t> seed{};
  std::optional<ToolChoice> tool_choice{};
  std::optional<ResponseFormat> response_format{};
  std::string
      effort{};  // how much the model thinks: "low"; empty: not set. Only for models that show reasoning
  std::optional<bool> parallel_tool_calls{};

  friend bool operator==(const Sampling&, const Sampling&) = default;
};

}  // namespace belay
