// Reads PDFs back with Poppler's programs, for tests.
#pragma once

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

#include <gtest/gtest.h>

namespace belay::exports {

class PdfFile {
 public:
  explicit PdfFile(const std::string& bytes) {
    static std::atomic<int> files{0};
    path_ = std::filesystem::path(testing::TempDir()) /
            ("belay_export_" + std::to_string(getpid()) + "_" + std::to_string(++files) + ".pdf");
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~PdfFile() { std::filesystem::remove(path_); }
  PdfFile(const PdfFile&) = delete;
  PdfFile& operator=(const PdfFile&) = delete;

  // The text of all pages, as it is laid out. Pages end in a form feed.
  std::string text() const { return output_of("pdftotext -layout '" + path_.string() + "' -"); }
  // The text with styles and links: <b>, <i> and <a href>, each piece of text with its position and font.
  std::string marked_up() const { return output_of("pdftohtml -xml -i -stdout '" + path_.string() + "'"); }
  std::string fonts() const { return output_of("pdffonts '" + path_.string() + "'"); }

 private:
  static std::string output_of(const std::string& command) {
    std::string out;
    FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return out;
    char buffer[4096];
    while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, size);
    EXPECT_EQ(pclose(pipe), 0) << command << "\n" << out;
    return out;
  }
  std::filesystem::path path_;
};

inline std::size_t count(std::string_view text, std::string_view what) {
  std::size_t times = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++times;
  return times;
}

}  // namespace belay::exports
