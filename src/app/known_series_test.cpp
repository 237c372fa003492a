// Requirement A13: every counter whose labels are known exists from the start.
#include "app/known_series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/routing.hpp"
#include "base/clock.hpp"

namespace belay::app {
namespace {

using testing::HasSubstr;

class KnownSeriesTest : public testing::Test {
 protected:
  KnownSeriesTest() {
    const auto router = make_router(configuration_, {}, make_surfaces(configuration_, nullptr));
    create_known_series(metrics_, router->routes());
    for (const char* alias : {"a", "b", "c"}) {
      Model model;
      model.alias = alias;
      if (model.alias == "a") model.fallbacks = {"b", "c"};
      EXPECT_TRUE(models_.add({model, nullptr, nullptr}));
    }
    create_known_series(metrics_, models_);
    for (const auto& surface : configuration_.surfaces.all())
      create_known_series(metrics_, surface->rules(configuration_.policy));
    page_ = metrics_.render();
  }

  ManualClock clock_{{1'795'267'085'500}};
  Configuration configuration_;
  ops::Metrics metrics_{clock_};
  ModelCatalogue models_;
  std::string page_;
};

TEST_F(KnownSeriesTest, a13_the_known_series_are_there_at_0) {
  for (const char* line :
       {R"(belay_runs_started_total{surface="assistant",mode="generate"} 0)",
        R"(belay_runs_started_total{surface="chat",mode="command"} 0)",
        R"(belay_runs_started_total{surface="persona",mode="coach"} 0)",
        R"(belay_runs_finished_total{surface="chat",state="interrupted"} 0)",
        R"(belay_runs_recovered_total{surface="persona",how="given_up"} 0)",
        R"(belay_errors_total{code="provider_timeout"} 0)",
        R"(belay_errors_total{code="internal"} 0)",
        R"(belay_tokens_total{model="b",kind="reasoning"} 0)",
        R"(belay_cost_usd_total{model="c"} 0)",
        R"(belay_fallbacks_total{model="a",by="c"} 0)",
        R"(belay_fallbacks_total{model="b",by="c"} 0)",
        R"(belay_http_requests_total{route="chat.start",method="POST",status="429"} 0)",
        R"(belay_http_requests_total{route="assistant.request",method="POST",status="201"} 0)",
        R"(belay_http_requests_total{route="other",method="GET",status="404"} 0)",
        R"(belay_http_requests_total{route="other",method="other",status="404"} 0)",
        R"(belay_http_request_duration_seconds_count{route="assistant.request"} 0)",
        R"(belay_http_request_duration_seconds_count{route="other"} 0)",
        R"(belay_streams_ended_total{route="assistant.stream",end="stalled"} 0)",
        R"(belay_streams_ended_total{route="persona.stream",end="complete"} 0)",
        R"(belay_stream_duration_seconds_count{route="chat.stream"} 0)",
        R"(belay_limit_refusals_total{limit="assistant.rate.chat"} 0)",
        R"(belay_limit_refusals_total{limit="chat.session_requests"} 0)",
        R"(belay_connections_refused_total{reason="no_descriptors"} 0)",
        R"(belay_auth_failures_total{reason="unauthenticated"} 0)",
        R"(belay_storage_trouble_total{part="cache"} 0)",
        R"(belay_reloads_total{outcome="refused"} 0)",
        R"(belay_first_token_seconds_count{surface="persona"} 0)"})
    EXPECT_THAT(page_, HasSubstr(std::string("\n") + line + "\n"));
}

TEST_F(KnownSeriesTest, a13_no_family_begins_without_a_series_and_every_code_has_one) {
  const auto expect_series = [](const auto& family) {
    std::size_t count = 0;
    family.for_each([&](const auto&, const auto&) { ++count; });
    EXPECT_GT(count, 0u) << family.description().name;
    EXPECT_LT(count, std::decay_t<decltype(family)>::kMaxSeries / 2) << family.description().name;
  };
  for (const auto* family :
       {&metrics_.runs_started, &metrics_.runs_finished, &metrics_.errors, &metrics_.runs_restarted,
        &metrics_.runs_recovered, &metrics_.tokens, &metrics_.cost_nanodollars, &metrics_.fallbacks,
        &metrics_.http_requests, &metrics_.streams_ended, &metrics_.connections_refused,
        &metrics_.auth_failures, &metrics_.limit_refusals, &metrics_.storage_error, &metrics_.reloads})
    expect_series(*family);
  for (const auto* family :
       {&metrics_.run_duration, &metrics_.first_token, &metrics_.http_duration, &metrics_.stream_duration})
    expect_series(*family);
  expect_series(metrics_.runs_active);
  std::size_t codes = 0;
  metrics_.errors.for_each([&](const auto&, const auto&) { ++codes; });
  EXPECT_EQ(codes, static_cast<std::size_t>(ErrorCode::internal) + 1);
}

}  // namespace
}  // namespace belay::app
