#include "auth/claims.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/run_id.hpp"

namespace belay::auth {
namespace {

constexpr WallTime kNow{1'795'000'000'000};  // 2026-11-18T11:06:40Z
constexpr std::int64_t kNowSeconds = kNow.ms / 1000;

Config named() {
  Config config;
  config.issuer = "https://issuer.example";
  config.audience = "belay";
  config.leeway = std::chrono::seconds(30);
  return config;
}

Result<Caller> read_claims(std::string_view payload, const Config& config, WallTime now) {
  return auth::read_claims(payload, terms_of(config, {}), config.leeway, now);
}

// A valid payload, with one member added or replaced.
std::string payload(std::string_view other) {
  std::string members;
  const std::pair<const char*, std::string> usual[] = {
      {"sub", R"("ann")"},
      {"exp", std::to_string(kNowSeconds + 60)},
      {"iss", R"("https://issuer.example")"},
      {"aud", R"("belay")"},
  };
  for (const auto& [name, value] : usual)
    if (!other.starts_with(fmt::format("\"{}\"", name))) members += fmt::format("\"{}\":{},", name, value);
  return "{" + members + (other.ends_with(":") ? "\"_\":0" : std::string(other)) + "}";
}

TEST(Claims, BecomeAnIdentity) {
  const auto caller = read_claims(payload(R"("tier":"Pro","roles":["operator","editor"])"), named(), kNow);
  ASSERT_TRUE(caller) << caller.error().detail;
  EXPECT_EQ(caller->user, "ann");
  EXPECT_EQ(caller->tier, "Pro");
  EXPECT_TRUE(caller->has_role("editor"));
  EXPECT_FALSE(caller->has_role("admin"));
  EXPECT_EQ(caller->expires.ms, kNow.ms + 60'000);
  EXPECT_FALSE(caller->dev);
}

TEST(Claims, TierAndRolesMayBeMissingOrHaveOtherNames) {
  EXPECT_EQ(read_claims(payload("\"_\":0"), named(), kNow)->tier, "");
  EXPECT_EQ(read_claims(payload("\"tier\":null"), named(), kNow)->tier, "");
  Config config = named();
  config.tier_claim = "https://example.com/plan";
  config.roles_claim = "groups";
  const auto caller =
      read_claims(payload(R"("https://example.com/plan":"pro","groups":["a"],"tier":7)"), config, kNow);
  EXPECT_EQ(caller->tier, "pro");
  EXPECT_TRUE(caller->has_role("a"));
}

TEST(Claims, X8AreAcceptedUpToTheLeeway) {
  const std::string accepted[] = {
      fmt::format("\"exp\":{}", kNowSeconds - 29),
      fmt::format("\"exp\":{}.5", kNowSeconds + 1),
      fmt::format("\"nbf\":{}", kNowSeconds + 30),
      "\"nbf\":0",
      R"("aud":["other","belay"])",
  };
  for (const std::string& member : accepted) {
    const auto caller = read_claims(payload(member), named(), kNow);
    EXPECT_TRUE(caller) << member << ": " << caller.error().detail;
  }
}

TEST(Claims, X8AreRefusedWithATextThatSaysWhy) {
  struct Row {
    std::string member;
    const char* says;
  };
  const Row rows[] = {
      {"\"exp\":", "The token has no exp"},
      {fmt::format("\"exp\":{}", kNowSeconds - 30),
       "The token expired at 2026-11-18T11:06:10.000Z. Sign in again."},
      {fmt::format("\"exp\":\"{}\"", kNowSeconds + 60), "exp must be a number"},
      {fmt::format("\"exp\":{}", kNow.ms + 60'000), "seconds since 1970, not milliseconds"},
      {"\"exp\":-1", "out of range"},
      {"\"exp\":1e300", "out of range"},
      {fmt::format("\"nbf\":{}", kNowSeconds + 31), "not valid before 2026-11-18T11:07:11.000Z"},
      {"\"nbf\":\"soon\"", "nbf must be a number"},
      {R"("iss":"https://other.example")", "another issuer"},
      {"\"iss\":", "another issuer"},
      {R"("iss":["https://issuer.example"])", "another issuer"},
      {R"("aud":"other")", "another audience"},
      {"\"aud\":", "another audience"},
      {R"("aud":["a","b"])", "another audience"},
      {R"("aud":[["belay"]])", "another audience"},
      {"\"sub\":", "sub must name the user"},
      {"\"sub\":7", "sub must name the user"},
      {"\"sub\":\"\"", "sub must name the user"},
      {R"("sub":"a\nb")", "sub must name the user"},
      {fmt::format("\"sub\":\"{}\"", std::string(129, 'a')), "sub must name the user"},
  };
  for (const Row& row : rows) {
    const auto caller = read_claims(payload(row.member), named(), kNow);
    ASSERT_FALSE(caller) << row.member;
    EXPECT_EQ(caller.error().code, ErrorCode::unauthenticated) << row.member;
    EXPECT_NE(caller.error().detail.find(row.says), std::string::npos)
        << row.member << ": " << caller.error().detail;
  }
}

TEST(Claims, X8RolesAreReadAsIssuersWriteThem) {
  using Roles = std::vector<std::string>;
  struct Row {
    const char* claim;   // the name of the claim in the settings
    std::string member;  // the member in the payload
    Roles roles;
  };
  const std::string long_text(kMaxRoleBytes + 1, 'r');
  const Row rows[] = {
      {"roles", R"("roles":"admin")", {"admin"}},
      {"roles", R"("roles":"site admin")", {"site admin"}},
      {"roles", R"("roles":["a","b"])", {"a", "b"}},
      {"roles", R"("roles":[])", {}},
      {"roles", R"("roles":null)", {}},
      {"roles", R"("roles":7)", {}},
      {"roles", R"("roles":true)", {}},
      {"roles", R"("roles":{"admin":true})", {}},
      {"roles", R"("roles":"")", {}},
      {"roles", R"("roles":["a",7,null,{"b":1},["c"],"","d"])", {"a", "d"}},
      {"roles", R"("roles":["a","a\nb",")" + long_text + R"(","d","a"])", {"a", "d"}},
      {"scope", R"("scope":"read  write read")", {"read", "write"}},
      {"scp", R"("scp":"read write")", {"read", "write"}},
      {"scp", R"("scp":["read all","write"])", {"read all", "write"}},
      {"a.scope", R"("a":{"scope":"read write"})", {"read", "write"}},
      {"realm_access.roles", R"("realm_access":{"roles":["a"]})", {"a"}},
      {"resource_access.app.roles", R"("resource_access":{"app":{"roles":"a"}})", {"a"}},
      {"resource_access.my.app.roles", R"("resource_access":{"my.app":{"roles":["a"]}})", {"a"}},
      {"realm_access.roles",
       R"("realm_access.roles":["literal"],"realm_access":{"roles":["nested"]})",
       {"literal"}},
      {"realm_access.roles", R"("realm_access":["roles"])", {}},
      {"realm_access.roles", R"("realm_access":"roles")", {}},
      {"https://example.com/roles", R"("https://example.com/roles":["a"])", {"a"}},
      {"https://example.com/claims.roles", R"("https://example.com/claims":{"roles":["a"]})", {"a"}},
      {".roles", R"("":{"roles":["a"]})", {}},
      {"roles.", R"("roles":{"":["a"]})", {"a"}},
  };
  for (const Row& row : rows) {
    Config config = named();
    config.roles_claim = row.claim;
    const auto caller = read_claims(payload(row.member), config, kNow);
    ASSERT_TRUE(caller) << row.member << ": " << caller.error().detail;
    EXPECT_EQ(caller->roles, row.roles) << row.claim << " " << row.member;
  }
}

TEST(Claims, X8RolesBeyondTheBoundAreLeftOut) {
  std::string list;
  for (int i = 0; i < 200; ++i) list += fmt::format("\"group {}\",", i);
  list.pop_back();
  const auto caller = read_claims(payload(R"("roles":[)" + list + "]"), named(), kNow);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->roles.size(), kMaxRoles);
  EXPECT_TRUE(caller->has_role("group 15"));
}

TEST(Claims, X8TheTierAndTheUserMayStandInsideToo) {
  Config config = named();
  config.user_claim = "account.name";
  config.tier_claim = "account.plans";
  const auto caller =
      read_claims(payload(R"("account":{"name":"bob","plans":[7,"pro","basic"]})"), config, kNow);
  ASSERT_TRUE(caller) << caller.error().detail;
  EXPECT_EQ(caller->user, "bob");
  EXPECT_EQ(caller->tier, "pro");
  EXPECT_NE(read_claims(payload(R"("account":{"name":7})"), config, kNow)
                .error()
                .detail.find("account.name must name the user"),
            std::string::npos);
}

TEST(Claims, X8ATierThatCannotBeUsedIsNoReasonToRefuseThePerson) {
  for (const char* member :
       {R"("tier":7)", R"("tier":["",7])", R"("tier":{"name":"pro"})", R"("tier":"a\nb")"}) {
    const auto caller = read_claims(payload(member), named(), kNow);
    ASSERT_TRUE(caller) << member;
    EXPECT_EQ(caller->tier, "") << member;
  }
}

TEST(Claims, X8OfATokenThatNobodyVerifiedOnlyFormAndTimesCount) {
  const Milliseconds leeway = std::chrono::seconds(30);
  EXPECT_EQ(*read_unverified_issuer(payload(R"("aud":"other")"), leeway, kNow), "https://issuer.example");
  EXPECT_EQ(*read_unverified_issuer(payload("\"iss\":7"), leeway, kNow), "");
  EXPECT_FALSE(read_unverified_issuer(payload("\"exp\":1"), leeway, kNow));
  EXPECT_FALSE(read_unverified_issuer("[]", leeway, kNow));
}

TEST(Claims, MustBeAJsonObject) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{\"a\":";
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{"), std::string("\xFF"), deep})
    EXPECT_FALSE(read_claims(text, named(), kNow)) << text;
}

TEST(UserId, IsPrintableAndBounded) {
  for (const char* good :
       {"a", "ann@example.com", "auth0|5f7c8ec7", "J\xC3\xB6rg M", "\xE4\xB8\xAD\xE6\x96\x87"})
    EXPECT_TRUE(is_valid_user_id(good)) << good;
  for (const char* bad : {"", " a", "a ", "a\tb", "a\x7F", "a\xC2\x85", "a\xE2\x80\xA8", "\xFF", "a\r\nb"})
    EXPECT_FALSE(is_valid_user_id(bad)) << bad;
  EXPECT_TRUE(is_valid_user_id(std::string(128, 'a')));
  EXPECT_FALSE(is_valid_user_id(std::string(129, 'a')));
  EXPECT_FALSE(is_valid_user_id(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace belay::auth
