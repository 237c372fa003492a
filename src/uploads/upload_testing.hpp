// Helpers of the tests: read a file that is given as a literal.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "uploads/model_text.hpp"
#include "uploads/upload_reader.hpp"

namespace belay::uploads {

// Reads the file in two pieces, of which the first has `cut` bytes.
inline Result<Upload> read_cut(Format format, std::string_view bytes, std::size_t cut, const Config& config) {
  UploadReader reader(format, config);
  if (auto fine = reader.push(bytes.substr(0, cut)); !fine) return fine.error();
  if (auto fine = reader.push(bytes.substr(cut)); !fine) return fine.error();
  return reader.finish();
}

// What of a result can be compared.
inline std::string described(const Result<Upload>& result) {
  if (!result) return std::string(to_string(result.error().code)) + ": " + result.error().detail;
  return model_text(*result, 1_MiB) + result->whole;
}

// Reads the file as a whole, and cut at every byte, which must make no difference.
inline Result<Upload> read_upload(Format format, std::string_view bytes, const Config& config = {}) {
  Result<Upload> whole = read_cut(format, bytes, bytes.size(), config);
  if (bytes.size() > 2'000) return whole;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_EQ(described(read_cut(format, bytes, cut, config)), described(whole)) << "cut at " << cut;
  UploadReader by_byte(format, config);
  for (const char& byte : bytes) (void)by_byte.push({&byte, 1});
  EXPECT_EQ(described(by_byte.finish()), described(whole)) << "byte by byte";
  return whole;
}

// Of a file that must be fine.
inline Upload upload_of(Format format, std::string_view bytes, const Config& config = {}) {
  Result<Upload> upload = read_upload(format, bytes, config);
  if (upload) return std::move(*upload);
  ADD_FAILURE() << upload.error().detail << " in: " << bytes.substr(0, 200);
  return {};
}

// "unprocessable: …" of a file that must be refused.
inline std::string error_of(Format format, std::string_view bytes, const Config& config = {}) {
  const Result<Upload> upload = read_upload(format, bytes, config);
  if (upload) return "no error";
  EXPECT_EQ(upload.error().field, "file");
  return described(upload);
}

// "V5 3/2/1, V4 1/0/0": climbs, sent, not sent.
inline std::string grades_of(const Upload& upload) {
  std::string text;
  for (const GradeCounts& each : upload.statistics.grades) {
    if (!text.empty()) text += ", ";
    text += each.grade.name + ' ' + std::to_string(each.counts.climbs) + '/' +
            std::to_string(each.counts.sent) + '/' + std::to_string(each.counts.not_sent);
  }
  return text;
}

}  // namespace belay::uploads
