// Tests that every implementation of core/ports/goal_store.hpp, meeting_store.hpp and profile_store.hpp must pass, the
// fakes in core/ports/testing/ too. They run with the rest of the contract (store_contract.hpp).
//
//   GoalStoreContract            goals, meetings, addresses of calendars, phases, erasure
//   PermanentGoalStoreContract   what survives a kill
//
// Included only by tests.
#pragma once

#include "core/ports/contracts/store_contract_fixture.hpp"

namespace belay::storage {

class GoalStoreContract : public StoreContract {
 protected:
  GoalStore& goals() { return engine_->goals(*store_); }
  MeetingStore& meetings() { return engine_->meetings(*store_); }
  ProfileStore& profiles() { return engine_->profiles(*store_); }

  Goal goal(const std::string& id, GoalStatus status = GoalStatus::active) {
    clock_.advance(Milliseconds(1));
    return {id, "Title of " + id, "Why", status, "2026-12-31", clock_.wall(), clock_.wall()};
  }
  Result<> add(const Goal& made, const std::string& user = "ada", std::size_t max = 100) {
    return wait_for<void>([&](auto done) { goals().create_goal(user, made, max, std::move(done)); });
  }
  std::optional<Goal> find_goal(const std::string& id, const std::string& user = "ada") {
    return wait_for<std::optional<Goal>>([&](auto done) { goals().find_goal(user, id, std::move(done)); })
        .value();
  }
  std::optional<Goal> change(const std::string& id, GoalChange change, const std::string& user = "ada") {
    clock_.advance(Milliseconds(1));
    return wait_for<std::optional<Goal>>([&](auto done) {
             goals().change_goal(user, id, std::move(change), clock_.wall(), std::move(done));
           })
        .value();
  }
  GoalPage list(GoalQuery query, const std::string& user = "ada") {
    return wait_for<GoalPage>([&](auto done) { goals().list_goals(user, query, std::move(done)); }).value();
  }
  static std::vector<std::string> ids(const GoalPage& page) {
    std::vector<std::string> out;
    for (const Goal& each : page.goals) out.push_back(each.id);
    return out;
  }

  // It begins so many minutes from now, and takes half an hour.
  Meeting meeting(const std::string& id, int minutes, const std::string& origin = {}) {
    clock_.advance(Milliseconds(1));
    return {id,
            "Meeting " + id,
            clock_.wall() + std::chrono::minutes(minutes),
            std::chrono::minutes(30),
            MeetingStatus::scheduled,
            origin,
            clock_.wall(),
            clock_.wall()};
  }
  Result<> add(const Meeting& made, const std::string& user = "ada", std::size_t max = 100) {
    return wait_for<void>([&](auto done) { meetings().create_meeting(user, made, max, std::move(done)); });
  }
  std::optional<Meeting> find_meeting(const std::string& id, const std::string& user = "ada") {
    return wait_for<std::optional<Meeting>>(
               [&](auto done) { meetings().find_meeting(user, id, std::move(done)); })
        .value();
  }
  std::optional<Meeting> change(const std::string& id, MeetingChange change,
                                const std::string& user = "ada") {
    clock_.advance(Milliseconds(1));
    return wait_for<std::optional<Meeting>>([&](auto done) {
             meetings().change_meeting(user, id, std::move(change), clock_.wall(), std::move(done));
           })
        .value();
  }
  MeetingPage list(MeetingQuery query, const std::string& user = "ada") {
    return wait_for<MeetingPage>([&](auto done) { meetings().list_meetings(user, query, std::move(done)); })
        .value();
  }
  static std::vector<std::string> ids(const MeetingPage& page) {
    std::vector<std::string> out;
    for (const Meeting& each : page.meetings) out.push_back(each.id);
    return out;
  }
  Result<MeetingImport> import(std::vector<Meeting> made, std::size_t max = 100,
                               const std::string& user = "ada") {
    clock_.advance(Milliseconds(1));
    return wait_for<MeetingImport>([&](auto done) {
      meetings().import_meetings(user, std::move(made), max, clock_.wall(), std::move(done));
    });
  }

  Profile profile(const std::string& user = "ada") {
    return wait_for<Profile>([&](auto done) { profiles().find_profile(user, std::move(done)); }).value();
  }
  Profile change_profile(ProfileChange change, const std::string& user = "ada") {
    clock_.advance(Milliseconds(1));
    return wait_for<Profile>([&](auto done) {
             profiles().change_profile(user, std::move(change), clock_.wall(), std::move(done));
           })
        .value();
  }
  // "ops: tracking → goal_setting", newest first.
  std::vector<std::string> phases(const std::string& user = "ada") {
    const auto changes = wait_for<std::vector<PhaseChange>>(
        [&](auto done) { profiles().phase_changes(user, std::move(done)); });
    std::vector<std::string> out;
    for (const PhaseChange& each : changes.value())
      out.push_back(each.who + ": " + each.from + " → " + each.to);
    return out;
  }
  void set_phase(const std::string& phase, const std::string& user = "ada") {
    clock_.advance(Milliseconds(1));
    const AuditEntry entry{clock_.wall(), "ops", "user.change", user, "{}"};
    ASSERT_TRUE(wait_for<UserRecord>([&](auto done) {
      engine_->users(*store_).change_user({user, {}, phase}, clock_.wall(), entry, std::move(done));
    }));
  }

  Result<> put_feed(const std::string& digest, const std::string& user = "ada") {
    clock_.advance(Milliseconds(1));
    return wait_for<void>(
        [&](auto done) { meetings().put_feed(user, digest, clock_.wall(), std::move(done)); });
  }
  std::string user_of(const std::string& digest) {
    return wait_for<std::optional<std::string>>(
               [&](auto done) { meetings().user_of_feed(digest, std::move(done)); })
        .value()
        .value_or("nobody");
  }
  void erase_user(const std::string& user, Erasure::What what = Erasure::What::user) {
    ErasureStore& erasures = engine_->erasures(*store_);
    Erasure erasure{what, user, {}, {}, clock_.wall()};
    const auto id = wait_for<ErasureStore::Id>(
        [&](auto done) { erasures.request_erasure(std::move(erasure), std::move(done)); });
    EXPECT_TRUE(
        wait_for<ErasureReport>([&](auto done) { erasures.erase(id.value(), std::move(done)); }).has_value());
  }
};
class PermanentGoalStoreContract : public GoalStoreContract {};

using Ids = std::vector<std::string>;

// ---- Goals

TEST_P(GoalStoreContract, G4_a_goal_is_found_by_its_user_alone) {
  const Goal made = goal("g1");
  ASSERT_TRUE(add(made));
  EXPECT_EQ(find_goal("g1"), made);
  EXPECT_EQ(find_goal("g1", "bob"), std::nullopt);
  EXPECT_EQ(find_goal("g2"), std::nullopt);
  ASSERT_TRUE(add(goal("g1"), "bob")) << "another user's goal may have the same id";
}

TEST_P(GoalStoreContract, G4_a_change_of_a_goal_changes_what_it_names) {
  const Goal made = goal("g1");
  ASSERT_TRUE(add(made));
  const auto changed = change("g1", GoalChange{.title = "New", .status = GoalStatus::completed});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->title, "New");
  EXPECT_EQ(changed->description, "Why");
  EXPECT_EQ(changed->status, GoalStatus::completed);
  EXPECT_EQ(changed->created, made.created);
  EXPECT_GT(changed->changed, made.changed);
  EXPECT_EQ(find_goal("g1"), changed);
  EXPECT_EQ(change("g1", GoalChange{.title = "Mine"}, "bob"), std::nullopt);
  EXPECT_EQ(find_goal("g1"), changed);
}

TEST_P(GoalStoreContract, G4_a_removed_goal_is_gone) {
  ASSERT_TRUE(add(goal("g1")));
  const auto remove = [&](const std::string& user) {
    return wait_for<bool>([&](auto done) { goals().remove_goal(user, "g1", std::move(done)); }).value();
  };
  EXPECT_FALSE(remove("bob"));
  EXPECT_TRUE(remove("ada"));
  EXPECT_FALSE(remove("ada"));
  EXPECT_EQ(find_goal("g1"), std::nullopt);
}

TEST_P(GoalStoreContract, G4_goals_are_listed_page_by_page_from_the_newest) {
  for (const char* id : {"g1", "g2", "g3", "g4"}) ASSERT_TRUE(add(goal(id)));
  ASSERT_TRUE(add(goal("theirs"), "bob"));
  const GoalPage first = list(GoalQuery{.max = 3});
  EXPECT_EQ(ids(first), (Ids{"g4", "g3", "g2"}));
  ASSERT_TRUE(first.next);
  const GoalPage second = list(GoalQuery{.before = first.next, .max = 3});
  EXPECT_EQ(ids(second), (Ids{"g1"}));
  EXPECT_FALSE(second.next);
  EXPECT_EQ(ids(list(GoalQuery{.max = 4})), (Ids{"g4", "g3", "g2", "g1"}));
  EXPECT_FALSE(list(GoalQuery{.max = 4}).next);
}

TEST_P(GoalStoreContract, G4_goals_with_one_status_are_listed_without_the_others) {
  ASSERT_TRUE(add(goal("g1")));
  ASSERT_TRUE(add(goal("g2", GoalStatus::completed)));
  ASSERT_TRUE(add(goal("g3")));
  EXPECT_EQ(ids(list(GoalQuery{.status = GoalStatus::active})), (Ids{"g3", "g1"}));
  EXPECT_EQ(ids(list(GoalQuery{.status = GoalStatus::completed})), (Ids{"g2"}));
  EXPECT_EQ(ids(list(GoalQuery{.status = GoalStatus::abandoned})), Ids{});
}

TEST_P(GoalStoreContract, G4_more_goals_than_are_kept_are_refused_and_not_stored) {
  ASSERT_TRUE(add(goal("g1"), "ada", 2));
  ASSERT_TRUE(add(goal("g2"), "ada", 2));
  const auto refused = add(goal("g3"), "ada", 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(refused.error().limit, "goal_coach.max_goals_per_user");
  EXPECT_EQ(ids(list(GoalQuery{})), (Ids{"g2", "g1"}));
  EXPECT_TRUE(add(goal("g3"), "bob", 2));
}

// ---- Meetings

TEST_P(GoalStoreContract, G4_a_meeting_is_found_by_its_user_alone) {
  const Meeting made = meeting("m1", 10);
  ASSERT_TRUE(add(made));
  EXPECT_EQ(find_meeting("m1"), made);
  EXPECT_EQ(find_meeting("m1", "bob"), std::nullopt);
}

TEST_P(GoalStoreContract, G4_a_change_of_a_meeting_changes_what_it_names) {
  const Meeting made = meeting("m1", 10);
  ASSERT_TRUE(add(made));
  const auto changed = change(
      "m1", MeetingChange{.start = made.start + std::chrono::hours(1), .status = MeetingStatus::cancelled});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->title, made.title);
  EXPECT_EQ(changed->start, made.start + std::chrono::hours(1));
  EXPECT_EQ(changed->duration, made.duration);
  EXPECT_EQ(changed->status, MeetingStatus::cancelled);
  EXPECT_EQ(find_meeting("m1"), changed);
  EXPECT_EQ(change("m1", MeetingChange{.title = "Mine"}, "bob"), std::nullopt);
}

TEST_P(GoalStoreContract, G4_meetings_are_listed_page_by_page_by_their_start) {
  ASSERT_TRUE(add(meeting("late", 30)));
  ASSERT_TRUE(add(meeting("early", 10)));
  ASSERT_TRUE(add(meeting("middle", 20)));
  ASSERT_TRUE(add(meeting("theirs", 15), "bob"));
  const MeetingPage first = list(MeetingQuery{.max = 2});
  EXPECT_EQ(ids(first), (Ids{"early", "middle"}));
  ASSERT_TRUE(first.next);
  const MeetingPage second = list(MeetingQuery{.after = first.next, .max = 2});
  EXPECT_EQ(ids(second), (Ids{"late"}));
  EXPECT_FALSE(second.next);
}

TEST_P(GoalStoreContract, G3_meetings_of_a_span_of_time_begin_at_its_first_moment_and_before_its_last) {
  const Meeting early = meeting("early", 10), middle = meeting("middle", 20), late = meeting("late", 30);
  for (const Meeting& each : {early, middle, late}) ASSERT_TRUE(add(each));
  EXPECT_EQ(ids(list(MeetingQuery{.from = middle.start})), (Ids{"middle", "late"}));
  EXPECT_EQ(ids(list(MeetingQuery{.from = middle.start + Milliseconds(1)})), (Ids{"late"}));
  EXPECT_EQ(ids(list(MeetingQuery{.to = middle.start})), (Ids{"early"}));
  EXPECT_EQ(ids(list(MeetingQuery{.from = early.start, .to = late.start})), (Ids{"early", "middle"}));
  change("middle", MeetingChange{.status = MeetingStatus::cancelled});
  EXPECT_EQ(ids(list(MeetingQuery{.scheduled_only = true})), (Ids{"early", "late"}));
}

TEST_P(GoalStoreContract, G4_more_meetings_than_are_kept_are_refused_and_not_stored) {
  ASSERT_TRUE(add(meeting("m1", 1), "ada", 1));
  const auto refused = add(meeting("m2", 2), "ada", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(refused.error().limit, "goal_coach.max_meetings_per_user");
  EXPECT_EQ(ids(list(MeetingQuery{})), (Ids{"m1"}));
}

TEST_P(GoalStoreContract, G4_an_import_adds_changes_and_leaves_meetings_by_their_origin) {
  ASSERT_TRUE(add(meeting("own", 5)));
  const Meeting one = meeting("m1", 10, "uid/1"), two = meeting("m2", 20, "uid/2");
  EXPECT_EQ(import({one, two}).value(), (MeetingImport{2, 0, 0}));
  Meeting moved = two;
  moved.id = "m9";
  moved.start = two.start + std::chrono::hours(2);
  Meeting same = one;
  same.id = "m8";
  EXPECT_EQ(import({same, moved, meeting("m3", 40, "uid/3")}).value(), (MeetingImport{1, 1, 1}));
  EXPECT_EQ(ids(list(MeetingQuery{})), (Ids{"own", "m1", "m3", "m2"}));
  EXPECT_EQ(find_meeting("m2")->start, moved.start);
  EXPECT_GT(find_meeting("m2")->changed, two.changed);
  EXPECT_EQ(find_meeting("m1"), one);
  EXPECT_EQ(import({one}, 100, "bob").value(), (MeetingImport{1, 0, 0})) << "origins belong to a user";
}

TEST_P(GoalStoreContract, G4_an_import_that_does_not_fit_changes_nothing) {
  ASSERT_TRUE(import({meeting("m1", 10, "uid/1")}));
  Meeting moved = meeting("m9", 50, "uid/1");
  const auto refused = import({moved, meeting("m2", 20, "uid/2"), meeting("m3", 20, "uid/3")}, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(ids(list(MeetingQuery{})), (Ids{"m1"}));
  EXPECT_LT(find_meeting("m1")->start, moved.start);
  EXPECT_EQ(import({moved}, 1).value(), (MeetingImport{0, 1, 0})) << "a change needs no space";
}

// ---- The address of a calendar

TEST_P(GoalStoreContract, G4_an_address_belongs_to_one_user_until_it_is_renewed_or_removed) {
  const auto made = [&](const std::string& user) {
    return wait_for<std::optional<WallTime>>([&](auto done) { meetings().find_feed(user, std::move(done)); })
        .value();
  };
  EXPECT_FALSE(made("ada"));
  ASSERT_TRUE(put_feed("digest one"));
  EXPECT_EQ(made("ada"), clock_.wall());
  EXPECT_EQ(user_of("digest one"), "ada");
  EXPECT_EQ(user_of("digest"), "nobody");
  ASSERT_TRUE(put_feed("digest two"));
  EXPECT_EQ(user_of("digest one"), "nobody");
  EXPECT_EQ(user_of("digest two"), "ada");
  const auto remove = [&] {
    return wait_for<bool>([&](auto done) { meetings().remove_feed("ada", std::move(done)); }).value();
  };
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  EXPECT_EQ(user_of("digest two"), "nobody");
}

// ---- Profiles and phases

TEST_P(GoalStoreContract, G4_a_profile_is_empty_until_its_user_says_something) {
  EXPECT_EQ(profile(), Profile());
  EXPECT_EQ(profile().phase_now(), "goal_setting");
  EXPECT_EQ(change_profile({"Ada", {}}).name, "Ada");
  const Profile changed = change_profile({{}, "Europe/Berlin"});
  EXPECT_EQ(changed, (Profile{"Ada", "Europe/Berlin", "", clock_.wall()}));
  EXPECT_EQ(profile(), changed);
  EXPECT_EQ(profile("bob"), Profile());
}

TEST_P(GoalStoreContract, G4_tracking_starts_once_a_goal_is_active_and_a_meeting_is_scheduled) {
  ASSERT_TRUE(add(goal("g1")));
  EXPECT_EQ(profile().phase, "");
  ASSERT_TRUE(add(meeting("m1", 10)));
  EXPECT_EQ(profile().phase, "tracking");
  EXPECT_EQ(phases(), (Ids{":  → tracking"}));
  ASSERT_TRUE(add(meeting("m2", 20)));
  EXPECT_EQ(phases().size(), 1u);

  ASSERT_TRUE(add(meeting("m1", 10), "bob"));
  EXPECT_EQ(profile("bob").phase, "");
  ASSERT_TRUE(add(goal("g1"), "bob"));
  EXPECT_EQ(profile("bob").phase, "tracking") << "in the other order, too";
}

TEST_P(GoalStoreContract,
       G4_tracking_does_not_start_with_a_goal_that_rests_or_a_meeting_that_is_over_or_cancelled) {
  ASSERT_TRUE(add(goal("g1", GoalStatus::completed)));
  ASSERT_TRUE(add(meeting("over", -30)));
  Meeting cancelled = meeting("cancelled", 10);
  cancelled.status = MeetingStatus::cancelled;
  ASSERT_TRUE(add(cancelled));
  change("g1", GoalChange{.status = GoalStatus::active});
  EXPECT_EQ(profile().phase, "");
  change("cancelled", MeetingChange{.status = MeetingStatus::scheduled});
  EXPECT_EQ(profile().phase, "tracking");
}

TEST_P(GoalStoreContract, G4_tracking_starts_with_an_imported_meeting) {
  ASSERT_TRUE(add(goal("g1")));
  ASSERT_TRUE(import({meeting("m1", 10, "uid/1")}));
  EXPECT_EQ(profile().phase, "tracking");
}

TEST_P(GoalStoreContract, X19_a_phase_that_an_operator_sets_is_recorded_and_stays) {
  set_phase("goal_setting");
  ASSERT_TRUE(add(goal("g1")));
  ASSERT_TRUE(add(meeting("m1", 10)));
  EXPECT_EQ(profile().phase, "goal_setting");
  set_phase("paused");
  set_phase("paused");
  EXPECT_EQ(phases(), (Ids{"ops: goal_setting → paused", "ops:  → goal_setting"}));
  set_phase("");
  EXPECT_EQ(profile().phase, "");
  change("g1", GoalChange{.title = "Again"});
  EXPECT_EQ(profile().phase, "tracking") << "from then on it starts by itself again";
  EXPECT_EQ(phases().front(), ":  → tracking");
}

TEST_P(GoalStoreContract, G4_only_the_newest_changes_of_a_phase_are_kept) {
  for (std::size_t i = 0; i < kMaxPhaseChanges + 5; ++i) set_phase("p" + std::to_string(i));
  const auto kept = phases();
  ASSERT_EQ(kept.size(), kMaxPhaseChanges);
  EXPECT_EQ(kept.front(), "ops: p103 → p104");
  EXPECT_EQ(kept.back(), "ops: p4 → p5");
}

// ---- Erasure

TEST_P(GoalStoreContract, X18_the_erasure_of_a_user_removes_all_of_it) {
  for (const char* user : {"ada", "bob"}) {
    ASSERT_TRUE(add(goal("g1"), user));
    ASSERT_TRUE(add(meeting("m1", 10), user));
    ASSERT_TRUE(put_feed(std::string("digest of ") + user, user));
    change_profile({"Name", "Europe/Berlin"}, user);
  }
  erase_user("ada", Erasure::What::conversations);
  EXPECT_TRUE(find_goal("g1"));
  erase_user("ada");
  EXPECT_EQ(find_goal("g1"), std::nullopt);
  EXPECT_EQ(find_meeting("m1"), std::nullopt);
  EXPECT_EQ(user_of("digest of ada"), "nobody");
  EXPECT_EQ(profile(), Profile());
  EXPECT_EQ(phases(), Ids{});
  EXPECT_TRUE(find_goal("g1", "bob"));
  EXPECT_TRUE(find_meeting("m1", "bob"));
  EXPECT_EQ(user_of("digest of bob"), "bob");
  EXPECT_EQ(profile("bob").phase, "tracking");
}

TEST_P(PermanentGoalStoreContract, G4_what_was_confirmed_survives_a_kill) {
  ASSERT_TRUE(add(goal("g1")));
  ASSERT_TRUE(add(meeting("m1", 10)));
  ASSERT_TRUE(put_feed("digest"));
  change_profile({"Ada", {}});
  store_ = engine_->open_after_kill(std::move(store_));
  EXPECT_TRUE(find_goal("g1"));
  EXPECT_TRUE(find_meeting("m1"));
  EXPECT_EQ(user_of("digest"), "ada");
  EXPECT_EQ(profile().name, "Ada");
  EXPECT_EQ(profile().phase, "tracking");
  EXPECT_EQ(phases(), (Ids{":  → tracking"}));
}

}  // namespace belay::storage
