#include "core/types/message_codec.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

std::string encoded(const std::vector<Message>& messages) {
  std::string out;
  FieldWriter writer(out);
  for (const Message& message : messages) append_message(10, message, writer);
  return out;
}

bool decode(std::string_view bytes, std::vector<Message>& messages) {
  bool ok = true;
  FieldReader reader(bytes);
  while (reader.next()) ok = take_message_item(reader.bytes(), messages) && ok;
  return ok && reader.ok();
}

std::vector<Message> decoded(std::string_view bytes) {
  std::vector<Message> messages;
  EXPECT_TRUE(decode(bytes, messages));
  return messages;
}

// A message as a server encoded it before messages had parts: role and text.
std::string old_item(int role, std::string_view text) {
  std::string inside, out;
  FieldWriter(inside).number(1, static_cast<std::uint64_t>(role)).text(2, text);
  FieldWriter(out).item(10, inside);
  return out;
}

TEST(MessageCodec, C18_a_message_with_one_text_keeps_the_bytes_that_it_had_before_messages_had_parts) {
  const std::string old = old_item(1, "Why?") + old_item(2, "") + old_item(1, std::string("\0\xC3\xBC", 3));
  const std::vector<Message> messages = decoded(old);
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].role, Role::user);
  ASSERT_EQ(messages[0].parts.size(), 1u);
  EXPECT_EQ(std::get<Text>(messages[0].parts[0]).text, "Why?");
  EXPECT_EQ(messages[1].role, Role::assistant);
  EXPECT_EQ(std::get<Text>(messages[1].parts.at(0)).text, "");
  EXPECT_EQ(encoded(messages), old);
  EXPECT_EQ(
      encoded({{Role::user, "Why?"}, {Role::assistant, ""}, {Role::user, std::string("\0\xC3\xBC", 3)}}),
      old);
}

TEST(MessageCodec, C18_all_parts_of_all_roles_come_back) {
  std::vector<Message> messages{{Role::user, "one"}, Message(Role::assistant), Message(Role::tool)};
  messages[0].parts.emplace_back(Text{"two"});
  messages[1].parts.emplace_back(Reasoning{"So.", "sig", "messages/a/m"});
  messages[1].parts.emplace_back(Text{"I do."});
  messages[1].parts.emplace_back(ToolCall{"c1", "play", R"({"a":1})"});
  messages[1].parts.emplace_back(ToolCall{});
  messages[2].parts.emplace_back(ToolResult{"c1", "Done."});
  messages[2].parts.emplace_back(ToolResult{});
  messages.push_back({Role::assistant, "alone"});
  const std::vector<Message> read = decoded(encoded(messages));
  ASSERT_EQ(read.size(), 4u);
  ASSERT_EQ(read[0].parts.size(), 2u);
  EXPECT_EQ(text_of(read[0]), "one\n\ntwo");
  ASSERT_EQ(read[1].parts.size(), 4u);
  const auto& thought = std::get<Reasoning>(read[1].parts[0]);
  EXPECT_EQ(thought.text + '|' + thought.signature + '|' + thought.signer, "So.|sig|messages/a/m");
  EXPECT_EQ(std::get<Text>(read[1].parts[1]).text, "I do.");
  const auto& call = std::get<ToolCall>(read[1].parts[2]);
  EXPECT_EQ(call.id + call.name + call.arguments, R"(c1play{"a":1})");
  EXPECT_EQ(std::get<ToolCall>(read[1].parts[3]).id, "");
  EXPECT_EQ(read[2].role, Role::tool);
  ASSERT_EQ(read[2].parts.size(), 2u);
  EXPECT_EQ(std::get<ToolResult>(read[2].parts[0]).call_id, "c1");
  EXPECT_EQ(std::get<ToolResult>(read[2].parts[0]).text, "Done.");
  EXPECT_EQ(std::get<ToolResult>(read[2].parts[1]).text, "");
  EXPECT_EQ(read[3].role, Role::assistant);
  EXPECT_EQ(encoded(read), encoded(messages));
}

TEST(MessageCodec, K8_images_files_and_names_are_these_bytes_and_come_back) {
  using namespace std::string_view_literals;
  Message message(Role::user, "See:");
  message.name = "bob";
  message.parts.emplace_back(Image{{"image/png", std::string("\x89\0P", 3), ""}, "low"});
  message.parts.emplace_back(File{{"", "", "https://a/b.pdf"}, "b.pdf"});
  const std::string bytes = encoded({message});
  EXPECT_EQ(bytes,
            "\x0A\x0E\x01\x01\x01\x02\x04See:\x09\x03"
            "bob"
            "\x0A\x28\x01\x01\x01\x02\x07[image]\x03\x01\x01\x07\x17"
            "\x01\x10\x01\x09image/png\x02\x03\x89\x00P\x02\x03low"
            "\x0A\x31\x01\x01\x01\x02\x0D[file: b.pdf]\x03\x01\x01\x08\x1A"
            "\x01\x11\x03\x0Fhttps://a/b.pdf\x02\x05"
            "b.pdf"sv);
  const std::vector<Message> read = decoded(bytes);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].name, "bob");
  ASSERT_EQ(read[0].parts.size(), 3u);
  const auto& image = std::get<Image>(read[0].parts[1]);
  EXPECT_EQ(image.media.media_type + '|' + image.media.data + '|' + image.detail, "image/png|\x89\0P|low"sv);
  const auto& file = std::get<File>(read[0].parts[2]);
  EXPECT_EQ(file.media.url + '|' + file.name, "https://a/b.pdf|b.pdf");
  EXPECT_EQ(encoded(read), bytes);
}

TEST(MessageCodec, K8_media_that_are_too_large_are_refused) {
  for (const bool is_url : {false, true}) {
    for (const std::size_t more : {0u, 1u}) {
      Message message(Role::user);
      const std::size_t size = (is_url ? kMaxMediaUrl : kMaxMediaData).value + more;
      Media media;
      (is_url ? media.url : media.data) = std::string(size, 'x');
      message.parts.emplace_back(Image{media, ""});
      message.parts.emplace_back(File{media, ""});
      std::vector<Message> read;
      EXPECT_EQ(decode(encoded({message}), read), more == 0) << is_url;
    }
  }
}

// An older server reads fields 1 and 2 of each item, and refuses roles above 2.
TEST(MessageCodec, C18_an_older_server_reads_texts_and_results_as_messages) {
  std::vector<Message> messages{{Role::user, "one"}, Message(Role::tool)};
  messages[0].parts.emplace_back(Text{"two"});
  messages[1].parts.emplace_back(ToolResult{"c1", "Done."});
  std::string seen;
  const std::string bytes = encoded(messages);
  FieldReader items(bytes);
  while (items.next()) {
    FieldReader item(items.bytes());
    while (item.next()) {
      if (item.tag() == 1) seen += std::to_string(item.number()) + ':';
      if (item.tag() == 2) seen += item.text() + ' ';
    }
  }
  EXPECT_EQ(seen, "1:one 1:two 1:Done. ");
}

TEST(MessageCodec, broken_items_are_refused_and_never_read_beyond_their_end) {
  std::vector<Message> messages{{Role::assistant, "I do."}};
  messages[0].parts.emplace_back(ToolCall{"c1", "play", "{}"});
  messages[0].parts.emplace_back(Reasoning{"So.", "sig", "m"});
  const std::string bytes = encoded(messages);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::vector<Message> read;
    decode(std::string_view(bytes).substr(0, size), read);
  }
  std::vector<Message> read;
  EXPECT_FALSE(decode(old_item(3, "x"), read));
  EXPECT_FALSE(decode(old_item(99, "x"), read));
}

TEST(Message, C18_its_text_is_its_texts_and_its_size_counts_every_part) {
  Message message(Role::assistant, "ab");
  message.parts.emplace_back(ToolCall{"1", "go", "{}"});
  message.parts.emplace_back(Text{""});
  message.parts.emplace_back(Text{"c"});
  message.parts.emplace_back(ToolResult{"1", "ok"});
  message.parts.emplace_back(Reasoning{"why", "s", "not sent"});
  EXPECT_EQ(text_of(message), "ab\n\nc");
  EXPECT_EQ(bytes_of(message), 2u + 5 + 1 + 3 + 4);
  EXPECT_EQ(text_of(Message()), "");
}

TEST(Message, K8_people_read_placeholders_for_images_and_files) {
  Message message(Role::user, "What is this?");
  message.parts.emplace_back(Image{});
  message.parts.emplace_back(File{{}, "report.pdf"});
  message.parts.emplace_back(File{});
  EXPECT_EQ(shown_text_of(message), "What is this?\n\n[image]\n\n[file: report.pdf]\n\n[file]");
  EXPECT_EQ(text_of(message), "What is this?");
  const std::uint64_t small = bytes_of(message);
  message.parts.emplace_back(File{{"text/plain", std::string(100'000, 'x'), ""}, ""});
  EXPECT_EQ(bytes_of(message), small + 100'000) << "a file is charged for what is in it";
  message.parts.emplace_back(Image{{"image/png", std::string(100'000, 'x'), ""}, ""});
  EXPECT_LT(bytes_of(message), small + 110'000) << "an image is not charged for its bytes";
}

}  // namespace
}  // namespace belay
