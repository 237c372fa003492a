#include "storage/backup/manifest.hpp"

#include <gmock/gmock.h>

namespace belay::storage {
namespace {

using ::testing::HasSubstr;

const std::string kSum(64, 'a');

BackupManifest sample() {
  return {"1.2.3",
          "2026-11-21T13:18:05.123Z",
          4,
          {{"belay.db", {4096}, kSum},
           {"journal/00000001-loop-00-00000001.log", {70}, kSum},
           {"tickets/00000001.uses", {32}, kSum},
           {"ticket.key", {32}, kSum}}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(BackupManifest, X10_is_read_as_it_was_written) {
  const auto read = decode_manifest(encode_manifest(sample()));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->belay, "1.2.3");
  EXPECT_EQ(read->created, "2026-11-21T13:18:05.123Z");
  EXPECT_EQ(read->store_version, 4);
  ASSERT_EQ(read->files.size(), 4u);
  EXPECT_EQ(read->files[1].path, "journal/00000001-loop-00-00000001.log");
  EXPECT_EQ(read->files[1].size, 70_B);
  EXPECT_EQ(read->files[1].sha256, kSum);
  EXPECT_EQ(size_of(*read), ByteCount{4096 + 70 + 32 + 32});
}

TEST(BackupManifest, X10_a_newer_format_names_the_version_that_can_read_it) {
  const auto read = decode_manifest(replaced(encode_manifest(sample()), "\"format\": 1", "\"format\": 2"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::conflict);
  EXPECT_THAT(read.error().detail, HasSubstr("Belay 1.2.3, which is newer"));
}

TEST(BackupManifest, X10_any_cut_or_wrong_member_is_damage) {
  const std::string whole = encode_manifest(sample());
  const auto code = [](std::string_view text) {
    const auto read = decode_manifest(text);
    return read ? std::optional<ErrorCode>() : read.error().code;
  };
  for (std::size_t size = 0; size + 2 < whole.size(); ++size)  // without "}\n" it is not whole
    EXPECT_EQ(code(std::string_view(whole).substr(0, size)), ErrorCode::unprocessable) << size;
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"\"format\": 1", "\"format\": 0"},
           {"\"format\": 1", "\"format\": \"1\""},
           {"\"belay\"", "\"other\""},
           {"\"created\"", "\"other\""},
           {"\"store_version\": 4", "\"store_version\": 4.5"},
           {"\"files\"", "\"other\""},
           {"belay.db", "other.db"},
           {"ticket.key", "belay.db"},
           {"\"size\": 32", "\"size\": -1"},
           {"aaaa", "AAAA"},
           {"aaaa", "aaa"}})
    EXPECT_EQ(code(replaced(whole, from, to)), ErrorCode::unprocessable) << from << " -> " << to;
}

TEST(BackupManifest, X10_names_only_files_that_belay_writes) {
  for (const char* path : {"belay.db", "ticket.key", "journal/00000001-loop-00-00000001.log",
                           "journal/12345678901-loop-63-00000001.log", "tickets/00000001.uses"})
    EXPECT_TRUE(is_backup_path(path)) << path;
  for (const char* path :
       {"", "/etc/passwd", "../belay.db", "belay.db-wal", "lock", "journal", "journal/",
        "journal/../belay.db", "journal/restored", "journal/00000001-loop-00-00000001.log.damaged",
        "tickets/.uses", "tickets/x.uses", "tickets/../ticket.uses", "tickets/1/2.uses", "restore-unfinished",
        "belay-backup.json"})
    EXPECT_FALSE(is_backup_path(path)) << path;
}

}  // namespace
}  // namespace belay::storage
