#include "transport/websocket/handshake.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include "transport/problem.hpp"
#include "transport/target.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kVersion = "13";
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // section 1.3
constexpr int kUpgradeRequired = 426;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `visit` with each element of a list header, until it returns true. Returns whether it did.
template <class Visit>
bool visit_list(const Request& request, std::string_view lower_name, Visit visit) {
  for (const Header& header : request.headers) {
    if (header.name != lower_name) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (visit(trimmed(rest.substr(0, comma)))) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

// 16 bytes in base64.
bool is_key(std::string_view text) {
  if (text.size() != 24 || !text.ends_with("==")) return false;
  return std::all_of(text.begin(), text.end() - 2, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

std::size_t count_headers(const Request& request, std::string_view lower_name) {
  return static_cast<std::size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [&](const Header& header) { return header.name == lower_name; }));
}

Response upgrade_required(const Request& request, std::string detail, std::string field) {
  Response response = problem(make_error(ErrorCode::invalid_request, std::move(detail), std::move(field)),
                              request.request_id, kUpgradeRequired);
  response.headers.push_back({"Upgrade", "websocket"});
  response.headers.push_back({"Sec-WebSocket-Version", std::string(kVersion)});
  return response;
}

}  // namespace

bool has_token(const Request& request, std::string_view lower_name, std::string_view token) {
  return visit_list(request, lower_name,
                    [&](std::string_view element) { return lower_case(element) == token; });
}

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("SHA-1 is not available");
  std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> encoded;
  const int length = EVP_EncodeBlock(encoded.data(), hash.data(), static_cast<int>(size));
  return std::string(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length));
}

std::string choose_subprotocol(const Request& request, std::span<const std::string> ours) {
  for (const std::string& mine : ours)
    if (visit_list(request, "sec-websocket-protocol",
                   [&](std::string_view theirs) { return theirs == mine; }))
      return mine;
  return {};
}

std::optional<Response> refuse_handshake(const Request& request) {
  const bool is_connect = !request.connect_protocol.empty();
  if (request.method != "GET" || !request.chunked_allowed ||
      (!is_connect &&
       (!has_token(request, "upgrade", "websocket") || !has_token(request, "connection", "upgrade"))))
    return upgrade_required(request, "This address speaks WebSocket. Open it with a WebSocket client.",
                            "Upgrade");
  if (request.header("sec-websocket-version") != kVersion)
    return upgrade_required(request, "Only version 13 of the WebSocket protocol is spoken here.",
                            "Sec-WebSocket-Version");
  if (is_connect) return std::nullopt;  // the stream itself proves what the key proves
  if (count_headers(request, "sec-websocket-key") != 1 || !is_key(*request.header("sec-websocket-key")))
    return problem(
        make_error(ErrorCode::invalid_request, "Sec-WebSocket-Key must be 16 bytes in base64, sent once.",
                   "Sec-WebSocket-Key"),
        request.request_id);
  return std::nullopt;
}

}  // namespace belay::transport
