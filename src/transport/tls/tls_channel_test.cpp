// Bytes inside TLS, over a channel that blocks and breaks anywhere.
#include "transport/tls/test_tls.hpp"

namespace belay::transport {
namespace {

using testing::StartsWith;

class TlsChannelTest : public TlsFixture {};

std::string numbered(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ' ';
  text.resize(bytes);
  return text;
}

TEST_F(TlsChannelTest, S14_bytes_arrive_in_both_directions) {
  TestTlsConnection& connection = connected();
  connection.client->write("hello");
  settle();
  read(connection);
  EXPECT_EQ(connection.got_by_server, "hello");
  EXPECT_EQ(connection.read_state, IoResult::State::blocked);
  const std::string one = "wor";
  const std::string two = "ld";
  const iovec pieces[] = {
      {const_cast<char*>(one.data()), 3}, {nullptr, 0}, {const_cast<char*>(two.data()), 2}};
  EXPECT_EQ(connection.channel->write(pieces).bytes, 5u);
  settle();
  EXPECT_EQ(connection.got, "world");
  EXPECT_TRUE(connection.channel->is_secure());
}

TEST_F(TlsChannelTest, S14_written_counts_the_bytes_inside_tls) {
  TestTlsConnection& connection = connected();
  write(connection, "12345");
  write(connection, std::string(20'000, 'a'));
  EXPECT_EQ(connection.channel->written(), 20'005u);
}

TEST_F(TlsChannelTest, S14_the_bytes_are_the_same_however_few_move_at_a_time) {
  const std::string up = numbered(30'000);
  const std::string down = numbered(50'000);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TestTlsConnection& connection =
        connect(std::make_shared<TestWire>(loop, TestWire::Pieces::random, 256 * 1024, seed));
    settle();
    ASSERT_TRUE(connection.is_done()) << seed;
    connection.client->write(up);
    std::size_t written = 0;
    bool is_waiting = false;
    const auto step = [&] {
      read(connection, 100);
      while (written < down.size()) {
        const IoResult result = write(connection, std::string_view(down).substr(written, 700));
        if (result.state != IoResult::State::moved) break;
        written += result.bytes;
      }
      if (std::exchange(is_waiting, true)) return;
      connection.channel->wait(ByteChannel::Wait::readable, [&is_waiting] { is_waiting = false; });
    };
    for (int turns = 0; turns < 100'000 && (connection.got != down || connection.got_by_server != up);
         ++turns) {
      step();
      connection.channel->wait(ByteChannel::Wait::writable, [] {});
      loop.turn();
      connection.turn();
    }
    ASSERT_EQ(connection.got, down) << seed;
    ASSERT_EQ(connection.got_by_server, up) << seed;
    connection.channel->close(ByteChannel::Close::reset);
    settle();
  }
}

// A driver may offer other bytes after it was blocked: a heartbeat, a longer chunk.
TEST_F(TlsChannelTest, S14_after_a_write_was_blocked_other_bytes_may_follow) {
  TestTlsConnection& connection = connect({}, TestWire::Pieces::whole, 8 * 1024);
  settle();
  connection.is_reading = false;
  const std::string first = numbered(100'000);
  const IoResult result = write(connection, first);
  ASSERT_EQ(result.state, IoResult::State::moved);
  ASSERT_LT(result.bytes, first.size());
  EXPECT_EQ(write(connection, "more").state, IoResult::State::blocked);
  connection.is_reading = true;
  settle();
  EXPECT_EQ(connection.got, first.substr(0, result.bytes)) << "what was taken leaves without another write";
  write(connection, "other");
  settle();
  EXPECT_EQ(connection.got, first.substr(0, result.bytes) + "other");
}

TEST_F(TlsChannelTest, S14_at_most_one_record_is_kept_for_a_client_that_does_not_read) {
  TestTlsConnection& connection = connect({}, TestWire::Pieces::whole, 8 * 1024);
  settle();
  connection.is_reading = false;
  std::size_t taken = 0;
  for (int i = 0; i < 100; ++i) taken += write(connection, numbered(16 * 1024)).bytes;
  EXPECT_LE(taken, 16u * 1024);
}

TEST_F(TlsChannelTest, S14_a_wait_for_reading_ends_when_a_part_of_a_record_was_read) {
  TestTlsConnection& connection = connected();
  connection.client->write("abcdef");
  settle();
  char two[2];
  ASSERT_EQ(connection.channel->read(two).bytes, 2u);
  bool is_ready = false;
  connection.channel->wait(ByteChannel::Wait::readable, [&] { is_ready = true; });
  EXPECT_FALSE(is_ready) << "never from inside the call";
  settle();
  EXPECT_TRUE(is_ready);
}

TEST_F(TlsChannelTest, S14_a_part_of_a_record_does_not_end_a_read) {
  TestTlsConnection& connection = connected();
  connection.wire->reads_block_at = connection.wire->bytes_read + 3;
  connection.client->write("abcdef");
  settle();
  read(connection);
  EXPECT_EQ(connection.read_state, IoResult::State::blocked);
  bool is_ready = false;
  connection.channel->wait(ByteChannel::Wait::readable, [&] { is_ready = true; });
  settle();
  EXPECT_FALSE(is_ready) << "the loop would turn for nothing";
  connection.wire->reads_block_at = TestWire::kNever;
  connection.wire->send("");
  settle();
  EXPECT_TRUE(is_ready);
  read(connection);
  EXPECT_EQ(connection.got_by_server, "abcdef");
}

TEST_F(TlsChannelTest, S14_a_client_that_says_goodbye_has_ended_and_still_reads) {
  TestTlsConnection& connection = connected();
  connection.client->write("last");
  connection.client->finish();
  settle();
  read(connection);
  EXPECT_EQ(connection.got_by_server, "last");
  EXPECT_EQ(connection.read_state, IoResult::State::ended);
  bool is_ready = false;
  connection.channel->wait(ByteChannel::Wait::readable, [&] { is_ready = true; });
  settle();
  EXPECT_TRUE(is_ready) << "as with a socket at its end";
  write(connection, "answer");
  settle();
  EXPECT_EQ(connection.got, "answer");
}

// Somebody between the two may have cut it.
TEST_F(TlsChannelTest, S14_a_connection_that_ends_without_a_goodbye_is_broken) {
  TestTlsConnection& connection = connected();
  connection.client->write("cut");
  settle();
  connection.wire->finish_sending();
  settle();
  read(connection);
  EXPECT_EQ(connection.got_by_server, "cut");
  EXPECT_EQ(connection.read_state, IoResult::State::broken);
  EXPECT_EQ(write(connection, "x").state, IoResult::State::broken);
}

TEST_F(TlsChannelTest, S14_a_record_that_was_changed_on_the_way_breaks_the_connection) {
  TestTlsConnection& connection = connected();
  connection.client->write("hello");
  std::string record = connection.client->take();
  record.back() = static_cast<char>(record.back() ^ 1);
  connection.wire->send(record);
  read(connection);
  EXPECT_EQ(connection.got_by_server, "");
  EXPECT_EQ(connection.read_state, IoResult::State::broken);
}

TEST_F(TlsChannelTest, S14_a_clean_close_says_goodbye_and_a_reset_does_not) {
  TestTlsConnection& clean = connected();
  write(clean, "bye");
  clean.channel->close(ByteChannel::Close::clean);
  settle();
  EXPECT_EQ(clean.got, "bye");
  EXPECT_TRUE(clean.client->is_ended());
  EXPECT_FALSE(clean.wire->is_reset());

  TestTlsConnection& reset = connected();
  reset.channel->close(ByteChannel::Close::reset);
  settle();
  EXPECT_FALSE(reset.client->is_ended());
  EXPECT_TRUE(reset.wire->is_reset());
}

TEST_F(TlsChannelTest, S14_after_the_end_of_sending_the_client_is_still_read) {
  TestTlsConnection& connection = connected();
  write(connection, "all");
  connection.channel->finish_sending();
  settle();
  EXPECT_TRUE(connection.client->is_ended());
  EXPECT_TRUE(connection.wire->at_end());
  EXPECT_EQ(write(connection, "x").state, IoResult::State::broken);
  connection.client->write("rest");
  settle();
  read(connection);
  EXPECT_EQ(connection.got_by_server, "rest");
}

TEST_F(TlsChannelTest, S14_bytes_that_were_written_arrive_after_a_clean_close) {
  TestTlsConnection& connection = connect({}, TestWire::Pieces::whole, 8 * 1024);
  settle();
  connection.is_reading = false;
  const std::string text = numbered(100'000);
  const std::size_t taken = write(connection, text).bytes;
  connection.channel->close(ByteChannel::Close::clean);
  connection.channel.reset();
  settle();
  connection.is_reading = true;
  settle();
  EXPECT_EQ(connection.got, text.substr(0, taken));
  EXPECT_TRUE(connection.client->is_ended());
  EXPECT_TRUE(connection.wire->at_end());
}

TEST_F(TlsChannelTest, S14_what_a_closed_connection_cannot_send_is_dropped_at_its_deadline) {
  TestTlsConnection& connection = connect({}, TestWire::Pieces::whole, 8 * 1024);
  settle();
  connection.is_reading = false;
  write(connection, numbered(100'000));
  bool was_answered = false;
  connection.channel->wait(ByteChannel::Wait::readable, [&] { was_answered = true; });
  connection.channel->close(ByteChannel::Close::clean);
  settle();
  EXPECT_TRUE(was_answered) << "the waits of whoever closed it";
  EXPECT_FALSE(connection.wire->is_reset());
  advance(tls_config.close_deadline);
  EXPECT_TRUE(connection.wire->is_reset());
}

// Each one asks the server for an answer.
TEST_F(TlsChannelTest, S14_key_updates_without_end_are_bounded_for_a_client_that_does_not_read) {
  TestTlsConnection& connection = connect({}, TestWire::Pieces::whole, 8 * 1024);
  settle();
  connection.is_reading = false;
  std::size_t sent = 0;
  bool is_taken = true;
  for (int i = 0; i < 20'000 && is_taken; ++i) {
    connection.client->update_keys();
    connection.client->write("x");
    const std::string bytes = connection.client->take();
    is_taken = connection.wire->send(bytes) == bytes.size();
    sent += bytes.size();
    read(connection);
  }
  EXPECT_FALSE(is_taken) << "the server stops reading";
  EXPECT_LT(sent, 2u * 1024 * 1024);
}

TEST_F(TlsChannelTest, S14_a_key_update_in_the_middle_changes_nothing) {
  TestTlsConnection& connection = connected();
  for (int i = 0; i < 3; ++i) {
    connection.client->update_keys();
    connection.client->write("a");
    settle();
    read(connection);
    write(connection, "b");
    settle();
  }
  EXPECT_EQ(connection.got_by_server, "aaa");
  EXPECT_EQ(connection.got, "bbb");
}

TEST_F(TlsChannelTest, S14_a_client_of_tls_1_2_cannot_renegotiate) {
  TestTlsClient::Options options;
  options.max_version = TLS1_2_VERSION;
  TestTlsConnection& connection = connected(options);
  connection.client->renegotiate();
  connection.client->write("again");
  settle();
  read(connection);
  settle();
  EXPECT_TRUE(connection.client->has_failed());
  EXPECT_EQ(connection.client->failure(), "no renegotiation");
  EXPECT_EQ(connection.got_by_server, "");
}

TEST_F(TlsChannelTest, S14_whoever_waits_is_answered_when_the_connection_breaks) {
  TestTlsConnection& connection = connected();
  int answered = 0;
  connection.channel->wait(ByteChannel::Wait::broken, [&] { ++answered; });
  connection.channel->wait(ByteChannel::Wait::writable, [&] { ++answered; });
  settle();
  EXPECT_EQ(answered, 1);
  connection.wire->reset();
  settle();
  EXPECT_EQ(answered, 2);
}

}  // namespace
}  // namespace belay::transport
