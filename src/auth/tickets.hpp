// Stream tickets (requirement X8). They let EventSource and WebSocket sign in, which cannot send an
// Authorization header.
//
//   POST /auth/ticket ─▶ issue() ─▶ GET stream?ticket=… ─▶ redeem() ─▶ the stream is found ─▶ record_use()
//                                          ▲                                                      │
//                                          └──────────────── reconnect, restart ──────────────────┘
//
// A ticket is part of an address, so it must be of little value to others. It is valid for one user and one
// stream. It must first be used within 30 s. After that it is valid only for reconnects to that stream, until
// ticket_lifetime is over, or auth.stream_grace after the token that it was made from has expired (requirement X20):
// its client then asks for a new ticket with a new token. A revocation of the user or the token also ends it (X19). A
// ticket counts as used only when its stream is found: a rejected request does not
// change the ticket, and unknown streams need no memory. Format:
//
//   t1.PAYLOAD.MAC   both in base64url
//   PAYLOAD          {"id","user","tier","roles","dev","stream","first_use_by","expires",
//                     "issued","token_id"}
//   MAC              HMAC-SHA-256(server key, "belay stream ticket\n" "t1.PAYLOAD")
//
// A check takes some microseconds and is done on the caller's loop. Tickets, and addresses that contain one,
// are never logged. Thread-safe if the given TicketUses and Random are. Owned by app/.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/config.hpp"
#include "auth/ticket_uses.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "core/types/caller.hpp"

namespace belay::auth {

inline constexpr std::size_t kMaxTicketBytes = 4096;
inline constexpr std::size_t kMaxStreamBytes = 512;

// The decoded names and values of a request's query.
using QueryValues = std::span<const std::pair<std::string, std::string>>;

struct Ticket {
  Secret text;
  Milliseconds expires_in;  // the time until its first use must happen
};

class Tickets {
 public:
  // `streams` are the patterns of the routes that tickets can be made for. Examples are
  // "/assistant/stream/{request_id}", and with one query parameter that names the stream,
  // "/api/chat/stream?sessionId={sessionId}".
  Tickets(const Config& config, Secret server_key, std::vector<std::string> streams, TicketUses& uses,
          const Clock& clock, Random& random);

  // `stream` is a path, with the query parameter of its pattern if there is one. Fails with `invalid_request`
  // when no ticket can be made for it, and with `forbidden` for a caller that was itself signed in by a
  // ticket.
  Result<Ticket> issue(const Caller& caller, std::string_view stream);
  // The path of the first stream whose pattern has the parameter {request_id}. Fails with `invalid_request`.
  Result<std::string> stream_of_request(std::string_view request_id) const;
  // `path` and `query` are those of the request. Fails with `unauthenticated`; the text says why. The
  // result's Caller::how is ticket. Stores nothing.
  Result<Caller> redeem(std::string_view ticket, std::string_view path, QueryValues query = {});
  // Call this when the stream of a redeemed ticket was found. From now on the ticket is valid for reconnects.
  void record_use(std::string_view ticket);

 private:
  std::string mac_of(std::string_view purpose, std::string_view text) const;
  std::optional<std::string> signed_payload(std::string_view ticket) const;
  TicketId new_id(std::string_view user);

  const Config config_;
  const Secret server_key_;
  const std::vector<std::string> streams_;
  TicketUses& uses_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace belay::auth
