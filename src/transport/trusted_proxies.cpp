#include "transport/trusted_proxies.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

#include <fmt/format.h>

#include "transport/target.hpp"

namespace belay::transport {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Address {
  Bytes bytes{};
  bool v4 = false;
};

std::optional<Address> parse_address(std::string_view view) {
  const std::string text(view);
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data() + 12) == 1) {
    address.bytes[10] = address.bytes[11] = 0xff;
    address.v4 = true;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

bool inside(const Bytes& address, const Bytes& network, int prefix) {
  for (int i = 0; prefix > 0; ++i, prefix -= 8) {
    const auto mask = static_cast<std::uint8_t>(prefix >= 8 ? 0xff : 0xff << (8 - prefix));
    const auto at = static_cast<std::size_t>(i);
    if ((address[at] & mask) != (network[at] & mask)) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Removes the port from "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711" or "2001:db8::1".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  const bool one_colon = std::count(text.begin(), text.end(), ':') == 1;
  return one_colon ? text.substr(0, text.find(':')) : text;
}

// The last element of a list header: the nearest proxy added it.
std::optional<std::string_view> last_element(const std::vector<Header>& headers, std::string_view name) {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->name != name) continue;
    const std::string_view value = header->value;
    const auto comma = value.rfind(',');
    return trimmed(comma == value.npos ? value : value.substr(comma + 1));
  }
  return std::nullopt;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::make(const std::vector<std::string>& networks) {
  TrustedProxies trusted;
  for (const std::string& text : networks) {
    const auto wrong = [&] {
      return make_error(
          ErrorCode::invalid_request,
          fmt::format("'{}' is no address or network. Write 192.0.2.7, 10.0.0.0/8 or fd00::/8.", text),
          "trusted_proxies");
    };
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    if (!address) return wrong();
    const int max = address->v4 ? 32 : 128;
    int prefix = max;
    if (slash != text.size()) {
      const char* const end = text.data() + text.size();
      const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, prefix);
      if (error != std::errc() || rest != end || prefix < 0 || prefix > max) return wrong();
    }
    trusted.networks_.push_back({address->bytes, prefix + (address->v4 ? 96 : 0)});
  }
  return trusted;
}

bool TrustedProxies::contains(std::string_view text) const {
  const auto address = parse_address(text);
  if (!address) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return inside(address->bytes, network.bytes, network.prefix);
  });
}

TrustedProxies::Client TrustedProxies::client_of(const Connection& connection,
                                                 const std::vector<Header>& headers) const {
  Client client{std::string(connection.address), connection.secure};
  if (networks_.empty() || !contains(connection.address)) return client;

  if (const auto protocol = last_element(headers, "x-forwarded-proto"))
    client.secure = lower_case(*protocol) == "https";

  // Reads from the right, over all headers of this name, up to the first address that is not a trusted proxy.
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->name != "x-forwarded-for") continue;
    std::string_view rest = header->value;
    for (;;) {
      const auto comma = rest.rfind(',');
      const std::string_view entry =
          without_port(trimmed(comma == rest.npos ? rest : rest.substr(comma + 1)));
      if (!parse_address(entry))
        return client;  // not an address: whoever wrote it cannot be trusted, nor can the entries to its left
      client.address = entry;
      if (!contains(entry)) return client;
      if (comma == rest.npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return client;
}

}  // namespace belay::transport
