// The conformance vectors that all parsers of event streams read (clients/vectors/README.md; requirement A11).
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "providers/sse_parser.hpp"

namespace belay::providers {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxEvent = 1 << 20;
// Longer ones are cut at some places only.
constexpr std::size_t kLong = 4096;
constexpr std::size_t kCutsOfLong = 41;

std::string unhex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, value, 16);
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

// A string, {"hex"}, or {"repeat", "times", "then"}.
std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  const json::object& object = value.as_object();
  if (const json::value* const hex = object.if_contains("hex")) return unhex(hex->as_string());
  std::string text;
  for (std::int64_t i = object.at("times").to_number<std::int64_t>(); i > 0; --i)
    text.append(object.at("repeat").as_string());
  if (const json::value* const then = object.if_contains("then")) text.append(then->as_string());
  return text;
}

struct Parsed {
  std::vector<std::string> events;  // "type|id|data"
  std::string last_id;
  std::optional<std::uint64_t> retry;

  friend bool operator==(const Parsed&, const Parsed&) = default;
};

// A client that reconnects, as the handler's comments say.
class Client final : public SseParser::Handler {
 public:
  SseParser::Flow on_event(const SseEvent& event) override {
    const std::string_view type = event.type.empty() ? "message" : event.type;
    parsed.events.push_back(std::string(type) + "|" + parsed.last_id + "|" + std::string(event.data));
    return SseParser::Flow::more;
  }
  void on_field(std::string_view name, std::string_view value) override {
    if (name == "id" && value.find('\0') == std::string_view::npos) id_ = value;
    const bool is_number = !value.empty() && std::all_of(value.begin(), value.end(),
                                                         [](char c) { return c >= '0' && c <= '9'; });
    std::uint64_t number = 0;
    if (name == "retry" && is_number &&
        std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc())
      parsed.retry = number;
  }
  void on_block_end() override { parsed.last_id = id_; }

  Parsed parsed;

 private:
  std::string id_;
};

Parsed parse(std::string_view bytes, std::vector<std::size_t> cuts) {
  Client client;
  SseParser parser(kMaxEvent);
  cuts.push_back(bytes.size());
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    EXPECT_TRUE(parser.push(bytes.substr(from, cut - from), client));
    from = cut;
  }
  return client.parsed;
}

TEST(SseVectorsTest, A11_each_vector_gives_its_events_wherever_it_is_cut) {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(BELAY_SSE_VECTORS)) {
    if (entry.path().extension() != ".json") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const json::value document = json::parse(text.str());
    for (const json::value& each : document.at("cases").as_array()) {
      SCOPED_TRACE(entry.path().filename().string() + ": " + std::string(each.at("name").as_string()));
      ++cases;
      std::string bytes;
      for (const json::value& piece : each.at("pieces").as_array()) bytes.append(text_of(piece));
      Parsed expected;
      for (const json::value& event : each.at("events").as_array())
        expected.events.push_back(std::string(event.at("type").as_string()) + "|" +
                                  std::string(event.at("id").as_string()) + "|" + text_of(event.at("data")));
      expected.last_id = each.at("last_id").as_string();
      if (!each.at("retry").is_null()) expected.retry = each.at("retry").to_number<std::uint64_t>();
      ASSERT_EQ(parse(bytes, {}), expected);
      const std::size_t step = bytes.size() <= kLong ? 1 : bytes.size() / kCutsOfLong;
      std::vector<std::size_t> all;
      for (std::size_t cut = step; cut < bytes.size(); cut += step) {
        ASSERT_EQ(parse(bytes, {cut}), expected) << cut;
        all.push_back(cut);
      }
      ASSERT_EQ(parse(bytes, all), expected) << "in pieces of " << step;
    }
  }
  EXPECT_GE(cases, 80u);
}

}  // namespace
}  // namespace belay::providers
