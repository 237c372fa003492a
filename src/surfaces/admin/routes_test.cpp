// X19: the operators' API, from literal bytes to literal bytes.
#include "surfaces/admin/routes.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "auth/open_streams.hpp"
#include "services/operators/testing/operators_fixture.hpp"
#include "surfaces/admin/parse.hpp"
#include "surfaces/testing/answer.hpp"
#include "transport/target.hpp"

namespace belay::surfaces::admin {
namespace {

using testing::Answer;
using testing::bad_request;
using testing::Problem;

constexpr const char* kOk = "200\nContent-Type: application/json\nCache-Control: no-store\n\n";
constexpr const char* kNoContent = "204\nCache-Control: no-store\n\n";

class AdminSurface : public ::testing::Test, protected services::testing::OperatorsFixture {
 protected:
  AdminSurface() {
    for (const transport::Route& route : routes_.routes()) EXPECT_TRUE(router_.add(route));
  }
  static Caller olga() {
    Caller made;
    made.user = "olga";
    made.roles = {"operator"};
    return made;
  }
  std::string send(const std::string& method, const std::string& target, std::string body = {},
                   std::optional<Caller> from = olga()) {
    transport::Request request;
    auto parsed = transport::parse_target(target, 16).value();
    request.method = method;
    request.path = std::move(parsed.path);
    request.query = std::move(parsed.query);
    if (!body.empty()) request.headers.push_back({"content-type", "application/json"});
    request.body = std::move(body);
    request.request_id = "r-1";
    request.loop = loops[0].get();
    if (from) request.checked_caller = std::move(*from);
    auto match = router_.find(method, request.path).value();
    request.captures = std::move(match.captures);
    return Answer(await(match.route->handler(request))).text();
  }
  std::string get(const std::string& target) { return send("GET", target); }

  const auth::Config sign_in_;
  ThreadPool workers_{1, 8};
  std::unique_ptr<auth::KeySet> keys_ =
      std::move(auth::KeySet::open(sign_in_, *loops[0], nullptr, [](const auto&) {})).value();
  auth::TokenVerifier verifier_{sign_in_, *keys_, workers_, clock};
  auth::MemoryTicketUses ticket_uses_{{100, Milliseconds(60'000), 10}};
  auth::Tickets tickets_{sign_in_, Secret("a key of the server, 32 bytes..."), {}, ticket_uses_, clock,
                         random};
  auth::OriginPolicy origins_{sign_in_};
  auth::Revocations revoked_{10, clock};
  auth::Authenticator authenticator_{sign_in_, verifier_, tickets_, origins_, clock, revoked_};
  AdminRoutes routes_{operators(), authenticator_, clock};
  transport::Router router_;
};

TEST_F(AdminSurface, X19_every_route_is_refused_to_who_is_no_operator) {
  Caller user = olga();
  user.roles = {"operators", "editor"};
  Caller by_ticket = olga();
  by_ticket.how = Caller::How::ticket;
  const std::string forbidden =
      Problem{403, "Forbidden", "forbidden",
              "This is for operators: it needs a token with the role `operator`, which "
              "`belay token --role operator` makes."}
          .text();
  const std::string not_signed_in = Problem{401,
                                            "Unauthorized",
                                            "unauthenticated",
                                            "Sign in: send `Authorization: Bearer TOKEN`.",
                                            R"(,"field":"Authorization")",
                                            "WWW-Authenticate: Bearer\n"}
                                        .text();
  for (const transport::Route& route : router_.routes()) {
    const std::string target =
        route.pattern.find("{name}") != std::string::npos
            ? "/api/admin/users/ada" + route.pattern.substr(route.pattern.find("{name}") + 6)
            : route.pattern.substr(0, route.pattern.find("{"));
    const std::string path = target.ends_with('/') ? target + engine->make_id().text() : target;
    EXPECT_EQ(send(route.method, path, {}, user), forbidden) << route.name;
    EXPECT_EQ(send(route.method, path, {}, by_ticket), forbidden) << route.name;
    EXPECT_EQ(send(route.method, path, {}, std::nullopt), not_signed_in) << route.name;
    EXPECT_EQ(route.max_body.value > 0, static_cast<bool>(route.before_body)) << route.name;
  }
  EXPECT_EQ(router_.routes().size(), 16u);
  EXPECT_TRUE(audit.all().empty());
}

TEST_F(AdminSurface, X18_a_user_is_erased_and_the_audit_log_says_by_whom) {
  EXPECT_EQ(
      send("POST", "/api/admin/users/ada/erase", ""),
      kOk + std::string(
                R"({"chats":0,"messages":0,"answers":0,"sessions":0,"cachedAnswers":0,"ledgerRows":0})"));
  ASSERT_EQ(audit.all().size(), 1u);
  EXPECT_EQ(audit.all().front().action, "user.erase");
  EXPECT_EQ(audit.all().front().target, "ada");
  EXPECT_EQ(audit.all().front().who, "olga");
}

TEST_F(AdminSurface, S8_climbs_are_added_to_a_users_context_and_the_audit_log_says_by_whom) {
  const std::string path = "/api/admin/users/ada/climbs";
  EXPECT_EQ(send("POST", path, R"({"climbs":[{"grade":"V1"},{"grade":"V2"}]})"),
            kOk + std::string(R"({"added":2,"known":0,"climbs":2})"));
  EXPECT_EQ(send("POST", path, R"({"climbs":[{"grade":"V2"},{"grade":"V3"}]})"),
            kOk + std::string(R"({"added":1,"known":1,"climbs":3})"));
  EXPECT_EQ(send("POST", path, R"({"climbs":[7]})"),
            bad_request("climbs[0] must be an object, like {\\\"grade\\\": \\\"V4\\\"}.", "climbs[0]"));
  ASSERT_EQ(audit.all().size(), 3u);
  EXPECT_EQ(audit.all().front().action, "context.import");
  EXPECT_EQ(audit.all().front().target, "ada");
  EXPECT_EQ(audit.all().front().who, "olga");
}

TEST_F(AdminSurface, S6_uploads_are_encrypted_again_and_the_log_says_who_asked_for_it) {
  const std::string path = "/api/admin/uploads/rotation";
  EXPECT_EQ(get(path),
            kOk + std::string(R"({"running":false,"key":"k2","left":0,"unreadable":0,"other_keys":[]})"));
  upload_store.put_upload({"ada", "7", clock.wall(), {}, "k0", "label", "derived"}, {"content"}, {9, 1_MiB},
                          [](Result<> done) { EXPECT_TRUE(done); });
  const std::string rest = R"("other_keys":[{"key":"k0","uploads":1}]})";
  EXPECT_EQ(get(path), kOk + (R"({"running":false,"key":"k2","left":1,"unreadable":0,)" + rest));
  const std::string started = send("POST", path);
  EXPECT_EQ(started.substr(0, 4), "202\n");
  EXPECT_EQ(audit.all().back().action, "uploads.rotate");
  EXPECT_EQ(audit.all().back().target, "k2");
  EXPECT_EQ(audit.all().back().who, "olga");
  const std::string ended = kOk + (R"({"running":false,"key":"k2","left":1,"unreadable":1,)" + rest);
  for (int i = 0; i < 10'000 && get(path) != ended; ++i) std::this_thread::sleep_for(Milliseconds(1));
  EXPECT_EQ(get(path), ended) << "its key is not there";
  EXPECT_EQ(upload_reports.size(), 1u);
}

TEST_F(AdminSurface, X19_a_user_is_changed_and_shown) {
  const std::string path = "/api/admin/users/ada%20%22b%22";
  EXPECT_EQ(get(path),
            (Problem{404, "Not Found", "not_found",
                     "There is no such user: nobody of this name has had an answer, and no operator has "
                     "changed one.",
                     R"(,"field":"name")"}
                 .text()));
  const auto shown = [](const std::string& tier, const std::string& phase) {
    return kOk + (R"({"name":"ada \"b\"","tier":)" + tier + R"(,"phase":)" + phase +
                  R"(,"first_seen":null,"last_seen":null})");
  };
  EXPECT_EQ(send("PATCH", path, R"({"tier":"Pro"})"), shown(R"("pro")", "null"));
  EXPECT_EQ(send("PATCH", path, R"({"phase":"tracking"})"), shown(R"("pro")", R"("tracking")"));
  EXPECT_EQ(send("PATCH", path, R"({"tier":null})"), shown("null", R"("tracking")"));
  EXPECT_EQ(get(path), shown("null", R"("tracking")"));
  EXPECT_EQ(get("/api/admin/users?q=ada"),
            kOk + (R"({"users":[)" + shown("null", R"("tracking")").substr(std::string(kOk).size()) +
                   R"(],"next_cursor":null})"));
  EXPECT_EQ(get("/api/admin/users?q=b"), kOk + std::string(R"({"users":[],"next_cursor":null})"));
}

TEST_F(AdminSurface, X19_a_wrong_request_is_refused_with_the_field_that_is_wrong) {
  const std::string path = "/api/admin/users/ada";
  EXPECT_EQ(send("PATCH", path, R"({"tire":"pro"})"),
            bad_request("There is no such field. The fields are: tier, phase.", "tire"));
  EXPECT_EQ(send("PATCH", path, R"({"tier":"gold"})"),
            bad_request("There is no such tier. The tiers are: basic, pro, enterprise.", "tier"));
  EXPECT_EQ(send("PATCH", path, R"({"phase":1})"), bad_request("phase must be text or null.", "phase"));
  EXPECT_EQ(get("/api/admin/users?limit=0"),
            bad_request("limit must be a whole number from 1 to 500.", "limit"));
  EXPECT_EQ(get("/api/admin/usage?by=hour"), bad_request("by must be user, model, day or surface.", "by"));
  EXPECT_EQ(get("/api/admin/usage?from=2026-02-30"),
            bad_request("from must be a day like 2026-11-30, or a time like 2026-11-30T12:00:00Z.", "from"));
  EXPECT_EQ(get("/api/admin/usage?from=2026-02-02&to=2026-02-02"),
            bad_request("from must be before to.", "from"));
  EXPECT_EQ(get("/api/admin/usage?from=2020-01-01&to=2026-01-01"),
            bad_request("from and to may be 366 days apart at most.", "from"));
  EXPECT_EQ(send("DELETE", "/api/admin/runs/x"),
            bad_request("This is no id of an answer. GET /api/admin/runs lists them.", "run_id"));
  EXPECT_EQ(send("POST", "/api/admin/revocations", R"({"reason":"x"})"),
            bad_request("Give either user or token_id (the token's `jti`).", "user"));
  EXPECT_EQ(send("POST", "/api/admin/revocations", R"({"user":"ada","expires_in":0.5})"),
            bad_request("expires_in must be a whole number of seconds, from 1 to ten years.", "expires_in"));
  EXPECT_EQ(send("DELETE", "/api/admin/revocations"),
            bad_request("Give either user or token_id in the address.", "user"));
  for (const char* list : {"runs", "revocations", "audit"})
    EXPECT_EQ(get(std::string("/api/admin/") + list + "?cursor=x"),
              bad_request("This is no cursor. Send next_cursor of the page before, unchanged.", "cursor"));
  EXPECT_TRUE(audit.all().empty());
}

TEST_F(AdminSurface, X19_running_answers_are_listed_and_cancelled) {
  const RunId run = start_run(plain("Hello?", caller("ada"))).run;
  const std::string id = run.text(), created = iso8601(clock.wall());
  call().accept();
  call().text("Hi.");
  turn();
  EXPECT_EQ(
      get("/api/admin/runs"),
      kOk +
          (R"({"runs":[{"run_id":")" + id +
           R"(","user":"ada","surface":"plain","mode":"ask","model":"free","conversation":null,"created":")" +
           created + R"(","state":"running","bytes":3,"readers":0}],"next_cursor":null})"));
  EXPECT_EQ(get("/api/admin/runs?user=bob"), kOk + std::string(R"({"runs":[],"next_cursor":null})"));
  EXPECT_EQ(send("DELETE", "/api/admin/runs/" + id), kNoContent);
  EXPECT_EQ(get("/api/admin/runs"), kOk + std::string(R"({"runs":[],"next_cursor":null})"));
}

TEST_F(AdminSurface, X19_usage_is_summed_up) {
  const std::string to = iso8601(clock.wall() + std::chrono::seconds(1));
  (void)start_run(plain("Hello?", caller("ada")));
  answer("Hi.");
  clock.advance(std::chrono::seconds(1));
  const std::string from = iso8601(clock.wall() - std::chrono::hours(30 * 24));
  const std::string usage = get("/api/admin/usage?by=model");
  EXPECT_TRUE(usage.starts_with(
      kOk + (R"({"from":")" + from + R"(","to":")" + to +
             R"(","by":"model","usage":[{"model":"free","answers":1,"cached":0,"input_tokens":)")))
      << usage;
  EXPECT_TRUE(usage.ends_with(R"(,"cost_usd":0.000000000}],"next_cursor":null})")) << usage;
  EXPECT_NE(get("/api/admin/users/ada/usage").find(R"("by":"day","usage":[{"day":")"), std::string::npos);
  EXPECT_NE(get("/api/admin/users/bob/usage").find(R"("usage":[])"), std::string::npos);
}

TEST_F(AdminSurface, X19_access_is_revoked_and_given_back_and_the_log_says_so) {
  access.streams = 2;
  const std::string since = iso8601(clock.wall()), expires = iso8601(clock.wall() + std::chrono::minutes(1));
  const std::string revocation = R"("user":"ada","since":")" + since + R"(","expires":")" + expires +
                                 R"(","reason":"lost \"it\"","revoked_by":"olga")";
  EXPECT_EQ(
      send("POST", "/api/admin/revocations", R"({"user":"ada","reason":"lost \"it\"","expires_in":60})"),
      "201\nContent-Type: application/json\nCache-Control: no-store\n\n{" + revocation +
          R"(,"ended_streams":2})");
  EXPECT_EQ(get("/api/admin/revocations"),
            kOk + (R"({"revocations":[{)" + revocation + R"(}],"next_cursor":null})"));
  EXPECT_EQ(send("DELETE", "/api/admin/revocations?user=ada"), kNoContent);
  EXPECT_EQ(send("DELETE", "/api/admin/revocations?user=ada"),
            testing::not_found("No such revocation is in effect.", "user"));
  const auto entry = [&](const char* action, const std::string& details) {
    return R"({"when":")" + since + R"(","who":"olga","action":")" + action +
           R"(","target":"ada","details":)" + details + "}";
  };
  EXPECT_EQ(get("/api/admin/audit"),
            kOk + (R"({"entries":[)" + entry("revocation.lift", R"({"user":"ada"})") + "," +
                   entry("revocation.add",
                         R"({"user":"ada","reason":"lost \"it\"","expires":")" + expires + "\"}") +
                   R"(],"next_cursor":null})"));
  EXPECT_EQ(get("/api/admin/audit?target=bob"), kOk + std::string(R"({"entries":[],"next_cursor":null})"));
}

TEST(AdminTimes, X19_are_days_or_times_in_UTC) {
  EXPECT_EQ(parse_time("1970-01-02"), WallTime{86'400'000});
  EXPECT_EQ(parse_time("1970-01-01T01:02:03Z"), WallTime{3'723'000});
  EXPECT_EQ(parse_time("1970-01-01T01:02:03.045Z"), WallTime{3'723'045});  // as JavaScript writes it
  EXPECT_EQ(parse_time("2024-02-29"), WallTime{1'709'164'800'000});
  for (const char* wrong :
       {"", "2026", "2026-1-1", "2026-02-30", "2026-13-01", "2026-11-30T24:00:00Z", "2026-11-30T12:00:00.Z",
        "2026-11-30T12:00:00.12Z", "2026-11-30T12:00:00.1234Z", "2026-11-30T12:00:00.12xZ",
        "2026-11-30T12:00:00,123Z", "2026-11-30T12:00:00.123+", "2026-11-30T12:00:00", "2026-11-30 12:00:00Z",
        "2026-11-3x", "20261130Z!"})
    EXPECT_FALSE(parse_time(wrong)) << wrong;
}

}  // namespace
}  // namespace belay::surfaces::admin
