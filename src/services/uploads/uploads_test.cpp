#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/uploads/testing/uploads_fixture.hpp"

namespace belay::services {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kLog =
    "grade,name,result\nV5,The Mandala,sent\nV5,Midnight Lightning,fell\nV4,Monolith,sent\n";

class UploadsTest : public testing::UploadsFixture, public ::testing::Test {};

// A CSV of about this size.
std::string large_log(std::size_t size) {
  std::string log = "grade,name\n";
  for (int i = 0; log.size() < size; ++i) log += fmt::format("V{},The Mandala number {}\n", i % 10, i);
  return log;
}

TEST_F(UploadsTest, S6_a_file_is_stored_encrypted_and_read_as_it_was) {
  const auto stored = upload("my log.csv", kLog);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->id.size(), 32u);
  EXPECT_EQ(stored->label->name, "my log.csv");
  EXPECT_EQ(stored->label->size.value, kLog.size());
  EXPECT_EQ(stored->created, clock.wall());
  EXPECT_THAT(listed(), ElementsAre(fmt::format("my log.csv CSV {}", kLog.size())));
  const auto read = get(stored->id);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->upload.records, 3u);
  EXPECT_EQ(read->upload.statistics.total.sent, 2u);
  EXPECT_EQ(read->upload.size.value, kLog.size());
  EXPECT_EQ(content_of(stored->id).value(), kLog);
  for (const char* word : {"my log", "Mandala", "grade,"}) EXPECT_FALSE(is_stored(word)) << word;
  EXPECT_THAT(reports, IsEmpty());
}

TEST_F(UploadsTest, S6_large_and_empty_pieces_make_no_difference) {
  const std::string log = large_log(3 * kSealedPiece);
  const std::string exact = large_log(kSealedPiece).substr(0, kSealedPiece - 1) + "\n";
  for (const std::string& content : {log, exact, exact.substr(0, 64) + "\n"}) {
    const auto stored = upload("log.csv", content);
    ASSERT_TRUE(stored) << stored.error().detail;
    EXPECT_EQ(content_of(stored->id).value(), content);
  }
  const UploadWithContent first = upload_store.all()[0];
  EXPECT_GE(first.content.size(), 3u);
  for (const std::string& piece : first.content)
    EXPECT_LE(piece.size(), kSealedPiece + 64) << "the store has rows of a bounded size";
}

TEST_F(UploadsTest, S6_what_is_stored_of_two_files_of_one_size_looks_alike) {
  ASSERT_TRUE(upload("a.csv", kLog));
  ASSERT_TRUE(upload("another, longer name.csv", "grade\nV7\n" + std::string(kLog.size() - 9, '\n')));
  const auto all = upload_store.all();
  EXPECT_EQ(all[0].upload.label.size(), all[1].upload.label.size());
  EXPECT_EQ(all[0].upload.derived.size(), all[1].upload.derived.size());
  EXPECT_EQ(all[0].upload.size, all[1].upload.size);
}

TEST_F(UploadsTest, S5_a_file_that_is_refused_leaves_nothing_and_frees_its_place) {
  const auto refused = upload("log.csv", "name\nThe Mandala\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unprocessable);
  EXPECT_EQ(refused.error().detail, "Your CSV needs a grade column—fix and retry.");
  file_config.max_file = 100_B;
  const auto large = upload("log.csv", large_log(200'000));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::payload_too_large);
  EXPECT_EQ(large.error().detail, "Upload failed—try a smaller file");
  EXPECT_THAT(upload_store.all(), IsEmpty());
  EXPECT_EQ(held("uploads.active.user/user/ada"), 0u);
}

TEST_F(UploadsTest, S5_a_name_says_the_format_and_loses_its_path) {
  EXPECT_EQ(upload("C:\\logs\\2024.csv", kLog)->label->name, "2024.csv");
  EXPECT_EQ(upload("../../etc/notes.TXT", "V5 sent\n")->label->name, "notes.TXT");
  EXPECT_EQ(upload("log.xlsx", kLog).error().code, ErrorCode::unsupported_media_type);
  for (const std::string& name : {std::string(), std::string("a/"), std::string("a\n.csv"),
                                  std::string("\xFF.csv"), std::string(252, 'a') + ".csv"})
    EXPECT_EQ(upload(name, kLog).error().code, ErrorCode::unprocessable) << name;
  EXPECT_TRUE(upload(std::string(251, 'a') + ".csv", kLog));
}

TEST_F(UploadsTest, S6_without_a_key_no_file_is_taken) {
  ASSERT_TRUE(upload("log.csv", kLog));
  uploads->replace_keys(nullptr);
  EXPECT_FALSE(uploads->takes_files());
  const auto refused = upload("log.csv", kLog);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("no key to encrypt them with"));
  EXPECT_THAT(reports, ElementsAre("Configure a key in uploads.keys."));
  EXPECT_THAT(listed(), ElementsAre("unreadable"));
}

TEST_F(UploadsTest, X21_so_many_files_of_a_user_at_once) {
  auto one = begin("a.csv");
  auto two = begin("b.csv");
  ASSERT_TRUE(two.receiver);
  const auto three = begin("c.csv");
  ASSERT_FALSE(three.receiver);
  EXPECT_EQ(three.receiver.error().code, ErrorCode::too_many_active);
  EXPECT_EQ(three.limit->limit.name, "uploads.active.user");
  EXPECT_TRUE(begin("c.csv", "bob").receiver);
  one.receiver->reset();  // the client has gone
  EXPECT_TRUE(begin("c.csv").receiver);
  EXPECT_EQ(held("uploads.active.user/user/ada"), 1u);
}

TEST_F(UploadsTest, X21_a_client_that_goes_while_its_file_is_read_frees_its_place) {
  auto receiving = begin("a.csv");
  {
    auto result = std::make_shared<bool>(false);
    boost::asio::co_spawn(loop().executor(), (*receiving.receiver)->push(large_log(500'000)),
                          [result](std::exception_ptr, Result<>) { *result = true; });
    turn();
    wait_until([&] { return *result; });
  }
  receiving.receiver->reset();
  EXPECT_EQ(held("uploads.active.user/user/ada"), 0u);
  EXPECT_THAT(upload_store.all(), IsEmpty());
}

TEST_F(UploadsTest, S6_a_user_with_too_many_files_learns_it_before_sending_one) {
  storage_config.limits.max_files = 1;
  ASSERT_TRUE(upload("a.csv", kLog));
  EXPECT_EQ(begin("b.csv").receiver.error().limit, "uploads.max_files_per_user");
  EXPECT_TRUE(begin("b.csv", "bob").receiver);
}

TEST_F(UploadsTest, S6_the_limit_counts_when_the_file_is_stored) {
  storage_config.limits.max_files = 1;
  auto one = begin("a.csv");
  auto two = begin("b.csv");
  auto first = send(**one.receiver, kLog);
  auto second = send(**two.receiver, kLog);
  EXPECT_TRUE(wait(uploads->store(loop(), deadline(), std::move(*first))));
  const auto refused = wait(uploads->store(loop(), deadline(), std::move(*second)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TEST_F(UploadsTest, S6_an_upload_of_another_user_does_not_exist) {
  const auto stored = upload("log.csv", kLog);
  EXPECT_EQ(get(stored->id, "bob").error().code, ErrorCode::not_found);
  EXPECT_EQ(content_of(stored->id, "bob").error().code, ErrorCode::not_found);
  EXPECT_THAT(listed("bob"), IsEmpty());
  EXPECT_TRUE(wait(uploads->remove(loop(), deadline(), "bob", stored->id)));
  EXPECT_EQ(listed().size(), 1u);
  EXPECT_TRUE(wait(uploads->remove(loop(), deadline(), "ada", stored->id)));
  EXPECT_TRUE(wait(uploads->remove(loop(), deadline(), "ada", stored->id))) << "it may be repeated";
  EXPECT_EQ(get(stored->id).error().code, ErrorCode::not_found);
}

TEST_F(UploadsTest, S6_changed_bytes_are_noticed_and_reported) {
  const auto stored = upload("log.csv", large_log(3 * kSealedPiece));
  upload_store.tamper(stored->id, [](UploadWithContent& each) { each.content[1][100] ^= 1; });
  const auto content = content_of(stored->id);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::internal);
  EXPECT_THAT(content.error().detail, HasSubstr("Delete it and upload the file again."));
  EXPECT_THAT(reports, ElementsAre(HasSubstr("The content of the upload " + stored->id)));
  EXPECT_TRUE(get(stored->id)) << "the rest is fine";
  upload_store.tamper(stored->id, [](UploadWithContent& each) { each.upload.derived[100] ^= 1; });
  EXPECT_EQ(get(stored->id).error().code, ErrorCode::internal);
  upload_store.tamper(stored->id, [](UploadWithContent& each) { each.upload.label[100] ^= 1; });
  EXPECT_THAT(listed(), ElementsAre("unreadable"));
  EXPECT_EQ(held("uploads.active.user/user/ada"), 0u);
}

TEST_F(UploadsTest, S6_content_that_was_cut_is_noticed) {
  const auto stored = upload("log.csv", large_log(3 * kSealedPiece));
  upload_store.tamper(stored->id, [](UploadWithContent& each) { each.content.pop_back(); });
  EXPECT_THAT(content_of(stored->id).error().advice, HasSubstr("end of the content"));
  upload_store.tamper(stored->id, [](UploadWithContent& each) { each.content.clear(); });
  EXPECT_EQ(content_of(stored->id).error().code, ErrorCode::internal);
}

TEST_F(UploadsTest, S6_a_row_that_was_moved_does_not_open) {
  const auto one = upload("one.csv", kLog);
  const auto two = upload("two.csv", kLog, "bob");
  const UploadWithContent hers = upload_store.all()[0];
  upload_store.tamper(two->id, [&](UploadWithContent& each) {
    each.upload.label = hers.upload.label;
    each.upload.derived = hers.upload.derived;
    each.content = hers.content;
  });
  EXPECT_EQ(get(two->id, "bob").error().code, ErrorCode::internal);
  EXPECT_EQ(content_of(two->id, "bob").error().code, ErrorCode::internal);
  upload_store.tamper(one->id, [](UploadWithContent& each) { each.upload.user = "bob"; });
  EXPECT_EQ(get(one->id, "bob").error().code, ErrorCode::internal) << "the row was given to another user";
}

TEST_F(UploadsTest, S6_a_missing_key_is_reported_and_another_key_of_its_id_opens_nothing) {
  const auto stored = upload("log.csv", kLog);
  uploads->replace_keys(testing::sealing_keys({"k2"}));
  const auto missing = get(stored->id);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);
  EXPECT_THAT(reports.back(), HasSubstr("the key \"k1\", which is not configured"));
  EXPECT_EQ(content_of(stored->id).error().code, ErrorCode::unavailable);
  upload_store.tamper(stored->id, [](UploadWithContent& each) { each.upload.key = "k2"; });
  EXPECT_EQ(get(stored->id).error().code, ErrorCode::internal);
}

TEST_F(UploadsTest, S5_the_newest_are_there_for_prompts_without_those_that_do_not_open) {
  ASSERT_TRUE(upload("one.csv", kLog));
  const auto broken = upload("two.csv", kLog);
  ASSERT_TRUE(upload("three.txt", "V7 sent\n"));
  upload_store.tamper(broken->id, [](UploadWithContent& each) { each.upload.derived[100] ^= 1; });
  const auto newest = wait(uploads->newest_for_prompt(loop(), deadline(), "ada", 5));
  ASSERT_TRUE(newest);
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ((*newest)[0].info.label->name, "three.txt");
  EXPECT_EQ((*newest)[1].upload.records, 3u);
  EXPECT_EQ(reports.size(), 1u);
  EXPECT_EQ(wait(uploads->newest_for_prompt(loop(), deadline(), "ada", 1))->size(), 1u);
  EXPECT_THAT(*wait(uploads->newest_for_prompt(loop(), deadline(), "bob", 5)), IsEmpty());
}

TEST_F(UploadsTest, X18_an_erased_user_has_no_uploads_and_those_that_arrive_are_not_stored) {
  ASSERT_TRUE(upload("old.csv", kLog));
  auto receiving = begin("new.csv");
  auto his = begin("his.csv", "bob");
  ASSERT_TRUE(wait((*receiving.receiver)->push(kLog)));
  Erasure erasure;
  erasure.what = Erasure::What::user;
  erasure.user = "ada";
  ASSERT_TRUE(wait(services->erasures.erase(loop(), deadline(), erasure)));
  EXPECT_THAT(listed(), IsEmpty());
  auto accepted = wait((*receiving.receiver)->finish());
  const auto refused = wait(uploads->store(loop(), deadline(), std::move(*accepted)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(listed(), IsEmpty());
  auto fine = send(**his.receiver, kLog);
  EXPECT_TRUE(wait(uploads->store(loop(), deadline(), std::move(*fine)))) << "of others";
  EXPECT_TRUE(upload("later.csv", kLog)) << "and later";
}

TEST_F(UploadsTest, X18_while_a_user_is_erased_nothing_is_stored) {
  auto receiving = begin("log.csv");
  auto accepted = send(**receiving.receiver, kLog);
  Erasure erasure;
  erasure.what = Erasure::What::user;
  erasure.user = "ada";
  std::optional<ErasureGate::Pass> held;
  services->erasures.gate().close(erasure, [&](Result<ErasureGate::Pass> pass) { held = std::move(*pass); });
  const auto refused = wait(uploads->store(loop(), deadline(), std::move(*accepted)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(upload_store.all(), IsEmpty());
}

TEST_F(UploadsTest, S6_old_uploads_are_swept_when_a_time_is_set) {
  ASSERT_TRUE(upload("log.csv", kLog));
  clock.advance(std::chrono::hours(1000));
  std::vector<std::uint64_t> swept;
  const auto sweep = [&] { uploads->sweep([&](Result<std::uint64_t> count) { swept.push_back(*count); }); };
  sweep();
  storage_config.keep = std::chrono::hours(999);
  sweep();
  EXPECT_THAT(swept, ElementsAre(0u, 1u));
  EXPECT_THAT(listed(), IsEmpty());
}

// ---- Rotation

class UploadRotationTest : public UploadsTest {
 protected:
  UploadRotation::Status status() { return wait(uploads->rotation().status(loop(), deadline())).value(); }
  UploadRotation::Status start() { return wait(uploads->rotation().start(loop(), deadline())).value(); }
  void wait_for_end() {
    wait_until([this] { return !status().running; });
  }
  void use_keys(const std::vector<std::string>& ids) {
    keys = testing::sealing_keys(ids);
    uploads->replace_keys(keys);
  }
};

TEST_F(UploadRotationTest, S6_everything_is_encrypted_with_the_current_key_while_users_read) {
  const std::string log = large_log(2 * kSealedPiece);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(upload(fmt::format("{}.csv", i), log, i % 2 == 0 ? "ada" : "bob")->id);
  use_keys({"k2", "k1"});
  EXPECT_EQ(status().left, 5u);
  EXPECT_FALSE(status().running);
  const auto started = start();
  EXPECT_EQ(started.key, "k2");
  EXPECT_EQ(content_of(ids[0]).value(), log);
  wait_for_end();
  EXPECT_EQ(status().left, 0u);
  EXPECT_THAT(status().others, IsEmpty());
  use_keys({"k2"});
  for (int i = 0; i < 5; ++i) {
    const std::string user = i % 2 == 0 ? "ada" : "bob";
    EXPECT_EQ(content_of(ids[static_cast<std::size_t>(i)], user).value(), log);
    EXPECT_EQ(get(ids[static_cast<std::size_t>(i)], user)->info.label->name, fmt::format("{}.csv", i));
  }
  EXPECT_THAT(reports, IsEmpty());
}

TEST_F(UploadRotationTest, S6_a_rotation_that_a_crash_ended_goes_on_at_the_next_start) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(upload("log.csv", kLog));
  use_keys({"k2", "k1"});
  start();
  wait_until([this] { return status().left <= 2; });
  if (status().running) {
    crash_with_uploads();
    const auto resumed = wait(uploads->rotation().resume(loop(), deadline()));
    ASSERT_TRUE(resumed);
  }
  wait_for_end();
  EXPECT_EQ(status().left, 0u);
  crash_with_uploads();
  EXPECT_FALSE(wait(uploads->rotation().resume(loop(), deadline()))->running) << "it has ended";
}

TEST_F(UploadRotationTest, S6_what_was_asked_for_is_kept_over_a_crash) {
  ASSERT_TRUE(upload("log.csv", kLog));
  use_keys({"k2", "k1"});
  upload_store.set_upload_rotation("k2", [](Result<>) {});
  crash_with_uploads();
  EXPECT_EQ(status().left, 1u);
  EXPECT_TRUE(wait(uploads->rotation().resume(loop(), deadline()))->running);
  wait_for_end();
  EXPECT_EQ(status().left, 0u);
}

TEST_F(UploadRotationTest, S6_what_does_not_open_is_counted_reported_and_left) {
  const auto broken = upload("a.csv", kLog);
  ASSERT_TRUE(upload("b.csv", kLog));
  upload_store.tamper(broken->id, [](UploadWithContent& each) { each.content[0][30] ^= 1; });
  use_keys({"k2", "k1"});
  start();
  wait_for_end();
  EXPECT_EQ(status().left, 1u);
  EXPECT_EQ(status().unreadable, 1u);
  EXPECT_THAT(status().others, ElementsAre(UploadStore::KeyCount{"k1", 1}));
  EXPECT_THAT(reports, ElementsAre(HasSubstr(broken->id)));
}

TEST_F(UploadRotationTest, S6_a_key_that_is_missing_is_reported_at_the_start) {
  ASSERT_TRUE(upload("a.csv", kLog));
  use_keys({"k2"});
  EXPECT_TRUE(wait(uploads->rotation().resume(loop(), deadline())));
  EXPECT_THAT(reports, ElementsAre(HasSubstr("1 uploads are encrypted with the key \"k1\"")));
  start();
  wait_for_end();
  EXPECT_EQ(status().unreadable, 1u);
  EXPECT_THAT(listed(), ElementsAre("unreadable")) << "nothing was lost";
  use_keys({"k2", "k1"});
  EXPECT_EQ(listed().size(), 1u);
  EXPECT_NE(listed()[0], "unreadable");
}

TEST_F(UploadRotationTest, S6_without_a_key_there_is_no_rotation) {
  uploads->replace_keys(nullptr);
  EXPECT_EQ(wait(uploads->rotation().start(loop(), deadline())).error().code, ErrorCode::unavailable);
}

TEST_F(UploadRotationTest, S6_a_store_that_fails_stops_it_and_it_can_be_started_again) {
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(upload("log.csv", kLog));
  use_keys({"k2", "k1"});
  upload_store.set_upload_rotation("k2", [](Result<>) {});
  upload_store.pass_next = 2;  // what `resume` asks before the rotation begins
  upload_store.fail_next = 1;
  EXPECT_TRUE(wait(uploads->rotation().resume(loop(), deadline()))->running);
  wait_for_end();
  EXPECT_EQ(upload_store.fail_next, 0);
  EXPECT_EQ(status().left, 2u);
  EXPECT_THAT(reports, ElementsAre(HasSubstr("The store is busy")));
  start();
  wait_for_end();
  EXPECT_EQ(status().left, 0u);
}

}  // namespace
}  // namespace belay::services
