#include "storage/journal/data_directory.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::HasSubstr;

TEST(DataDirectory, IsMadeForItsOwnerOnly) {
  const TemporaryDirectory temporary;
  const auto path = temporary.path() / "a" / "data";
  const auto directory = DataDirectory::open(path);
  ASSERT_TRUE(directory) << directory.error().detail;
  EXPECT_EQ(directory->path(), path);
  struct stat about {};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700u);
}

TEST(DataDirectory, OthersWhoCanWriteToItAreRefused) {
  const TemporaryDirectory temporary;
  const auto path = temporary.path() / "data";
  std::filesystem::create_directory(path);
  const auto opened_with = [&](mode_t mode) {
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    const auto directory = DataDirectory::open(path);
    if (directory) return std::string();
    EXPECT_EQ(directory.error().code, ErrorCode::forbidden);
    return directory.error().detail;
  };
  for (const mode_t mode : {0700, 0750, 0755, 0711, 0770, 02770})
    EXPECT_EQ(opened_with(mode), "") << std::oct << mode;
  for (const mode_t mode : {0702, 0777, 01777, 0722}) {
    const std::string refused = opened_with(mode);
    EXPECT_THAT(refused, HasSubstr("chmod go-w")) << std::oct << mode;
    EXPECT_THAT(refused, HasSubstr(path.string()));
  }
  if (::geteuid() != 0) return;  // only root can change owners
  ASSERT_EQ(::chown(path.c_str(), static_cast<uid_t>(-1), 12345), 0);
  EXPECT_EQ(opened_with(0750), "");
  EXPECT_THAT(opened_with(0770), HasSubstr("a group that is not the server's"));
}

TEST(DataDirectory, ADirectoryOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const TemporaryDirectory temporary;
  ASSERT_EQ(::chmod(temporary.path().c_str(), 0755), 0);
  const auto make = [&](const char* name, uid_t owner) {
    std::filesystem::create_directory(temporary.path() / name);
    ASSERT_EQ(::chown((temporary.path() / name).c_str(), owner, 12345), 0);
  };
  make("own", 12345);
  make("foreign", 23456);
  ASSERT_EQ(::chmod((temporary.path() / "foreign").c_str(), 0770), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::setgid(12345) != 0 || ::setuid(12345) != 0) ::_exit(9);
    if (!DataDirectory::open(temporary.path() / "own")) ::_exit(1);
    const auto foreign = DataDirectory::open(temporary.path() / "foreign");
    ::_exit(!foreign && foreign.error().code == ErrorCode::forbidden ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(DataDirectory, MayBeReachedByALinkButHoldsNone) {
  const TemporaryDirectory temporary;
  const auto real = temporary.path() / "real", link = temporary.path() / "link",
             outside = temporary.path() / "outside";
  std::filesystem::create_directory(real);
  std::filesystem::create_directory(outside);
  std::filesystem::create_directory_symlink(real, link);
  {
    const auto directory = DataDirectory::open(link);
    ASSERT_TRUE(directory) << directory.error().detail;
    EXPECT_EQ(directory->path(), real);
  }
  std::filesystem::remove(real / "lock");
  for (const char* name :
       {"lock", "belay.db", "belay.db-wal", "belay.db-shm", "journal", "tickets", "ticket.key"}) {
    std::filesystem::create_symlink(outside / "target", real / name);
    const auto directory = DataDirectory::open(real);
    ASSERT_FALSE(directory) << name;
    EXPECT_EQ(directory.error().code, ErrorCode::forbidden);
    EXPECT_THAT(directory.error().detail, HasSubstr((real / name).string()));
    EXPECT_FALSE(std::filesystem::exists(outside / "target")) << name;
    std::filesystem::remove(real / name);
  }
  for (const char* name : {"journal", "tickets"}) {
    std::filesystem::create_directory(real / name);
    std::filesystem::create_symlink(outside / "target", real / name / "00000001.uses");
    const auto directory = DataDirectory::open(real);
    ASSERT_FALSE(directory) << name;
    EXPECT_THAT(directory.error().detail, HasSubstr((real / name / "00000001.uses").string()));
    std::filesystem::remove_all(real / name);
  }
  EXPECT_TRUE(DataDirectory::open(real));
}

TEST(DataDirectory, X10_NoticesThatItIsGoneOrReplaced) {
  const TemporaryDirectory temporary;
  const auto path = temporary.path() / "data", aside = temporary.path() / "aside";
  auto directory = DataDirectory::open(path);
  ASSERT_TRUE(directory);
  std::filesystem::create_directory(path / "journal");
  directory->watch("journal");
  EXPECT_TRUE(directory->check());
  EXPECT_GT(directory->free_space().value(), 0_B);

  std::filesystem::rename(path, aside);
  EXPECT_THAT(directory->check().error().detail, HasSubstr(path.string() + " is gone"));
  std::filesystem::create_directory(path);
  EXPECT_THAT(directory->check().error().detail, HasSubstr(path.string() + " was replaced"));
  std::filesystem::remove(path);
  std::filesystem::rename(aside, path);
  EXPECT_TRUE(directory->check()) << "it was put back";

  for (const char* name : {"journal", "lock"}) {
    std::filesystem::rename(path / name, aside);
    EXPECT_THAT(directory->check().error().detail, HasSubstr((path / name).string() + " is gone"));
    write_file(path / name, "another");
    EXPECT_THAT(directory->check().error().detail, HasSubstr((path / name).string() + " was replaced"));
    std::filesystem::remove(path / name);
    std::filesystem::rename(aside, path / name);
    EXPECT_TRUE(directory->check());
  }
}

TEST(DataDirectory, ASecondHolderIsRefusedWithTheProcessIdOfTheFirst) {
  const TemporaryDirectory temporary;
  const auto first = DataDirectory::open(temporary.path());
  ASSERT_TRUE(first);
  const auto second = DataDirectory::open(temporary.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_THAT(second.error().detail, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().detail, HasSubstr(temporary.path().string()));
}

TEST(DataDirectory, IsFreeAgainWhenItsHolderIsGoneHoweverItEnded) {
  const TemporaryDirectory temporary;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = DataDirectory::open(temporary.path());
    ::_exit(held ? 0 : 1);  // without destructors
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
}

TEST(DataDirectory, IsGivenUpByTheLastOwnerOnly) {
  const TemporaryDirectory temporary;
  auto first = DataDirectory::open(temporary.path());
  ASSERT_TRUE(first);
  {
    const DataDirectory moved = std::move(*first);
    EXPECT_FALSE(DataDirectory::open(temporary.path()));
  }
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
}

TEST(DataDirectory, APathThatIsAFileIsAClearError) {
  const TemporaryDirectory temporary;
  write_file(temporary.path() / "file", "x");
  const auto directory = DataDirectory::open(temporary.path() / "file");
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, ErrorCode::unavailable);
  EXPECT_THAT(directory.error().detail, HasSubstr((temporary.path() / "file").string()));
}

}  // namespace
}  // namespace belay::storage
