#include "auth/tickets.hpp"

#include <sys/stat.h>

#include "auth/server_key.hpp"
#include "auth/test_support.hpp"

namespace belay::auth {
namespace {

using namespace testing;

constexpr const char* kStream = "/assistant/stream/one";

class TicketsTest : public ::testing::Test {
 protected:
  TicketsTest() { restart(); }

  // Makes new objects that use the same files.
  void restart() {
    tickets.reset();
    uses.reset();
    auto key = load_or_create_server_key(directory / "ticket.key", random);
    ASSERT_TRUE(key) << key.error().detail;
    auto opened = FileTicketUses::open(
        directory / "ticket-uses",
        {config.ticket_max_uses, config.ticket_lifetime, config.ticket_max_uses_per_user}, clock.wall(),
        [](const std::string& text) { ADD_FAILURE() << text; });
    ASSERT_TRUE(opened) << opened.error().detail;
    uses = std::move(*opened);
    tickets = std::make_unique<Tickets>(config, std::move(*key),
                                        std::vector<std::string>{"/assistant/stream/{request_id}", "/stream",
                                                                 "/api/chat/stream?sessionId={sessionId}"},
                                        *uses, clock, random);
  }
  std::string issue(const char* stream = kStream) {
    const auto ticket = tickets->issue(ann(), stream);
    if (!ticket) ADD_FAILURE() << ticket.error().detail;
    return ticket->text.reveal();
  }
  std::string refusal_of(const std::string& ticket, const char* path = kStream) {
    const auto caller = tickets->redeem(ticket, path);
    if (caller) return "accepted";
    EXPECT_EQ(caller.error().code, ErrorCode::unauthenticated);
    EXPECT_EQ(caller.error().field, "ticket");
    return caller.error().detail;
  }
  // Uses the ticket for a stream that exists.
  bool use(const std::string& ticket, const char* stream = kStream) {
    if (!tickets->redeem(ticket, stream)) return false;
    tickets->record_use(ticket);
    return true;
  }
  Caller ann() { return user("ann"); }
  Caller user(std::string name) {
    return {std::move(name),    "pro", {"editor"}, false, clock.wall() + std::chrono::hours(48),
            Caller::How::bearer};
  }

  const TemporaryDirectory directory;
  Config config;
  ManualClock clock;
  SecureRandom random;
  std::unique_ptr<FileTicketUses> uses;
  std::unique_ptr<Tickets> tickets;
};

TEST_F(TicketsTest, X8AreForOneUserAndKeepTierAndRoles) {
  const auto caller = tickets->redeem(issue(), kStream);
  ASSERT_TRUE(caller) << caller.error().detail;
  EXPECT_EQ(caller->user, "ann");
  EXPECT_EQ(caller->tier, "pro");
  EXPECT_TRUE(caller->has_role("editor"));
  EXPECT_FALSE(caller->dev);
  EXPECT_EQ(caller->how, Caller::How::ticket);
  EXPECT_EQ(caller->expires, clock.wall() + config.ticket_lifetime);
  Caller dev = ann();
  dev.user = "bob";
  dev.dev = true;
  const auto other = tickets->redeem(tickets->issue(dev, kStream)->text.reveal(), kStream);
  EXPECT_EQ(other->user, "bob");
  EXPECT_TRUE(other->dev);
}

TEST_F(TicketsTest, X8C2AreForTheOneStreamThatAParameterOfTheQueryNames) {
  using Query = std::vector<std::pair<std::string, std::string>>;
  const std::string ticket = issue("/api/chat/stream?sessionId=cs_1");
  const auto accepted = [&](const char* path, const Query& query) {
    return tickets->redeem(ticket, path, query).has_value();
  };
  EXPECT_TRUE(accepted("/api/chat/stream", {{"sessionId", "cs_1"}}));
  EXPECT_TRUE(accepted("/api/chat/stream", {{"ticket", "x"}, {"sessionId", "cs_1"}}));
  EXPECT_FALSE(accepted("/api/chat/stream", {{"sessionId", "cs_2"}}));
  EXPECT_FALSE(accepted("/api/chat/stream", {{"sessionId", "cs_1"}, {"sessionId", "cs_2"}}));
  EXPECT_FALSE(accepted("/api/chat/stream", {}));
  EXPECT_FALSE(accepted("/api/chat/history", {{"sessionId", "cs_1"}}));
  for (const char* other : {"/api/chat/stream", "/api/chat/stream?sessionId=",
                            "/api/chat/stream?session=cs_1", "/api/chat/stream?sessionId=cs_1&chatId=2",
                            "/stream?sessionId=cs_1", "/assistant/stream/one?sessionId=cs_1"})
    EXPECT_EQ(tickets->issue(ann(), other).error().code, ErrorCode::invalid_request) << other;
}

TEST_F(TicketsTest, X8MustBeUsedWithin30Seconds) {
  const std::string in_time = issue();
  const std::string late = issue();
  EXPECT_EQ(tickets->issue(ann(), kStream)->expires_in, std::chrono::seconds(30));
  clock.advance(std::chrono::seconds(30));
  EXPECT_TRUE(tickets->redeem(in_time, kStream));
  clock.advance(Milliseconds(1));
  EXPECT_EQ(refusal_of(late),
            "The ticket was to be used by 2026-11-18T11:07:10.000Z for the first time. POST /auth/ticket "
            "makes a new one.");
}

TEST_F(TicketsTest, X8OnceUsedAreGoodForReconnects) {
  const std::string ticket = issue();
  ASSERT_TRUE(use(ticket));
  for (int hour = 1; hour < 24; ++hour) {
    clock.advance(std::chrono::hours(1));
    EXPECT_TRUE(tickets->redeem(ticket, kStream)) << hour;
  }
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(refusal_of(ticket),
            "The ticket expired at 2026-11-19T11:06:40.000Z. POST /auth/ticket makes a new one.");
}

TEST_F(TicketsTest, X20EndWithTheGraceOfTheTokenThatTheyWereMadeFrom) {
  Caller short_lived = ann();
  short_lived.expires = clock.wall() + std::chrono::minutes(10);
  const std::string ticket = tickets->issue(short_lived, kStream)->text.reveal();
  ASSERT_TRUE(use(ticket));
  clock.advance(std::chrono::minutes(10) + config.stream_grace - Milliseconds(1));
  EXPECT_TRUE(tickets->redeem(ticket, kStream));
  clock.advance(Milliseconds(1));
  EXPECT_EQ(refusal_of(ticket),
            "The ticket expired at 2026-11-18T11:21:40.000Z. POST /auth/ticket makes a new one.");
}

TEST_F(TicketsTest, X19KeepWhatARevocationNeedsOfTheirToken) {
  Caller caller = ann();
  caller.issued = clock.wall() - std::chrono::minutes(1);
  caller.token_id = "jti-1";
  const auto found = tickets->redeem(tickets->issue(caller, kStream)->text.reveal(), kStream);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->issued, caller.issued);
  EXPECT_EQ(found->token_id, "jti-1");
  EXPECT_FALSE(tickets->redeem(issue(), kStream)->issued);
}

TEST_F(TicketsTest, X8OnceUsedAreGoodForReconnectsAcrossARestart) {
  const std::string used = issue();
  const std::string unused = issue();
  ASSERT_TRUE(use(used));
  clock.advance(std::chrono::minutes(10));
  restart();
  EXPECT_TRUE(tickets->redeem(used, kStream));
  EXPECT_NE(refusal_of(unused).find("for the first time"), std::string::npos);
}

TEST_F(TicketsTest, X8IssuedBeforeARestartCanBeUsedAfterIt) {
  const std::string ticket = issue();
  restart();
  EXPECT_TRUE(tickets->redeem(ticket, kStream));
}

TEST_F(TicketsTest, X8OpenNoOtherStream) {
  const std::string ticket = issue();
  EXPECT_NE(refusal_of(ticket, "/assistant/stream/two").find("for another stream"), std::string::npos);
  EXPECT_NE(refusal_of(ticket, "/stream").find("for another stream"), std::string::npos);
  ASSERT_TRUE(use(ticket));
  EXPECT_NE(refusal_of(ticket, "/assistant/stream/two").find("for another stream"), std::string::npos);
}

TEST_F(TicketsTest, X8TryingAnotherStreamDoesNotCountAsTheFirstUse) {
  const std::string ticket = issue();
  refusal_of(ticket, "/stream");
  clock.advance(std::chrono::seconds(31));
  EXPECT_NE(refusal_of(ticket).find("for the first time"), std::string::npos);
}

TEST_F(TicketsTest, X8ARequestThatFindsNoStreamDoesNotCountAsTheFirstUse) {
  const std::string ticket = issue();
  EXPECT_TRUE(tickets->redeem(ticket, kStream));  // and then the stream does not exist
  EXPECT_EQ(uses->size(), 0u);
  EXPECT_TRUE(tickets->redeem(ticket, kStream)) << "the ticket is as good as before";
  clock.advance(std::chrono::seconds(31));
  EXPECT_NE(refusal_of(ticket).find("for the first time"), std::string::npos);
}

TEST_F(TicketsTest, X8WhatIsNoTicketIsNoUse) {
  for (const std::string& text : {std::string(), std::string("t1."), std::string("t1.a.b"), issue() + "A"})
    tickets->record_use(text);
  EXPECT_EQ(uses->size(), 0u);
}

TEST_F(TicketsTest, X8OneUserCannotPushOutTheTicketsOfOthers) {
  config.ticket_max_uses = 1600;
  config.ticket_max_uses_per_user = 50;
  restart();
  const auto ticket_of = [&](const char* name) { return tickets->issue(user(name), kStream)->text.reveal(); };
  const std::string bobs = ticket_of("bob");
  ASSERT_TRUE(use(bobs));
  std::vector<std::string> anns;
  for (int i = 0; i < 5000; ++i) {
    anns.push_back(ticket_of("ann"));
    ASSERT_TRUE(use(anns.back()));
  }
  EXPECT_EQ(uses->size(), 51u);
  for (int round = 0; round < 2; ++round) {
    clock.advance(std::chrono::seconds(31));  // from now on only used tickets are valid
    EXPECT_TRUE(tickets->redeem(bobs, kStream));
    EXPECT_TRUE(tickets->redeem(anns.back(), kStream));
    EXPECT_TRUE(tickets->redeem(anns[4950], kStream));
    EXPECT_FALSE(tickets->redeem(anns[4949], kStream)) << "the oldest of her own go";
    restart();
    EXPECT_EQ(uses->size(), 51u);
  }
}

TEST_F(TicketsTest, X8CannotBeChanged) {
  const std::string ticket = issue();
  for (std::size_t i = 0; i < ticket.size(); ++i) {
    std::string changed = ticket;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(refusal_of(changed), "accepted") << i;
  }
  std::string payload = *from_base64url(ticket.substr(3, ticket.rfind('.') - 3));
  payload.replace(payload.find("ann"), 3, "bob");
  EXPECT_NE(refusal_of("t1." + to_base64url(payload) + ticket.substr(ticket.rfind('.'))).find("was changed"),
            std::string::npos);
  for (const std::string& broken :
       {std::string(), std::string("t1."), std::string("t1.."), std::string("t2.a.b"),
        ticket.substr(0, ticket.size() - 1), ticket + "A", std::string(5000, 'a')})
    EXPECT_NE(refusal_of(broken), "accepted") << broken;
}

TEST_F(TicketsTest, X8OfAnotherServerAreRefused) {
  const std::string ticket = issue();
  std::filesystem::remove(directory / "ticket.key");
  restart();
  EXPECT_NE(refusal_of(ticket).find("not one of this server's"), std::string::npos);
}

TEST_F(TicketsTest, AreMadeForKnownStreamsOnly) {
  for (const char* stream :
       {"", "/", "/auth/session", "/assistant/stream", "/assistant/stream/", "/assistant/stream/a/b",
        "/assistant/stream/a?x=1", "/assistant/stream/%2e", "https://other.example/stream", "stream",
        "/stream/", "//stream", "/assistant/stream/a\nb"}) {
    const auto ticket = tickets->issue(ann(), stream);
    ASSERT_FALSE(ticket) << stream;
    EXPECT_EQ(ticket.error().code, ErrorCode::invalid_request) << stream;
    EXPECT_EQ(ticket.error().field, "stream") << stream;
  }
  EXPECT_TRUE(tickets->issue(ann(), "/stream"));
}

TEST_F(TicketsTest, FindTheStreamOfARequestId) {
  EXPECT_EQ(*tickets->stream_of_request("abc-1"), "/assistant/stream/abc-1");
  for (const char* id : {"", "a/b", "../x y", "a?b"}) EXPECT_FALSE(tickets->stream_of_request(id)) << id;
}

TEST_F(TicketsTest, MakeNoFurtherTickets) {
  Caller caller = *tickets->redeem(issue(), kStream);
  EXPECT_EQ(tickets->issue(caller, kStream).error().code, ErrorCode::forbidden);
}

TEST_F(TicketsTest, FitIntoAnAddressEvenWithAllThatAnIdentityMayHold) {
  Caller caller;
  caller.user = std::string(kMaxUserBytes, '"');  // two bytes each in JSON
  caller.tier = std::string(kMaxTierBytes, '"');
  caller.roles.assign(kMaxRoles, std::string(kMaxRoleBytes, 'r'));
  caller.expires = clock.wall() + std::chrono::hours(48);
  const std::string stream = "/assistant/stream/" + std::string(kMaxStreamBytes - 18, 's');
  const auto ticket = tickets->issue(caller, stream);
  ASSERT_TRUE(ticket);
  EXPECT_LE(ticket->text.reveal().size(), kMaxTicketBytes);
  const auto redeemed = tickets->redeem(ticket->text.reveal(), stream);
  ASSERT_TRUE(redeemed);
  EXPECT_EQ(redeemed->user, caller.user);
}

// ---- The record of uses

TicketId id_of(std::uint64_t n) {
  TicketId id{};
  for (std::size_t i = 0; i < 8; ++i) id[i] = static_cast<unsigned char>(n >> (8 * i));
  return id;
}

constexpr Milliseconds kDay = std::chrono::hours(24);
const auto kFailOnNotice = [](const std::string& text) { ADD_FAILURE() << text; };

template <class Uses>
void record_many(Uses& uses, std::uint64_t first, std::uint64_t count, WallTime now) {
  for (std::uint64_t n = first; n < first + count; ++n) uses.record({id_of(n), now + kDay}, now);
}

std::size_t files_in(const std::filesystem::path& path) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

TEST(TicketUses, AreBoundedAndForgetTheOldestFirst) {
  MemoryTicketUses uses({80, kDay, 10});
  record_many(uses, 0, 1000, {1000});
  EXPECT_LE(uses.size(), 80u);
  EXPECT_GE(uses.size(), 70u);
  EXPECT_TRUE(uses.contains(id_of(999)));
  EXPECT_TRUE(uses.contains(id_of(930)));
  EXPECT_FALSE(uses.contains(id_of(0)));
}

TEST(TicketUses, CountATicketOnce) {
  MemoryTicketUses uses({80, kDay, 10});
  record_many(uses, 7, 1, {1000});
  record_many(uses, 7, 1, {2000});
  EXPECT_EQ(uses.size(), 1u);
}

TEST(TicketUses, AreForgottenOnceTheTicketsHaveExpired) {
  MemoryTicketUses uses({8000, kDay, 10});
  for (int hour = 0; hour < 24 * 7; ++hour)
    record_many(uses, static_cast<std::uint64_t>(hour), 1, WallTime{0} + std::chrono::hours(hour));
  EXPECT_LE(uses.size(), 24u + 4);
  EXPECT_TRUE(uses.contains(id_of(24 * 7 - 24)));
}

TEST(FileTicketUses, SurviveWithWhatEachRecordCallWrote) {
  const TemporaryDirectory directory;
  const auto open = [&] {
    return std::move(
        FileTicketUses::open(directory / "uses", {800, kDay, 10}, {1000}, kFailOnNotice).value());
  };
  for (std::uint64_t round = 0; round < 10; ++round) {
    const auto uses = open();
    EXPECT_EQ(uses->size(), round * 5);
    record_many(*uses, round * 5, 5, {1000});
  }
  const auto uses = open();
  for (std::uint64_t n = 0; n < 50; ++n) EXPECT_TRUE(uses->contains(id_of(n))) << n;
  EXPECT_FALSE(uses->contains(id_of(50)));
  EXPECT_EQ(files_in(directory / "uses"), 1u);
}

// Uses of one user: all ids have the same first half.
TicketId id_of(std::uint64_t user, std::uint64_t n) {
  TicketId id = id_of(user);
  for (std::size_t i = 0; i < 8; ++i) id[8 + i] = static_cast<unsigned char>(n >> (8 * i));
  return id;
}

TEST(FileTicketUses, X8OneUserTakesABoundedPlaceOnTheDisk) {
  const TemporaryDirectory directory;
  const auto open = [&] {
    return std::move(
        FileTicketUses::open(directory / "uses", {1600, kDay, 10}, {1000}, kFailOnNotice).value());
  };
  auto uses = open();
  uses->record({id_of(7, 0), WallTime{1000} + kDay}, {1000});
  for (std::uint64_t n = 0; n < 10'000; ++n)
    uses->record({id_of(1, n), WallTime{1000 + static_cast<std::int64_t>(n)} + kDay}, {1000});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(uses->size(), 11u);
    EXPECT_EQ(std::filesystem::file_size(directory / "uses" / "00000001.uses"), 11u * 32);
    EXPECT_EQ(files_in(directory / "uses"), 1u);
    EXPECT_TRUE(uses->contains(id_of(7, 0)));
    for (std::uint64_t n = 9990; n < 10'000; ++n) EXPECT_TRUE(uses->contains(id_of(1, n))) << n;
    EXPECT_FALSE(uses->contains(id_of(1, 9989)));
    uses.reset();
    uses = open();
  }
  // After a restart, the oldest use is still the one that is forgotten.
  uses->record({id_of(1, 20'000), WallTime{30'000} + kDay}, {1000});
  EXPECT_FALSE(uses->contains(id_of(1, 9990)));
  EXPECT_TRUE(uses->contains(id_of(1, 9991)));
}

TEST(TicketUses, X8AUserWhoFillsEverySegmentAnewPushesOutNobody) {
  MemoryTicketUses uses({800, kDay, 50});
  // For every 100 uses of this user, another user has one. The other users' uses fill the segments.
  std::uint64_t hers = 0;
  for (std::uint64_t other = 0; other < 300; ++other) {
    uses.record({id_of(1000 + other, 0), WallTime{1000} + kDay}, {1000});
    for (int i = 0; i < 100; ++i) uses.record({id_of(1, hers++), WallTime{1000} + kDay}, {1000});
  }
  for (std::uint64_t other = 0; other < 300; ++other)
    EXPECT_TRUE(uses.contains(id_of(1000 + other, 0))) << other;
  EXPECT_EQ(uses.size(), 350u);
}

TEST(FileTicketUses, KeepAsManyFilesAsTheyNeed) {
  const TemporaryDirectory directory;
  auto uses =
      std::move(FileTicketUses::open(directory / "uses", {80, kDay, 10}, {1000}, kFailOnNotice).value());
  record_many(*uses, 0, 1000, {1000});
  EXPECT_EQ(files_in(directory / "uses"), UseIndex::kSegments);
  uses = std::move(FileTicketUses::open(directory / "uses", {80, kDay, 10}, {1000}, kFailOnNotice).value());
  EXPECT_LE(uses->size(), 80u);
  EXPECT_TRUE(uses->contains(id_of(999)));
  const WallTime later = WallTime{1000} + kDay + kDay;
  record_many(*uses, 5000, 1, later);
  EXPECT_EQ(files_in(directory / "uses"), 1u);
  EXPECT_EQ(uses->size(), 1u);
}

TEST(FileTicketUses, CutATornRecordAndPassOverABrokenOne) {
  const TemporaryDirectory directory;
  const auto file = directory / "uses" / "00000001.uses";
  const auto open = [&] {
    return std::move(
        FileTicketUses::open(directory / "uses", {800, kDay, 10}, {1000}, kFailOnNotice).value());
  };
  record_many(*open(), 0, 4, {1000});
  ASSERT_EQ(std::filesystem::file_size(file), 4u * 32);
  std::filesystem::resize_file(file, 4 * 32 - 5);
  {
    std::fstream broken(file, std::ios::binary | std::ios::in | std::ios::out);
    broken.seekp(32 + 3);
    broken.put('x');
  }
  {
    const auto uses = open();
    EXPECT_TRUE(uses->contains(id_of(0)));
    EXPECT_FALSE(uses->contains(id_of(1)));
    EXPECT_TRUE(uses->contains(id_of(2)));
    EXPECT_FALSE(uses->contains(id_of(3)));
    record_many(*uses, 10, 1, {1000});
  }
  EXPECT_TRUE(open()->contains(id_of(10)));
  EXPECT_EQ(std::filesystem::file_size(file), 4u * 32);
}

TEST(FileTicketUses, GoOnInMemoryWhenTheDiskRefusesAndSaySoOnce) {
  const TemporaryDirectory directory;
  std::vector<std::string> notices;
  auto uses = std::move(
      FileTicketUses::open(directory / "uses", {800, kDay, 10}, {1000}, [&](const std::string& text) {
        notices.push_back(text);
      }).value());
  std::filesystem::remove_all(directory / "uses");  // no file can be created there
  record_many(*uses, 0, 100, {1000});
  EXPECT_TRUE(uses->contains(id_of(0)));
  EXPECT_TRUE(uses->contains(id_of(99)));
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_NE(notices[0].find("end with this process"), std::string::npos) << notices[0];
  std::filesystem::create_directory(directory / "uses");
  record_many(*uses, 100, 1, {1000});
  uses = std::move(FileTicketUses::open(directory / "uses", {800, kDay, 10}, {1000}, kFailOnNotice).value());
  EXPECT_TRUE(uses->contains(id_of(100)));
}

TEST(FileTicketUses, FollowNoSymbolicLink) {
  const TemporaryDirectory directory;
  const auto open = [&] {
    return FileTicketUses::open(directory / "uses", {800, kDay, 10}, {1000}, kFailOnNotice);
  };
  std::filesystem::create_directory(directory / "elsewhere");
  std::filesystem::create_directory_symlink(directory / "elsewhere", directory / "uses");
  EXPECT_FALSE(open());
  std::filesystem::remove(directory / "uses");
  record_many(*open().value(), 0, 1, {1000});
  std::filesystem::rename(directory / "uses" / "00000001.uses", directory / "elsewhere" / "a");
  std::filesystem::create_symlink(directory / "elsewhere" / "a", directory / "uses" / "00000001.uses");
  EXPECT_FALSE(open());
}

TEST(FileTicketUses, ThatAreSyncedAreTheSameAfterwardsWhateverTheWorkersDo) {
  const TemporaryDirectory directory;
  for (const std::size_t queue : {1, 1000}) {
    const auto name = directory / ("uses" + std::to_string(queue));
    ThreadPool workers(1, queue);
    {
      const auto uses =
          std::move(FileTicketUses::open(name, {800, kDay, 10}, {1000}, kFailOnNotice, &workers).value());
      record_many(*uses, 0, 300, {1000});
    }
    const auto uses =
        std::move(FileTicketUses::open(name, {800, kDay, 10}, {1000}, kFailOnNotice, &workers).value());
    EXPECT_EQ(uses->size(), 300u);
    EXPECT_TRUE(uses->contains(id_of(0)) && uses->contains(id_of(299)));
  }
}

// ---- The server's key

TEST(ServerKey, IsMadeOnceAndForItsOwnerAlone) {
  const TemporaryDirectory directory;
  SecureRandom random;
  const auto key = load_or_create_server_key(directory / "key", random);
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->reveal().size(), kServerKeyBytes);
  struct stat status {};
  ASSERT_EQ(::stat((directory / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(load_or_create_server_key(directory / "key", random)->reveal(), key->reveal());
  EXPECT_NE(load_or_create_server_key(directory / "other", random)->reveal(), key->reveal());
}

TEST(ServerKey, IsRefusedWhenOthersMayReadItOrItIsCut) {
  const TemporaryDirectory directory;
  SecureRandom random;
  ASSERT_TRUE(load_or_create_server_key(directory / "key", random));
  ::chmod((directory / "key").c_str(), 0640);
  EXPECT_NE(load_or_create_server_key(directory / "key", random).error().detail.find("chmod 600"),
            std::string::npos);
  ::chmod((directory / "key").c_str(), 0600);
  std::filesystem::resize_file(directory / "key", 31);
  EXPECT_NE(load_or_create_server_key(directory / "key", random).error().detail.find("it must hold 32 bytes"),
            std::string::npos);
  EXPECT_FALSE(load_or_create_server_key(directory / "no" / "key", random));
}

TEST(ServerKey, IsMadeDespiteTheRestOfAStartThatWasCutShort) {
  const TemporaryDirectory directory;
  SecureRandom random;
  write_file(directory / "key.new", "half");
  EXPECT_EQ(load_or_create_server_key(directory / "key", random)->reveal().size(), kServerKeyBytes);
  EXPECT_FALSE(std::filesystem::exists(directory / "key.new"));
}

}  // namespace
}  // namespace belay::auth
