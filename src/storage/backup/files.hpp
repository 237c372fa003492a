// Files of backups: how they are read, and how they are written so that they survive a loss of power.
//
// New files are readable and writable by their owner only, like those of the data directory. Everything here
// blocks. Symbolic links are not followed. Errors name the file: `not_found`, `storage_full`, otherwise
// `unavailable`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace belay::storage {

struct FileContents {
  ByteCount size;
  std::string sha256;  // 64 hexadecimal digits
};

// `verb` completes the sentence "PATH cannot be VERB": "read".
Error file_error(const std::filesystem::path& path, std::string_view verb, std::error_code error);
Error file_error(const std::filesystem::path& path, std::string_view verb, int error_number);

// Opens a regular file.
Result<FileDescriptor> open_to_read(const std::filesystem::path& path);

// Reads the file, at most `max` of it.
Result<std::string> read_text(const std::filesystem::path& path, ByteCount max);
Result<FileContents> read_contents(const std::filesystem::path& path);

// Copies the first `max` bytes of `from` into a new file. The copy is shorter when the file is. `from_path`
// is for errors. When this has returned, the contents are on the disk; their name is after sync_directory().
Result<FileContents> copy_file(const FileDescriptor& from, const std::filesystem::path& from_path,
                               ByteCount max, const std::filesystem::path& to);
// Creates the file, which must not exist, with this text. It is on the disk as after copy_file().
Result<> write_text(const std::filesystem::path& path, std::string_view text);

Result<> make_directory(const std::filesystem::path& path);
Result<> sync_file(const std::filesystem::path& path);
// Puts the names of the directory's entries on the disk.
Result<> sync_directory(const std::filesystem::path& path);

}  // namespace belay::storage
