#include "transport/multipart.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "transport/header_parameters.hpp"
#include "transport/target.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxBoundary = 70;  // RFC 2046
// Behind a boundary, spaces are allowed up to the end of the line.
constexpr std::size_t kMaxPadding = 64;

Error bad(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail));
}
Error bad_type(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), "Content-Type");
}

bool is_boundary_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The length of the longest end of `text` that is a beginning of `pattern`, but not all of it.
std::size_t overlap(std::string_view text, std::string_view pattern) {
  std::size_t length = std::min(text.size(), pattern.size() - 1);
  while (length > 0 && text.substr(text.size() - length) != pattern.substr(0, length)) --length;
  return length;
}

struct PartHeaders {
  std::optional<std::string> disposition;
  std::optional<std::string> type;
};

Result<> take_header(std::string_view line, PartHeaders& headers) {
  const std::size_t colon = line.find(':');
  if (line.front() == ' ' || line.front() == '\t')
    return bad("A header of a part goes on in another line. Send each header in one line.");
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad("A header of a part is not of the form \"Name: value\".");
  const std::string name = lower_case(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-transfer-encoding") {
    const std::string coding = lower_case(value);
    if (coding != "binary" && coding != "8bit" && coding != "7bit")
      return bad(
          fmt::format("A part has the Content-Transfer-Encoding {}, which is not read. Send it as it is.",
                      is_token(coding) ? coding : "of another form"));
    return {};
  }
  std::optional<std::string>* const wanted = name == "content-disposition" ? &headers.disposition
                                             : name == "content-type"      ? &headers.type
                                                                           : nullptr;
  if (!wanted) return {};
  if (*wanted) return bad(fmt::format("A part has the header {} twice.", line.substr(0, colon)));
  *wanted = value;
  return {};
}

Result<MultipartPart> part_of(const PartHeaders& headers) {
  if (!headers.disposition)
    return bad("A part has no Content-Disposition. Each part needs one: form-data; name=\"…\".");
  const auto disposition = parse_parameters(*headers.disposition);
  if (!disposition) return bad("The Content-Disposition of a part: " + disposition.error().detail);
  if (disposition->value != "form-data") return bad("The Content-Disposition of a part must be form-data.");
  MultipartPart part;
  const std::string* const name = disposition->find("name");
  if (!name || name->empty())
    return bad("A part has no name. Its Content-Disposition needs one: name=\"…\".");
  part.name = *name;
  if (const std::string* const file = disposition->find("filename")) part.filename = *file;
  if (const std::string* const file = disposition->find("filename*")) {
    auto decoded = decode_extended_value(*file);
    if (!decoded) return bad("The filename* of a part: " + decoded.error().detail);
    part.filename = std::move(*decoded);
  }
  part.content_type = headers.type.value_or("");
  return part;
}

Result<MultipartPart> parse_headers(std::string_view text) {
  PartHeaders headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find(kLineEnd));
    text.remove_prefix(line.size() + kLineEnd.size());
    for (const char c : line)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F)
        return bad("A header of a part holds a control character. Lines end in CR LF.");
    if (auto taken = take_header(line, headers); !taken) return taken.error();
  }
  return part_of(headers);
}

}  // namespace

bool is_multipart_form(std::string_view content_type) {
  return lower_case(trimmed(content_type.substr(0, content_type.find(';')))) == "multipart/form-data";
}

Result<std::string> multipart_boundary(std::string_view content_type) {
  if (!is_multipart_form(content_type))
    return make_error(ErrorCode::unsupported_media_type, "Send the form as multipart/form-data.",
                      "Content-Type");
  const auto type = parse_parameters(content_type);
  if (!type) return bad_type("The Content-Type: " + type.error().detail);
  const std::string* const boundary = type->find("boundary");
  if (!boundary || boundary->empty())
    return bad_type("The Content-Type names no boundary. It must: multipart/form-data; boundary=…");
  if (boundary->size() > kMaxBoundary || boundary->back() == ' ' ||
      !std::all_of(boundary->begin(), boundary->end(), is_boundary_char))
    return bad_type(fmt::format(
        "The boundary in the Content-Type is not allowed: it has 1 to {} letters, digits and '()+_,-./:=?.",
        kMaxBoundary));
  return *boundary;
}

// The body may begin with a boundary, without a line end in front of it.
MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits)
    : delimiter_(std::string(kLineEnd) + "--" + std::string(boundary)), limits_(limits), buffer_(kLineEnd) {}

Result<std::vector<MultipartEvent>> MultipartParser::push(std::string_view bytes) {
  if (failed_) return *failed_;
  std::vector<MultipartEvent> events;
  if (at_ == At::epilogue) return events;
  buffer_.append(bytes);
  for (;;) {
    const auto more = step(events);
    if (!more) {
      buffer_.clear();
      failed_ = more.error();
      return *failed_;
    }
    if (!*more) return events;
  }
}

Result<> MultipartParser::finish() {
  if (!failed_ && at_ != At::epilogue)
    failed_ = bad(parts_ == 0 && at_ == At::preamble
                      ? "The body does not hold the boundary that its Content-Type names."
                      : "The body ended before its last boundary. Send all of it.");
  if (failed_) return *failed_;
  return {};
}

Result<bool> MultipartParser::step(std::vector<MultipartEvent>& events) {
  switch (at_) {
    case At::preamble:
      return skip_preamble();
    case At::behind_boundary:
      return read_boundary_end();
    case At::headers:
      return read_headers(events);
    case At::data_start:
      return read_data_start();
    case At::data:
      return read_data(events);
    case At::epilogue:
      buffer_.clear();
      return false;
  }
  return false;
}

Result<bool> MultipartParser::skip_preamble() {
  const std::size_t found = buffer_.find(delimiter_);
  const bool is_here = found != std::string::npos;
  const std::size_t before = is_here ? found : buffer_.size() - overlap(buffer_, delimiter_);
  skipped_ += before;
  buffer_.erase(0, is_here ? found + delimiter_.size() : before);
  if (skipped_ > limits_.max_header_bytes)
    return bad("The body does not begin with the boundary that its Content-Type names.");
  if (is_here) at_ = At::behind_boundary;
  return is_here;
}

// "--" closes the last part; else a line end begins the next one.
Result<bool> MultipartParser::read_boundary_end() {
  if (buffer_.size() < 2) return false;
  if (buffer_.starts_with("--")) {
    at_ = At::epilogue;
    return true;
  }
  const std::size_t padding = std::min(buffer_.find_first_not_of(" \t"), buffer_.size());
  const std::string_view end = std::string_view(buffer_).substr(padding, kLineEnd.size());
  if (padding > kMaxPadding || end != kLineEnd.substr(0, end.size()))
    return bad("A boundary is not followed by a line end.");
  if (end.size() < kLineEnd.size()) return false;
  if (++parts_ > limits_.max_parts)
    return bad(fmt::format("The form has too many parts: at most {} are read.", limits_.max_parts));
  // The line end stays: two of them in a row end the headers, also if there are none.
  buffer_.erase(0, padding);
  at_ = At::headers;
  return true;
}

Result<bool> MultipartParser::read_headers(std::vector<MultipartEvent>& events) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = buffer_.find(kEnd);
  if (end == std::string::npos ? buffer_.size() > limits_.max_header_bytes + kEnd.size()
                               : end > limits_.max_header_bytes)
    return bad(fmt::format("The headers of a part are too long: at most {} bytes are read.",
                           limits_.max_header_bytes));
  if (end == std::string::npos) return false;
  auto part =
      parse_headers(std::string_view(buffer_).substr(0, end + kLineEnd.size()).substr(kLineEnd.size()));
  if (!part) return part.error();
  events.push_back({MultipartEvent::Kind::part_begins, std::move(*part)});
  // A part without data may end with the line end that ends its headers.
  buffer_.erase(0, end + kLineEnd.size());
  at_ = At::data_start;
  return true;
}

// In front of the data stands the line end behind the headers. It may begin a boundary: then there is no data.
Result<bool> MultipartParser::read_data_start() {
  if (buffer_.size() < delimiter_.size() && delimiter_.starts_with(buffer_)) return false;
  if (!buffer_.starts_with(delimiter_)) buffer_.erase(0, kLineEnd.size());
  at_ = At::data;
  return true;
}

Result<bool> MultipartParser::read_data(std::vector<MultipartEvent>& events) {
  const std::size_t found = buffer_.find(delimiter_);
  const bool is_whole = found != std::string::npos;
  const std::size_t size = is_whole ? found : buffer_.size() - overlap(buffer_, delimiter_);
  if (size != 0) events.push_back({MultipartEvent::Kind::data, {}, buffer_.substr(0, size)});
  buffer_.erase(0, is_whole ? size + delimiter_.size() : size);
  if (!is_whole) return false;
  events.push_back({MultipartEvent::Kind::part_ends});
  at_ = At::behind_boundary;
  return true;
}

}  // namespace belay::transport
