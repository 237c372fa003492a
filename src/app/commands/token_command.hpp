// `belay token`: makes a token that a server with the same key accepts.
#pragma once

#include <string>
#include <vector>

namespace belay::app {

struct TokenOptions {
  // At most one of both. Neither, when the configuration has a key that can sign.
  std::string key_file;
  std::string key_env;
  std::string alg;  // empty: chosen by the key
  std::string kid;
  std::string config_file;  // for issuer, audience, the claims' names, and the key
  std::string issuer;       // overrides the configuration
  std::string audience;
  std::string user;
  std::string tier;
  std::vector<std::string> roles;
  std::string expires = "1h";
};

// Prints the token. Returns the exit code (app/exit_code.hpp).
int make_token(const TokenOptions& options);

}  // namespace belay::app
