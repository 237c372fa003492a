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
