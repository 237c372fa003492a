// A GoalStore, a MeetingStore and a ProfileStore in memory for tests. They pass the contract. Calls are answered inside the
// call, unless they wait because of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ports/goal_store.hpp"
#include "core/ports/meeting_store.hpp"
#include "core/ports/profile_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_operator_stores.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

// What the three have in common.
class FakeGoalData {
 public:
  explicit FakeGoalData(FakeUserStore& users) : users_(users) {
    users_.on_phase_change = [this](const std::string& user, PhaseChange change) {
      add(user, std::move(change));
    };
  }
  FakeGoalData(const FakeGoalData&) = delete;
  FakeGoalData& operator=(const FakeGoalData&) = delete;

  // As the erasure of a user does.
  void erase(const Erasure& erasure) {
    if (erasure.what != Erasure::What::user) return;
    const auto made_before = [&](const auto& each) { return each.created <= erasure.through; };
    std::erase_if(goals_[erasure.user], made_before);
    std::erase_if(meetings_[erasure.user], made_before);
    if (const auto feed = feeds_.find(erasure.user);
        feed != feeds_.end() && feed->second.created <= erasure.through)
      feeds_.erase(feed);
    if (const auto found = profiles_.find(erasure.user);
        found != profiles_.end() && found->second.changed <= erasure.through)
      profiles_.erase(found);
    std::erase_if(changes_[erasure.user],
                  [&](const PhaseChange& change) { return change.when <= erasure.through; });
    users_.set_phase(erasure.user, {});
  }

 private:
  friend class FakeGoalStore;
  friend class FakeMeetingStore;
  friend class FakeProfileStore;
  struct Feed {
    std::string digest;
    WallTime created;
  };

  void add(const std::string& user, PhaseChange change) {
    auto& changes = changes_[user];
    changes.insert(changes.begin(), std::move(change));
    if (changes.size() > kMaxPhaseChanges) changes.resize(kMaxPhaseChanges);
  }
  void start_tracking(const std::string& user, WallTime now) {
    const auto& goals = goals_[user];
    const auto& meetings = meetings_[user];
    const bool is_due = users_.phase_of_now(user).empty() &&
                        std::any_of(goals.begin(), goals.end(),
                                    [](const Goal& goal) { return goal.status == GoalStatus::active; }) &&
                        std::any_of(meetings.begin(), meetings.end(), [&](const Meeting& meeting) {
                          return meeting.status == MeetingStatus::scheduled && meeting.end() > now;
                        });
    if (!is_due) return;
    users_.set_phase(user, std::string(kPhaseAfterFirstMeeting));
    add(user, {now, {}, {}, std::string(kPhaseAfterFirstMeeting)});
  }

  FakeUserStore& users_;
  std::map<std::string, std::vector<Goal>> goals_;
  std::map<std::string, std::vector<Meeting>> meetings_;
  std::map<std::string, Feed> feeds_;
  std::map<std::string, Profile> profiles_;
  std::map<std::string, std::vector<PhaseChange>> changes_;  // newest first
};

class FakeGoalStore final : public FakeCalls, public GoalStore {
 public:
  FakeGoalStore(FakeStore& store, FakeGoalData& data)
      : FakeCalls(store.queue_), mutex_(store.mutex_), data_(data) {}

  void create_goal(std::string user, Goal goal, std::size_t max, Done<> done) override {
    call(mutex_, std::move(done), [this, user = std::move(user), goal = std::move(goal), max]() -> Result<> {
      auto& goals = data_.goals_[user];
      if (goals.size() >= max) return too_many_of("goals", max, kGoalsLimit);
      const WallTime now = goal.created;
      goals.push_back(goal);
      data_.start_tracking(user, now);
      return {};
    });
  }
  void change_goal(std::string user, std::string id, GoalChange change, WallTime now,
                   Done<std::optional<Goal>> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), id = std::move(id), change = std::move(change),
          now]() -> Result<std::optional<Goal>> {
           Goal* const goal = find(user, id);
           if (!goal) return std::optional<Goal>();
           if (change.title) goal->title = *change.title;
           if (change.description) goal->description = *change.description;
           if (change.status) goal->status = *change.status;
           if (change.target_date) goal->target_date = *change.target_date;
           goal->changed = now;
           data_.start_tracking(user, now);
           return std::optional(*goal);
         });
  }
  void remove_goal(std::string user, std::string id, Done<bool> done) override {
    call(mutex_, std::move(done), [this, user = std::move(user), id = std::move(id)]() -> Result<bool> {
      return std::erase_if(data_.goals_[user], [&](const Goal& goal) { return goal.id == id; }) != 0;
    });
  }
  void find_goal(std::string user, std::string id, Done<std::optional<Goal>> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), id = std::move(id)]() -> Result<std::optional<Goal>> {
           const Goal* const goal = find(user, id);
           return goal ? std::optional(*goal) : std::nullopt;
         });
  }
  void list_goals(std::string user, GoalQuery query, Done<GoalPage> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), query = std::move(query)]() -> Result<GoalPage> {
           std::vector<Goal> all = data_.goals_[user];
           std::sort(all.begin(), all.end(), [](const Goal& a, const Goal& b) {
             return std::pair(a.created, a.id) > std::pair(b.created, b.id);
           });
           GoalPage page;
           for (Goal& goal : all) {
             if (query.status && goal.status != *query.status) continue;
             if (query.before &&
                 std::pair(goal.created, goal.id) >= std::pair(query.before->time, query.before->id))
               continue;
             if (page.goals.size() == std::max<std::size_t>(query.max, 1)) {
               page.next = page.goals.back().place();
               break;
             }
             page.goals.push_back(std::move(goal));
           }
           return page;
         });
  }

 private:
  Goal* find(const std::string& user, const std::string& id) {
    auto& goals = data_.goals_[user];
    const auto found =
        std::find_if(goals.begin(), goals.end(), [&](const Goal& goal) { return goal.id == id; });
    return found == goals.end() ? nullptr : &*found;
  }

  std::mutex& mutex_;
  FakeGoalData& data_;
};

class FakeMeetingStore final : public FakeCalls, public MeetingStore {
 public:
  FakeMeetingStore(FakeStore& store, FakeGoalData& data)
      : FakeCalls(store.queue_), mutex_(store.mutex_), data_(data) {}

  void create_meeting(std::string user, Meeting meeting, std::size_t max, Done<> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), meeting = std::move(meeting), max]() -> Result<> {
           auto& meetings = data_.meetings_[user];
           if (meetings.size() >= max) return too_many_of("meetings", max, kMeetingsLimit);
           meetings.push_back(meeting);
           data_.start_tracking(user, meeting.created);
           return {};
         });
  }
  void import_meetings(std::string user, std::vector<Meeting> meetings, std::size_t max, WallTime now,
                       Done<MeetingImport> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), meetings = std::move(meetings), max, now]() -> Result<MeetingImport> {
           std::vector<Meeting> after = data_.meetings_[user];
           MeetingImport report;
           for (const Meeting& meeting : meetings) import_one(after, meeting, now, report);
           if (report.added != 0 && after.size() > max) return too_many_of("meetings", max, kMeetingsLimit);
           data_.meetings_[user] = std::move(after);
           data_.start_tracking(user, now);
           return report;
         });
  }
  void change_meeting(std::string user, std::string id, MeetingChange change, WallTime now,
                      Done<std::optional<Meeting>> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), id = std::move(id), change = std::move(change),
          now]() -> Result<std::optional<Meeting>> {
           Meeting* const meeting = find(user, id);
           if (!meeting) return std::optional<Meeting>();
           if (change.title) meeting->title = *change.title;
           if (change.start) meeting->start = *change.start;
           if (change.duration) meeting->duration = *change.duration;
           if (change.status) meeting->status = *change.status;
           meeting->changed = now;
           data_.start_tracking(user, now);
           return std::optional(*meeting);
         });
  }
  void remove_meeting(std::string user, std::string id, Done<bool> done) override {
    call(mutex_, std::move(done), [this, user = std::move(user), id = std::move(id)]() -> Result<bool> {
      return std::erase_if(data_.meetings_[user], [&](const Meeting& meeting) { return meeting.id == id; }) !=
             0;
    });
  }
  void find_meeting(std::string user, std::string id, Done<std::optional<Meeting>> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), id = std::move(id)]() -> Result<std::optional<Meeting>> {
           const Meeting* const meeting = find(user, id);
           return meeting ? std::optional(*meeting) : std::nullopt;
         });
  }
  void list_meetings(std::string user, MeetingQuery query, Done<MeetingPage> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), query = std::move(query)]() -> Result<MeetingPage> {
           std::vector<Meeting> all = data_.meetings_[user];
           std::sort(all.begin(), all.end(), [](const Meeting& a, const Meeting& b) {
             return std::pair(a.start, a.id) < std::pair(b.start, b.id);
           });
           MeetingPage page;
           for (Meeting& meeting : all) {
             if (query.from && meeting.start < *query.from) continue;
             if (query.to && meeting.start >= *query.to) continue;
             if (query.scheduled_only && meeting.status != MeetingStatus::scheduled) continue;
             if (query.after &&
                 std::pair(meeting.start, meeting.id) <= std::pair(query.after->time, query.after->id))
               continue;
             if (page.meetings.size() == std::max<std::size_t>(query.max, 1)) {
               page.next = page.meetings.back().place();
               break;
             }
             page.meetings.push_back(std::move(meeting));
           }
           return page;
         });
  }

  void put_feed(std::string user, std::string digest, WallTime now, Done<> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), digest = std::move(digest), now]() -> Result<> {
           data_.feeds_[user] = {digest, now};
           return {};
         });
  }
  void remove_feed(std::string user, Done<bool> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user)]() -> Result<bool> { return data_.feeds_.erase(user) != 0; });
  }
  void find_feed(std::string user, Done<std::optional<WallTime>> done) override {
    call(mutex_, std::move(done), [this, user = std::move(user)]() -> Result<std::optional<WallTime>> {
      const auto found = data_.feeds_.find(user);
      return found == data_.feeds_.end() ? std::nullopt : std::optional(found->second.created);
    });
  }
  void user_of_feed(std::string digest, Done<std::optional<std::string>> done) override {
    call(mutex_, std::move(done), [this, digest = std::move(digest)]() -> Result<std::optional<std::string>> {
      for (const auto& [user, feed] : data_.feeds_)
        if (feed.digest == digest) return std::optional(user);
      return std::optional<std::string>();
    });
  }

 private:
  Meeting* find(const std::string& user, const std::string& id) {
    auto& meetings = data_.meetings_[user];
    const auto found = std::find_if(meetings.begin(), meetings.end(),
                                    [&](const Meeting& meeting) { return meeting.id == id; });
    return found == meetings.end() ? nullptr : &*found;
  }
  static void import_one(std::vector<Meeting>& all, const Meeting& meeting, WallTime now,
                         MeetingImport& report) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const Meeting& other) {
      return !other.origin.empty() && other.origin == meeting.origin;
    });
    if (known == all.end()) {
      ++report.added;
      all.push_back(meeting);
      return;
    }
    Meeting fresh = *known;
    fresh.title = meeting.title;
    fresh.start = meeting.start;
    fresh.duration = meeting.duration;
    fresh.status = meeting.status;
    if (fresh == *known) {
      ++report.unchanged;
      return;
    }
    ++report.changed;
    fresh.changed = now;
    *known = std::move(fresh);
  }

  std::mutex& mutex_;
  FakeGoalData& data_;
};

class FakeProfileStore final : public FakeCalls, public ProfileStore {
 public:
  FakeProfileStore(FakeStore& store, FakeGoalData& data)
      : FakeCalls(store.queue_), mutex_(store.mutex_), data_(data) {}

  void find_profile(std::string user, Done<Profile> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user)]() -> Result<Profile> { return profile(user); });
  }
  void change_profile(std::string user, ProfileChange change, WallTime now, Done<Profile> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), change = std::move(change), now]() -> Result<Profile> {
           Profile& kept = data_.profiles_[user];
           if (change.name) kept.name = *change.name;
           if (change.time_zone) kept.time_zone = *change.time_zone;
           kept.changed = now;
           return profile(user);
         });
  }
  void phase_changes(std::string user, Done<std::vector<PhaseChange>> done) override {
    call(mutex_, std::move(done), [this, user = std::move(user)]() -> Result<std::vector<PhaseChange>> {
      return data_.changes_[user];
    });
  }

 private:
  Profile profile(const std::string& user) const {
    const auto found = data_.profiles_.find(user);
    Profile made = found == data_.profiles_.end() ? Profile() : found->second;
    made.phase = data_.users_.phase_of_now(user);
    return made;
  }

  std::mutex& mutex_;
  FakeGoalData& data_;
};

}  // namespace belay::testing
