#include "auth/config.hpp"

#include <algorithm>
#include <cctype>
#include <set>

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

std::string_view after_scheme(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? std::string_view() : url.substr(scheme + 3);
}

bool has_user_name(std::string_view url) {
  const std::string_view rest = after_scheme(url);
  return rest.substr(0, rest.find_first_of("/?#\\")).find('@') != std::string_view::npos;
}

// Whether the address is on this machine, which is for development.
bool is_loopback_url(std::string_view url) {
  if (has_user_name(url) || !(url.starts_with("http://") || url.starts_with("https://"))) return false;
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!after_scheme(url).starts_with(host)) continue;
    const std::string_view rest = after_scheme(url).substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') return true;
  }
  return false;
}

bool lacks_issuer(const Config& config, const KeySource& source) {
  return config.issuer.empty() && source.issuer.empty() && !source.any_issuer;
}
bool lacks_audience(const Config& config, const KeySource& source) {
  return config.audience.empty() && source.audience.empty() && !source.any_audience;
}

void check_address(const Config& config, const KeySource& source, const std::string& field,
                   std::vector<Error>& problems) {
  const auto report = [&](const char* setting, std::string detail) {
    problems.push_back(invalid(field + setting, std::move(detail)));
  };
  if (!source.jwks_url.starts_with("https://") && !is_loopback_url(source.jwks_url))
    report(".jwks_url", "Keys are fetched over https:// only (http:// to this machine itself is allowed).");
  if (has_user_name(source.jwks_url))
    report(".jwks_url", "It holds a user name or a password. A JWKS is public: take them out.");
  if (source.alg == "HS256")
    report(".alg",
           "A secret cannot come from an address that everybody can read. Use file or env for HS256.");
  if (!source.kid.empty()) report(".kid", "The keys of a JWKS bring their own kid. Take it out.");
  if (is_loopback_url(source.jwks_url)) return;
  if (lacks_issuer(config, source))
    report(".jwks_url",
           "No issuer is set, so every token that is signed with a key of this address would be accepted, "
           "whoever it was made by. Write issuer = \"...\" (the iss of the tokens) beside jwks_url or in "
           "[auth], "
           "or any_issuer = true beside jwks_url if that is meant.");
  if (lacks_audience(config, source))
    report(
        ".jwks_url",
        "No audience is set, so tokens that were made for other services would be accepted. Write audience = "
        "\"...\" (the aud of tokens for this server) beside jwks_url or in [auth], or any_audience = true "
        "beside jwks_url if that is meant.");
}

void check_source(const Config& config, const KeySource& source, const std::string& field,
                  std::vector<Error>& problems) {
  const int places = !source.file.empty() + !source.env.empty() + !source.jwks_url.empty();
  if (places != 1)
    problems.push_back(invalid(field, "Set exactly one of file, env and jwks_url for each key."));
  if (!source.alg.empty() && !algorithm_from(source.alg))
    problems.push_back(
        invalid(field + ".alg", fmt::format("Set alg to {}, or leave it out.", kAlgorithmNames)));
  if (source.any_issuer && !source.issuer.empty())
    problems.push_back(invalid(field + ".any_issuer", "It contradicts issuer. Take one of them out."));
  if (source.any_audience && !source.audience.empty())
    problems.push_back(invalid(field + ".any_audience", "It contradicts audience. Take one of them out."));
  if (!source.jwks_url.empty()) check_address(config, source, field, problems);
}

void check_sources(const Config& config, std::vector<Error>& problems) {
  std::set<std::string> places;
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const KeySource& source = config.keys[i];
    const std::string field = fmt::format("auth.keys[{}]", i);
    check_source(config, source, field, problems);
    const std::pair<std::string, std::string> named[] = {
        {".file", source.file}, {".env", source.env}, {".jwks_url", source.jwks_url}};
    for (const auto& [name, place] : named)
      if (!place.empty() && !places.insert(name + place).second)
        problems.push_back(
            invalid(field + name, "Another [[auth.keys]] table names the same. Take one out."));
  }
}

void check_cookie(const Config& config, std::vector<Error>& problems) {
  if (!is_cookie_name(config.cookie_name))
    problems.push_back(invalid("auth.cookie_name",
                               "Use 1 to 64 letters, digits and !#$%&'*+-.^_`|~ for the cookie's name."));
  if (config.cookie_same_site != "Lax" && config.cookie_same_site != "Strict" &&
      config.cookie_same_site != "None")
    problems.push_back(invalid("auth.cookie_same_site", "Set it to Lax, Strict or None."));
  if (config.cookie_secure != "auto" && config.cookie_secure != "always")
    problems.push_back(invalid("auth.cookie_secure", "Set it to auto or always."));
}

}  // namespace

std::vector<Error> check(const Config& config) {
  std::vector<Error> problems;
  check_sources(config, problems);
  if (config.user_claim.empty())
    problems.push_back(invalid("auth.user_claim", "Name the claim that holds the user, such as sub."));
  check_cookie(config, problems);
  for (std::size_t i = 0; i < config.allowed_origins.size(); ++i)
    if (!parse_origin(config.allowed_origins[i]))
      problems.push_back(invalid(
          "auth.allowed_origins",
          fmt::format("Entry {} is not an origin. Write scheme, host and, if need be, port, and nothing "
                      "after it: \"https://app.example.com\".",
                      i + 1)));
  if (config.ticket_lifetime < config.ticket_first_use)
    problems.push_back(invalid("auth.ticket_lifetime", "It must not be shorter than ticket_first_use."));
  if (config.jwks_max_retry_delay < config.jwks_retry_delay)
    problems.push_back(invalid("auth.jwks_max_retry_delay", "It must not be shorter than jwks_retry_delay."));
  return problems;
}

std::vector<std::string> warnings(const Config& config) {
  std::vector<std::string> texts;
  for (const KeySource& source : config.keys) {
    if (!is_loopback_url(source.jwks_url)) continue;
    const bool issuer = lacks_issuer(config, source);
    const bool audience = lacks_audience(config, source);
    if (!issuer && !audience) continue;
    texts.push_back(fmt::format(
        "Tokens of the keys from {} are accepted with any {}, which is allowed for addresses of this machine "
        "only. Set auth.issuer and auth.audience before this server is used by others.",
        source.jwks_url,
        issuer && audience ? "issuer and audience"
        : issuer           ? "issuer"
                           : "audience"));
  }
  return texts;
}

}  // namespace belay::auth
