#include "storage/sqlite/clean_pages.hpp"

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <sqlite3.h>

namespace belay::storage {
namespace {

constexpr unsigned kMinPage = 512;
constexpr unsigned kMaxPage = 65536;
// From here on, the number of a page can begin with the byte that marks a page of rows.
constexpr sqlite3_int64 kMaxPages = 0x02000000;

// The methods of a file with another xWrite. The rest of the file is SQLite's own.
struct Methods {
  sqlite3_io_methods changed;
  const sqlite3_io_methods* original = nullptr;
};

std::mutex& mutex() {
  static std::mutex made;
  return made;
}

std::map<const sqlite3_io_methods*, std::unique_ptr<Methods>>& known() {
  static std::map<const sqlite3_io_methods*, std::unique_ptr<Methods>> made;
  return made;
}

// SQLite writes the database file in whole pages.
int write_clean(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const auto* methods = reinterpret_cast<const Methods*>(file->pMethods);
  const auto length = static_cast<unsigned>(size);
  const bool is_page = size >= static_cast<int>(kMinPage) && length <= kMaxPage &&
                       (length & (length - 1)) == 0 && offset % size == 0 && offset / size < kMaxPages;
  if (!is_page) return methods->original->xWrite(file, bytes, size, offset);
  std::vector<unsigned char> page(length);
  std::memcpy(page.data(), bytes, length);
  clean_page(page.data(), length, static_cast<unsigned long>(offset / size + 1));
  return methods->original->xWrite(file, page.data(), size, offset);
}

const sqlite3_io_methods* changed(const sqlite3_io_methods* original) {
  const std::lock_guard lock(mutex());
  auto& methods = known()[original];
  if (!methods) {
    methods = std::make_unique<Methods>(Methods{*original, original});
    methods->changed.xWrite = write_clean;
  }
  return &methods->changed;
}

unsigned two_bytes(const unsigned char* at) {
  return static_cast<unsigned>(at[0]) << 8 | at[1];
}

}  // namespace

void keep_pages_clean(sqlite3* db) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == nullptr ||
      file->pMethods == nullptr || file->pMethods->xWrite == write_clean)
    return;
  file->pMethods = changed(file->pMethods);
}

// The file format: https://sqlite.org/fileformat2.html#b_tree_pages
void clean_page(unsigned char* page, unsigned size, unsigned long number) {
  const unsigned header = number == 1 ? 100 : 0;
  const unsigned char type = page[header];
  const bool is_interior = type == 2 || type == 5;
  if (!is_interior && type != 10 && type != 13) return;
  const unsigned begin = header + (is_interior ? 12 : 8) + 2 * two_bytes(page + header + 3);
  const unsigned start = two_bytes(page + header + 5);
  const unsigned end = start == 0 ? kMaxPage : start;
  if (begin < end && end <= size) std::memset(page + begin, 0, end - begin);
}

}  // namespace belay::storage
