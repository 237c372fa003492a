// Uploads in SQLite, as encrypted bytes. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/upload_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<> insert_upload(Database& database, const StoredUpload& upload,
                       const std::vector<std::string>& content, const UploadLimits& limits);
Result<UploadUsage> read_upload_usage(Database& database, std::string_view user);
// These read with one statement each.
Result<UploadList> read_upload_list(Database& database, std::string_view user,
                                    const std::optional<UploadPlace>& before, std::size_t max);
Result<std::vector<StoredUpload>> read_newest_uploads(Database& database, std::string_view user,
                                                      std::size_t max);
Result<std::optional<StoredUpload>> read_stored_upload(Database& database, std::string_view user,
                                                       std::string_view id);
Result<std::optional<UploadWithContent>> read_whole_upload(Database& database, std::string_view user,
                                                           std::string_view id);

// Whether there was one.
Result<bool> delete_upload(Database& database, std::string_view user, std::string_view id);
// Some of those that were stored before this time. Returns whether there may be more.
Result<bool> delete_old_uploads(Database& database, WallTime before, std::uint64_t& deleted);
// Some of those that the user stored up to this time. Returns whether there may be more.
Result<bool> erase_uploads_of_user(Database& database, std::string_view user, WallTime through);

Result<std::vector<UploadStore::KeyCount>> count_keys_of_uploads(Database& database);
Result<std::optional<UploadStore::ToReseal>> read_next_not_sealed_with(Database& database,
                                                                       std::string_view key,
                                                                       std::uint64_t after);
// Whether it was there, sealed with `old_key`.
Result<bool> replace_sealed_upload(Database& database, const UploadWithContent& sealed,
                                   std::string_view old_key);
Result<> write_upload_rotation(Database& database, const std::optional<std::string>& key);
Result<std::optional<std::string>> read_upload_rotation(Database& database);

}  // namespace belay::storage
