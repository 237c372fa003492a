// X19: whose access is revoked, and the streams that end with it.
#include "auth/revocations.hpp"

#include <gtest/gtest.h>

#include "auth/open_streams.hpp"
#include "base/random.hpp"

namespace belay::auth {
namespace {

using namespace std::chrono_literals;
using Kind = RevocationKey::Kind;

class RevocationsTest : public ::testing::Test {
 protected:
  Caller caller(std::string user, std::optional<WallTime> issued = std::nullopt, std::string token_id = {}) {
    Caller made;
    made.user = std::move(user);
    made.issued = issued;
    made.token_id = std::move(token_id);
    made.expires = clock.wall() + 1h;
    return made;
  }
  void revoke(Kind kind, std::string name, Milliseconds lasts = 1h) {
    revocations.add({{kind, std::move(name)}, clock.wall(), clock.wall() + lasts, {}, {}});
  }
  bool is_revoked(const Caller& who) { return revocations.check(who).has_error(); }

  ManualClock clock;
  Revocations revocations{3, clock};
};

TEST_F(RevocationsTest, X19OfAUserConcernTheTokensThatWereIssuedBefore) {
  const WallTime before = clock.wall();
  clock.advance(10s);
  revoke(Kind::user, "ann");
  EXPECT_TRUE(is_revoked(caller("ann", before)));
  EXPECT_TRUE(is_revoked(caller("ann", clock.wall()))) << "iat has whole seconds: it may have been before";
  EXPECT_TRUE(is_revoked(caller("ann"))) << "a token without iat";
  EXPECT_FALSE(is_revoked(caller("ann", clock.wall() + 1s)));
  EXPECT_FALSE(is_revoked(caller("anna", before)));
  Caller stranger = caller("ann");
  stranger.how = Caller::How::none;
  EXPECT_FALSE(is_revoked(stranger));
  EXPECT_EQ(revocations.check(caller("ann")).error().code, ErrorCode::revoked);
}

TEST_F(RevocationsTest, X19OfATokenConcernThatTokenAlone) {
  revoke(Kind::token, "jti-1");
  EXPECT_TRUE(is_revoked(caller("ann", clock.wall() + 1h, "jti-1")));
  EXPECT_FALSE(is_revoked(caller("ann", clock.wall(), "jti-2")));
  EXPECT_FALSE(is_revoked(caller("ann", clock.wall())));
  EXPECT_FALSE(is_revoked(caller("jti-1", clock.wall())));
}

TEST_F(RevocationsTest, X19EndWhenTheyExpireOrAreLifted) {
  revoke(Kind::user, "ann", 10s);
  revoke(Kind::user, "bob", 20s);
  clock.advance(10s);
  EXPECT_FALSE(is_revoked(caller("ann")));
  EXPECT_TRUE(is_revoked(caller("bob")));
  revocations.remove({Kind::user, "bob"});
  EXPECT_FALSE(is_revoked(caller("bob")));
  revocations.remove({Kind::user, "bob"});
}

TEST_F(RevocationsTest, X19AreBoundedAndForgetThoseThatHaveExpired) {
  revoke(Kind::user, "a", 10s);
  revoke(Kind::user, "b");
  revoke(Kind::token, "a");
  EXPECT_TRUE(revocations.check_space({Kind::user, "a"})) << "it would replace one";
  EXPECT_EQ(revocations.check_space({Kind::user, "c"}).error().code, ErrorCode::conflict);
  clock.advance(10s);
  EXPECT_TRUE(revocations.check_space({Kind::user, "c"}));
  EXPECT_EQ(revocations.size(), 2u);
}

// ---- Open streams

class TestStream final : public transport::OpenStream {
 public:
  std::vector<std::string> ends;
  void revoke(std::string_view last_message) override {
    ends.push_back("revoked " + std::string(last_message));
  }
  void expire(Milliseconds retry) override {
    EXPECT_GE(retry, 1s);
    EXPECT_LE(retry, 2s);
    ends.push_back("cut");
  }
};

class OpenStreamsTest : public RevocationsTest {
 protected:
  struct Open {
    TestStream stream;
    std::unique_ptr<transport::StreamWatch> watch;
  };
  std::unique_ptr<Open> open(const Caller& who, std::size_t loop = 0) {
    auto made = std::make_unique<Open>();
    made->watch = streams.watch(*loops[loop], who, 1s,
                                [](const Error& error) { return std::string(to_string(error.code)); });
    if (made->watch) made->watch->opened(made->stream);
    return made;
  }
  std::size_t end(RevocationKey key) {
    std::optional<std::size_t> ended;
    streams.end_revoked(std::move(key), [&](std::size_t count) { ended = count; });
    turn();
    EXPECT_TRUE(ended);
    return ended.value_or(0);
  }
  void turn() {
    for (int i = 0; i < 3; ++i)
      for (const auto& loop : loops) loop->turn();
  }
  void pass(Milliseconds time) {
    clock.advance(time);
    turn();
  }
  using Ends = std::vector<std::string>;

  Config config;
  SeededRandom random{7};
  std::array<std::unique_ptr<Loop>, 2> loops{std::make_unique<Loop>(0, clock),
                                             std::make_unique<Loop>(1, clock)};
  OpenStreams streams{config, {loops[0].get(), loops[1].get()}, revocations, clock, random};
};

TEST_F(OpenStreamsTest, X19EndWithARevocationOnEveryLoop) {
  const auto first = open(caller("ann")), second = open(caller("ann"), 1), other = open(caller("bob"));
  revoke(Kind::user, "ann");
  EXPECT_EQ(end({Kind::user, "ann"}), 2u);
  EXPECT_EQ(first->stream.ends, Ends{"revoked revoked"});
  EXPECT_EQ(second->stream.ends, Ends{"revoked revoked"});
  EXPECT_EQ(other->stream.ends, Ends{});
}

TEST_F(OpenStreamsTest, X19OfARevokedTokenEndAndOthersOfTheUserDoNot) {
  const auto lost = open(caller("ann", clock.wall(), "lost")),
             kept = open(caller("ann", clock.wall(), "kept"));
  revoke(Kind::token, "lost");
  EXPECT_EQ(end({Kind::token, "lost"}), 1u);
  EXPECT_EQ(lost->stream.ends.size(), 1u);
  EXPECT_EQ(kept->stream.ends.size(), 0u);
}

TEST_F(OpenStreamsTest, X19ThatOpenWhileARevocationIsOnItsWayEndAtOnce) {
  revoke(Kind::user, "ann");
  EXPECT_EQ(open(caller("ann"))->stream.ends, Ends{"revoked revoked"});
}

TEST_F(OpenStreamsTest, X19ThatHaveClosedAreForgotten) {
  auto first = open(caller("ann")), second = open(caller("ann"));
  first.reset();
  auto never_opened = streams.watch(*loops[0], caller("ann"), 1s, nullptr);
  never_opened.reset();
  revoke(Kind::user, "ann");
  EXPECT_EQ(end({Kind::user, "ann"}), 1u);
  second.reset();
  EXPECT_EQ(end({Kind::user, "ann"}), 0u);
}

TEST_F(OpenStreamsTest, OfCallersWhoAreNotSignedInAreNotWatched) {
  Caller stranger = caller("ann");
  stranger.how = Caller::How::none;
  EXPECT_FALSE(open(stranger)->watch);
}

TEST_F(OpenStreamsTest, X20AreCutTheGraceAfterTheirTokenHasExpired) {
  const auto by_token = open(caller("ann"));
  Caller of_ticket = caller("ann");
  of_ticket.how = Caller::How::ticket;
  const auto by_ticket = open(of_ticket);
  pass(59min);
  EXPECT_EQ(by_ticket->stream.ends, Ends{});
  pass(1min + 20ms);
  EXPECT_EQ(by_ticket->stream.ends, Ends{"cut"}) << "a ticket has the grace of its token in it";
  EXPECT_EQ(by_token->stream.ends, Ends{});
  pass(config.stream_grace - 2s);
  EXPECT_EQ(by_token->stream.ends, Ends{});
  pass(2s);
  EXPECT_EQ(by_token->stream.ends, Ends{"cut"});
}

TEST_F(OpenStreamsTest, X20AreNotCutWhileTheirTokenStillSignsIn) {
  Config without_grace;
  without_grace.stream_grace = Milliseconds(0);
  Caller who = caller("ann");
  EXPECT_EQ(OpenStreams::end_of(without_grace, who), who.expires + without_grace.leeway);
  without_grace.leeway = Milliseconds(0);
  EXPECT_EQ(OpenStreams::end_of(without_grace, who), who.expires);
}

}  // namespace
}  // namespace belay::auth
