#include "core/types/channel_erasure.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

using Kind = ChannelMessage::Kind;

constexpr WallTime kBase{1'000'000};

RunId run_of(std::int64_t ms) {
  RunId run;
  run.time = {ms};
  run.uuid[6] = 0x40;  // version 4
  run.uuid[8] = 0x80;
  return run;
}

ChannelMessage message(Kind kind, RunId run, std::string conversation, std::string text) {
  ChannelMessage made;
  made.kind = kind;
  made.run = run;
  made.conversation = std::move(conversation);
  made.text = std::move(text);
  made.ends_run = kind == Kind::response || kind == Kind::error;
  made.took_ms = 7;
  return made;
}

Erasure of_conversation(std::string id) {
  Erasure erasure;
  erasure.user = "ada";
  erasure.surface = "sendsage";
  erasure.conversation = std::move(id);
  erasure.through = {kBase.ms + 10};
  return erasure;
}

// "1000001 3:text" for each event: time, kind, text.
std::string said(std::string_view bytes) {
  std::string all;
  EventReader reader({1, kBase, bytes});
  for (Event event; reader.next(event);) {
    all += std::to_string(event.time.ms) + " ";
    if (event.type == EventType::channel_message) {
      const auto read = decode_channel_message(event.payload).value();
      EXPECT_EQ(read.ends_run, read.kind == Kind::response || read.kind == Kind::error);
      all += std::to_string(static_cast<int>(read.kind)) + ":" + read.text + ";";
    } else {
      all += "opened;";
    }
  }
  EXPECT_TRUE(reader.ok());
  return all;
}

TEST(ChannelErasure, C11_what_is_covered_loses_its_content_and_all_else_stays) {
  std::string bytes;
  const auto add = [&](std::int64_t after, const ChannelMessage& added) {
    append_event(EventType::channel_message, Milliseconds(after), encode(added), bytes);
  };
  append_event(EventType::channel_opened, Milliseconds(0), encode(ChannelOpened{"ada", "sendsage"}), bytes);
  add(1, message(Kind::piece, run_of(kBase.ms), "c", "old"));
  add(2, message(Kind::response, run_of(kBase.ms), "c", "old answer"));
  add(3, message(Kind::piece, run_of(kBase.ms), "d", "another"));
  add(4, message(Kind::piece, run_of(kBase.ms + 11), "c", "asked later"));
  add(5, message(Kind::error, RunId(), "c", "of no run"));
  add(20, message(Kind::error, RunId(), "c", "of no run, later"));
  const auto changed = without_erased({1, kBase, bytes}, of_conversation("c"));
  ASSERT_TRUE(changed);
  EXPECT_EQ(said(*changed),
            "1000000 opened;1000001 8:;1000002 7:This conversation was deleted.;1000003 4:another;"
            "1000004 4:asked later;1000005 7:This conversation was deleted.;1000020 7:of no run, later;");
  EXPECT_EQ(changed->find("old"), std::string::npos);
  EXPECT_FALSE(without_erased({1, kBase, *changed}, of_conversation("c"))) << "nothing is left to erase";
  EXPECT_FALSE(without_erased({1, kBase, bytes}, of_conversation("e")));
}

TEST(ChannelErasure, C11_broken_bytes_stay_as_they_are) {
  std::string bytes;
  append_event(EventType::channel_message, Milliseconds(1),
               encode(message(Kind::piece, run_of(kBase.ms), "c", "old")), bytes);
  bytes.push_back('\x0c');
  EXPECT_FALSE(without_erased({1, kBase, bytes}, of_conversation("c")));
}

}  // namespace
}  // namespace belay
