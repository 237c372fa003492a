#include "core/log/dialect.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/test_dialect.hpp"
#include "core/log/testing/test_framing.hpp"

namespace belay {
namespace {

using testing::TestDialect;
using testing::TestFraming;

const TestFraming kFraming;

TEST(MessageWriter, frames_one_message_after_the_other) {
  std::string bytes = "kept ";
  MessageWriter writer(kFraming, bytes);
  writer.begin({.event = "greeting"}).append("hello");
  writer.end();
  writer.begin({.event = "end", .id = "1-7"});
  writer.end();
  EXPECT_EQ(bytes, "kept (greeting )w5<hello>(end 1-7)w0<>");
  EXPECT_TRUE(writer.splices().empty());
}

TEST(MessageWriter, A3_a_splice_divides_its_message_into_parts) {
  std::string bytes;
  MessageWriter writer(kFraming, bytes);
  writer.begin({}).append("before");
  writer.end();
  std::string& out = writer.begin({.id = "1-9"});
  out.append("{\"");
  writer.splice_answer(3);
  out.append("\"}");
  writer.end();
  EXPECT_EQ(bytes, "( )w6<before>( 1-9)f2<{\">l2<\"}>");
  ASSERT_EQ(writer.splices().size(), 1u);
  EXPECT_EQ(writer.splices()[0].at, bytes.find('l'));
  EXPECT_EQ(writer.splices()[0].body, &answer_text());
  EXPECT_EQ(writer.splices()[0].from, 3u);
  writer.clear();
  EXPECT_TRUE(writer.splices().empty());
  EXPECT_EQ(bytes, "");
  writer.begin({}).append("x");
  writer.end();
  EXPECT_EQ(bytes, "( )w1<x>") << "the next event is a whole message again";
}

TEST(MessageWriter, K20_several_splices_divide_a_message_and_several_messages_have_some) {
  std::string bytes;
  MessageWriter writer(kFraming, bytes);
  std::string& out = writer.begin({});
  out.append("a");
  writer.splice_answer(3);
  out.append("b");
  writer.splice(reasoning_text(), 2);
  out.append("c");
  writer.end();
  writer.begin({}).append("d");
  writer.splice_answer(4);
  out.append("e");
  writer.end();
  EXPECT_EQ(bytes, "( )f1<a>m1<b>l1<c>( )f1<d>l1<e>");
  ASSERT_EQ(writer.splices().size(), 3u);
  EXPECT_EQ(writer.splices()[1].at, bytes.find('l'));
  EXPECT_EQ(writer.splices()[1].body, &reasoning_text());
  EXPECT_EQ(writer.splices()[1].from, 2u);
  EXPECT_EQ(writer.splices()[2].from, 4u);
}

TEST(MessageWriter, K20_a_piece_of_what_is_inserted_may_be_any_data) {
  std::string bytes;
  MessageWriter writer(kFraming, bytes);
  writer.begin_piece().append("{\"x\":1}");
  writer.end_piece();
  EXPECT_EQ(bytes, "m7<{\"x\":1}>");
}

TEST(MessageWriter, A3_a_piece_of_the_text_is_the_body_of_a_json_string) {
  std::string bytes;
  MessageWriter writer(kFraming, bytes);
  writer.write_spliced("a \"b\"\n");
  EXPECT_EQ(bytes, "m9<a \\\"b\\\"\\n>");
}

TEST(MessageWriter, in_the_plain_framing_there_is_only_data) {
  std::string bytes;
  MessageWriter writer(plain_framing(), bytes);
  writer.begin({.event = "e", .id = "1-1"}).append("data");
  writer.end();
  writer.write_spliced("text");
  EXPECT_EQ(bytes, "datatext");
  EXPECT_EQ(plain_framing().heartbeat(), "");
  EXPECT_EQ(plain_framing().preamble({}), "");
  EXPECT_EQ(plain_framing().farewell({}), "");
}

TEST(MessageWriterDeathTest, one_message_ends_before_the_next_begins) {
  std::string bytes;
  MessageWriter writer(kFraming, bytes);
  EXPECT_DEATH(writer.end(), "");
  writer.begin({});
  EXPECT_DEATH(writer.begin({}), "");
  EXPECT_DEATH(writer.splice_answer(1), "") << "nothing stands before it";
  writer.begin_piece().append("x");
  writer.splice_answer(1);
  EXPECT_DEATH(writer.splice_answer(1), "");
  EXPECT_DEATH(writer.end(), "") << "nothing stands behind it";
}

TEST(Format, is_its_dialect_and_its_framing_wherever_it_is_written_down) {
  const TestDialect one, other;
  EXPECT_TRUE((Format{one, kFraming}) == (Format{one, kFraming}));
  EXPECT_FALSE((Format{one, kFraming}) == (Format{other, kFraming}));
  EXPECT_FALSE((Format{one, kFraming}) == (Format{one, plain_framing()}));
}

}  // namespace
}  // namespace belay
