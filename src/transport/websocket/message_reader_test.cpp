#include "transport/websocket/message_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/websocket/testing/client_frames.hpp"

namespace belay::transport {
namespace {

using namespace std::string_literals;
using Kind = MessageReader::Kind;
using ::testing::ElementsAre;
using testing::masked;

constexpr std::string_view kNames[] = {"none", "text", "binary", "ping", "pong", "close", "error"};

std::string described(const MessageReader::Event& event) {
  std::string text(kNames[static_cast<std::size_t>(event.kind)]);
  if (event.kind == Kind::close || event.kind == Kind::error)
    text += " " + std::to_string(static_cast<int>(event.code));
  if (event.kind != Kind::error) text += " " + std::string(event.data);
  return text;
}

// What the reader makes of the bytes when they arrive in the given pieces.
std::vector<std::string> events_of_pieces(const std::vector<std::string>& pieces,
                                          const MessageReader::Options& options) {
  MessageReader reader(options);
  std::vector<std::string> events;
  for (const std::string& piece : pieces) {
    std::string_view bytes = piece;
    for (;;) {
      const MessageReader::Event event = reader.read(bytes);
      if (event.kind == Kind::none) break;
      events.push_back(described(event));
      if (event.kind == Kind::error) return events;
    }
    EXPECT_TRUE(bytes.empty());
  }
  return events;
}

// The events of the bytes, cut nowhere, at every place, and after every byte: always the same.
std::vector<std::string> events_of(const std::string& bytes, const MessageReader::Options& options = {}) {
  const auto events = events_of_pieces({bytes}, options);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    EXPECT_EQ(events_of_pieces({bytes.substr(0, cut), bytes.substr(cut)}, options), events)
        << "cut at " << cut;
  std::vector<std::string> one_by_one;
  for (const char c : bytes) one_by_one.push_back(std::string(1, c));
  EXPECT_EQ(events_of_pieces(one_by_one, options), events);
  return events;
}

TEST(MessageReader, G2_a_masked_text_frame_is_a_message) {
  // The example of RFC 6455, section 5.7.
  EXPECT_THAT(events_of("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre("text Hello"));
  EXPECT_THAT(events_of("\x81\x80\x01\x02\x03\x04"), ElementsAre("text "));
  EXPECT_THAT(events_of(masked(0x81, "one") + masked(0x81, "two")), ElementsAre("text one", "text two"));
}

TEST(MessageReader, G2_fragments_are_one_message_and_control_frames_may_come_between_them) {
  EXPECT_THAT(events_of(masked(0x01, "Hel") + masked(0x89, "p") + masked(0x00, "") + masked(0x8A, "q") +
                        masked(0x80, "lo") + masked(0x81, "next")),
              ElementsAre("ping p", "pong q", "text Hello", "text next"));
}

TEST(MessageReader, G2_lengths_have_7_16_or_64_bits_in_their_shortest_form) {
  for (const std::size_t size : {125u, 126u, 65535u, 65536u}) {
    const std::string text(size, 'x');
    const auto events = events_of_pieces({masked(0x81, text)}, {ByteCount{100'000}});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(events[0] == "text " + text) << size;
  }
  EXPECT_THAT(events_of("\x81\xFE\x00\x7D"s), ElementsAre("error 1002"));
  EXPECT_THAT(events_of("\x81\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"s), ElementsAre("error 1002"));
  EXPECT_THAT(events_of("\x81\xFF\x80\x00\x00\x00\x00\x01\x00\x00"s), ElementsAre("error 1002"));
}

TEST(MessageReader, G2_what_the_protocol_forbids_is_1002) {
  const std::string cases[] = {
      "\x81\x05Hello",                        // not masked
      masked(0xC1, "a"),                      // a reserved bit
      masked(0xA1, "a"),                      //
      masked(0x91, "a"),                      //
      masked(0x83, "a"),                      // reserved opcodes
      masked(0x87, ""),                       //
      masked(0x8B, ""),                       //
      masked(0x8F, ""),                       //
      masked(0x09, "a"),                      // a fragmented ping
      masked(0x08, "\x03\xE8"),               // a fragmented close
      masked(0x89, std::string(126, 'p')),    // a long ping
      masked(0x80, "a"),                      // a continuation of nothing
      masked(0x01, "a") + masked(0x81, "b"),  // a message inside a message
      masked(0x81, "a") + masked(0x00, "b"),  // a continuation after the end
      masked(0x88, "\x03"),                   // a close code of one byte
      masked(0x88, "\x03\xE7"),               // 999
      masked(0x88, "\x03\xED"),               // 1005
      masked(0x88, "\x03\xEE"),               // 1006
      masked(0x88, "\x03\xF7"),               // 1015
      masked(0x88, "\x0B\xB7"),               // 2999
      masked(0x88, "\x13\x88"),               // 5000
  };
  for (const std::string& bytes : cases) {
    auto events = events_of(bytes);
    ASSERT_FALSE(events.empty()) << ::testing::PrintToString(bytes);
    EXPECT_EQ(events.back(), "error 1002") << ::testing::PrintToString(bytes);
  }
}

TEST(MessageReader, G2_a_fault_in_the_header_is_found_before_the_payload_arrives) {
  EXPECT_THAT(events_of_pieces({"\xC1"}, {}), ElementsAre("error 1002"));
  EXPECT_THAT(events_of_pieces({"\x81", "\x05"}, {}), ElementsAre("error 1002"));
  EXPECT_THAT(events_of_pieces({"\x81\xFE\xFF\xFF"s}, {ByteCount{1000}}), ElementsAre("error 1009"));
}

TEST(MessageReader, G2_a_close_frame_says_its_code_and_reason) {
  EXPECT_THAT(events_of(masked(0x88, "")), ElementsAre("close 1005 "));
  EXPECT_THAT(events_of(masked(0x88, "\x03\xE8")), ElementsAre("close 1000 "));
  EXPECT_THAT(events_of(masked(0x88,
                               "\x0F\xA0"
                               "bye")),
              ElementsAre("close 4000 bye"));
  EXPECT_THAT(events_of(masked(0x88, "\x03\xE8\xC3")), ElementsAre("error 1007"));
  EXPECT_THAT(events_of(masked(0x88, "\x03\xE8" + std::string(123, 'r'))),
              ElementsAre("close 1000 " + std::string(123, 'r')));
}

TEST(MessageReader, G2_text_that_is_not_UTF_8_is_1007) {
  for (const char* const bad :
       {"\x80", "a\xC3(", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3"})
    EXPECT_THAT(events_of(masked(0x81, bad)), ElementsAre("error 1007")) << ::testing::PrintToString(bad);
}

TEST(MessageReader, G2_a_character_may_be_cut_by_fragments_but_not_by_the_end_of_the_message) {
  EXPECT_THAT(events_of(masked(0x01, "\xE2\x82") + masked(0x80, "\xAC")), ElementsAre("text \xE2\x82\xAC"));
  EXPECT_THAT(events_of(masked(0x01, "\xF0") + masked(0x00, "\x9F\x98") + masked(0x80, "\x80")),
              ElementsAre("text \xF0\x9F\x98\x80"));
  EXPECT_THAT(events_of(masked(0x01, "\xE2\x82") + masked(0x80, "")), ElementsAre("error 1007"));
}

TEST(MessageReader, G2_bad_text_is_found_before_the_frame_ends) {
  std::string frame = masked(0x81, "abc\xFF" + std::string(100, 'x'));
  frame.resize(6 + 4);
  EXPECT_THAT(events_of_pieces({frame}, {}), ElementsAre("error 1007"));
}

TEST(MessageReader, G2_a_message_that_is_too_large_is_1009_over_all_its_fragments) {
  const MessageReader::Options options{ByteCount{10}};
  EXPECT_THAT(events_of(masked(0x81, "0123456789"), options), ElementsAre("text 0123456789"));
  EXPECT_THAT(events_of(masked(0x81, "0123456789a"), options), ElementsAre("error 1009"));
  EXPECT_THAT(events_of(masked(0x01, "012345") + masked(0x80, "6789"), options),
              ElementsAre("text 0123456789"));
  EXPECT_THAT(events_of(masked(0x01, "012345") + masked(0x00, "67890"), options), ElementsAre("error 1009"));
  EXPECT_THAT(events_of("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, options), ElementsAre("error 1009"));
}

TEST(MessageReader, G2_fragments_without_end_are_1008) {
  const MessageReader::Options options{ByteCount{1000}, 3};
  EXPECT_THAT(events_of(masked(0x01, "") + masked(0x00, "") + masked(0x80, ""), options),
              ElementsAre("text "));
  EXPECT_THAT(events_of(masked(0x01, "") + masked(0x00, "") + masked(0x00, "") + masked(0x00, ""), options),
              ElementsAre("error 1008"));
}

TEST(MessageReader, G2_binary_messages_are_1003_unless_they_are_wanted) {
  EXPECT_THAT(events_of(masked(0x82, "\xFF")), ElementsAre("error 1003"));
  const MessageReader::Options options{ByteCount{1000}, 10, true};
  EXPECT_THAT(events_of(masked(0x02, "\xFF") + masked(0x80, "\xFE"), options),
              ElementsAre("binary \xFF\xFE"));
}

TEST(MessageReader, G2_it_knows_whether_a_message_has_begun) {
  MessageReader reader({});
  const std::string bytes = masked(0x01, "a") + masked(0x80, "b");
  EXPECT_FALSE(reader.is_inside_message());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string_view one(&bytes[i], 1);
    reader.read(one);
    EXPECT_EQ(reader.is_inside_message(), i + 1 < bytes.size()) << i;
  }
}

}  // namespace
}  // namespace belay::transport
