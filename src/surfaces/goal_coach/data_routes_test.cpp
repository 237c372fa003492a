// /api/v1/me, /goals and /meetings, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/goal_coach/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::HasSubstr;
using testing::not_found;
using testing::not_signed_in;
using ::testing::StartsWith;
using testing::SurfaceFixture;

constexpr const char* kOk = "200\nContent-Type: application/json\nCache-Control: no-store\n\n";

struct CoachData : ::testing::Test {
  // The id of what was created.
  std::string create(const std::string& path, const std::string& body, const std::string& user = "ann") {
    Answer answer = fixture.post(path, body, {fixture.user(user)});
    EXPECT_EQ(answer.status, 201) << answer.text();
    const std::string id = answer.body.substr(7, answer.body.find('"', 7) - 7);
    EXPECT_THAT(answer.head(), HasSubstr("Location: " + path + "/" + id + "\n"));
    return id;
  }
  std::string goal(const std::string& title = "Run 10 km", const std::string& user = "ann") {
    return create("/api/v1/goals", R"({"title":")" + title + "\"}", user);
  }
  std::string meeting(const std::string& start = "2026-11-18T12:00:00Z", const std::string& user = "ann") {
    return create("/api/v1/meetings",
                  R"({"title":"Weekly","start":")" + start + R"(","duration_minutes":30})", user);
  }
  std::string get(const std::string& target, const std::string& user = "ann") {
    return fixture.get(target, {fixture.user(user)}).text();
  }

  SurfaceFixture fixture{goal_coach::make};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(CoachData, G4_everything_needs_a_sign_in) {
  for (const char* path :
       {"/api/v1/me", "/api/v1/goals", "/api/v1/goals/g", "/api/v1/meetings", "/api/v1/meetings/m"})
    EXPECT_EQ(fixture.get(path).text(), not_signed_in()) << path;
  EXPECT_EQ(fixture.post("/api/v1/goals", "{}").text(), not_signed_in());
  EXPECT_EQ(fixture.remove("/api/v1/meetings/m").text(), not_signed_in());
}

// ---- The profile

TEST_F(CoachData, G4_a_new_user_sets_goals_and_has_said_nothing) {
  EXPECT_EQ(
      get("/api/v1/me"),
      std::string(kOk) +
          R"({"user_id":"ann","name":null,"time_zone":null,"phase":"goal_setting","phase_changes":[]})");
}

TEST_F(CoachData, G4_a_profile_is_replaced) {
  fixture.waits_for_threads = true;
  EXPECT_EQ(fixture.put("/api/v1/me", R"({"name":"Ann","time_zone":"Europe/Berlin"})", {ann}).text(),
            std::string(kOk) +
                R"({"user_id":"ann","name":"Ann","time_zone":"Europe/Berlin","phase":"goal_setting",)"
                R"("phase_changes":[]})");
  EXPECT_EQ(
      fixture.put("/api/v1/me", R"({"time_zone":null})", {ann}).text(),
      std::string(kOk) +
          R"({"user_id":"ann","name":null,"time_zone":null,"phase":"goal_setting","phase_changes":[]})");
}

TEST_F(CoachData, G4_a_user_cannot_set_a_phase) {
  EXPECT_EQ(
      fixture.put("/api/v1/me", R"({"phase":"goal_setting"})", {ann}).text(),
      bad_request("A phase changes when tracking begins, or an operator changes it. Leave it out.", "phase"));
  EXPECT_EQ(fixture.put("/api/v1/me", R"({"nickname":"A"})", {ann}).text(),
            bad_request("There is no such field. The fields are: name, time_zone.", "nickname"));
}

TEST_F(CoachData, G4_tracking_starts_with_a_goal_and_a_meeting_and_is_recorded) {
  goal();
  EXPECT_THAT(get("/api/v1/me"), HasSubstr(R"("phase":"goal_setting")"));
  meeting();
  EXPECT_THAT(get("/api/v1/me"),
              HasSubstr(R"("phase":"tracking","phase_changes":[{"at":"2026-11-18T11:06:40.000Z","from":null,)"
                        R"("to":"tracking","by":"system"}]})"));
}

// ---- Goals

TEST_F(CoachData, G4_a_goal_is_created_shown_changed_and_deleted) {
  const std::string id = goal();
  EXPECT_THAT(id, StartsWith("goal_"));
  const std::string path = "/api/v1/goals/" + id;
  EXPECT_EQ(get(path),
            std::string(kOk) + R"({"id":")" + id +
                R"(","title":"Run 10 km","description":"","status":"active","target_date":null,)"
                R"("created_at":"2026-11-18T11:06:40.000Z","updated_at":"2026-11-18T11:06:40.000Z"})");
  fixture.advance(Milliseconds(1000));
  EXPECT_EQ(
      fixture
          .patch(path, R"({"description":"In June.","target_date":"2027-06-01","status":"completed"})", {ann})
          .text(),
      std::string(kOk) + R"({"id":")" + id +
          R"(","title":"Run 10 km","description":"In June.","status":"completed","target_date":"2027-06-01",)"
          R"("created_at":"2026-11-18T11:06:40.000Z","updated_at":"2026-11-18T11:06:41.000Z"})");
  EXPECT_EQ(fixture.remove(path, {ann}).text(), "204\nCache-Control: no-store\n\n");
  EXPECT_EQ(fixture.remove(path, {ann}).status, 204);
  EXPECT_EQ(get(path), not_found("There is no such goal. Check its id.", "id"));
}

TEST_F(CoachData, G4_a_goal_of_another_user_does_not_exist) {
  const std::string path = "/api/v1/goals/" + goal("Mine", "bob");
  EXPECT_EQ(get(path), not_found("There is no such goal. Check its id.", "id"));
  EXPECT_EQ(fixture.patch(path, R"({"title":"Hers"})", {ann}).status, 404);
  EXPECT_EQ(fixture.remove(path, {ann}).status, 204);
  EXPECT_THAT(get(path, "bob"), HasSubstr("Mine"));
  EXPECT_EQ(get("/api/v1/goals"), std::string(kOk) + R"({"goals":[],"next_cursor":null})");
}

TEST_F(CoachData, G4_goals_are_paged_and_filtered) {
  for (const char* title : {"One", "Two", "Three"}) {
    goal(title);
    fixture.advance(Milliseconds(1));
  }
  Answer first = fixture.get("/api/v1/goals?limit=2", {ann});
  EXPECT_LT(first.body.find("Three"), first.body.find("Two"));
  EXPECT_EQ(first.body.find("One"), std::string::npos);
  const std::size_t at = first.body.find(R"("next_cursor":")") + 15;
  const std::string cursor = first.body.substr(at, first.body.find('"', at) - at);
  EXPECT_THAT(get("/api/v1/goals?cursor=" + cursor), HasSubstr(R"("title":"One")"));
  EXPECT_THAT(get("/api/v1/goals?cursor=" + cursor), HasSubstr(R"("next_cursor":null)"));
  EXPECT_EQ(get("/api/v1/goals?status=completed"), std::string(kOk) + R"({"goals":[],"next_cursor":null})");
}

TEST_F(CoachData, G4_what_is_no_goal_is_refused_with_its_field) {
  const auto refused = [&](const std::string& body) {
    return fixture.post("/api/v1/goals", body, {ann}).text();
  };
  EXPECT_EQ(refused("{}"), bad_request("title is missing: what the goal is.", "title"));
  EXPECT_EQ(refused(R"({"title":"A","status":"done"})"),
            bad_request(R"(status must be \"active\", \"completed\" or \"abandoned\".)", "status"));
  EXPECT_EQ(
      refused(R"({"title":"A","due":"x"})"),
      bad_request("There is no such field. The fields are: title, description, status, target_date.", "due"));
  EXPECT_THAT(refused(R"({"title":"A","target_date":"2026-02-30"})"),
              HasSubstr(R"("detail":"target_date must be a day: 2026-12-31.","field":"target_date")"));
  EXPECT_THAT(refused(R"({"title":" "})"), HasSubstr("title is empty. Write what it is."));
  EXPECT_THAT(refused(R"({"title":"a\nb"})"), HasSubstr("title has a control character. Remove it."));
  EXPECT_THAT(refused(R"({"title":")" + std::string(201, 'x') + "\"}"),
              HasSubstr("title may have 200 bytes at most. Shorten it."));
  EXPECT_EQ(get("/api/v1/goals?limit=0"), bad_request("limit must be a number from 1 to 100.", "limit"));
  EXPECT_EQ(get("/api/v1/goals?cursor=x"),
            bad_request("This is not a cursor of this list. Leave it out to begin anew.", "cursor"));
}

TEST_F(CoachData, G4_more_goals_than_are_kept_are_a_conflict) {
  for (int i = 0; i < 100; ++i) goal();
  Answer refused = fixture.post("/api/v1/goals", R"({"title":"One more"})", {ann});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("At most 100 goals are kept. Delete some that you no longer need."));
  EXPECT_THAT(refused.body, HasSubstr(R"("limit":"goal_coach.max_goals_per_user")"));
}

TEST_F(CoachData, G4_changes_have_a_rate) {
  for (int i = 0; i < 120; ++i) EXPECT_EQ(fixture.remove("/api/v1/goals/none", {ann}).status, 204);
  Answer refused = fixture.remove("/api/v1/goals/none", {ann});
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr(R"("limit":"goal_coach.rate_changes")"));
  EXPECT_EQ(fixture.get("/api/v1/goals", {ann}).status, 200) << "reading is free";
  EXPECT_EQ(fixture.remove("/api/v1/goals/none", {fixture.user("bob")}).status, 204);
}

// ---- Meetings

TEST_F(CoachData, G4_a_meeting_is_created_shown_changed_and_deleted) {
  const std::string id = meeting();
  EXPECT_THAT(id, StartsWith("meeting_"));
  const std::string path = "/api/v1/meetings/" + id;
  EXPECT_EQ(get(path),
            std::string(kOk) + R"({"id":")" + id +
                R"(","title":"Weekly","start":"2026-11-18T12:00:00.000Z","end":"2026-11-18T12:30:00.000Z",)"
                R"("duration_minutes":30,"status":"scheduled","imported":false,)"
                R"("created_at":"2026-11-18T11:06:40.000Z","updated_at":"2026-11-18T11:06:40.000Z"})");
  Answer moved = fixture.patch(
      path, R"({"start":"2026-11-18T14:00:00+01:00","end":"2026-11-18T14:45:00+01:00","status":"cancelled"})",
      {ann});
  EXPECT_THAT(moved.body, HasSubstr(R"("start":"2026-11-18T13:00:00.000Z","end":"2026-11-18T13:45:00.000Z",)"
                                    R"("duration_minutes":45,"status":"cancelled")"));
  EXPECT_EQ(fixture.remove(path, {ann}).status, 204);
  EXPECT_EQ(get(path), not_found("There is no such meeting. Check its id.", "id"));
}

TEST_F(CoachData, G4_meetings_are_listed_by_their_start_in_a_span_of_time) {
  const std::string late = meeting("2026-11-20T12:00:00Z"), early = meeting("2026-11-18T12:00:00Z");
  meeting("2026-11-18T12:00:00Z", "bob");
  const std::string all = get("/api/v1/meetings");
  EXPECT_LT(all.find(early), all.find(late));
  const std::string some = get("/api/v1/meetings?from=2026-11-19T00:00:00Z&to=2026-11-21T00:00:00Z");
  EXPECT_EQ(some.find(early), std::string::npos);
  EXPECT_NE(some.find(late), std::string::npos);
}

TEST_F(CoachData, G4_what_is_no_meeting_is_refused_with_its_field) {
  const auto refused = [&](const std::string& fields) {
    return fixture.post("/api/v1/meetings", R"({"title":"M")" + fields + "}", {ann}).text();
  };
  const std::string start = R"(,"start":"2026-11-18T12:00:00Z")";
  EXPECT_EQ(refused(""), bad_request("start is missing: a time like 2026-12-01T09:30:00Z.", "start"));
  EXPECT_EQ(refused(start), bad_request("duration_minutes or end is missing.", "duration_minutes"));
  EXPECT_EQ(
      refused(R"(,"start":"tomorrow")"),
      bad_request("start must be a time like 2026-12-01T09:30:00Z or 2026-12-01T10:30:00+01:00.", "start"));
  EXPECT_EQ(
      refused(start + R"(,"duration_minutes":0.5)"),
      bad_request("duration_minutes must be a whole number of minutes, 1 or more.", "duration_minutes"));
  EXPECT_EQ(refused(start + R"(,"end":"2026-11-18T12:00:00Z")"),
            bad_request("end must be after start.", "end"));
  EXPECT_EQ(refused(start + R"(,"duration_minutes":30,"end":"2026-11-18T12:30:00Z")"),
            bad_request("Give end or duration_minutes, not both.", "end"));
  EXPECT_THAT(refused(start + R"(,"duration_minutes":1441)"),
              HasSubstr("A meeting takes 1 to 1440 minutes."));
}

}  // namespace
}  // namespace belay::surfaces::goal_coach
