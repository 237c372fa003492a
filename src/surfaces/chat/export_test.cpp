// GET /api/chat/{chatId}/export, from literal bytes to literal bytes.
#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::chat {
namespace {

using testing::Answer;
using testing::bad_request;
using testing::not_found;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kPath = "/api/chat/the-chat/export";

struct ChatExport : ::testing::Test {
  ChatExport() { fixture.add_turn({"the-chat", "One \"?\"", "One."}); }
  void limit_exports(std::uint64_t of_user, std::uint64_t of_server) {
    policy::Config config;
    config.exports.max_active_per_user = of_user;
    config.exports.max_active = of_server;
    fixture.settings->rules["exports"] = policy::export_rules(config);
  }

  SurfaceFixture fixture{chat::make};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(ChatExport, C9_a_chat_is_exported_as_JSON) {
  for (const char* query : {"", "?format=json"}) {
    Answer answer = fixture.get(std::string(kPath) + query, ann);
    EXPECT_EQ(answer.head(), R"(200
Content-Type: application/json
Cache-Control: no-store
Content-Disposition: attachment; filename="conversation.json"
)");
    EXPECT_EQ(
        fixture.whole(answer),
        R"({"conversation":"the-chat","title":"One \"?\"","exported":"2026-11-18T11:06:41.000Z","messages":[
{"id":"20261118T110641000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-u","role":"user","content":"One \"?\"","created":"2026-11-18T11:06:41.000Z","state":"complete"},
{"id":"20261118T110641000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a","role":"assistant","content":"One.","created":"2026-11-18T11:06:41.500Z","state":"complete","model":"small","finish":"stop","usage":{"input_tokens":12,"output_tokens":3}}
]}
)");
    EXPECT_TRUE(answer.has_ended());
    EXPECT_EQ(answer.heartbeat, "");
  }
}

TEST_F(ChatExport, C9_a_chat_is_exported_as_Markdown) {
  fixture.add_turn({"the-chat", "Two?", "Two", "", "", RunState::interrupted});
  Answer answer = fixture.get(std::string(kPath) + "?format=md", ann);
  EXPECT_EQ(answer.head(), R"(200
Content-Type: text/markdown; charset=utf-8
Cache-Control: no-store
Content-Disposition: attachment; filename="conversation.md"
)");
  EXPECT_EQ(fixture.whole(answer), R"(# One "?"

Exported 2026-11-18 11:06 UTC

## User · 2026-11-18 11:06 UTC

One "?"

## Assistant · 2026-11-18 11:06 UTC · small

One.

## User · 2026-11-18 11:06 UTC

Two?

## Assistant · 2026-11-18 11:06 UTC · small · interrupted

Two
)");
}

TEST_F(ChatExport, C9_a_chat_is_exported_as_PDF) {
  Answer answer = fixture.get(std::string(kPath) + "?format=pdf", ann);
  EXPECT_EQ(answer.head(), R"(200
Content-Type: application/pdf
Cache-Control: no-store
Content-Disposition: attachment; filename="conversation.pdf"
)");
  EXPECT_TRUE(answer.is_stream());
  EXPECT_EQ(fixture.whole(answer).substr(0, 5), "%PDF-");
}

TEST_F(ChatExport, C9_what_can_not_be_exported_is_refused) {
  EXPECT_EQ(fixture.get(std::string(kPath) + "?format=docx", ann).text(),
            bad_request("format must be json, md or pdf.", "format"));
  const std::string none = not_found("There is no such chat. Check its id.", "chatId");
  EXPECT_EQ(fixture.get("/api/chat/nothing/export", ann).text(), none);
  EXPECT_EQ(fixture.get(kPath, fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.get(kPath).text(), not_signed_in());
}

TEST_F(ChatExport, X21_a_user_has_so_many_exports_at_once_until_the_client_has_the_last_byte) {
  limit_exports(1, 20);
  const std::string refused =
      Problem{429,
              "Too Many Requests",
              "too_many_active",
              "At most 1 exports of one user at once: wait for one to end, or try again in 5 s.",
              R"(,"limit":"exports.active.user")",
              "Retry-After: 5\n"
              "RateLimit-Policy: \"exports.active.user\";q=1;qu=\"concurrent-requests\"\n"
              "RateLimit: \"exports.active.user\";r=0\n"}
          .text();
  Answer first = fixture.get(kPath, ann);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(fixture.get(kPath, ann).text(), refused);
  fixture.whole(first);
  EXPECT_EQ(fixture.get(kPath, ann).text(), refused) << "the response is not over";
  first.leave();
  EXPECT_TRUE(fixture.counters.holds_nothing());
  EXPECT_EQ(fixture.get(kPath, ann).status, 200);
  EXPECT_TRUE(fixture.counters.holds_nothing()) << "the client left";
}

TEST_F(ChatExport, X21_the_server_has_so_many_exports_at_once) {
  fixture.add_turn({"the-chat", "One?", "One.", "", "", RunState::completed, MessageKind::chat, "bob"});
  limit_exports(2, 1);
  Answer first = fixture.get(kPath, ann);
  EXPECT_EQ(fixture.get(kPath, fixture.user("bob")).text(),
            (Problem{503, "Service Unavailable", "server_full",
                     "At most 1 exports on this server at once: wait for one to end, or try again in 5 s.",
                     R"(,"limit":"exports.active.server")",
                     "Retry-After: 5\n"
                     "RateLimit-Policy: \"exports.active.server\";q=1;qu=\"concurrent-requests\"\n"
                     "RateLimit: \"exports.active.server\";r=0\n"}
                 .text()));
}

TEST_F(ChatExport, X21_a_HEAD_holds_no_place) {
  limit_exports(1, 1);
  Answer held = fixture.get(kPath, ann);
  EXPECT_EQ(fixture.head(std::string(kPath) + "?format=md", ann).text(), R"(200
Content-Type: text/markdown; charset=utf-8
Cache-Control: no-store
Content-Disposition: attachment; filename="conversation.md"

)");
}

TEST_F(ChatExport, X10_no_export_begins_while_the_server_shuts_down_but_one_does_while_the_disk_is_full) {
  fixture.accepts_runs = make_error(ErrorCode::draining, "The server is shutting down.");
  EXPECT_EQ(fixture.get(kPath, ann).text(), (Problem{503, "Service Unavailable", "draining",
                                                     "The server is shutting down.", "", "Retry-After: 1\n"}
                                                 .text()));
  fixture.accepts_runs = make_error(ErrorCode::storage_full, "The disk is full.");
  EXPECT_EQ(fixture.get(kPath, ann).status, 200);
}

}  // namespace
}  // namespace belay::surfaces::chat
