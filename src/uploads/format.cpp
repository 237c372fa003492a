#include "uploads/format.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace belay::uploads {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  std::string_view kind;
};

// The first bytes of other kinds of files. Sources: the formats' own specifications (PKWARE APPNOTE 4.3.7,
// RFC 1952, ISO 32000-1 7.5.2, MS-CFB 2.2, RFC 2083, ISO 10918-1, GIF89a, the 7z and xz format descriptions).
constexpr std::array kSignatures = {
    Signature{"PK\x03\x04"sv, "a zip archive or a spreadsheet (xlsx, ods, numbers)"},
    Signature{"PK\x05\x06"sv, "an empty zip archive"},
    Signature{"\x1F\x8B"sv, "a gzip archive"},
    Signature{"BZh"sv, "a bzip2 archive"},
    Signature{"7z\xBC\xAF\x27\x1C"sv, "a 7z archive"},
    Signature{"\xFD\x37zXZ\0"sv, "an xz archive"},
    Signature{"Rar!\x1A\x07"sv, "a rar archive"},
    Signature{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an Excel workbook (xls)"},
    Signature{"%PDF-"sv, "a PDF document"},
    Signature{"{\\rtf"sv, "an RTF document"},
    Signature{"\x89PNG\r\n"sv, "a picture"},
    Signature{"\xFF\xD8\xFF"sv, "a picture"},
    Signature{"GIF8"sv, "a picture"},
    Signature{"\x7F"
              "ELF"sv,
              "a program"},
    Signature{"SQLite f"sv, "a SQLite database"},
    Signature{"<!DOCTYP"sv, "a web page"},
    Signature{"<!doctyp"sv, "a web page"},
    Signature{"<html"sv, "a web page"},
    Signature{"<?xml"sv, "an XML document"},
};

// The advice for people whose program saves another kind of file.
std::string save_as(Format format) {
  return fmt::format("Save it as {} in UTF-8 and upload that file.", to_string(format));
}

bool is_wide(std::string_view head) {
  if (head.starts_with("\xFE\xFF"sv) || head.starts_with("\xFF\xFE"sv)) return true;
  return head.size() > 1 && (head[0] == '\0' || head[1] == '\0');
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::csv:
      return "CSV";
    case Format::txt:
      return "TXT";
    case Format::json:
      return "JSON";
  }
  return {};
}

Result<Format> format_of(std::string_view file_name) {
  std::string end(file_name.substr(std::min(file_name.rfind('.'), file_name.size())));
  std::transform(end.begin(), end.end(), end.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (end == ".csv") return Format::csv;
  if (end == ".txt") return Format::txt;
  if (end == ".json") return Format::json;
  return make_error(ErrorCode::unsupported_media_type,
                    "Only CSV, TXT and JSON files are read. The file's name must end in .csv, .txt or .json.",
                    "file");
}

Result<> check_head(std::string_view head, Format format) {
  for (const Signature& signature : kSignatures)
    if (head.starts_with(signature.bytes))
      return unusable(
          fmt::format("This file is {}, not {}. {}", signature.kind, to_string(format), save_as(format)));
  if (format == Format::csv && (head.starts_with('{') || head.starts_with('[')))
    return unusable("This file is JSON, not CSV. Give it a name that ends in .json and upload it again.");
  if (is_wide(head))
    return unusable(
        fmt::format("This file is in UTF-16 or UTF-32, and only UTF-8 is read. {}", save_as(format)));
  return {};
}

Error unusable(std::string detail) {
  return make_error(ErrorCode::unprocessable, std::move(detail), "file");
}

}  // namespace belay::uploads
