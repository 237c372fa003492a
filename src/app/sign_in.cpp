#include "app/sign_in.hpp"

#include "auth/server_key.hpp"

namespace belay::app {

SignIn::SignIn(Parts parts)
    : parts_(std::move(parts)),
      fetcher_(parts_.client, parts_.home),
      origins_(parts_.config),
      revocations_(parts_.config.max_revocations, parts_.clock),
      open_streams_(parts_.config, parts_.loops, revocations_, parts_.clock, parts_.random) {}

Result<std::unique_ptr<SignIn>> SignIn::make(Parts parts) {
  std::unique_ptr<SignIn> sign_in(new SignIn(std::move(parts)));
  if (const auto built = sign_in->build(); !built) return built.error();
  return sign_in;
}

Result<> SignIn::build() {
  const auth::Config& config = parts_.config;
  for (const std::string& warning : auth::warnings(config)) parts_.notice(warning);
  auto keys = auth::KeySet::open(config, parts_.home, &fetcher_, parts_.notice);
  if (!keys) return keys.error();
  keys_ = std::move(*keys);
  verifier_ = std::make_unique<auth::TokenVerifier>(config, *keys_, parts_.pool, parts_.clock);

  auto secret = auth::load_or_create_server_key(parts_.data / "ticket.key", parts_.random);
  if (!secret) return secret.error();
  const auth::TicketUseLimits limits{config.ticket_max_uses, config.ticket_lifetime,
                                     config.ticket_max_uses_per_user};
  auto uses = auth::FileTicketUses::open(parts_.data / "tickets", limits, parts_.clock.wall(), parts_.notice,
                                         parts_.survives_power_loss ? &parts_.pool : nullptr);
  if (!uses) return uses.error();
  ticket_uses_ = std::move(*uses);
  tickets_ = std::make_unique<auth::Tickets>(config, std::move(*secret), parts_.streams, *ticket_uses_,
                                             parts_.clock, parts_.random);
  authenticator_ = std::make_unique<auth::Authenticator>(config, *verifier_, *tickets_, origins_,
                                                         parts_.clock, revocations_);
  routes_ = std::make_unique<auth::AuthRoutes>(config, *authenticator_, *tickets_, origins_, parts_.clock);
  return {};
}

}  // namespace belay::app
