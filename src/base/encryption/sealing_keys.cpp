#include "base/encryption/sealing_keys.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file_descriptor.hpp"
#include "base/setting_text.hpp"

namespace belay {
namespace {

// Longer files cannot hold a key.
constexpr std::size_t kMaxTextBytes = 256;

Error bad(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail));
}

// Text that is zeroed before its memory is given back.
struct SecretText {
  std::array<char, kMaxTextBytes> bytes{};
  std::size_t size = 0;

  SecretText() = default;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { sodium_memzero(bytes.data(), bytes.size()); }
  std::string_view view() const { return {bytes.data(), size}; }
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

bool read_hexadecimal(std::string_view text, unsigned char* out) {
  std::size_t size = 0;
  const char* end = nullptr;
  return sodium_hex2bin(out, SealingKey::kBytes, text.data(), text.size(), nullptr, &size, &end) == 0 &&
         size == SealingKey::kBytes && end == text.data() + text.size();
}

bool read_base64(std::string_view text, unsigned char* out) {
  for (const int form : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                         sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(out, SealingKey::kBytes, text.data(), text.size(), nullptr, &size, &end, form) ==
            0 &&
        size == SealingKey::kBytes && end == text.data() + text.size())
      return true;
  }
  return false;
}

std::string failed_call(std::string_view call) {
  return fmt::format("{}: {}.", call, std::strerror(errno));
}

// Reads a file that only its owner may read. The error is what is wrong with it.
Result<> read_private_file(const FileDescriptor& file, SecretText& text) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return bad(failed_call("fstat"));
  if (!S_ISREG(status.st_mode)) return bad("it is not a plain file.");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return bad("other users may read it. Run `chmod 600` on it, and use a new key if others had access.");
  if (status.st_size > static_cast<off_t>(kMaxTextBytes))
    return bad("it is too long. It must hold 32 bytes as hexadecimal digits or base64.");
  const ssize_t size = ::pread(file.get(), text.bytes.data(), text.bytes.size(), 0);
  if (size < 0) return bad(failed_call("read"));
  text.size = static_cast<std::size_t>(size);
  return {};
}

Result<SealingKey> key_of_file(const SealingKeySource& source) {
  const std::string where = describe_file(source.file, "`file`");
  const auto failed = [&where](std::string_view why) {
    return bad(fmt::format("The key in {}: {}", where, why));
  };
  const FileDescriptor file(::open(source.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return failed(failed_call("open"));
  SecretText text;
  if (const auto read = read_private_file(file, text); !read) return failed(read.error().detail);
  auto key = SealingKey::from_text(source.id, text.view());
  if (!key) return failed(key.error().detail);
  return key;
}

Result<SealingKey> key_of_environment(const SealingKeySource& source) {
  const std::string where = describe_environment_variable(source.env, "`env`");
  const char* const value = std::getenv(source.env.c_str());
  if (value == nullptr) return bad(fmt::format("The key in {}: it is not set.", where));
  auto key = SealingKey::from_text(source.id, value);
  if (!key) return bad(fmt::format("The key in {}: {}", where, key.error().detail));
  return key;
}

Result<> write_key(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path draft = path;
  draft += ".new";
  ::unlink(draft.c_str());  // left by an interrupted start
  const FileDescriptor file(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return bad(failed_call("open"));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return bad(failed_call("write"));
  if (::fsync(file.get()) != 0) return bad(failed_call("fsync"));
  if (::rename(draft.c_str(), path.c_str()) != 0) return bad(failed_call("rename"));
  return {};
}

}  // namespace

void SealingKey::Free::operator()(unsigned char* bytes) const {
  sodium_free(bytes);  // zeroes them
}

bool SealingKey::is_valid_id(std::string_view id) {
  constexpr std::size_t kMaxIdBytes = 64;
  const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == '_'; };
  return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), fits);
}

Result<SealingKey> SealingKey::from_text(std::string id, std::string_view text) {
  if (sodium_init() < 0) return make_error(ErrorCode::internal, "libsodium can not be used on this machine.");
  SealingKey key(std::move(id), static_cast<unsigned char*>(sodium_malloc(kBytes)));
  if (!key.bytes_) return make_error(ErrorCode::internal, "There is no memory for a key.");
  text = trimmed(text);
  if (!read_hexadecimal(text, key.bytes_.get()) && !read_base64(text, key.bytes_.get()))
    return bad(
        "it must be 32 bytes as 64 hexadecimal digits or as base64. Make one with `openssl rand -base64 "
        "32`.");
  const unsigned char* const bytes = key.bytes_.get();
  if (std::all_of(bytes, bytes + kBytes, [bytes](unsigned char byte) { return byte == *bytes; }))
    return bad("all its bytes are the same. Make one with `openssl rand -base64 32`.");
  sodium_mprotect_readonly(key.bytes_.get());
  return key;
}

const SealingKey* SealingKeys::find(std::string_view id) const {
  for (const SealingKey& key : keys_)
    if (key.id() == id) return &key;
  return nullptr;
}

LoadedSealingKeys load_sealing_keys(const SealingKeyConfig& config, std::string_view section) {
  LoadedSealingKeys loaded;
  if (!check(config, section).empty()) return loaded;
  std::vector<SealingKey> keys;
  const auto take = [&](Result<SealingKey> key, std::string field) {
    if (key) return keys.push_back(std::move(*key));
    Error problem = key.error();
    problem.field = std::move(field);
    loaded.problems.push_back(std::move(problem));
  };
  std::size_t current = 0;
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const SealingKeySource& source = config.keys[i];
    if (source.id == config.current) current = i;
    const bool in_file = !source.file.empty();
    take(in_file ? key_of_file(source) : key_of_environment(source),
         fmt::format("{}.keys[{}].{}", section, i, in_file ? "file" : "env"));
  }
  if (config.keys.empty() && !config.made_key.empty())
    take(load_or_make_sealing_key("development", config.made_key), fmt::format("{}.keys", section));
  if (loaded.problems.empty() && !keys.empty())
    loaded.keys = std::make_shared<const SealingKeys>(std::move(keys), current);
  return loaded;
}

Result<SealingKey> load_or_make_sealing_key(std::string id, const std::filesystem::path& path) {
  const auto failed = [&path](std::string_view why) {
    return bad(fmt::format("The key file {}: {}", path.string(), why));
  };
  if (sodium_init() < 0) return failed("libsodium can not be used on this machine.");
  SecretText text;
  if (const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); file) {
    if (const auto read = read_private_file(file, text); !read) return failed(read.error().detail);
  } else {
    if (errno != ENOENT) return failed(failed_call("open"));
    std::array<unsigned char, SealingKey::kBytes> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    sodium_bin2hex(text.bytes.data(), text.bytes.size(), bytes.data(), bytes.size());
    sodium_memzero(bytes.data(), bytes.size());
    text.size = 2 * bytes.size();
    text.bytes[text.size++] = '\n';
    if (const auto written = write_key(path, text.view()); !written) return failed(written.error().detail);
  }
  auto key = SealingKey::from_text(std::move(id), text.view());
  if (!key) return failed(key.error().detail);
  return key;
}

}  // namespace belay
