#include "providers/scripted/script.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/utf8.hpp"
#include "providers/scripted/echo.hpp"

namespace belay::providers {
namespace {

template <class T>
struct Named {
  std::string_view name;
  T value;
};

constexpr Named<Match::By> kMatches[] = {{"exact", Match::By::exact},
                                         {"prefix", Match::By::prefix},
                                         {"contains", Match::By::contains},
                                         {"regex", Match::By::regex}};
constexpr Named<Cutting::By> kCuttings[] = {
    {"word", Cutting::By::word}, {"bytes", Cutting::By::bytes}, {"random", Cutting::By::random}};
constexpr Named<FinishReason> kFinishes[] = {{"stop", FinishReason::stop},
                                             {"length", FinishReason::length},
                                             {"tool_calls", FinishReason::tool_calls},
                                             {"content_filter", FinishReason::content_filter}};
constexpr Named<Fault::Kind> kFaults[] = {
    {"refuse", Fault::Kind::refuse},     {"status", Fault::Kind::status},
    {"quota", Fault::Kind::quota},       {"error", Fault::Kind::error},
    {"truncate", Fault::Kind::truncate}, {"stall", Fault::Kind::stall},
    {"garbage", Fault::Kind::garbage},   {"broken_utf8", Fault::Kind::broken_utf8}};

constexpr std::uint64_t kMaxMilliseconds = 600'000;
constexpr std::uint64_t kMaxTextBytes = 64u << 20;

// Reads a script's tables strictly. Keeps the first error; values that are read after it have no meaning.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  Result<Script> read(const toml::table& root) {
    Script script;
    allow_only(root, {"answer"});
    const auto* answers = root["answer"].as_array();
    if (!answers) return failure(root, "a script is a list of [[answer]] tables");
    for (const toml::node& node : *answers) {
      const auto* table = node.as_table();
      if (!table) return failure(node, "each answer is a table");
      script.answers.push_back(read_answer(*table));
      if (error_) return *error_;
    }
    if (error_) return *error_;
    return script;
  }

  Error failure(const toml::node& node, std::string_view what) const {
    return make_error(ErrorCode::invalid_request,
                      fmt::format("{}:{}: {}.", path_, node.source().begin.line, what));
  }

 private:
  void fail(const toml::node& node, std::string_view what) {
    if (!error_) error_ = failure(node, what);
  }

  void allow_only(const toml::table& table, std::initializer_list<std::string_view> keys) {
    for (const auto& [key, value] : table)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        fail(value, fmt::format("unknown key `{}`; known here: {}", key.str(), fmt::join(keys, ", ")));
  }

  std::string text(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (!node) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) fail(*node, fmt::format("`{}` must be a text in quotes", key));
    return value.value_or("");
  }

  std::optional<std::uint64_t> count(const toml::table& table, std::string_view key, std::uint64_t min,
                                     std::uint64_t max) {
    const toml::node* node = table.get(key);
    if (!node) return std::nullopt;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= 0 && static_cast<std::uint64_t>(*value) >= min &&
        static_cast<std::uint64_t>(*value) <= max)
      return static_cast<std::uint64_t>(*value);
    fail(*node, fmt::format("`{}` must be a whole number from {} to {}", key, min, max));
    return std::nullopt;
  }

  std::optional<Milliseconds> milliseconds(const toml::table& table, std::string_view key) {
    const auto value = count(table, key, 0, kMaxMilliseconds);
    return value ? std::optional(Milliseconds(*value)) : std::nullopt;
  }

  std::optional<double> pace(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (!node) return std::nullopt;
    const auto value = node->value<double>();
    if (node->is_number() && value && (*value == 0 || (*value >= 0.001 && *value <= kMaxPacePerSecond)))
      return value;
    fail(*node, fmt::format("`{}` must be 0 or a number from 0.001 to 1000000", key));
    return std::nullopt;
  }

  template <class T, std::size_t N>
  T choice(const toml::table& table, std::string_view key, const Named<T> (&names)[N], T otherwise) {
    const toml::node* node = table.get(key);
    if (!node) return otherwise;
    const auto value = node->value_exact<std::string>();
    std::string known;
    for (const auto& row : names) {
      if (value && *value == row.name) return row.value;
      known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", row.name);
    }
    fail(*node, fmt::format("`{}` must be one of {}", key, known));
    return otherwise;
  }

  // Returns the table at `key`, or null if it is missing.
  const toml::table* inner(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (!node) return nullptr;
    if (!node->is_table()) fail(*node, fmt::format("`{}` must be a table in braces", key));
    return node->as_table();
  }

  ScriptedAnswer read_answer(const toml::table& table) {
    allow_only(table, {"match", "text", "text_file", "words", "reasoning", "pieces", "first_token_delay_ms",
                       "pace_per_second", "usage", "tool_calls", "finish", "fault"});
    ScriptedAnswer answer;
    if (const auto* match = inner(table, "match")) answer.match = read_match(*match);
    read_text(table, answer);
    if (std::string thoughts = text(table, "reasoning"); !thoughts.empty())
      answer.reasoning = std::make_shared<const std::string>(std::move(thoughts));
    if (const auto* pieces = inner(table, "pieces")) answer.cutting = read_pieces(*pieces);
    answer.first_token_delay = milliseconds(table, "first_token_delay_ms");
    answer.pace_per_second = pace(table, "pace_per_second");
    if (const auto* usage = inner(table, "usage")) answer.usage = read_usage(*usage);
    read_tool_calls(table, answer);
    answer.finish = choice(table, "finish", kFinishes,
                           answer.tool_calls.empty() ? FinishReason::stop : FinishReason::tool_calls);
    if (const auto* fault = inner(table, "fault")) answer.fault = read_fault(*fault);
    return answer;
  }

  Match read_match(const toml::table& table) {
    Match match;
    allow_only(table, {"exact", "prefix", "contains", "regex"});
    if (table.size() != 1) fail(table, "`match` takes exactly one of exact, prefix, contains, regex");
    for (const auto& row : kMatches) {
      const toml::node* node = table.get(row.name);
      if (!node) continue;
      match.by = row.value;
      match.text = text(table, row.name);
      if (match.by != Match::By::regex) continue;
      if (match.text.size() > Match::kMaxRegexPattern)
        fail(*node, fmt::format("a regular expression may have {} bytes at most", Match::kMaxRegexPattern));
      try {
        match.pattern.assign(match.text, std::regex::ECMAScript | std::regex::optimize);
      } catch (const std::regex_error&) {
        fail(*node, "this is no ECMAScript regular expression");
      }
    }
    return match;
  }

  void read_text(const toml::table& table, ScriptedAnswer& answer) {
    const int given = table.contains("text") + table.contains("text_file") + table.contains("words");
    if (given > 1) fail(table, "an answer takes one of text, text_file and words");
    answer.words = count(table, "words", 0, kMaxNumberedWords);
    std::string content = text(table, "text");
    if (const std::string name = text(table, "text_file"); !name.empty()) {
      const auto file = std::filesystem::path(path_).parent_path() / name;
      std::error_code ignored;
      std::ifstream in(file, std::ios::binary);
      if (!in || std::filesystem::file_size(file, ignored) > kMaxTextBytes)
        return fail(*table.get("text_file"),
                    fmt::format("`text_file` {} cannot be read, or is over 64 MiB", file.string()));
      std::ostringstream all;
      all << in.rdbuf();
      content = std::move(all).str();
    }
    if (!is_valid_utf8(content)) fail(table, "an answer's text must be UTF-8");
    answer.text = std::make_shared<const std::string>(std::move(content));
  }

  Cutting read_pieces(const toml::table& table) {
    Cutting cutting;
    allow_only(table, {"by", "size", "split_utf8", "seed"});
    cutting.by = choice(table, "by", kCuttings, Cutting::By::word);
    cutting.size = static_cast<std::uint32_t>(count(table, "size", 1, 1u << 20).value_or(1));
    cutting.seed = count(table, "seed", 0, INT64_MAX).value_or(1);
    if (const toml::node* node = table.get("split_utf8")) {
      const auto value = node->value_exact<bool>();
      if (!value) fail(*node, "`split_utf8` must be true or false");
      cutting.split_utf8 = value.value_or(false);
    }
    return cutting;
  }

  Usage read_usage(const toml::table& table) {
    constexpr std::uint64_t kMax = 1'000'000'000'000;
    allow_only(table, {"input", "output", "cached", "reasoning"});
    Usage usage;
    usage.input.value = count(table, "input", 0, kMax).value_or(0);
    usage.output.value = count(table, "output", 0, kMax).value_or(0);
    usage.cached.value = count(table, "cached", 0, kMax).value_or(0);
    usage.reasoning.value = count(table, "reasoning", 0, kMax).value_or(0);
    return usage;
  }

  void read_tool_calls(const toml::table& table, ScriptedAnswer& answer) {
    const toml::node* node = table.get("tool_calls");
    if (!node) return;
    const auto* list = node->as_array();
    if (!list) return fail(*node, "`tool_calls` must be a list of tables");
    for (const toml::node& item : *list) {
      const auto* call = item.as_table();
      if (!call) return fail(item, "a tool call is a table { id, name, arguments }");
      allow_only(*call, {"id", "name", "arguments"});
      answer.tool_calls.push_back({text(*call, "id"), text(*call, "name"), text(*call, "arguments")});
      if (!call->contains("arguments")) answer.tool_calls.back().arguments = "{}";
      if (answer.tool_calls.back().name.empty()) fail(item, "a tool call needs a name");
    }
  }

  Fault read_fault(const toml::table& table) {
    allow_only(table, {"kind", "status", "retry_after_ms", "after_pieces", "times"});
    if (!table.contains("kind")) fail(table, "a fault needs a kind");
    Fault fault;
    fault.kind = choice(table, "kind", kFaults, Fault::Kind::error);
    fault.status = static_cast<int>(count(table, "status", 300, 599).value_or(503));
    fault.retry_after = milliseconds(table, "retry_after_ms");
    fault.after_pieces = count(table, "after_pieces", 0, INT64_MAX).value_or(0);
    fault.times = count(table, "times", 0, INT64_MAX).value_or(0);
    return fault;
  }

  const std::string path_;
  std::optional<Error> error_;
};

}  // namespace

bool Match::matches(std::string_view message) const {
  switch (by) {
    case By::all:
      return true;
    case By::exact:
      return message == text;
    case By::prefix:
      return message.starts_with(text);
    case By::contains:
      return message.find(text) != std::string_view::npos;
    case By::regex: {
      const std::string_view input = message.substr(0, kMaxRegexInput);
      return std::regex_search(input.begin(), input.end(), pattern);
    }
  }
  return false;
}

Result<Script> parse_script(std::string_view toml, const std::string& path) {
  const toml::parse_result parsed = toml::parse(toml, path);
  if (!parsed)
    return make_error(
        ErrorCode::invalid_request,
        fmt::format("{}:{}: {}", path, parsed.error().source().begin.line, parsed.error().description()));
  return Reader(path).read(parsed.table());
}

Result<Script> load_script(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return make_error(ErrorCode::invalid_request, fmt::format("{}: the script cannot be read.", path));
  std::ostringstream all;
  all << in.rdbuf();
  return parse_script(all.view(), path);
}

}  // namespace belay::providers
