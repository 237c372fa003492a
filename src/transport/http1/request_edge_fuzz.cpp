// Feeds arbitrary bytes in arbitrary pieces to the request reader. It must not crash or hang, and the sizes
// of the pieces must not change the result.
//
// The first byte seeds the sizes of the pieces. The rest is what a client sends: any number of requests in a
// row. The same bytes are read whole and in pieces. Both readings must give the same result, refusals
// included.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "transport/http1/request_reader.hpp"

namespace belay::transport {
namespace {

using Phase = RequestReader::Phase;

Config small_config() {
  Config config;
  config.max_target = ByteCount{128};
  config.max_header_bytes = ByteCount{1024};
  config.max_headers = 16;
  config.max_query_parameters = 8;
  config.max_chunk_overhead = ByteCount{32};
  config.max_ignored_body = ByteCount{48};
  return config;
}

bool ignores_body(const RequestHead& head) {
  return head.method == "GET" || head.method == "DELETE";
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_head(const RequestHead& head) {
  require(head.target.path.starts_with('/'));
  require(is_valid_utf8(head.target.path));
  require(head.target.path.find('\0') == std::string::npos);
  require(!(head.chunked && head.content_length));
  for (const Header& header : head.headers) require(header.value.find_first_of("\r\n") == std::string::npos);
}

// What a connection would read from `bytes`, as text. `next_cut` returns how many bytes to pass next.
template <class NextCut>
std::string story(std::string_view bytes, NextCut next_cut) {
  const Config config = small_config();
  std::string sent;
  while (!bytes.empty()) {
    RequestReader reader(config);
    while (!bytes.empty()) {
      const std::size_t cut = std::min<std::size_t>(next_cut(), bytes.size());
      bytes.remove_prefix(reader.push(bytes.substr(0, cut)));
      if (reader.phase() == Phase::held) {
        check_head(reader.head());
        if (ignores_body(reader.head())) {
          reader.ignore_body();
        } else {
          reader.accept_body(ByteCount{64});
        }
      }
      if (reader.phase() == Phase::done || reader.phase() == Phase::refused) break;
    }
    if (reader.phase() == Phase::refused) return sent + fmt::format("refused {}", reader.refusal().status);
    if (reader.phase() != Phase::done) return sent + "unfinished";
    require(reader.body().size() <= 64);
    require(reader.body().empty() || !ignores_body(reader.head()));
    sent += fmt::format("{} {} {}\n", reader.head().method, reader.head().target.path, reader.body());
    for (const Header& header : reader.head().headers)
      sent += fmt::format("{}: {}\n", header.name, header.value);
    if (!reader.head().keep_alive) return sent + "closed";
  }
  return sent;
}

}  // namespace
}  // namespace belay::transport

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::uint32_t state = data[0];
  const auto cuts = [&state] {
    state = state * 1664525 + 1013904223;
    return std::size_t{1} + (state >> 24) % 17;
  };
  const auto whole = [&bytes] { return bytes.size(); };
  const std::string expected = belay::transport::story(bytes, whole);
  belay::transport::require(belay::transport::story(bytes, cuts) == expected);
  return 0;
}
