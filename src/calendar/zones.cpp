#include "calendar/zones.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <unicode/ucal.h>

namespace belay::calendar {

namespace {

constexpr std::size_t kMaxZones = 1'024;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxZoneFile = 1 << 20;

bool is_part_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
         c == '-' || c == '/';
}

// A path below the directory of zones. It has no dots, so it never leaves the directory. "right" counts leap seconds,
// which no other time here does; "posixrules" and "localtime" are settings of the machine.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, is_part_of_name) &&
         !name.starts_with('/') && !name.starts_with("right/") && !name.starts_with("posix/") &&
         name != "posixrules" && name != "localtime";
}

Error unknown(std::string_view name) {
  const bool printable = is_name(name);
  return make_error(
      ErrorCode::invalid_request,
      (printable ? "There is no time zone \"" + std::string(name) + "\": " : "This is no time zone: ") +
          "use a name of the IANA time zone database, like Europe/Berlin or UTC.",
      "time_zone");
}

// Empty: it is no file of a zone.
std::string content(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  std::ifstream file(path, std::ios::binary);
  std::string bytes(4, '\0');
  if (!file.read(bytes.data(), 4) || bytes != "TZif") return {};
  for (std::array<char, 4096> piece{}; bytes.size() <= kMaxZoneFile && file;) {
    file.read(piece.data(), piece.size());
    bytes.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  return bytes;
}

}  // namespace

TimeZones::TimeZones(std::filesystem::path directory) : directory_(std::move(directory)) {}

Result<std::shared_ptr<const TimeZone>> TimeZones::find(std::string_view name) {
  if (!is_name(name)) return unknown(name);
  const std::lock_guard lock(mutex_);
  if (const auto found = zones_.find(name); found != zones_.end()) return found->second;
  const std::string bytes = content(directory_ / name);
  if (bytes.empty()) {
    if (!content(directory_ / "UTC").empty()) return unknown(name);
    Error error =
        make_error(ErrorCode::unavailable, "Time zones are not available on this server.", "time_zone");
    error.advice = "There is no time zone data in " + directory_.string() + ": install the package tzdata.";
    return error;
  }
  Result<TimeZone> zone = TimeZone::parse(std::string(name), bytes);
  if (!zone) return zone.error();
  if (zones_.size() >= kMaxZones) zones_.clear();
  return zones_.emplace(name, std::make_shared<const TimeZone>(std::move(*zone))).first->second;
}

std::optional<std::string> iana_name_of_windows_zone(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return {};
  std::u16string windows;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) >= 0x80) return {};
    windows += static_cast<char16_t>(c);
  }
  std::array<UChar, kMaxName + 1> iana{};
  UErrorCode error = U_ZERO_ERROR;
  const std::int32_t size =
      ucal_getTimeZoneIDForWindowsID(windows.data(), static_cast<std::int32_t>(windows.size()), nullptr,
                                     iana.data(), static_cast<std::int32_t>(iana.size()), &error);
  if (U_FAILURE(error) || size <= 0 || size > static_cast<std::int32_t>(kMaxName)) return {};
  return std::string(iana.begin(), iana.begin() + size);
}

}  // namespace belay::calendar
