// The routes for uploads, from literal bytes to literal bytes (requirements S5, S6).
#include "surfaces/sendsage/upload_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surfaces/sendsage/upload_body.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::sendsage {

// A surface that has nothing but the uploads.
struct UploadsOnlyConfig {
  ByteCount max_file = 10_MiB;
};
static policy::SurfaceRules rules(const UploadsOnlyConfig&, const policy::Config&) {
  policy::SurfaceRules rules;
  rules.surface = "sendsage";
  return rules;
}
static Surface make_uploads_only(const SurfaceContext* context, const UploadsOnlyConfig& config) {
  Surface surface;
  append_upload_routes(context, {"/coach", "premium", config.max_file}, surface);
  return surface;
}

namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string kLog = "grade,date,result\nV5,2026-11-01,sent\nV5,2026-11-02,fell\nV4,2026-11-20,sent\n";

class UploadRoutesTest : public testing::SurfaceFixture, public ::testing::Test {
 protected:
  UploadRoutesTest() : SurfaceFixture(make_uploads_only, UploadsOnlyConfig{}) { waits_for_threads = true; }

  Answer upload(const std::string& body, Headers headers, const std::string& user_name = "ann:pro",
                const std::string& query = {}) {
    headers.push_back(user(user_name));
    return send("POST", "/coach/api/uploads" + query, std::move(headers), body);
  }
  Answer upload_csv(const std::string& content, const std::string& name = "log.csv",
                    const std::string& user_name = "ann:pro") {
    return upload(content, {{"content-type", "text/csv"}}, user_name, "?filename=" + name);
  }
  static std::string form(const std::string& parts) { return parts + "--XX--\r\n"; }
  static std::string file_part(const std::string& content, const std::string& name = "log.csv") {
    return "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
           "\"\r\nContent-Type: text/csv\r\n\r\n" + content + "\r\n";
  }
  static std::string text_part(const std::string& name, const std::string& text) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n";
  }
  Answer upload_form(const std::string& body) {
    return upload(body, {{"content-type", "multipart/form-data; boundary=XX"}});
  }
  // The id of a file that is stored.
  std::string stored(const std::string& content = kLog, const std::string& name = "log.csv") {
    clock.advance(Milliseconds(1000));
    Answer answer = upload_csv(content, name);
    EXPECT_EQ(answer.status, 201) << answer.bytes();
    return upload_store.all().back().upload.id;
  }
};

TEST_F(UploadRoutesTest, S5_a_file_is_uploaded_listed_read_and_deleted) {
  Answer made = upload_csv(kLog);
  const std::string id = upload_store.all().at(0).upload.id;
  const std::string created = iso8601(clock.wall());
  const std::string members = R"({"id":")" + id + R"(","created_at":")" + created +
                              R"(","filename":"log.csv","format":"csv","size":)" +
                              std::to_string(kLog.size());
  EXPECT_EQ(made.status, 201);
  EXPECT_THAT(made.head(), HasSubstr("Location: /coach/api/uploads/" + id + "\n"));
  const std::string document =
      members +
      R"(,"records":3,"statistics":{"climbs":3,"sent":2,"not_sent":1,"send_rate":0.667,"unknown_grades":0,)"
      R"("without_grade":0,"grades":[{"grade":"V5","system":"V-scale","climbs":2,"sent":1,"not_sent":1,)"
      R"("send_rate":0.500},{"grade":"V4","system":"V-scale","climbs":1,"sent":1,"not_sent":0,"send_rate":1.000}],)"
      R"("months":[{"month":"2026-11","climbs":3,"sent":2,"not_sent":1,"send_rate":0.667,)"
      R"("hardest":{"grade":"V5","system":"V-scale"}}],)"
      R"("dates":{"first":"2026-11-01","last":"2026-11-20","climbs":3,"sent":2,"not_sent":1,"send_rate":0.667},)";
  EXPECT_THAT(made.bytes(), StartsWith(document));
  EXPECT_EQ(get("/coach/api/uploads", user("ann")).bytes(),
            R"({"uploads":[)" + members + R"(}],"next_cursor":null})");
  EXPECT_EQ(get("/coach/api/uploads/" + id, user("ann")).bytes(), made.bytes());

  Answer content = get("/coach/api/uploads/" + id + "/content", user("ann"));
  EXPECT_EQ(
      content.text(),
      "200\nContent-Type: text/csv; charset=utf-8\nCache-Control: no-store\nX-Content-Type-Options: nosniff\n"
      "Content-Disposition: attachment; filename=\"log.csv\"; filename*=UTF-8''log.csv\n\n" +
          kLog);
  Answer head_only = head("/coach/api/uploads/" + id + "/content", user("ann"));
  EXPECT_EQ(head_only.status, 200);
  EXPECT_EQ(head_only.bytes(), "");

  EXPECT_EQ(remove("/coach/api/uploads/" + id, user("ann")).status, 204);
  EXPECT_EQ(remove("/coach/api/uploads/" + id, user("ann")).status, 204) << "it may be repeated";
  EXPECT_EQ(get("/coach/api/uploads/" + id, user("ann")).status, 404);
  EXPECT_EQ(get("/coach/api/uploads/" + id + "/content", user("ann")).status, 404);
}

TEST_F(UploadRoutesTest, S5_a_form_is_read_in_pieces_of_any_size) {
  for (const std::size_t size : {1u, 7u, 100'000u}) {
    body_piece = size;
    Answer answer =
        upload_form(form(text_part("note", "skipped") + file_part(kLog, "größe.csv") + text_part("x", "")));
    EXPECT_EQ(answer.status, 201) << answer.bytes();
    EXPECT_THAT(answer.bytes(), HasSubstr(R"("filename":"größe.csv")"));
  }
  const std::string id = upload_store.all().at(0).upload.id;
  EXPECT_THAT(get("/coach/api/uploads/" + id + "/content", user("ann")).head(),
              HasSubstr("filename=\"gr__e.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv"));
}

TEST_F(UploadRoutesTest, S5_a_file_is_named_by_its_part_a_field_the_query_or_a_header) {
  EXPECT_EQ(upload_form(form(text_part("filename", "log.csv") +
                             "--XX\r\nContent-Disposition: form-data; name=file\r\n\r\n" + kLog + "\r\n"))
                .status,
            201);
  const Headers header{{"content-type", "application/octet-stream"},
                       {"content-disposition", "attachment; filename*=UTF-8''my%20log.csv"}};
  EXPECT_THAT(upload(kLog, header).bytes(), HasSubstr("\"my log.csv\""));
  EXPECT_EQ(
      upload("[{\"grade\":\"V5\"}]", {{"content-type", "application/json"}}, "ann:pro", "?filename=a.json")
          .status,
      201);
  Answer unnamed = upload(kLog, {{"content-type", "text/csv"}});
  EXPECT_EQ(unnamed.status, 400);
  EXPECT_THAT(unnamed.bytes(), HasSubstr("?filename=log.csv"));
  EXPECT_EQ(upload_form(form("--XX\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n")).status, 400);
  EXPECT_EQ(upload_form(form(file_part("", ""))).status, 400) << "a form in which no file was chosen";
  EXPECT_EQ(upload_form(form(text_part("filename", "a.csv") + text_part("filename", "b.csv"))).status, 400);
}

TEST_F(UploadRoutesTest, S4_uploading_is_for_premium) {
  Answer refused = upload_csv(kLog, "log.csv", "ann:basic");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.bytes(), HasSubstr("This needs the pro tier"));
  EXPECT_EQ(upload_csv(kLog, "log.csv", "ann:enterprise").status, 201);
  EXPECT_EQ(upload_csv(kLog, "log.csv", "ann").status, 403) << "the lowest tier, without a claim";
  EXPECT_EQ(send("POST", "/coach/api/uploads?filename=a.csv", {{"content-type", "text/csv"}}, kLog).status,
            401);
}

TEST_F(UploadRoutesTest, S5_what_is_wrong_with_a_file_is_said_in_the_documents_words) {
  const auto expect_refused = [&](Answer answer, int status, const std::string& detail) {
    EXPECT_EQ(answer.status, status) << answer.bytes();
    EXPECT_THAT(answer.bytes(), HasSubstr("\"detail\":\"" + detail + "\""));
  };
  expect_refused(upload_csv("name\nThe Mandala\n"), 422, "Your CSV needs a grade column—fix and retry.");
  expect_refused(upload_form(form(file_part("name\nThe Mandala\n"))), 422,
                 "Your CSV needs a grade column—fix and retry.");
  upload_config.max_file = 1_KiB;
  expect_refused(upload_csv("grade\n" + std::string(2'000, 'x')), 413, "Upload failed—try a smaller file");
  expect_refused(upload(kLog, {{"content-type", "text/csv"}, {"content-length", "209715200"}}, "ann:pro",
                        "?filename=a.csv"),
                 413, "Upload failed—try a smaller file");
  expect_refused(upload_form(form(file_part("grade\n" + std::string(2'000, 'x')))), 413,
                 "Upload failed—try a smaller file");
  EXPECT_EQ(upload_csv(kLog, "log.xlsx").status, 415);
  EXPECT_EQ(upload(kLog, {{"content-type", "image/png"}}, "ann:pro", "?filename=a.csv").status, 415);
  EXPECT_EQ(upload_form("--XX\r\nbroken").status, 400);
  EXPECT_EQ(upload(kLog, {{"content-type", "multipart/form-data"}}).status, 400) << "no boundary";
  EXPECT_EQ(upload_form(form(file_part(kLog) + file_part(kLog))).status, 400) << "two files";
  EXPECT_THAT(upload_store.all(), IsEmpty()) << "nothing of them is stored";
}

TEST_F(UploadRoutesTest, S5_a_body_without_end_is_refused_when_it_is_too_large) {
  body_piece = 1 << 20;
  Answer answer = upload_csv("grade\n" + std::string(12 << 20, '\n'));
  EXPECT_EQ(answer.status, 413);
  body_end = make_error(ErrorCode::payload_too_large, "The body is larger than so many bytes.");
  EXPECT_THAT(upload_csv(kLog).bytes(), HasSubstr("Upload failed—try a smaller file"));
}

TEST_F(UploadRoutesTest, X21_a_client_that_goes_leaves_nothing) {
  body_end = make_error(ErrorCode::cancelled, "The client has disconnected.");
  upload_csv(kLog);
  upload_form(file_part(kLog));
  EXPECT_THAT(upload_store.all(), IsEmpty());
  EXPECT_EQ(counters.slots["uploads.active.user/user/ann"], 0u);
}

TEST_F(UploadRoutesTest, S6_a_list_has_pages) {
  std::vector<std::string> ids;
  for (const char* name : {"a.csv", "b.csv", "c.csv"}) ids.push_back(stored(kLog, name));
  Answer first = get("/coach/api/uploads?limit=2", user("ann"));
  EXPECT_THAT(first.bytes(), HasSubstr("c.csv"));
  EXPECT_THAT(first.bytes(), HasSubstr("b.csv"));
  const std::string cursor = std::to_string(upload_store.all()[1].upload.created.ms) + "-" + ids[1];
  EXPECT_THAT(first.bytes(), HasSubstr("\"next_cursor\":\"" + cursor + "\""));
  Answer second = get("/coach/api/uploads?limit=2&cursor=" + cursor, user("ann"));
  EXPECT_THAT(second.bytes(), StartsWith(R"({"uploads":[{"id":")" + ids[0]));
  EXPECT_EQ(get("/coach/api/uploads", user("bob")).bytes(), R"({"uploads":[],"next_cursor":null})");
  for (const char* wrong : {"limit=0", "limit=101", "limit=x", "cursor=x", "cursor=1-", "cursor=-"})
    EXPECT_EQ(get("/coach/api/uploads?" + std::string(wrong), user("ann")).status, 400) << wrong;
}

TEST_F(UploadRoutesTest, S6_what_can_not_be_opened_is_reported_and_nothing_of_it_is_sent) {
  const std::string id = stored();
  upload_store.tamper(id, [](UploadWithContent& each) { each.content[0].back() ^= 1; });
  Answer broken = get("/coach/api/uploads/" + id + "/content", user("ann"));
  EXPECT_EQ(broken.status, 500);
  EXPECT_THAT(broken.bytes(), HasSubstr("Delete it and upload the file again."));
  EXPECT_THAT(upload_reports.back(), HasSubstr(id));
  uploads.replace_keys(services::testing::sealing_keys({"k2"}));
  EXPECT_EQ(get("/coach/api/uploads/" + id, user("ann")).status, 503);
  EXPECT_THAT(get("/coach/api/uploads", user("ann")).bytes(), HasSubstr("\"unreadable\":true"));
  uploads.replace_keys(nullptr);
  Answer off = upload_csv(kLog);
  EXPECT_EQ(off.status, 503);
  EXPECT_THAT(off.bytes(), HasSubstr("no key to encrypt them with"));
  EXPECT_EQ(remove("/coach/api/uploads/" + id, user("ann")).status, 204) << "deleting needs no key";
}

TEST_F(UploadRoutesTest, X21_so_many_downloads_of_a_user_at_once) {
  const std::string id = stored();
  const std::string target = "/coach/api/uploads/" + id + "/content";
  auto one = std::make_unique<Answer>(get(target, user("ann")));
  auto two = std::make_unique<Answer>(get(target, user("ann")));
  EXPECT_EQ(get(target, user("ann")).status, 429);
  one.reset();
  turns();
  EXPECT_EQ(get(target, user("ann")).status, 200) << "the place is free when the body is gone";
}

}  // namespace
}  // namespace belay::surfaces::sendsage
