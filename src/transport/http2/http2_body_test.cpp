// Bodies of requests: what is decided before they are read (requirement X17), and reading them with flow control.
#include "transport/http2/test_fixture.hpp"
#include "transport/problem.hpp"

namespace belay::transport {
namespace {

class Http2BodyTest : public Http2Test {
 protected:
  Http2BodyTest() {
    Route checked{"POST", "/checked",
                  [this](Request& request) -> Awaitable<Response> {
                    ++handled;
                    co_return text_response(request.body);
                  },
                  ByteCount{200'000}, "test.checked"};
    checked.before_body = [this](Request& request) -> Awaitable<std::optional<Response>> {
      const auto user = request.header("x-user");
      if (user == "slow") {
        auto start = [this](UniqueFunction<void(int)> done) { slow.push_back(std::move(done)); };
        co_await await_callback<int>(loop, std::move(start));
      } else if (!user) {
        co_return problem(make_error(ErrorCode::unauthenticated, "Sign in."), request.request_id);
      }
      co_return std::nullopt;
    };
    EXPECT_TRUE(router.add(std::move(checked)));
    Route upload{"POST", "/upload",
                 [this](Request& request) -> Awaitable<Response> {
                   for (;;) {
                     const Result<std::string> piece = co_await request.body_reader->read();
                     if (!piece) {
                       error = piece.error();
                       const Result<std::string> again = co_await request.body_reader->read();
                       EXPECT_FALSE(again);
                       co_return text_response("failed");
                     }
                     if (piece->empty()) break;
                     taken += *piece;
                     if (!paced) continue;
                     auto start = [this](UniqueFunction<void(int)> done) { slow.push_back(std::move(done)); };
                     co_await await_callback<int>(loop, std::move(start));
                   }
                   co_return text_response("took " + std::to_string(taken.size()));
                 },
                 ByteCount{2'000'000}, "test.upload"};
    upload.streams_body = true;
    EXPECT_TRUE(router.add(std::move(upload)));
  }

  int handled = 0;
  std::string taken;
  std::optional<Error> error;
  bool paced = false;  // the handler waits after each piece
};

TEST_P(Http2BodyTest, X17_a_refused_request_is_answered_before_its_body_and_told_to_stop) {
  Http2TestClient& client = connect();
  Upload upload{"abc", 0, false};
  const auto id = client.request("POST", "/checked", {}, &upload);
  settle();
  EXPECT_EQ(client.answer(id).status, 401);
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(handled, 0);
  EXPECT_THAT(observer.requests, ElementsAre("POST test.checked 401"));
  EXPECT_EQ(counts.body_memory->total(), 0u);
  EXPECT_EQ(get(client, "/hello").status, 200);
}

TEST_P(Http2BodyTest, X17_before_the_check_a_client_can_send_no_more_than_the_first_window) {
  Http2TestClient& client = connect();
  std::vector<Upload> uploads(3, Upload{std::string(100'000, 'x')});
  std::vector<std::int32_t> ids;
  for (Upload& upload : uploads)
    ids.push_back(client.request("POST", "/checked", {{"x-user", "slow"}}, &upload));
  settle();
  EXPECT_EQ(uploads[0].sent + uploads[1].sent + uploads[2].sent, 65'535u);
  EXPECT_EQ(counts.body_memory->total(), 0u);
  for (std::size_t i = 0; i < slow.size(); ++i) slow[i](0);
  settle();
  for (const auto id : ids) EXPECT_EQ(client.answer(id).body.size(), 100'000u);
  EXPECT_EQ(counts.body_memory->total(), 0u);
}

TEST_P(Http2BodyTest, X17_bytes_of_a_stream_that_is_reset_before_the_check_are_given_back) {
  Http2TestClient& client = connect();
  for (int i = 0; i < 3; ++i) {
    Upload upload{std::string(60'000, 'x'), 0, false};
    const auto id = client.request("POST", "/checked", {{"x-user", "slow"}}, &upload);
    settle();
    EXPECT_EQ(upload.sent, 60'000u) << i;
    client.reset(id);
    settle();
  }
  Upload upload{std::string(60'000, 'x')};
  EXPECT_EQ(post(client, "/checked", upload, {{"x-user", "a"}}).body.size(), 60'000u);
}

TEST_P(Http2BodyTest, X17_a_client_is_asked_to_continue_only_when_it_may) {
  Http2TestClient& client = connect();
  Upload refused{"", 0, false};
  EXPECT_THAT(post(client, "/checked", refused, {{"expect", "100-continue"}}).interim, ElementsAre());
  Upload upload{"", 0, false};
  const auto id = client.request("POST", "/checked", {{"expect", "100-continue"}, {"x-user", "a"}}, &upload);
  settle();
  EXPECT_THAT(client.answer(id).interim, ElementsAre(100));
  upload = {"abc"};
  client.resume(id);
  settle();
  EXPECT_EQ(client.answer(id).body, "abc");
}

TEST_P(Http2BodyTest, X17_body_memory_is_limited_and_given_back) {
  config.max_body_memory = ByteCount{1'000'000};
  Http2TestClient& client = connect();
  Upload waiting{"abc", 0, false};
  const auto first =
      client.request("POST", "/checked", {{"x-user", "a"}, {"content-length", "150000"}}, &waiting);
  settle();
  EXPECT_EQ(counts.body_memory->total(), 150'000u);
  config.max_body_memory = ByteCount{200'000};
  Upload upload{"abc"};
  EXPECT_EQ(post(client, "/checked", upload, {{"x-user", "a"}}).status, 503);
  client.reset(first);
  settle();
  EXPECT_EQ(counts.body_memory->total(), 0u);
}

TEST_P(Http2BodyTest, a_body_that_is_too_large_is_413_by_its_length_or_by_its_bytes) {
  Http2TestClient& client = connect();
  Upload announced{"abc", 0, false};
  EXPECT_EQ(post(client, "/echo", announced, {{"content-length", "1001"}}).status, 413);
  Upload sent{std::string(1001, 'x'), 0, false};
  EXPECT_EQ(post(client, "/echo", sent).status, 413);
  Upload ignored{std::string(config.max_ignored_body.value + 1, 'x')};
  const auto id = client.request("DELETE", "/thing", {}, &ignored);
  settle();
  EXPECT_EQ(client.answer(id).status, 413);
  Upload little{"abc"};
  const auto other = client.request("DELETE", "/thing", {}, &little);
  settle();
  EXPECT_EQ(client.answer(other).status, 204);
}

TEST_P(Http2BodyTest, a_body_that_does_not_arrive_is_408) {
  Http2TestClient& client = connect();
  Upload upload{"abc", 0, false};
  const auto id = client.request("POST", "/echo", {}, &upload);
  settle();
  advance(config.body_deadline);
  EXPECT_EQ(client.answer(id).status, 408);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_NO_ERROR});
}

// ---- streamed

TEST_P(Http2BodyTest, a_handler_reads_its_body_while_it_arrives) {
  Http2TestClient& client = connect();
  Upload upload{"abc", 0, false};
  const auto id = client.request("POST", "/upload", {{"content-length", "6"}}, &upload);
  settle();
  EXPECT_EQ(taken, "abc");
  upload = {"def"};
  client.resume(id);
  settle();
  EXPECT_EQ(client.answer(id).body, "took 6");
}

TEST_P(Http2BodyTest, a_handler_that_is_slow_slows_its_client_down_and_no_other_stream) {
  paced = true;
  config.http2.body_window = 128_KiB;
  Http2TestClient& client = connect();
  Upload upload{std::string(600'000, 'x')};
  const auto id = client.request("POST", "/upload", {}, &upload);
  settle();
  EXPECT_GE(upload.sent, 100'000u);
  EXPECT_LE(upload.sent, 300'000u) << "the window, and what the handler has taken";
  EXPECT_EQ(counts.body_memory->total(), config.http2.body_window.value);
  Upload other{std::string(1'000, 'y')};
  EXPECT_EQ(post(client, "/echo", other).body.size(), 1'000u);
  for (std::size_t i = 0; i < slow.size(); ++i) {
    slow[i](0);
    settle();
  }
  EXPECT_EQ(client.answer(id).body, "took 600000");
  EXPECT_EQ(counts.body_memory->total(), 0u);
}

TEST_P(Http2BodyTest, a_streamed_body_is_too_large_too_late_or_cut_off) {
  Http2TestClient& client = connect();
  Upload large{std::string(2'000'001, 'x'), 0, false};
  if (GetParam() == TestWire::Pieces::whole) {
    EXPECT_EQ(post(client, "/upload", large).status, 200);
    EXPECT_EQ(error->code, ErrorCode::payload_too_large);
  }
  Upload late{"abc", 0, false};
  client.request("POST", "/upload", {}, &late);
  settle();
  advance(config.body_deadline);
  EXPECT_EQ(error->code, ErrorCode::request_timeout);
  Upload cut{"abc", 0, false};
  const auto id = client.request("POST", "/upload", {}, &cut);
  settle();
  client.reset(id);
  settle();
  EXPECT_EQ(error->code, ErrorCode::cancelled);
}

// ---- whether the client is still there

TEST_P(Http2BodyTest, a_handler_notices_that_its_stream_was_reset) {
  Http2TestClient& client = connect();
  const auto id = client.request("GET", "/wait");
  settle();
  client.reset(id);
  settle();
  EXPECT_EQ(clients_gone, 1);
  EXPECT_EQ(slow_finished, 1);
  EXPECT_THAT(observer.requests, ElementsAre());
  client.request("GET", "/wait");
  settle();
  client.close();
  settle();
  EXPECT_EQ(clients_gone, 2);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http2BodyTest, a_handler_that_does_not_watch_runs_to_its_end_and_its_answer_is_dropped) {
  Http2TestClient& client = connect();
  const auto id = client.request("GET", "/slow");
  settle();
  client.reset(id);
  settle();
  driver->close();
  settle();
  slow.at(0)(200);
  settle();
  EXPECT_EQ(slow_finished, 1);
  EXPECT_THAT(observer.requests, ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(Each, Http2BodyTest,
                         testing::Values(TestWire::Pieces::whole, TestWire::Pieces::one_byte),
                         name_of_pieces);

}  // namespace
}  // namespace belay::transport
