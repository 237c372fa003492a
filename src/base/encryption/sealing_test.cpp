#include "base/encryption/sealing.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace belay {
namespace {

const std::string kHex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

SealingKey key_of(std::string text = kHex) {
  return std::move(SealingKey::from_text("k", text)).value();
}
const SealedFor kWhom{"upload.content", "ann", "7"};

std::vector<std::string> seal(const std::vector<std::string>& pieces, const SealedFor& whom = kWhom) {
  const SealingKey key = key_of();
  Sealer sealer(key, whom);
  std::vector<std::string> sealed;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    sealed.push_back(
        sealer.seal(pieces[i], i + 1 == pieces.size() ? Sealer::Place::last : Sealer::Place::more_follows));
  return sealed;
}

// The pieces, joined by "|"; "cut" behind them if the last one is missing, "broken" if one does not open.
std::string open(const std::vector<std::string>& pieces, const SealedFor& whom = kWhom,
                 const std::string& with = kHex) {
  const SealingKey key = key_of(with);
  Opener opener(key, whom);
  std::string text;
  for (const std::string& piece : pieces) {
    const auto opened = opener.open(piece);
    if (!opened) {
      EXPECT_EQ(opened.error().code, ErrorCode::internal);
      return text + "broken";
    }
    text += *opened + "|";
  }
  return text + (opener.has_ended() ? "" : "cut");
}

TEST(Sealing, S6_what_was_sealed_is_opened_again_piece_by_piece) {
  EXPECT_EQ(open(seal({"one", "", "three"})), "one||three|");
  EXPECT_EQ(open(seal({""})), "|");
  const std::string large(64 * 1024, 'x');
  EXPECT_EQ(open(seal({large, large})), large + "|" + large + "|");
}

TEST(Sealing, S6_sealed_bytes_show_nothing_of_the_content) {
  const auto sealed = seal({"grade,name\nV5,The Mandala\n"});
  EXPECT_EQ(sealed[0].find("Mandala"), std::string::npos);
  EXPECT_NE(sealed[0], seal({"grade,name\nV5,The Mandala\n"})[0])
      << "the same content looks different each time";
}

TEST(Sealing, S6_every_changed_bit_is_noticed) {
  const auto sealed = seal({"one", "two"});
  for (std::size_t piece = 0; piece < sealed.size(); ++piece)
    for (std::size_t at = 0; at < sealed[piece].size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        auto changed = sealed;
        changed[piece][at] = static_cast<char>(changed[piece][at] ^ 1 << bit);
        EXPECT_NE(open(changed).find("broken"), std::string::npos) << piece << " " << at << " " << bit;
      }
}

TEST(Sealing, S6_a_cut_at_any_place_is_noticed) {
  const auto sealed = seal({"one", "two"});
  EXPECT_EQ(open({sealed[0]}), "one|cut");
  EXPECT_EQ(open({}), "cut");
  for (std::size_t size = 0; size < sealed[0].size(); ++size)
    EXPECT_EQ(open({sealed[0].substr(0, size)}), "broken") << size;
  for (std::size_t size = 0; size < sealed[1].size(); ++size)
    EXPECT_EQ(open({sealed[0], sealed[1].substr(0, size)}), "one|broken") << size;
}

TEST(Sealing, S6_pieces_open_only_in_their_order_and_once) {
  const auto sealed = seal({"one", "two", "three"});
  EXPECT_EQ(open({sealed[0], sealed[2]}), "one|broken");
  EXPECT_EQ(open({sealed[1], sealed[0]}), "broken");
  EXPECT_EQ(open({sealed[0], sealed[0]}), "one|broken");
  EXPECT_EQ(open({sealed[0], sealed[1], sealed[2], sealed[2]}), "one|two|three|broken") << "behind the end";
  EXPECT_EQ(open({seal({"x"})[0], sealed[1]}), "x|broken") << "of another value";
}

TEST(Sealing, S6_bytes_that_were_moved_to_another_user_object_or_purpose_do_not_open) {
  const auto sealed = seal({"one"});
  EXPECT_EQ(open(sealed, {"upload.content", "bob", "7"}), "broken");
  EXPECT_EQ(open(sealed, {"upload.content", "ann", "8"}), "broken");
  EXPECT_EQ(open(sealed, {"upload.label", "ann", "7"}), "broken");
  EXPECT_EQ(open(sealed, {"upload.content", "ann7", ""}), "broken") << "the texts are not just joined";
}

TEST(Sealing, S6_another_key_does_not_open) {
  EXPECT_EQ(open(seal({"one"}), kWhom, "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
            "broken");
}

TEST(Sealing, S6_after_a_failure_nothing_opens_any_more) {
  const auto sealed = seal({"one", "two"});
  const SealingKey key = key_of();
  Opener opener(key, kWhom);
  EXPECT_FALSE(opener.open("x"));
  EXPECT_FALSE(opener.open(sealed[0]));
}

TEST(Sealing, S6_a_sealed_value_hides_its_length) {
  const SealingKey key = key_of();
  const std::string sealed = seal_value(key, kWhom, "V5", 512);
  EXPECT_EQ(sealed.size(), seal_value(key, kWhom, std::string(511, 'x'), 512).size());
  EXPECT_EQ(seal_value(key, kWhom, std::string(512, 'x'), 512).size(), sealed.size() + 512);
  for (const std::size_t size : {0u, 1u, 511u, 512u, 5'000u}) {
    const std::string value(size, '\0');
    EXPECT_EQ(open_value(key, kWhom, seal_value(key, kWhom, value, 512), 512).value(), value);
  }
  EXPECT_EQ(open_value(key, kWhom, sealed, 512).value(), "V5");
  EXPECT_FALSE(open_value(key, kWhom, sealed, 1024)) << "another block";
  EXPECT_FALSE(open_value(key, kWhom, seal({"a", "b"})[0], 1)) << "not the last piece";
  EXPECT_FALSE(open_value(key, kWhom, seal({"not filled up"})[0], 1));
}

}  // namespace
}  // namespace belay
