// Stream tickets (requirement X8): what lets EventSource and WebSocket sign in, which cannot send an
// Authorization header.
//
//   POST /auth/ticket ─▶ issue() ─▶ GET stream?ticket=… ─▶ redeem() ─▶ the stream is found ─▶ record_use() ─▶
//   reconnect, restart ─▶ redeem() …
//
// A ticket stands in an address, so it must be worth little: it is for one user and one stream, must first be
// used within 30 s, and is good afterwards for reconnects to that stream alone, until ticket_lifetime is
// over. It does not end with the token it was made from: an answer may take longer than a token lives. Only a
// stream that is there uses a ticket: a request that is refused leaves it as it was, and unknown streams
// leave nothing to remember. Form:
//
//   t1.PAYLOAD.MAC   both in base64url
//   PAYLOAD          {"id","user","tier","roles","dev","stream","first_use_by","expires"}
//   MAC              HMAC-SHA-256(server key, "belay stream ticket\n" "t1.PAYLOAD")
//
// A check costs some microseconds and happens on the caller's loop. Tickets are never logged, nor are
// addresses that hold one. Thread-safe, when the TicketUses and Random given are. Owned by app/.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/config.hpp"
#include "auth/identity.hpp"
#include "auth/ticket_uses.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace belay::auth {

inline constexpr std::size_t kMostTicketBytes = 4096;
inline constexpr std::size_t kMostStreamBytes = 512;

// Decoded names and values of a request's query.
using QueryValues = std::span<const std::pair<std::string, std::string>>;

struct Ticket {
  Secret text;
  Milliseconds expires_in;  // to its first use
};

class Tickets {
 public:
  // `streams` are the patterns of the routes that tickets may be made for: "/assistant/stream/{request_id}",
  // and with one parameter of the query that names the stream: "/api/chat/stream?sessionId={sessionId}".
  Tickets(const Config& config, Secret server_key, std::vector<std::string> streams, TicketUses& uses,
          const Clock& clock, Random& random);

  // `stream` is a path, with the parameter of the query that its pattern has. Fails with `invalid_request`
  // when no ticket can be made for it, and `forbidden` for an identity that was itself signed in by a ticket.
  Result<Ticket> issue(const Identity& identity, std::string_view stream);
  // The path of the first stream whose pattern has the parameter {request_id}. Fails with `invalid_request`.
  Result<std::string> stream_of_request(std::string_view request_id) const;
  // `path` and `query` are the request's. Fails with `unauthenticated`; the text says why. Identity::how is
  // ticket. Remembers nothing.
  Result<Identity> redeem(std::string_view ticket, std::string_view path, QueryValues query = {});
  // The stream of a ticket that was redeemed is there: from now on the ticket is good for reconnects.
  void record_use(std::string_view ticket);

 private:
  std::string mac_of(std::string_view purpose, std::string_view text) const;
  std::optional<std::string> signed_payload(std::string_view ticket) const;
  TicketId new_id(std::string_view user);

  const Milliseconds first_use_;
  const Milliseconds lifetime_;
  const Secret server_key_;
  const std::vector<std::string> streams_;
  TicketUses& uses_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace belay::auth
