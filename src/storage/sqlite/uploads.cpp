#include "storage/sqlite/uploads.hpp"

#include <algorithm>
#include <limits>

namespace belay::storage {
namespace {

// After this many bytes, a step does not delete another upload.
constexpr std::uint64_t kStepBytes = 8 << 20;
constexpr std::uint64_t kStepUploads = 64;

ByteCount size_of(const StoredUpload& upload, const std::vector<std::string>& content) {
  ByteCount size{upload.label.size() + upload.derived.size()};
  for (const std::string& piece : content) size.value += piece.size();
  return size;
}

// Of a row `user, name, created, size, sealing_key, label, derived`.
StoredUpload upload_at(const Query& query) {
  return {query.text_at(0), query.text_at(1), query.time_at(2), {query.count_at(3)},
          query.text_at(4), query.text_at(5), query.text_at(6)};
}

Result<> insert_pieces(Database& database, std::int64_t row, const std::vector<std::string>& content) {
  std::uint64_t number = 0;
  for (const std::string& piece : content)
    if (auto done = Query(database, "INSERT INTO upload_pieces (upload, piece, bytes) VALUES (?, ?, ?)")
                        .number(row)
                        .number(number++)
                        .blob(piece)
                        .execute();
        !done)
      return done;
  return {};
}

struct Deletable {
  std::int64_t row = 0;
  std::uint64_t size = 0;
};

// Deletes those that the statement gives, in its order, until it is enough for one step.
Result<bool> delete_step(Database& database, Query& query, std::uint64_t& deleted) {
  std::vector<Deletable> rows;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) break;
    rows.push_back({query.number_at(0), query.count_at(1)});
  }
  std::uint64_t bytes = 0;
  std::size_t done = 0;
  for (; done < rows.size() && bytes < kStepBytes; ++done) {
    // A trigger deletes the pieces.
    if (auto gone = Query(database, "DELETE FROM uploads WHERE id = ?").number(rows[done].row).execute();
        !gone)
      return gone.error();
    bytes += rows[done].size;
  }
  deleted += done;
  return done < rows.size() || rows.size() == kStepUploads;
}

// What `query` has found, and its place. Its columns are those of upload_at(), the bytes of a piece, whether there is one,
// and the row's id. There is a row for each piece, and one if there are none.
Result<std::optional<UploadStore::ToReseal>> read_pieces(Query& query) {
  std::optional<UploadStore::ToReseal> found;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return found;
    if (!found) found = UploadStore::ToReseal{query.count_at(9), {upload_at(query), {}}};
    if (query.number_at(8) != 0) found->sealed.content.push_back(query.text_at(7));
  }
}

}  // namespace

Result<UploadUsage> read_upload_usage(Database& database, std::string_view user) {
  Query query(database, "SELECT count(*), coalesce(sum(size), 0) FROM uploads WHERE user = ?");
  const auto found = query.text(user).row();
  if (!found) return found.error();
  return UploadUsage{query.count_at(0), {query.count_at(1)}};
}

Result<> insert_upload(Database& database, const StoredUpload& upload,
                       const std::vector<std::string>& content, const UploadLimits& limits) {
  const ByteCount size = size_of(upload, content);
  const auto usage = read_upload_usage(database, upload.user);
  if (!usage) return usage.error();
  if (auto refused = refused_by(limits, *usage, size)) return std::move(*refused);
  if (auto done = Query(database,
                        "INSERT INTO uploads (user, name, created, size, sealing_key, label, derived) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?)")
                      .text(upload.user)
                      .text(upload.id)
                      .time(upload.created)
                      .number(size.value)
                      .text(upload.key)
                      .blob(upload.label)
                      .blob(upload.derived)
                      .execute();
      !done)
    return done;
  return insert_pieces(database, database.last_insert_id(), content);
}

Result<UploadList> read_upload_list(Database& database, std::string_view user,
                                    const std::optional<UploadPlace>& before, std::size_t max) {
  max = std::max<std::size_t>(max, 1);
  const UploadPlace from = before.value_or(UploadPlace{{std::numeric_limits<std::int64_t>::max()}, {}});
  Query query(database,
              "SELECT user, name, created, size, sealing_key, label FROM uploads WHERE user = ?1 AND "
              "(created, name) < (?2, ?3) ORDER BY created DESC, name DESC LIMIT ?4");
  query.text(user).time(from.created).text(from.id).number(static_cast<std::uint64_t>(max) + 1);
  UploadList list;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return list;
    if (list.uploads.size() == max) {
      list.next = UploadPlace{list.uploads.back().created, list.uploads.back().id};
      return list;
    }
    list.uploads.push_back({query.text_at(0),
                            query.text_at(1),
                            query.time_at(2),
                            {query.count_at(3)},
                            query.text_at(4),
                            query.text_at(5),
                            {}});
  }
}

Result<std::vector<StoredUpload>> read_newest_uploads(Database& database, std::string_view user,
                                                      std::size_t max) {
  Query query(database,
              "SELECT user, name, created, size, sealing_key, label, derived FROM uploads WHERE user = ? "
              "ORDER BY created DESC, name DESC LIMIT ?");
  query.text(user).number(static_cast<std::uint64_t>(max));
  std::vector<StoredUpload> uploads;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return uploads;
    uploads.push_back(upload_at(query));
  }
}

Result<std::optional<StoredUpload>> read_stored_upload(Database& database, std::string_view user,
                                                       std::string_view id) {
  Query query(database,
              "SELECT user, name, created, size, sealing_key, label, derived FROM uploads "
              "WHERE user = ? AND name = ?");
  const auto found = query.text(user).text(id).row();
  if (!found) return found.error();
  return *found ? std::optional(upload_at(query)) : std::nullopt;
}

Result<std::optional<UploadWithContent>> read_whole_upload(Database& database, std::string_view user,
                                                           std::string_view id) {
  Query query(database,
              "SELECT u.user, u.name, u.created, u.size, u.sealing_key, u.label, '', p.bytes, "
              "p.id IS NOT NULL, u.id FROM uploads u LEFT JOIN upload_pieces p ON p.upload = u.id "
              "WHERE u.user = ? AND u.name = ? ORDER BY p.piece");
  auto found = read_pieces(query.text(user).text(id));
  if (!found) return found.error();
  return *found ? std::optional(std::move((**found).sealed)) : std::nullopt;
}

Result<bool> delete_upload(Database& database, std::string_view user, std::string_view id) {
  if (auto done =
          Query(database, "DELETE FROM uploads WHERE user = ? AND name = ?").text(user).text(id).execute();
      !done)
    return done.error();
  return database.changes() != 0;
}

Result<bool> delete_old_uploads(Database& database, WallTime before, std::uint64_t& deleted) {
  Query query(database, "SELECT id, size FROM uploads WHERE created < ? ORDER BY created LIMIT ?");
  return delete_step(database, query.time(before).number(kStepUploads), deleted);
}

Result<bool> erase_uploads_of_user(Database& database, std::string_view user, WallTime through) {
  Query query(database, "SELECT id, size FROM uploads WHERE user = ? AND created <= ? LIMIT ?");
  std::uint64_t deleted = 0;
  return delete_step(database, query.text(user).time(through).number(kStepUploads), deleted);
}

Result<std::vector<UploadStore::KeyCount>> count_keys_of_uploads(Database& database) {
  Query query(database,
              "SELECT sealing_key, count(*) FROM uploads GROUP BY sealing_key ORDER BY sealing_key");
  std::vector<UploadStore::KeyCount> counts;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return counts;
    counts.push_back({query.text_at(0), query.count_at(1)});
  }
}

Result<std::optional<UploadStore::ToReseal>> read_next_not_sealed_with(Database& database,
                                                                       std::string_view key,
                                                                       std::uint64_t after) {
  Query query(
      database,
      "SELECT u.user, u.name, u.created, u.size, u.sealing_key, u.label, u.derived, p.bytes, "
      "p.id IS NOT NULL, u.id FROM (SELECT * FROM uploads WHERE id > ? AND sealing_key <> ? ORDER BY id "
      "LIMIT 1) u LEFT JOIN upload_pieces p ON p.upload = u.id ORDER BY p.piece");
  return read_pieces(query.number(after).text(key));
}

Result<bool> replace_sealed_upload(Database& database, const UploadWithContent& sealed,
                                   std::string_view old_key) {
  const StoredUpload& upload = sealed.upload;
  std::int64_t row = 0;
  {
    Query query(database, "SELECT id FROM uploads WHERE user = ? AND name = ? AND sealing_key = ?");
    const auto found = query.text(upload.user).text(upload.id).text(old_key).row();
    if (!found || !*found) return found;
    row = query.number_at(0);
  }
  if (auto done =
          Query(database, "UPDATE uploads SET size = ?, sealing_key = ?, label = ?, derived = ? WHERE id = ?")
              .number(size_of(upload, sealed.content).value)
              .text(upload.key)
              .blob(upload.label)
              .blob(upload.derived)
              .number(row)
              .execute();
      !done)
    return done.error();
  if (auto done = Query(database, "DELETE FROM upload_pieces WHERE upload = ?").number(row).execute(); !done)
    return done.error();
  if (auto done = insert_pieces(database, row, sealed.content); !done) return done.error();
  return true;
}

Result<> write_upload_rotation(Database& database, const std::optional<std::string>& key) {
  if (!key) return Query(database, "DELETE FROM upload_rotation").execute();
  return Query(database, "INSERT OR REPLACE INTO upload_rotation (id, sealing_key) VALUES (1, ?)")
      .text(*key)
      .execute();
}

Result<std::optional<std::string>> read_upload_rotation(Database& database) {
  Query query(database, "SELECT sealing_key FROM upload_rotation");
  const auto found = query.row();
  if (!found) return found.error();
  return *found ? std::optional(query.text_at(0)) : std::nullopt;
}

}  // namespace belay::storage
