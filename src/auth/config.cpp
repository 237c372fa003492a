#include "auth/config.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "auth/algorithm.hpp"
#include "auth/origin.hpp"

namespace belay::auth {
namespace {

Error invalid(std::string field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

bool is_cookie_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_loopback_url(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') return true;
  }
  return false;
}

void check(const KeySource& source, const std::string& field, std::vector<Error>& problems) {
  const int places = !source.file.empty() + !source.env.empty() + !source.jwks_url.empty();
  if (places != 1)
    problems.push_back(invalid(field, "Set exactly one of file, env and jwks_url for each key."));
  if (!source.alg.empty() && !algorithm_from(source.alg))
    problems.push_back(invalid(field + ".alg", "Set alg to HS256, RS256, PS256 or ES256, or leave it out."));
  if (source.jwks_url.empty()) return;
  if (!source.jwks_url.starts_with("https://") && !is_loopback_url(source.jwks_url))
    problems.push_back(
        invalid(field + ".jwks_url",
                "Keys are fetched over https:// only (http:// to this machine itself is allowed)."));
  if (source.alg == "HS256")
    problems.push_back(
        invalid(field + ".alg",
                "A secret cannot come from an address that everybody can read. Use file or env for HS256."));
}

}  // namespace

std::vector<Error> check(const Config& config) {
  std::vector<Error> problems;
  for (std::size_t i = 0; i < config.keys.size(); ++i)
    check(config.keys[i], fmt::format("auth.keys[{}]", i), problems);
  if (!is_cookie_name(config.cookie_name))
    problems.push_back(invalid("auth.cookie_name",
                               "Use 1 to 64 letters, digits and !#$%&'*+-.^_`|~ for the cookie's name."));
  if (config.cookie_same_site != "Lax" && config.cookie_same_site != "Strict" &&
      config.cookie_same_site != "None")
    problems.push_back(invalid("auth.cookie_same_site", "Set it to Lax, Strict or None."));
  for (std::size_t i = 0; i < config.allowed_origins.size(); ++i)
    if (!parse_origin(config.allowed_origins[i]))
      problems.push_back(invalid(
          "auth.allowed_origins",
          fmt::format("Entry {} is not an origin. Write scheme, host and, if need be, port, and nothing "
                      "after it: \"https://app.example.com\".",
                      i + 1)));
  if (config.ticket_lifetime < config.ticket_first_use)
    problems.push_back(invalid("auth.ticket_lifetime", "It must not be shorter than ticket_first_use."));
  return problems;
}

}  // namespace belay::auth
