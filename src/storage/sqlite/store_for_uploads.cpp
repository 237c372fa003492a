// The store's functions for uploads (core/ports/upload_store.hpp).

#include "storage/sqlite/deleting_operation.hpp"
#include "storage/sqlite/store_calls.hpp"
#include "storage/sqlite/uploads.hpp"

namespace belay::storage {
namespace {

std::size_t bytes_of(const StoredUpload& upload, const std::vector<std::string>& content) {
  std::size_t bytes = upload.label.size() + upload.derived.size();
  for (const std::string& piece : content) bytes += piece.size();
  return bytes;
}

}  // namespace

template <class T, class Work>
void SqliteStore::write_large_for_client(std::size_t bytes, Done<T> done, Work work) {
  using Write = Task<T, Work>;
  auto operation = std::make_unique<Write>(Operation::Kind::write, kSmallOperation + bytes,
                                           Write::For::request, std::move(work), std::move(done));
  if (config_.sync_before_answering) operation->want_sync();
  writer_->submit(std::move(operation));
}

void SqliteStore::put_upload(StoredUpload upload, std::vector<std::string> content, UploadLimits limits,
                             Done<> done) {
  const std::size_t bytes = bytes_of(upload, content);
  auto work = [upload = std::move(upload), content = std::move(content), limits](Database& database) {
    return insert_upload(database, upload, content, limits);
  };
  write_large_for_client(bytes, std::move(done), std::move(work));
}

void SqliteStore::upload_usage(std::string user, Done<UploadUsage> done) {
  auto work = [user = std::move(user)](Database& database) { return read_upload_usage(database, user); };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::list_uploads(std::string user, std::optional<UploadPlace> before, std::size_t max,
                               Done<UploadList> done) {
  auto work = [user = std::move(user), before = std::move(before), max](Database& database) {
    return read_upload_list(database, user, before, max);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::newest_uploads(std::string user, std::size_t max, Done<std::vector<StoredUpload>> done) {
  auto work = [user = std::move(user), max](Database& database) {
    return read_newest_uploads(database, user, max);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::find_upload(std::string user, std::string id, Done<std::optional<StoredUpload>> done) {
  auto work = [user = std::move(user), id = std::move(id)](Database& database) {
    return read_stored_upload(database, user, id);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::read_upload(std::string user, std::string id, Done<std::optional<UploadWithContent>> done) {
  auto work = [user = std::move(user), id = std::move(id)](Database& database) {
    return read_whole_upload(database, user, id);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::remove_upload(std::string user, std::string id, Done<bool> done) {
  auto step = [user = std::move(user), id = std::move(id)](Database& database,
                                                           std::uint64_t& deleted) -> Result<bool> {
    const auto was_there = delete_upload(database, user, id);
    if (!was_there) return was_there;
    deleted += *was_there ? 1 : 0;
    return false;
  };
  auto notify = [done = std::move(done)](Result<std::uint64_t> deleted) mutable {
    if (!done) return;
    if (!deleted) return done(deleted.error());
    done(*deleted != 0);
  };
  writer_->submit(std::make_unique<DeletingOperation>(kSmallOperation, DeletingOperation::Traces::go,
                                                      std::move(step), std::move(notify)));
}

void SqliteStore::sweep_uploads(WallTime before, Done<std::uint64_t> done) {
  auto step = [before](Database& database, std::uint64_t& deleted) {
    return delete_old_uploads(database, before, deleted);
  };
  writer_->submit(std::make_unique<DeletingOperation>(kSmallOperation, DeletingOperation::Traces::go,
                                                      std::move(step), std::move(done)));
}

void SqliteStore::count_upload_keys(Done<std::vector<KeyCount>> done) {
  read_aside(std::move(done), [](Database& database) { return count_keys_of_uploads(database); });
}

void SqliteStore::next_not_sealed_with(std::string key, std::uint64_t after,
                                       Done<std::optional<ToReseal>> done) {
  auto work = [key = std::move(key), after](Database& database) {
    return read_next_not_sealed_with(database, key, after);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::reseal_upload(UploadWithContent sealed, std::string old_key, Done<bool> done) {
  const std::size_t bytes = bytes_of(sealed.upload, sealed.content);
  auto work = [sealed = std::move(sealed), old_key = std::move(old_key)](Database& database) {
    return replace_sealed_upload(database, sealed, old_key);
  };
  write_large_for_client(bytes, std::move(done), std::move(work));
}

void SqliteStore::set_upload_rotation(std::optional<std::string> key, Done<> done) {
  if (key) {
    auto work = [key = std::move(key)](Database& database) { return write_upload_rotation(database, key); };
    return write_for_client(std::move(done), std::move(work));
  }
  // It has ended: what the old keys have encrypted goes from the write-ahead log, too.
  auto step = [](Database& database, std::uint64_t& deleted) -> Result<bool> {
    if (auto ended = write_upload_rotation(database, std::nullopt); !ended) return ended.error();
    deleted = 1;
    return false;
  };
  auto notify = [done = std::move(done)](Result<std::uint64_t> ended) mutable {
    if (done) done(ended ? Result<>() : Result<>(ended.error()));
  };
  writer_->submit(std::make_unique<DeletingOperation>(kSmallOperation, DeletingOperation::Traces::go,
                                                      std::move(step), std::move(notify)));
}

void SqliteStore::upload_rotation(Done<std::optional<std::string>> done) {
  read_aside(std::move(done), [](Database& database) { return read_upload_rotation(database); });
}

}  // namespace belay::storage
