// Requirement X11: the command line explains itself, refuses wrong input with exit code 2, and does what its
// help says.
#include "app/cli.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/configuration.hpp"
#include "app/exit_code.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct Finished {
  int code = 0;
  std::string out;
  std::string err;
};

Finished run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "belay");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Finished result;
  result.code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  result.out = testing::internal::GetCapturedStdout();
  result.err = testing::internal::GetCapturedStderr();
  return result;
}

class CommandLineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "belay-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  std::filesystem::path directory_;
};

TEST_F(CommandLineTest, x11_every_command_explains_itself_with_examples) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{"serve"},
                                                                                       {"chat"},
                                                                                       {"token"},
                                                                                       {"config", "check"},
                                                                                       {"config", "example"},
                                                                                       {"journal", "show"},
                                                                                       {"user", "list"},
                                                                                       {"user", "tier"},
                                                                                       {"user", "phase"},
                                                                                       {"user", "revoke"},
                                                                                       {"user", "unrevoke"},
                                                                                       {"usage"},
                                                                                       {"audit"},
                                                                                       {"backup"},
                                                                                       {"restore"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const Finished help = run(arguments);
    EXPECT_EQ(help.code, kExitDone) << command.back();
    EXPECT_THAT(help.out, AllOf(HasSubstr("Example"), HasSubstr("belay " + command.front())))
        << command.back();
  }
  const Finished all = run({"--help"});
  EXPECT_EQ(all.code, kExitDone);
  for (const char* name : {"serve", "chat", "token", "config", "journal", "user", "runs", "usage", "audit",
                           "backup", "restore", "Exit codes"})
    EXPECT_THAT(all.out, HasSubstr(name));
  EXPECT_THAT(run({"--version"}).out, StartsWith("belay "));
}

TEST_F(CommandLineTest, x11_a_wrong_command_line_exits_with_2_and_says_why) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"serve", "--nonsense"},
                                             {"serve", "--port", "70000"},
                                             {"serve", "--port", "x"},
                                             {"token"},
                                             {"config"},
                                             {"config", "check"},
                                             {"chat", "--mode", "nonsense", "x"},
                                             {"user"},
                                             {"user", "tier", "ann"},
                                             {"user", "tier", "ann", "pro", "--remove"},
                                             {"user", "revoke"},
                                             {"user", "revoke", "ann", "--token-id", "x"},
                                             {"runs", "cancel"},
                                             {"usage", "--by", "hour"},
                                             {"journal", "show"},
                                             {"backup"},
                                             {"restore"},
                                             {"restore", "a", "b"}}) {
    const Finished result = run(wrong);
    EXPECT_EQ(result.code, kExitUsage) << testing::PrintToString(wrong);
    EXPECT_FALSE(result.err.empty()) << testing::PrintToString(wrong);
  }
}

TEST_F(CommandLineTest, x10_config_check_says_ok_or_every_problem_with_its_line) {
  const std::string secret = write("secret", "0123456789abcdef0123456789abcdef\n");
  const std::string good =
      write("good.toml", "[server]\nport = 0\n[[auth.keys]]\nfile = \"" + secret + "\"\nalg = \"HS256\"\n");
  const std::string bad = write("bad.toml", "[server]\nport = 70000\nprot = 1\n");
  const Finished fine = run({"config", "check", good});
  EXPECT_EQ(fine.code, kExitDone) << fine.err;
  EXPECT_THAT(fine.out, testing::EndsWith(good + ": ok\n"));
  const Finished wrong = run({"config", "check", bad});
  EXPECT_EQ(wrong.code, kExitFailed);
  EXPECT_THAT(wrong.err,
              AllOf(HasSubstr(bad + ":2:8: server.port: 70000 is out of bounds"),
                    HasSubstr(bad + ":3:1: server.prot: there is no such setting; did you mean server.port?"),
                    // The error that `belay serve` would report next.
                    HasSubstr(bad + ": auth.keys: Nobody could sign in"), HasSubstr(bad + ": 3 problems\n")));
  EXPECT_EQ(run({"config", "check", (directory_ / "missing").string()}).code, kExitFailed);
}

TEST_F(CommandLineTest, x10_config_check_says_what_survives_what_and_what_does_not_fit_together) {
  const auto check_of = [&](const std::string& text) {
    return run({"config", "check", "--file-only", write("durability.toml", text)});
  };
  const Finished fine = check_of("");
  EXPECT_THAT(fine.out, HasSubstr("survives the death of the process. A crash of the kernel"));
  EXPECT_THAT(fine.out, testing::Not(HasSubstr("note:")));
  const Finished noted = check_of("[store]\nsynchronous = \"full\"\n");
  EXPECT_EQ(noted.code, kExitDone);
  EXPECT_THAT(noted.out, HasSubstr("note: store.synchronous = \"full\""));
  EXPECT_THAT(check_of("[journal]\ndurability = \"disk\"\n").out, HasSubstr("and the loss of power."));
}

TEST_F(CommandLineTest, x10_config_check_looks_at_the_environment_as_the_server_does) {
  const std::string good = write("good.toml", "");
  ASSERT_EQ(setenv("BELAY_SERVER_PORT", "none", 1), 0);
  const Finished without = run({"config", "check", "--file-only", good});
  const Finished with = run({"config", "check", "--dev", good});
  unsetenv("BELAY_SERVER_PORT");
  EXPECT_EQ(without.code, kExitDone);
  EXPECT_EQ(with.code, kExitFailed);
  EXPECT_THAT(with.err, HasSubstr("environment variable BELAY_SERVER_PORT: server.port: "));
}

TEST_F(CommandLineTest, x10_config_example_prints_the_documented_example) {
  const Finished example = run({"config", "example"});
  EXPECT_EQ(example.code, kExitDone);
  EXPECT_EQ(example.out, example_configuration());
}

TEST_F(CommandLineTest, x11_token_signs_with_a_secret) {
  const std::string secret = write("secret", "0123456789abcdef0123456789abcdef\n");
  const Finished made = run(
      {"token", "--key-file", secret, "--alg", "HS256", "--user", "ann", "--tier", "pro", "--expires", "8h"});
  EXPECT_EQ(made.code, kExitDone) << made.err;
  EXPECT_EQ(std::count(made.out.begin(), made.out.end(), '.'), 2) << made.out;
  const std::string config =
      write("belay.toml", "[[auth.keys]]\nfile = \"" + secret + "\"\nalg = \"HS256\"\n");
  EXPECT_EQ(run({"token", "--config", config, "--user", "ann"}).code, kExitDone);
}

TEST_F(CommandLineTest, x11_token_says_what_it_lacks) {
  EXPECT_THAT(run({"token", "--user", "ann"}).err, HasSubstr("Give --key-file or --key-env"));
  const std::string secret = write("secret", "0123456789abcdef0123456789abcdef\n");
  const Finished time =
      run({"token", "--key-file", secret, "--alg", "HS256", "--user", "ann", "--expires", "8"});
  EXPECT_EQ(time.code, kExitUsage);
  EXPECT_THAT(time.err, HasSubstr("--expires: Write a duration"));
  EXPECT_EQ(run({"token", "--key-file", (directory_ / "missing").string(), "--user", "ann"}).code,
            kExitUsage);
}

TEST_F(CommandLineTest, journal_show_refuses_half_an_id_and_a_path_that_is_not_there) {
  EXPECT_EQ(run({"journal", "show", directory_.string(), "--run", "2026"}).code, kExitUsage);
  EXPECT_EQ(run({"journal", "show", (directory_ / "missing").string()}).code, kExitFailed);
}

TEST_F(CommandLineTest, x11_backup_and_restore_find_the_data_directory_as_serve_does) {
  const std::string data = (directory_ / "data").string(), backup = (directory_ / "backup").string(),
                    target = (directory_ / "target").string();
  std::filesystem::create_directory(data);
  { ASSERT_TRUE(storage::SqliteStore::open(data, {})); }
  const std::string config = write("belay.toml", "[process]\ndata_directory = \"" + data + "\"\n");
  const Finished made = run({"backup", backup, "--config", config});
  EXPECT_EQ(made.code, kExitDone) << made.err;
  EXPECT_THAT(made.out, HasSubstr(backup + ": 1 file, "));
  const Finished fine = run({"restore", "--check", backup});
  EXPECT_EQ(fine.code, kExitDone) << fine.err;
  EXPECT_THAT(fine.out, StartsWith(backup + ": ok, of 2"));
  EXPECT_EQ(run({"restore", backup, "--config", config}).code, kExitFailed) << "it is not empty";
  const Finished restored = run({"restore", backup, "--config", config, "--data", target});
  EXPECT_EQ(restored.code, kExitDone) << restored.err;
  EXPECT_THAT(restored.out, StartsWith(target + ": the state of 2"));
}

TEST_F(CommandLineTest, x11_backup_says_what_is_wrong) {
  const std::string bad = write("bad.toml", "[process]\ndata_dir = 1\n");
  const std::string backup = (directory_ / "backup").string();
  const Finished wrong = run({"backup", backup, "--config", bad});
  EXPECT_EQ(wrong.code, kExitUsage);
  EXPECT_THAT(wrong.err, HasSubstr("belay backup: " + bad + ":2:"));
  const Finished missing = run({"backup", backup, "--data", (directory_ / "missing").string()});
  EXPECT_EQ(missing.code, kExitFailed);
  EXPECT_THAT(missing.err, StartsWith("belay backup: There is no database in "));
  EXPECT_THAT(run({"restore", "--check", backup}).err, StartsWith("belay restore: There is no directory "));
}

}  // namespace
}  // namespace belay::app
