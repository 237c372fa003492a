#include "services/uploads/sealed_prompts.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "services/uploads/testing/sealing_keys.hpp"

namespace belay::services {
namespace {

TEST(SealedPrompts, S6_a_prompt_opens_with_its_key_for_its_run_and_user_only) {
  SeededRandom random(1);
  const ManualClock clock;
  RunRequest request;
  request.user = "ada";
  request.id = RunId::make(clock, random);
  SealedPrompts prompts([](const RunRequest& each) { return each.user == "ada"; });
  EXPECT_TRUE(prompts.covers(request));
  EXPECT_EQ(prompts.seal(request, "V13 at Quitzdorf"), "") << "there is no key";
  prompts.replace_keys(testing::sealing_keys({"k1"}));
  const std::string sealed = prompts.seal(request, "V13 at Quitzdorf");
  EXPECT_EQ(sealed.find("Quitzdorf"), std::string::npos);
  EXPECT_EQ(prompts.seal(request, "x").size(), sealed.size()) << "the length is hidden";
  prompts.replace_keys(testing::sealing_keys({"k2", "k1"}));
  EXPECT_EQ(prompts.open(request, sealed).value(), "V13 at Quitzdorf") << "an older key";
  RunRequest other = request;
  other.user = "bob";
  EXPECT_FALSE(prompts.open(other, sealed));
  other = request;
  other.id = RunId::make(clock, random);
  EXPECT_FALSE(prompts.open(other, sealed));
  for (std::size_t size = 0; size < sealed.size(); size += 97)
    EXPECT_FALSE(prompts.open(request, std::string_view(sealed).substr(0, size))) << size;
  prompts.replace_keys(testing::sealing_keys({"k2"}));
  EXPECT_EQ(prompts.open(request, sealed).error().code, ErrorCode::unavailable);
  prompts.replace_keys(nullptr);
  EXPECT_FALSE(prompts.open(request, sealed));
}

}  // namespace
}  // namespace belay::services
