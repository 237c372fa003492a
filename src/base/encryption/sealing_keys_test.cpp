#include "base/encryption/sealing_keys.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace belay {
namespace {

namespace fs = std::filesystem;

const std::string kHex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const std::string kBytes(
    "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
    "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
    32);

std::string bytes_of(const SealingKey& key) {
  return {reinterpret_cast<const char*>(key.bytes()), SealingKey::kBytes};
}

class SealingKeysTest : public ::testing::Test {
 protected:
  SealingKeysTest() { fs::create_directory(directory_); }
  ~SealingKeysTest() override { fs::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const fs::path path = directory_ / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path.string();
  }
  // "field: detail" of each problem.
  static std::string problems(const SealingKeyConfig& config) {
    std::string text;
    const auto add = [&text](const Error& problem) { text += problem.field + ": " + problem.detail + "\n"; };
    for (const Error& problem : check(config, "uploads")) add(problem);
    const LoadedSealingKeys loaded = load_sealing_keys(config, "uploads");
    for (const Error& problem : loaded.problems) add(problem);
    EXPECT_EQ(loaded.keys == nullptr, !text.empty() || config.keys.empty());
    return text;
  }

  const fs::path directory_ = fs::temp_directory_path() / ("sealing_keys_test." + std::to_string(::getpid()));
};

TEST_F(SealingKeysTest, S6_a_key_is_hexadecimal_or_base64) {
  for (const std::string& text :
       {kHex, "  " + kHex + "\r\n",
        std::string("00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"),
        std::string("ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="),
        std::string("ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8\n"),
        std::string("ABEiM0RVZneImaq7zN3u_wARIjNEVWZ3iJmqu8zd7v8")}) {
    const auto key = SealingKey::from_text("2026", text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(bytes_of(*key), kBytes) << text;
    EXPECT_EQ(key->id(), "2026");
  }
}

TEST_F(SealingKeysTest, S6_everything_else_is_refused_without_being_shown) {
  for (const std::string& text :
       {std::string(), std::string("secret"), kHex.substr(1), kHex + "0", kHex + " " + kHex,
        std::string("ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7g=="), std::string(64, '0'),
        std::string(43, 'A')}) {
    const auto key = SealingKey::from_text("2026", text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(key.error().detail.find("secret"), std::string::npos);
  }
}

TEST_F(SealingKeysTest, S6_keys_come_from_files_and_from_the_environment) {
  ::setenv("BELAY_TEST_SEALING_KEY", "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=", 1);
  SealingKeyConfig config;
  config.keys = {{"old", "", "BELAY_TEST_SEALING_KEY"},
                 {"new", write("new", "1" + kHex.substr(1) + "\n"), ""}};
  EXPECT_EQ(load_sealing_keys(config, "uploads").keys->current().id(), "old") << "the first one";
  config.current = "new";
  const auto keys = load_sealing_keys(config, "uploads").keys;
  ::unsetenv("BELAY_TEST_SEALING_KEY");
  EXPECT_EQ(keys->current().id(), "new");
  ASSERT_TRUE(keys->find("old"));
  EXPECT_EQ(bytes_of(*keys->find("old")), kBytes);
  EXPECT_FALSE(keys->find("older"));
  EXPECT_EQ(load_sealing_keys({}, "uploads").keys, nullptr) << "there is none, and that is no problem";
}

TEST_F(SealingKeysTest, S6_a_file_that_others_may_read_is_refused) {
  for (const mode_t mode : {0640u, 0604u, 0620u, 0777u}) {
    SealingKeyConfig config;
    config.keys = {{"k", write("key", kHex, mode), ""}};
    EXPECT_NE(problems(config).find("uploads.keys[0].file: "), std::string::npos);
    EXPECT_NE(problems(config).find("other users may read it. Run `chmod 600` on it"), std::string::npos)
        << mode;
  }
}

TEST_F(SealingKeysTest, S6_wrong_settings_are_named) {
  const std::string file = write("key", kHex);
  const auto with = [](std::vector<SealingKeySource> keys, std::string current = {}) {
    SealingKeyConfig config;
    config.keys = std::move(keys);
    config.current = std::move(current);
    return problems(config);
  };
  EXPECT_EQ(with({{"k", file, ""}}), "");
  EXPECT_EQ(with({{"a b", file, ""}}),
            "uploads.keys[0].id: A key's id has 1 to 64 letters, digits, dots, dashes or underscores.\n");
  EXPECT_EQ(with({{"k", file, "X"}}), "uploads.keys[0]: Set exactly one of file and env for each key.\n");
  EXPECT_EQ(with({{"k", "", ""}}), "uploads.keys[0]: Set exactly one of file and env for each key.\n");
  EXPECT_EQ(with({{"k", file, ""}, {"k", file, ""}}),
            "uploads.keys[1].id: An earlier key has the same id. Give each key its own.\n");
  EXPECT_EQ(with({{"k", file, ""}}, "other"),
            "uploads.current_key: There is no key with this id. Use the id of one of the keys.\n");
  EXPECT_NE(with({{"k", file + ".none", ""}}).find("open: No such file"), std::string::npos);
  EXPECT_NE(with({{"k", directory_.string(), ""}}).find("it is not a plain file."), std::string::npos);
  EXPECT_NE(with({{"k", write("long", std::string(257, 'a')), ""}}).find("it is too long."),
            std::string::npos);
  EXPECT_EQ(
      with({{"k", "", "BELAY_TEST_NO_SUCH_KEY"}}),
      "uploads.keys[0].env: The key in the environment variable BELAY_TEST_NO_SUCH_KEY: it is not set.\n");
}

TEST_F(SealingKeysTest, S6_in_development_a_key_is_made_once_for_its_owner_only) {
  SealingKeyConfig config;
  config.made_key = directory_ / "uploads.key";
  const auto made = load_sealing_keys(config, "uploads").keys;
  ASSERT_TRUE(made);
  struct stat status {};
  ASSERT_EQ(::stat(config.made_key.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(bytes_of(made->current()), bytes_of(load_sealing_keys(config, "uploads").keys->current()));
  ::chmod(config.made_key.c_str(), 0644);
  EXPECT_EQ(load_sealing_keys(config, "uploads").problems.size(), 1u);
  config.keys = {{"own", write("own", kHex), ""}};
  EXPECT_EQ(load_sealing_keys(config, "uploads").keys->current().id(), "own") << "a configured key wins";
}

}  // namespace
}  // namespace belay
