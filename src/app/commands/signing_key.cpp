#include "app/commands/signing_key.hpp"

namespace belay::app {

Result<auth::Key> find_signing_key(const std::vector<auth::KeySource>& sources) {
  std::string problem =
      "There is no key. Give --key-file or --key-env, or --config with a key that can sign.";
  for (const auth::KeySource& source : sources) {
    if (!source.jwks_url.empty()) continue;
    const Result<std::vector<auth::Key>> keys = auth::load_keys(source, auth::KeyUse::sign);
    if (!keys) {
      problem = keys.error().detail;
      continue;
    }
    for (const auth::Key& key : *keys)
      if (key.can_sign) return key;
    problem = "This is a public key. Signing needs the private key, or an HS256 secret.";
  }
  return make_error(ErrorCode::invalid_request, problem);
}

}  // namespace belay::app
