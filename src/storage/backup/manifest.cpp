#include "storage/backup/manifest.hpp"

#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/json_text.hpp"
#include "storage/journal/segment_format.hpp"

namespace belay::storage {
namespace {

namespace json = boost::json;

constexpr std::size_t kDigits = 64;  // of a SHA-256
constexpr std::string_view kJournal = "journal/";
constexpr std::string_view kTickets = "tickets/";
constexpr std::string_view kUses = ".uses";

Error damaged(std::string_view what) {
  return make_error(ErrorCode::unprocessable,
                    fmt::format("The backup's manifest is damaged: {}. Use another backup.", what));
}

bool has_only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == text.npos;
}

// Null: the member is missing or has another type.
const json::string* text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_string() : nullptr;
}
const std::int64_t* number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_int64() : nullptr;
}

Result<BackupFile> decode_file(const json::value& value) {
  const json::object* object = value.if_object();
  if (!object) return damaged("a file is not an object");
  const json::string* path = text_at(*object, "path");
  const json::string* sha256 = text_at(*object, "sha256");
  const std::int64_t* size = number_at(*object, "size");
  if (!path || !sha256 || !size || *size < 0) return damaged("a file lacks its path, size or checksum");
  if (!is_backup_path(*path)) return damaged("it names a file that no backup contains");
  if (sha256->size() != kDigits || !has_only(*sha256, "0123456789abcdef"))
    return damaged("a checksum is not 64 hexadecimal digits");
  return BackupFile{std::string(*path), {static_cast<std::uint64_t>(*size)}, std::string(*sha256)};
}

Result<> decode_files(const json::object& object, std::vector<BackupFile>& files) {
  const json::value* value = object.if_contains("files");
  const json::array* array = value ? value->if_array() : nullptr;
  if (!array) return damaged("it has no list of files");
  std::set<std::string> paths;
  for (const json::value& each : *array) {
    auto file = decode_file(each);
    if (!file) return file.error();
    if (!paths.insert(file->path).second) return damaged("it names a file twice");
    files.push_back(std::move(*file));
  }
  if (!paths.contains("belay.db")) return damaged("it has no database");
  return {};
}

}  // namespace

std::string encode_manifest(const BackupManifest& manifest) {
  std::string out = fmt::format(
      "{{\n  \"format\": {},\n  \"belay\": {},\n  \"created\": {},\n  \"store_version\": {},\n",
      kBackupFormat, json_string(manifest.belay), json_string(manifest.created), manifest.store_version);
  out += "  \"files\": [";
  const char* separator = "\n";
  for (const BackupFile& file : manifest.files) {
    out += fmt::format("{}    {{\"path\": {}, \"size\": {}, \"sha256\": {}}}", separator,
                       json_string(file.path), file.size.value, json_string(file.sha256));
    separator = ",\n";
  }
  return out + "\n  ]\n}\n";
}

Result<BackupManifest> decode_manifest(std::string_view text) {
  json::error_code failed;
  const json::value value = json::parse(text, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  if (!object) return damaged("it is not a JSON object");
  const std::int64_t* format = number_at(*object, "format");
  const json::string* belay = text_at(*object, "belay");
  const json::string* created = text_at(*object, "created");
  if (!format || *format < 1 || !belay) return damaged("it does not say which Belay made it");
  if (*format > kBackupFormat)
    return make_error(ErrorCode::conflict,
                      fmt::format("The backup was made by Belay {}, which is newer. Restore it with that "
                                  "version.",
                                  std::string_view(*belay)));
  const std::int64_t* store_version = number_at(*object, "store_version");
  if (!created || !store_version) return damaged("it lacks the time or the version of the database");
  BackupManifest manifest{std::string(*belay), std::string(*created), *store_version, {}};
  if (auto decoded = decode_files(*object, manifest.files); !decoded) return decoded.error();
  return manifest;
}

bool is_backup_path(std::string_view path) {
  if (path == "belay.db" || path == "ticket.key") return true;
  if (path.starts_with(kJournal)) return SegmentName::parse(path.substr(kJournal.size())).has_value();
  if (!path.starts_with(kTickets) || !path.ends_with(kUses)) return false;
  const std::string_view number = path.substr(kTickets.size(), path.size() - kTickets.size() - kUses.size());
  return !number.empty() && number.size() <= 20 && has_only(number, "0123456789");
}

ByteCount size_of(const BackupManifest& manifest) {
  ByteCount total;
  for (const BackupFile& file : manifest.files) total.value += file.size.value;
  return total;
}

}  // namespace belay::storage
