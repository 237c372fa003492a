#include "storage/journal/journal_show.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ShowJournal : public JournalTest {
 protected:
  const RunId run = new_run(), other = new_run();
  std::unique_ptr<Journal> journal;
  std::unique_ptr<LogWriter> writer;

  void SetUp() override {
    journal = open();
    writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, {{run, 1, {"my secret\nline\x1b[31m"}}, {other, 1, {"not mine"}}},
                       {{run, RunMark::opened}}));
  }
  std::string shown(const ShowOptions& options = {}) {
    std::ostringstream out;
    const Result<> result = show_journal(data.path(), options, out);
    EXPECT_TRUE(result) << result.error().detail;
    return out.str();
  }
};

TEST_F(ShowJournal, ALiveJournalIsReadAloudLineByLine) {
  const std::string file = "00000001-loop-00-00000001.log";
  EXPECT_EQ(shown(),
            file +
                "  segment of 173 bytes, made 2026-11-18T11:06:40.000Z, generation 1, loop 0, durability "
                "process, boot "
                "01020300-0000-0000-0000-000000000000\n" +
                file + " @64  batch of 109 bytes, entries: 3\n" +                                   //
                file + " @64  " + run.text() + " 1-1 delta 2026-11-18T11:06:40.007Z 19 bytes\n" +   //
                file + " @64  " + other.text() + " 1-1 delta 2026-11-18T11:06:40.007Z 8 bytes\n" +  //
                file + " @64  " + run.text() + " mark opened\n");
}

TEST_F(ShowJournal, PayloadsAreShownOnlyWhenAskedForAndCannotReachTheTerminal) {
  EXPECT_THAT(shown(), Not(HasSubstr("secret")));
  EXPECT_THAT(shown({.payload = ShowPayload::text}), HasSubstr("\"my secret\\nline\\x1b[31m\"\n"));
}

TEST_F(ShowJournal, OneRunAloneCanBeAskedFor) {
  const std::string text = shown({.run = run});
  EXPECT_THAT(text, AllOf(HasSubstr(run.text() + " 1-1 delta"), HasSubstr(run.text() + " mark"),
                          Not(HasSubstr(other.text())), Not(HasSubstr("batch"))));
}

TEST_F(ShowJournal, ATornTailIsNamedWithItsPlace) {
  const std::string whole = read_file(only_segment());
  write_file(only_segment(), whole + "torn");
  EXPECT_THAT(shown(), HasSubstr("log @173  ! torn tail of 4 bytes"));
  std::string broken = whole;
  broken[100] ^= 1;
  write_file(only_segment(), broken + "more");
  EXPECT_THAT(shown(), HasSubstr("log @64  ! broken batch, the 113 bytes from here on are not read"));
  write_file(only_segment(), "");
  EXPECT_THAT(shown(), HasSubstr("! no readable header"));
}

TEST_F(ShowJournal, ASingleFileCanBeShown) {
  std::ostringstream out;
  ASSERT_TRUE(show_journal(only_segment(), {}, out));
  EXPECT_EQ(out.str(), shown());
}

TEST_F(ShowJournal, APathWithoutAJournalIsAClearError) {
  std::ostringstream out;
  const Result<> result = show_journal(data.path() / "nowhere", {}, out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_THAT(result.error().detail, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace belay::storage
