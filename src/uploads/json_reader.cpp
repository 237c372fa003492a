#include "uploads/json_reader.hpp"

#include <optional>
#include <string>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "uploads/format.hpp"
#include "uploads/json_climbs.hpp"

namespace belay::uploads {
namespace {

namespace json = boost::json;

// Receives what Boost.JSON's parser finds. Returning false ends the parsing; `error` says why.
struct Handler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  Handler(const Config& config, UploadBuilder& out) : max_cell(config.max_cell.value), climbs(out) {}

  using Code = json::error_code;
  using Kind = JsonClimbs::Kind;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return begin(true); }
  bool on_object_end(std::size_t, Code& code) { return check(climbs.end(), code); }
  bool on_array_begin(Code&) { return begin(false); }
  bool on_array_end(std::size_t, Code& code) { return check(climbs.end(), code); }

  bool on_key_part(json::string_view part, std::size_t, Code& code) { return hold(part, code); }
  bool on_key(json::string_view part, std::size_t, Code& code) {
    if (!hold(part, code)) return false;
    climbs.key(held);
    held.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code& code) { return hold(part, code); }
  bool on_string(json::string_view part, std::size_t, Code& code) {
    return hold(part, code) && value(Kind::string, code);
  }
  bool on_number_part(json::string_view part, Code& code) { return hold(part, code); }
  bool on_int64(std::int64_t, json::string_view part, Code& code) { return number(part, code); }
  bool on_uint64(std::uint64_t, json::string_view part, Code& code) { return number(part, code); }
  bool on_double(double, json::string_view part, Code& code) { return number(part, code); }
  bool on_bool(bool truth, Code& code) {
    held = truth ? "true" : "false";
    return value(Kind::word, code);
  }
  bool on_null(Code& code) {
    held = "null";
    return value(Kind::word, code);
  }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

  bool begin(bool is_object) {
    climbs.begin(is_object);
    return true;
  }
  bool number(json::string_view part, Code& code) { return hold(part, code) && value(Kind::number, code); }

  bool hold(json::string_view part, Code& code) {
    if (held.size() + part.size() <= max_cell) {
      held.append(part.data(), part.size());
      return true;
    }
    Error too_long =
        unusable(fmt::format("Your JSON has a text of more than {} bytes. Shorten it.", max_cell));
    too_long.limit = "uploads.max_cell";
    return check(std::move(too_long), code);
  }
  bool value(Kind kind, Code& code) {
    if (!climbs.is_inside()) return check(unusable("Your JSON must be an object or an array."), code);
    const bool fine = check(climbs.value(kind, held), code);
    held.clear();
    return fine;
  }
  bool check(Result<> result, Code& code) {
    if (result) return true;
    error = std::move(result.error());
    code = json::error::incomplete;  // any code: it is not read
    return false;
  }

  std::size_t max_cell;
  JsonClimbs climbs;
  std::string held;  // the key, string or number that is being read
  std::optional<Error> error;
};

json::parse_options options(const Config& config) {
  json::parse_options options;
  options.max_depth = config.max_depth;
  return options;
}

}  // namespace

struct JsonReader::Parser {
  Parser(const Config& config, UploadBuilder& out)
      : parser(options(config), config, out), max_depth(config.max_depth) {}
  json::basic_parser<Handler> parser;
  std::size_t max_depth;
};

JsonReader::JsonReader(const Config& config, UploadBuilder& out)
    : out_(out), parser_(std::make_unique<Parser>(config, out)) {}

JsonReader::~JsonReader() = default;

// The parser gets one line at a time: where it stops in a text it does not say.
Result<> JsonReader::push(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == text.npos ? end : end + 1);
    text.remove_prefix(line.size());
    json::error_code code;
    const std::size_t parsed = parser_->parser.write_some(true, line.data(), line.size(), code);
    if (code || parsed < line.size()) return broken(code);
    line_ += end != text.npos;
  }
  return {};
}

Result<> JsonReader::finish() {
  json::error_code code;
  parser_->parser.write_some(false, "", 0, code);
  if (code) return broken(code);
  if (out_.records == 0)
    return unusable("Your JSON has no values. Upload an object or an array with your climbs.");
  return {};
}

Error JsonReader::broken(const boost::system::error_code& code) const {
  if (const auto& error = parser_->parser.handler().error) return *error;
  if (code == json::error::too_deep)
    return unusable(fmt::format("Your JSON is nested more than {} levels deep in line {}. Make it flatter.",
                                parser_->max_depth, line_));
  if (code == json::error::incomplete)
    return unusable("Your JSON ends too early. Its last brackets or quotes are missing; export it again.");
  if (!code)
    return unusable(
        fmt::format("Your JSON has text behind its end, in line {}. Put all climbs into one array.", line_));
  return unusable(
      fmt::format("Your JSON is malformed in line {}. Check the quotes, commas and brackets there.", line_));
}

}  // namespace belay::uploads
