#include "services/context/contexts.hpp"

#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/ports/testing/fake_context_store.hpp"
#include "services/context/testing/fake_context_source.hpp"

namespace belay::services::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class ContextsTest : public ::testing::Test {
 protected:
  void TearDown() override { source.silent = false; }

  // What the coroutine results in; nothing while it waits.
  template <class T>
  std::shared_ptr<std::optional<T>> start(Awaitable<T> work) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(loop.executor(), std::move(work), [result](std::exception_ptr thrown, T value) {
      EXPECT_EQ(thrown, nullptr);
      result->emplace(std::move(value));
    });
    turns();
    return result;
  }
  template <class T>
  T wait(Awaitable<T> work) {
    const auto result = start(std::move(work));
    for (int i = 0; i < 1'000'000 && !*result; ++i)
      if (!loop.turn()) std::this_thread::yield();
    return std::move(result->value());
  }
  void turns() {
    for (int i = 0; i < 8; ++i) loop.turn();
  }
  void advance(Milliseconds by) {
    clock.advance(by);
    turns();
  }

  Contexts& contexts() {
    if (!contexts_)
      contexts_.emplace(Contexts::Parts{store, remote ? &source : nullptr, clock, pool,
                                        [this](const Error& error) { failures.push_back(error.detail); }},
                        config);
    return *contexts_;
  }
  Deadline deadline() const { return Deadline::in(30s, clock); }
  std::string document_of(const std::string& user) {
    const auto document = wait(contexts().get(loop, deadline(), user));
    if (!document) return "failed: " + std::string(to_string(document.error().code));
    return *document ? (*document)->text() : "none";
  }
  Result<> put(const std::string& user, std::string text) {
    return wait(contexts().put(loop, deadline(), user, std::move(text)));
  }
  Result<Contexts::Added> add(const std::string& user, std::string text) {
    return wait(contexts().add_climbs(loop, deadline(), user, std::move(text)));
  }
  std::string for_coach(const std::string& user, Contexts::View view = Contexts::View::premium) {
    return wait(contexts().for_coach(loop, deadline(), user, view)).text;
  }

  ManualClock clock;
  Loop loop{0, clock};
  ThreadPool pool{1, 8};
  belay::testing::FakeStore runs;
  belay::testing::FakeContextStore store{runs};
  FakeContextSource source;
  bool remote = false;
  ContextConfig config;
  std::vector<std::string> failures;

 private:
  std::optional<Contexts> contexts_;
};

// ---- In the store

TEST_F(ContextsTest, S8_a_document_is_read_as_it_was_put) {
  EXPECT_EQ(document_of("ann"), "none");
  ASSERT_TRUE(put("ann", R"({ "goals": "V8" })"));
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})");
  EXPECT_EQ(document_of("bob"), "none");
}

TEST_F(ContextsTest, S8_a_document_that_is_wrong_changes_nothing) {
  ASSERT_TRUE(put("ann", R"({"goals":"V8"})"));
  const auto wrong = put("ann", R"({"climbs":[{"date":"soon"}]})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().field, "climbs[0].date");
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})");
}

TEST_F(ContextsTest, S8_a_large_document_is_read_on_the_pool) {
  const std::string text = R"({"summary":")" + std::string(100'000, 'x') + "\"}";
  ASSERT_TRUE(put("ann", text));
  EXPECT_EQ(document_of("ann"), text);
  EXPECT_EQ(put("ann", std::string(100'000, 'x')).error().code, ErrorCode::invalid_request);
}

TEST_F(ContextsTest, S8_a_document_that_a_smaller_limit_would_refuse_is_still_read) {
  ASSERT_TRUE(put("ann", R"({"climbs":[{"n":1},{"n":2},{"n":3}]})"));
  config.max_climbs = 2;
  Contexts smaller({store, nullptr, clock, pool}, config);
  EXPECT_EQ((*wait(smaller.get(loop, deadline(), "ann")))->climb_count(), 3u);
}

TEST_F(ContextsTest, S8_a_store_that_fails_is_an_error_for_readers_and_no_context_for_the_coach) {
  ASSERT_TRUE(put("ann", R"({"goals":"V8"})"));
  store.fail_next = 2;
  EXPECT_EQ(document_of("ann"), "failed: unavailable");
  EXPECT_EQ(for_coach("ann"), "");
  EXPECT_THAT(for_coach("ann"), HasSubstr("V8"));
}

TEST_F(ContextsTest, S8_the_coach_does_not_wait_longer_than_the_time_out) {
  ASSERT_TRUE(put("ann", R"({"goals":"V8"})"));
  store.hold();
  const auto found = start(contexts().for_coach(loop, deadline(), "ann", Contexts::View::basic));
  EXPECT_FALSE(*found);
  advance(config.timeout + 100ms);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->text, "");
  store.let_go();
}

TEST_F(ContextsTest, S8_the_coach_gets_the_tiers_view_without_personal_data) {
  config.personal_fields = {"Spitzname"};
  ASSERT_TRUE(put("ann", R"({"goals":{"aim":"V8","email":"MARK"},"training":{"h":5,"spitz_name":"MARK"}})"));
  EXPECT_EQ(for_coach("ann", Contexts::View::basic), R"({"summary":"Goals: aim: V8.","goals":{"aim":"V8"}})");
  EXPECT_EQ(for_coach("ann"), R"({"summary":"Goals: aim: V8.","goals":{"aim":"V8"},"training":{"h":5}})");
  EXPECT_EQ(for_coach("bob"), "");
}

// ---- Added climbs

TEST_F(ContextsTest, S8_climbs_are_added_to_what_is_there) {
  auto added = add("ann", R"({"climbs":[{"grade":"V1"}]})");
  ASSERT_TRUE(added);
  EXPECT_EQ(added->added, 1u);
  EXPECT_EQ(added->total, 1u);
  added = add("ann", R"({"climbs":[{"grade":"V2"},{"grade":"V3"}]})");
  EXPECT_EQ(added->added, 2u);
  EXPECT_EQ(document_of("ann"), R"({"climbs":[{"grade":"V1"},{"grade":"V2"},{"grade":"V3"}]})");
}

TEST_F(ContextsTest, S8_a_file_that_is_imported_again_adds_nothing) {
  const std::string file = R"({"climbs":[{"grade":"V1"},{"grade":"V1"},{"grade":"V2"}]})";
  EXPECT_EQ(add("ann", file)->added, 3u) << "two equal climbs are two climbs";
  const auto again =
      add("ann", R"({"climbs":[{"grade":"V1"},{ "grade" : "V1" },{"grade":"V2"},{"grade":"V3"}]})");
  EXPECT_EQ(again->added, 1u);
  EXPECT_EQ(again->known, 3u);
  EXPECT_EQ(again->total, 4u);
}

TEST_F(ContextsTest, S8_climbs_that_do_not_fit_are_refused_and_nothing_is_changed) {
  config.max_climbs = 2;
  ASSERT_TRUE(add("ann", R"({"climbs":[{"n":1},{"n":2}]})"));
  const auto more = add("ann", R"({"climbs":[{"n":3}]})");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().limit, "context.max_climbs");
  EXPECT_EQ(document_of("ann"), R"({"climbs":[{"n":1},{"n":2}]})");
}

TEST_F(ContextsTest, S8_two_imports_at_once_lose_nothing) {
  store.hold();
  const auto one = start(contexts().add_climbs(loop, deadline(), "ann", R"({"climbs":[{"n":1}]})"));
  const auto two = start(contexts().add_climbs(loop, deadline(), "ann", R"({"climbs":[{"n":2}]})"));
  for (int i = 0; i < 10; ++i) {
    store.let_go();
    store.hold();
    turns();
  }
  store.let_go();
  ASSERT_TRUE(*one && **one);
  ASSERT_TRUE(*two && **two);
  EXPECT_EQ((*wait(contexts().get(loop, deadline(), "ann")))->climb_count(), 2u);
}

// ---- From the product

class RemoteContextsTest : public ContextsTest {
 protected:
  RemoteContextsTest() { remote = true; }
};

TEST_F(RemoteContextsTest, S8_a_fetched_document_is_used_for_the_cache_time) {
  source.documents["ann"] = R"({"goals":"V8","version":3})";
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})") << "fields that are no context's are left out";
  source.documents["ann"] = R"({"goals":"V9"})";
  advance(config.cache_time - 1ms);
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})");
  EXPECT_EQ(source.fetches, 1);
  advance(1ms);
  EXPECT_EQ(document_of("ann"), R"({"goals":"V9"})");
}

TEST_F(RemoteContextsTest, S8_that_a_user_has_no_document_is_remembered_too) {
  EXPECT_EQ(document_of("ann"), "none");
  EXPECT_EQ(document_of("ann"), "none");
  EXPECT_EQ(source.fetches, 1);
  EXPECT_TRUE(failures.empty());
}

TEST_F(RemoteContextsTest, S8_when_the_address_fails_the_earlier_document_is_used_until_it_is_stale) {
  source.documents["ann"] = R"({"goals":"V8"})";
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})");
  source.fails = true;
  advance(config.stale_time - 1ms);
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})");
  EXPECT_THAT(for_coach("ann"), HasSubstr("V8"));
  EXPECT_EQ(failures.size(), 2u);
  advance(1ms);
  EXPECT_EQ(document_of("ann"), "failed: unavailable");
}

TEST_F(RemoteContextsTest, S8_without_an_earlier_document_the_coach_answers_without_one) {
  source.fails = true;
  EXPECT_EQ(document_of("ann"), "failed: unavailable");
  EXPECT_EQ(for_coach("ann"), "");
}

TEST_F(RemoteContextsTest, S8_what_is_no_document_counts_as_a_failure) {
  config.max_document = 1_KiB;
  for (const std::string& body : {std::string("<html>"), std::string("[]"), std::string(2'000, ' ') + "{}"}) {
    source.documents["ann"] = body;
    EXPECT_EQ(document_of("ann"), "failed: unavailable");
  }
  EXPECT_EQ(failures.size(), 3u);
}

TEST_F(RemoteContextsTest, S8_an_address_that_is_silent_is_given_up_after_the_time_out) {
  source.silent = true;
  const auto found = start(contexts().get(loop, deadline(), "ann"));
  advance(config.timeout - 100ms);
  EXPECT_FALSE(*found);
  advance(200ms);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->error().code, ErrorCode::unavailable);
}

TEST_F(RemoteContextsTest, S8_the_products_documents_are_not_changed_here) {
  EXPECT_EQ(put("ann", "{}").error().code, ErrorCode::conflict);
  EXPECT_EQ(add("ann", R"({"climbs":[]})").error().code, ErrorCode::conflict);
}

TEST_F(RemoteContextsTest, X18_an_erased_user_is_forgotten_and_a_fetch_in_progress_does_not_come_back) {
  source.documents["ann"] = R"({"goals":"V8"})";
  EXPECT_EQ(document_of("ann"), R"({"goals":"V8"})");
  advance(config.cache_time);
  source.silent = true;
  const auto late = start(contexts().get(loop, deadline(), "ann"));
  contexts().forget("ann");
  source.answer(R"({"goals":"V8"})");
  turns();
  ASSERT_TRUE(*late);
  source.silent = false;
  source.fails = true;
  EXPECT_EQ(document_of("ann"), "failed: unavailable");
}

TEST_F(RemoteContextsTest, S8_the_cache_has_a_bound) {
  config.cache_entries = 3;
  for (const char* user : {"a", "b", "c", "d"}) source.documents[user] = "{}";
  for (const char* user : {"a", "b", "c", "a", "d"}) document_of(user);
  EXPECT_EQ(source.fetches, 4);
  document_of("a");
  EXPECT_EQ(source.fetches, 4) << "it was used after b";
  document_of("b");
  EXPECT_EQ(source.fetches, 5);
}

TEST_F(RemoteContextsTest, S8_the_cache_has_a_bound_in_bytes) {
  config.cache_size = 100_KiB;
  for (const char* user : {"a", "b", "c"})
    source.documents[user] = R"({"summary":")" + std::string(20'000, 'x') + "\"}";
  for (const char* user : {"a", "b", "c"}) document_of(user);
  document_of("c");
  EXPECT_EQ(source.fetches, 3);
  document_of("a");
  EXPECT_EQ(source.fetches, 4);
}

}  // namespace
}  // namespace belay::services::testing
