#include "ops/degraded.hpp"

#include <gmock/gmock.h>

namespace belay::ops {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class DegradedTest : public ::testing::Test {
 protected:
  class Lines final : public LogOutput {
   public:
    explicit Lines(std::vector<std::string>& target) : lines(target) {}
    void write(std::string_view line) override { lines.emplace_back(line); }
    std::vector<std::string>& lines;
  };
  DegradedTest() { health_.set_ready(); }

  std::vector<std::string> lines_;
  ManualClock clock_;
  Log log_{LogConfig{}, clock_, std::make_unique<Lines>(lines_)};
  Metrics metrics_{clock_};
  Health health_;
  Degraded degraded_{log_, metrics_, health_, clock_};
  const Error full_ = make_error(ErrorCode::storage_full, "No space left on device.");
  const Error broken_ = make_error(ErrorCode::internal, "Input/output error.");
};

TEST_F(DegradedTest, X10_a_state_is_one_line_when_it_begins_and_one_when_it_ends) {
  for (int i = 0; i < 5; ++i) degraded_.report(DegradedReason::storage_full, full_);
  ASSERT_THAT(lines_, SizeIs(1));
  EXPECT_THAT(lines_[0], AllOf(HasSubstr(R"("level":"error","event":"degraded","reason":"storage_full")"),
                               HasSubstr("No space left on device."), HasSubstr("Free space")));
  EXPECT_EQ(health_.ready().status, 200);
  EXPECT_THAT(health_.ready().json, HasSubstr(R"("degraded":["storage_full"])"));
  EXPECT_TRUE(degraded_.is(DegradedReason::storage_full));
  clock_.advance(Milliseconds(2'500));
  for (int i = 0; i < 5; ++i) degraded_.report(DegradedReason::storage_full, std::nullopt);
  ASSERT_THAT(lines_, SizeIs(2));
  EXPECT_THAT(lines_[1],
              AllOf(HasSubstr(R"("event":"degraded_ended","reason":"storage_full")"), HasSubstr("2500")));
  EXPECT_THAT(health_.ready().json, HasSubstr(R"("degraded":[])"));
  EXPECT_FALSE(degraded_.is(DegradedReason::storage_full));
}

TEST_F(DegradedTest, X10_what_is_fine_from_the_start_is_no_line) {
  for (const DegradedReason reason : Degraded::kReasons) degraded_.report(reason, std::nullopt);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(DegradedTest, X10_every_reason_has_its_gauge_from_the_start) {
  for (const DegradedReason reason : Degraded::kReasons)
    EXPECT_THAT(metrics_.render(),
                HasSubstr("belay_degraded{reason=\"" + std::string(to_string(reason)) + "\"} 0"));
  degraded_.report(DegradedReason::store_stalled, broken_);
  EXPECT_THAT(metrics_.render(), HasSubstr("belay_degraded{reason=\"store_stalled\"} 1"));
  degraded_.report(DegradedReason::store_stalled, std::nullopt);
  EXPECT_THAT(metrics_.render(), HasSubstr("belay_degraded{reason=\"store_stalled\"} 0"));
}

TEST_F(DegradedTest, X10_without_its_store_a_node_is_not_ready_and_says_why) {
  for (const DegradedReason reason : {DegradedReason::store_failing, DegradedReason::data_directory_gone}) {
    degraded_.report(DegradedReason::storage_full, full_);
    degraded_.report(reason, broken_);
    EXPECT_EQ(health_.ready().status, 503);
    EXPECT_THAT(health_.ready().json, AllOf(HasSubstr("store_unavailable"), HasSubstr("storage_full"),
                                            HasSubstr(std::string(to_string(reason)))));
    degraded_.report(DegradedReason::storage_full, std::nullopt);
    EXPECT_EQ(health_.ready().status, 503);
    degraded_.report(reason, std::nullopt);
    EXPECT_EQ(health_.ready().status, 200);
  }
}

TEST_F(DegradedTest, X10_all_other_reasons_leave_it_ready) {
  for (const DegradedReason reason : Degraded::kReasons) {
    if (reason == DegradedReason::store_failing || reason == DegradedReason::data_directory_gone) continue;
    degraded_.report(reason, broken_);
    EXPECT_EQ(health_.ready().status, 200) << to_string(reason);
  }
}

TEST_F(DegradedTest, X10_the_free_space_of_the_data_disk_is_a_gauge_once_it_is_known) {
  EXPECT_THAT(metrics_.render(), Not(HasSubstr("belay_disk_free_bytes")));
  std::optional<std::uint64_t> free;
  metrics_.watch_disk([&] { return free; });
  EXPECT_THAT(metrics_.render(), Not(HasSubstr("belay_disk_free_bytes ")));
  free = 4096;
  EXPECT_THAT(metrics_.render(), HasSubstr("belay_disk_free_bytes 4096"));
}

}  // namespace
}  // namespace belay::ops
