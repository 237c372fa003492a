#include "auth/origin.hpp"

#include <gtest/gtest.h>

namespace belay::auth {
namespace {

TEST(Origin, IsReadInNormalForm) {
  EXPECT_EQ(parse_origin("https://App.Example.com:443"), (Origin{"https", "app.example.com"}));
  EXPECT_EQ(parse_origin("http://localhost:80"), (Origin{"http", "localhost"}));
  EXPECT_EQ(parse_origin("http://localhost:443"), (Origin{"http", "localhost:443"}));
  EXPECT_EQ(parse_origin("https://[::1]:8443"), (Origin{"https", "[::1]:8443"}));
  for (const char* text :
       {"", "null", "https://", "https://a/", "https://a/b", "https://a b", "ftp://a", "//a", "a.example",
        "https://u@a.example", "https://a.example?x", "https://*", "https://:443"})
    EXPECT_EQ(parse_origin(text), std::nullopt) << text;
}

struct Row {
  const char* about;
  const char* method;
  const char* origin;  // "": none
  const char* site;    // Sec-Fetch-Site; "": none
  const char* host;
  bool secure;
  bool allowed;
};

TEST(Origin, X8DecidesWhetherACookieMayBeUsed) {
  Config config;
  config.allowed_origins = {"https://app.example.com", "http://localhost:5173"};
  const OriginPolicy policy(config);
  const Row rows[] = {
      {"own page", "POST", "https://chat.example.com", "", "chat.example.com", true, true},
      {"own page, letter case", "POST", "https://Chat.Example.com", "", "CHAT.example.com", true, true},
      {"own page, the scheme's port named", "POST", "https://chat.example.com", "", "chat.example.com:443",
       true, true},
      {"own page, another port", "POST", "https://chat.example.com:8443", "", "chat.example.com:8443", true,
       true},
      {"own page without TLS", "POST", "http://localhost:8080", "", "localhost:8080", false, true},
      {"own page, TLS ends in front", "POST", "https://chat.example.com", "", "chat.example.com", false,
       true},
      {"listed page", "POST", "https://app.example.com", "cross-site", "chat.example.com", true, true},
      {"listed page, other scheme", "POST", "http://app.example.com", "", "chat.example.com", true, false},
      {"listed page, other port", "POST", "http://localhost:5174", "", "localhost:8080", false, false},
      {"foreign page", "POST", "https://evil.example", "", "chat.example.com", true, false},
      {"foreign page that begins like ours", "POST", "https://chat.example.com.evil.example", "",
       "chat.example.com", true, false},
      {"sibling page", "POST", "https://other.example.com", "same-site", "chat.example.com", true, false},
      {"own page without TLS on a server with it", "POST", "http://chat.example.com", "", "chat.example.com",
       true, false},
      {"same host, other port", "POST", "https://chat.example.com:8443", "", "chat.example.com", true, false},
      {"sandboxed page", "POST", "null", "same-origin", "chat.example.com", true, false},
      {"no Origin, same origin", "POST", "", "same-origin", "chat.example.com", true, true},
      {"no Origin, same site", "POST", "", "same-site", "chat.example.com", true, false},
      {"no Origin, cross site", "DELETE", "", "cross-site", "chat.example.com", true, false},
      {"no Origin, typed by the user", "POST", "", "none", "chat.example.com", true, false},
      {"neither", "POST", "", "", "chat.example.com", true, false},
      {"neither", "PUT", "", "", "chat.example.com", true, false},
      {"neither", "DELETE", "", "", "chat.example.com", true, false},
      {"a stream of the own page", "GET", "", "same-origin", "chat.example.com", true, true},
      {"a stream without any sign", "GET", "", "", "chat.example.com", true, true},
      {"a stream of a listed page", "GET", "https://app.example.com", "cross-site", "chat.example.com", true,
       true},
      {"a stream of a foreign page", "GET", "https://evil.example", "cross-site", "chat.example.com", true,
       false},
      {"a stream of a foreign page without Origin", "GET", "", "cross-site", "chat.example.com", true, false},
      {"HEAD of a foreign page", "HEAD", "https://evil.example", "", "chat.example.com", true, false},
      {"no Host", "POST", "https://chat.example.com", "", "", true, false},
  };
  for (const Row& row : rows) {
    transport::Request request;
    request.method = row.method;
    request.secure = row.secure;
    if (*row.host) request.headers.push_back({"host", row.host});
    if (*row.origin) request.headers.push_back({"origin", row.origin});
    if (*row.site) request.headers.push_back({"sec-fetch-site", row.site});
    const auto allowed = policy.check_cookie_use(request);
    EXPECT_EQ(allowed.has_value(), row.allowed) << row.about;
    if (!allowed) {
      EXPECT_EQ(allowed.error().code, ErrorCode::forbidden) << row.about;
      EXPECT_EQ(allowed.error().field, "Origin") << row.about;
    }
  }
}

}  // namespace
}  // namespace belay::auth
