#include "auth/tickets.hpp"

#include <algorithm>
#include <cassert>
#include <cctype>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/base64url.hpp"
#include "auth/open_streams.hpp"
#include "base/run_id.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr std::string_view kVersion = "t1.";
// The purpose of a MAC. Different purposes must never begin with the same text.
constexpr std::string_view kTicketPurpose = "belay stream ticket\n";
constexpr std::string_view kUserPurpose = "belay ticket user\n";

Error refused(std::string detail) {
  return make_error(ErrorCode::unauthenticated, detail + " POST /auth/ticket makes a new one.", "ticket");
}

bool is_plain_character(unsigned char c) {
  return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_plain_segment(std::string_view text) {
  return !text.empty() && text.size() <= kMaxStreamBytes &&
         std::all_of(text.begin(), text.end(), is_plain_character);
}

bool is_plain_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= kMaxStreamBytes &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '/' || is_plain_character(c); });
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

bool matches(std::string_view pattern, std::string_view path) {
  for (;;) {
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    if (!path.starts_with('/') || !pattern.starts_with('/')) return false;
    const std::string_view wanted = pattern.substr(1, pattern_end - 1);
    const std::string_view given = path.substr(1, path_end - 1);
    if (is_parameter(wanted) ? given.empty() : given != wanted) return false;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
  }
}

// Splits "/stream?sessionId=abc" into the path and the query. Without a "?", everything is path.
std::pair<std::string_view, std::string_view> split_query(std::string_view stream) {
  const std::size_t mark = stream.find('?');
  if (mark == stream.npos) return {stream, {}};
  return {stream.substr(0, mark), stream.substr(mark + 1)};
}

// Whether `stream` is an address that matches the pattern.
bool is_stream_of(std::string_view pattern, std::string_view stream) {
  const auto [pattern_path, pattern_query] = split_query(pattern);
  const auto [path, query] = split_query(stream);
  if (!is_plain_path(path) || !matches(pattern_path, path)) return false;
  if (pattern_query.empty()) return stream.size() == path.size();
  const std::string_view name = pattern_query.substr(0, pattern_query.find('=') + 1);
  return query.starts_with(name) && is_plain_segment(query.substr(name.size()));
}

// Whether a request is for `stream`. If a query parameter names the stream, the request must have it exactly
// once.
bool asks_for(std::string_view stream, std::string_view path, QueryValues query) {
  const auto [stream_path, parameter] = split_query(stream);
  if (stream_path != path) return false;
  if (parameter.empty()) return true;
  const std::size_t equals = parameter.find('=');
  const auto is_named = [&](const auto& value) { return value.first == parameter.substr(0, equals); };
  const auto found = std::find_if(query.begin(), query.end(), is_named);
  return found != query.end() && found->second == parameter.substr(equals + 1) &&
         std::count_if(query.begin(), query.end(), is_named) == 1;
}

bool is_complete(std::string_view ticket) {
  return ticket.size() <= kMaxTicketBytes && ticket.starts_with(kVersion) &&
         ticket.rfind('.') > kVersion.size();
}

struct Content {
  TicketId id;
  Caller caller;
  std::string stream;
  WallTime first_use_by;
};

std::string encode(const Content& content) {
  const Caller& caller = content.caller;
  const json::object object{
      {"id", to_base64url({reinterpret_cast<const char*>(content.id.data()), content.id.size()})},
      {"user", caller.user},
      {"tier", caller.tier},
      {"roles", json::value_from(caller.roles)},
      {"dev", caller.dev},
      {"stream", content.stream},
      {"first_use_by", content.first_use_by.ms},
      {"expires", caller.expires.ms},
      {"issued", caller.issued ? json::value(caller.issued->ms) : json::value()},
      {"token_id", caller.token_id},
  };
  return json::serialize(object);
}

// Decodes text that this server has signed. A missing member is a bug, and throws; tickets of earlier versions have
// no `issued` and no `token_id`.
Content decode(std::string_view text) {
  const json::value document = json::parse(text);
  const json::object& object = document.as_object();
  Content content;
  const auto id = from_base64url(object.at("id").as_string());
  if (!id || id->size() != content.id.size()) throw std::logic_error("a signed ticket has a malformed id");
  std::copy(id->begin(), id->end(), content.id.begin());
  content.caller.user = json::value_to<std::string>(object.at("user"));
  content.caller.tier = json::value_to<std::string>(object.at("tier"));
  content.caller.roles = json::value_to<std::vector<std::string>>(object.at("roles"));
  content.caller.dev = object.at("dev").as_bool();
  content.caller.expires = {object.at("expires").to_number<std::int64_t>()};
  content.caller.how = Caller::How::ticket;
  if (const json::value* issued = object.if_contains("issued"); issued && !issued->is_null())
    content.caller.issued = WallTime{issued->to_number<std::int64_t>()};
  if (const json::value* token_id = object.if_contains("token_id"))
    content.caller.token_id = json::value_to<std::string>(*token_id);
  content.stream = json::value_to<std::string>(object.at("stream"));
  content.first_use_by = {object.at("first_use_by").to_number<std::int64_t>()};
  return content;
}

}  // namespace

Tickets::Tickets(const Config& config, Secret server_key, std::vector<std::string> streams, TicketUses& uses,
                 const Clock& clock, Random& random)
    : config_(config),
      server_key_(std::move(server_key)),
      streams_(std::move(streams)),
      uses_(uses),
      clock_(clock),
      random_(random) {
  assert(!server_key_.empty());
}

std::string Tickets::mac_of(std::string_view purpose, std::string_view signed_text) const {
  const std::string text = std::string(purpose).append(signed_text);
  const std::string& key = server_key_.reveal();
  std::string mac(32, '\0');
  unsigned int size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                          reinterpret_cast<unsigned char*>(mac.data()), &size);
  if (!done || size != mac.size()) throw std::runtime_error("HMAC-SHA-256 is not available");
  return mac;
}

// The first half identifies the user: it distinguishes the uses of one user from those of others.
TicketId Tickets::new_id(std::string_view user) {
  TicketId id;
  random_.fill(std::as_writable_bytes(std::span(id)));
  const std::string mac = mac_of(kUserPurpose, user);
  std::copy_n(mac.begin(), id.size() / 2, id.begin());
  return id;
}

Result<Ticket> Tickets::issue(const Caller& caller, std::string_view stream) {
  if (caller.how == Caller::How::ticket)
    return make_error(ErrorCode::forbidden,
                      "A ticket opens its stream and nothing else. Sign in with a token.");
  const bool known = stream.size() <= kMaxStreamBytes &&
                     std::any_of(streams_.begin(), streams_.end(),
                                 [&](const std::string& one) { return is_stream_of(one, stream); });
  if (!known)
    return make_error(ErrorCode::invalid_request,
                      "Give the path of a stream, as its POST answered it in Location.", "stream");
  const WallTime now = clock_.wall();
  Content content{new_id(caller.user), caller, std::string(stream), now + config_.ticket_first_use};
  content.caller.expires = std::min(now + config_.ticket_lifetime, OpenStreams::end_of(config_, caller));
  const std::string signed_text = std::string(kVersion) + to_base64url(encode(content));
  return Ticket{Secret(signed_text + "." + to_base64url(mac_of(kTicketPurpose, signed_text))),
                config_.ticket_first_use};
}

Result<std::string> Tickets::stream_of_request(std::string_view request_id) const {
  constexpr std::string_view kParameter = "{request_id}";
  const Error malformed =
      make_error(ErrorCode::invalid_request, "Give the request_id that the POST answered.", "request_id");
  if (!is_plain_segment(request_id)) return malformed;
  for (const std::string& pattern : streams_) {
    const std::size_t at = pattern.find(kParameter);
    if (at == std::string::npos) continue;
    return std::string(pattern).replace(at, kParameter.size(), request_id);
  }
  return malformed;
}

// The payload of a ticket; nothing unless this server has signed it.
std::optional<std::string> Tickets::signed_payload(std::string_view ticket) const {
  const std::size_t dot = ticket.rfind('.');
  const std::string_view signed_text = ticket.substr(0, dot);
  const std::string_view mac = ticket.substr(dot + 1);
  const std::string expected = to_base64url(mac_of(kTicketPurpose, signed_text));
  if (mac.size() != expected.size() || CRYPTO_memcmp(mac.data(), expected.data(), mac.size()) != 0)
    return std::nullopt;
  auto payload = from_base64url(signed_text.substr(kVersion.size()));
  if (!payload) throw std::logic_error("a signed ticket is not base64url");
  return payload;
}

Result<Caller> Tickets::redeem(std::string_view ticket, std::string_view path, QueryValues query) {
  if (!is_complete(ticket)) return refused("The ticket is not complete, or not one of this server's.");
  const auto payload = signed_payload(ticket);
  if (!payload) return refused("The ticket was changed, or is not one of this server's.");
  Content content = decode(*payload);

  if (!asks_for(content.stream, path, query)) return refused("The ticket is for another stream.");
  const WallTime now = clock_.wall();
  if (now >= content.caller.expires)
    return refused(fmt::format("The ticket expired at {}.", iso8601(content.caller.expires)));
  if (uses_.contains(content.id)) return std::move(content.caller);
  if (now > content.first_use_by)
    return refused(
        fmt::format("The ticket was to be used by {} for the first time.", iso8601(content.first_use_by)));
  return std::move(content.caller);
}

void Tickets::record_use(std::string_view ticket) {
  const auto payload = is_complete(ticket) ? signed_payload(ticket) : std::nullopt;
  if (!payload) return;
  const Content content = decode(*payload);
  uses_.record({content.id, content.caller.expires}, clock_.wall());
}

}  // namespace belay::auth
