#include "app/dev_mode.hpp"

#include <gtest/gtest.h>

namespace belay::app {
namespace {

providers::ProviderConfig provider(const char* name, providers::ProviderKind kind) {
  providers::ProviderConfig made;
  made.name = name;
  made.kind = kind;
  return made;
}

Model model(const char* alias, const char* of) {
  Model made;
  made.alias = alias;
  made.provider = of;
  return made;
}

struct DevMode : ::testing::Test {
  DevMode() { configuration.server.address = "127.0.0.1"; }
  std::string provider_of(std::size_t i) const { return configuration.models.at(i).provider; }

  Configuration configuration;
};

TEST_F(DevMode, C4_a_model_keeps_its_scripted_provider_and_the_others_get_the_first) {
  using Kind = providers::ProviderKind;
  configuration.providers = {provider("paid", Kind::openai), provider("one", Kind::scripted),
                             provider("two", Kind::scripted)};
  configuration.models = {model("a", "one"), model("b", "two"), model("c", "paid")};
  ASSERT_TRUE(make_dev_mode(configuration));
  ASSERT_EQ(configuration.providers.size(), 2u);
  EXPECT_EQ(configuration.providers[0].name, "one");
  EXPECT_EQ(configuration.providers[1].name, "two");
  EXPECT_EQ(provider_of(0), "one");
  EXPECT_EQ(provider_of(1), "two");
  EXPECT_EQ(provider_of(2), "one");
}

TEST_F(DevMode, C4_without_a_scripted_provider_there_is_one_for_all_models) {
  configuration.providers = {provider("paid", providers::ProviderKind::openai)};
  configuration.models = {model("a", "paid")};
  ASSERT_TRUE(make_dev_mode(configuration));
  ASSERT_EQ(configuration.providers.size(), 1u);
  EXPECT_EQ(configuration.providers[0].name, "scripted");
  EXPECT_EQ(provider_of(0), "scripted");
}

}  // namespace
}  // namespace belay::app
