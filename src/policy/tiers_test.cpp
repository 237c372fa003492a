#include "policy/tiers.hpp"

#include <gtest/gtest.h>

namespace belay::policy {
namespace {

Tiers defaults() {
  return Tiers::make({}).value();
}

TEST(Tiers, X15AreOrderedAsTheConfigurationListsThem) {
  const Tiers tiers = defaults();
  EXPECT_LT(*tiers.find("basic"), *tiers.find("pro"));
  EXPECT_LT(*tiers.find("pro"), *tiers.find("enterprise"));
  EXPECT_EQ(tiers.lowest(), *tiers.find("basic"));
  EXPECT_EQ(tiers.highest(), *tiers.find("enterprise"));
}

TEST(Tiers, X15AreFoundInAnyLetterCaseAndByTheirAliases) {
  const Tiers tiers = defaults();
  EXPECT_EQ(tiers.find("BASIC"), tiers.find("basic"));
  EXPECT_EQ(tiers.find("Premium"), tiers.find("pro"));
  EXPECT_EQ(tiers.name(*tiers.find("PREMIUM")), "pro");
  EXPECT_EQ(tiers.find("gold"), std::nullopt);
  EXPECT_EQ(tiers.find(""), std::nullopt);
}

TEST(Tiers, X15ComeFromTheClaimElseTheStoreElseAreTheLowest) {
  struct Row {
    const char* claimed;
    const char* stored;
    const char* tier;
    bool unknown;
  };
  const Row rows[] = {
      {"pro", "", "pro", false},
      {"pro", "enterprise", "pro", false},
      {"", "Enterprise", "enterprise", false},
      {"", "", "basic", false},
      {"premium", "", "pro", false},
      {"gold", "", "basic", true},
      {"gold", "enterprise", "basic", true},
      {"", "gold", "basic", true},
  };
  const Tiers tiers = defaults();
  for (const Row& row : rows) {
    const auto resolved = tiers.resolve(row.claimed, row.stored);
    EXPECT_EQ(tiers.name(resolved.tier), row.tier) << row.claimed << "/" << row.stored;
    EXPECT_EQ(resolved.unknown, row.unknown) << row.claimed << "/" << row.stored;
  }
}

TEST(Tiers, RefuseAListThatMakesNoOrder) {
  EXPECT_EQ(Tiers::make({{}, {}}).error().field, "tiers.order");
  EXPECT_EQ(Tiers::make({{"a", ""}, {}}).error().field, "tiers.order");
  EXPECT_EQ(Tiers::make({{"a", "A"}, {}}).error().detail, "The tier \"A\" stands twice in the list.");
  EXPECT_EQ(Tiers::make({{"a"}, {{"b", "c"}}}).error().detail,
            "The alias \"b\" stands for \"c\", which is no tier.");
  EXPECT_EQ(Tiers::make({{"a", "b"}, {{"B", "a"}}}).error().field, "tiers.aliases");
}

TEST(Tiers, NameTheTierThatIsNeeded) {
  const Tiers tiers = defaults();
  EXPECT_EQ(tiers.needs(*tiers.find("pro"), tiers.lowest()).detail,
            "This needs the pro tier or a higher one; yours is basic.");
  EXPECT_EQ(tiers.needs(tiers.highest(), tiers.lowest()).detail,
            "This needs the enterprise tier; yours is basic.");
  EXPECT_EQ(tiers.needs(tiers.highest(), tiers.lowest()).code, ErrorCode::forbidden);
}

TEST(MayUseModel, C4FollowsTheOrderOfTiersAndNamesTheOneThatIsNeeded) {
  const Tiers tiers = Tiers::make({}).value();
  struct Row {
    const char* has;
    const char* model;
    const char* refusal;  // null: allowed
  };
  const Row rows[] = {
      {"basic", "basic", nullptr},
      {"basic", "", nullptr},
      {"basic", "pro", "This needs the pro tier or a higher one; yours is basic."},
      {"basic", "premium", "This needs the pro tier or a higher one; yours is basic."},
      {"pro", "pro", nullptr},
      {"pro", "basic", nullptr},
      {"pro", "enterprise", "This needs the enterprise tier; yours is pro."},
      {"enterprise", "enterprise", nullptr},
      {"enterprise", "basic", nullptr},
  };
  for (const Row& row : rows) {
    const auto allowed = may_use_model(tiers, *tiers.find(row.has), row.model);
    EXPECT_EQ(allowed.has_value(), row.refusal == nullptr) << row.has << " " << row.model;
    if (allowed || !row.refusal) continue;
    EXPECT_EQ(allowed.error().code, ErrorCode::forbidden);
    EXPECT_EQ(allowed.error().detail, row.refusal);
  }
}

}  // namespace
}  // namespace belay::policy
