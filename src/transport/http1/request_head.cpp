#include "transport/http1/request_head.hpp"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

namespace belay::transport {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::empty_body>;

// Empty lines allowed before the request line (RFC 9112, section 2.2).
constexpr unsigned char kMaxEmptyLines = 2;
// Bytes of the request line besides the target: method, spaces, version.
constexpr std::size_t kRequestLineRest = 48;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::string_view request_line(std::string_view text) {
  return text.substr(0, text.find("\r\n"));
}

bool names_another_version(std::string_view line) {
  const auto space = line.rfind(' ');
  if (space == line.npos) return false;
  const std::string_view version = line.substr(space + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
         digit(version[7]) && version != "HTTP/1.0" && version != "HTTP/1.1";
}

Refusal from_parser(const boost::system::error_code& error, std::string_view text) {
  if (error == http::error::bad_version && names_another_version(request_line(text))) {
    Refusal refusal = refuse(ErrorCode::not_implemented, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    refusal.status = 505;
    return refusal;
  }
  if (error == http::error::bad_method || error == http::error::bad_target ||
      error == http::error::bad_version)
    return refuse(ErrorCode::invalid_request,
                  "The request line is malformed. It is a method, a target and HTTP/1.1, one space between.");
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length)
    return refuse(ErrorCode::invalid_request,
                  "Content-Length must be one decimal number, stand once, and not beside Transfer-Encoding.",
                  "content-length");
  if (error == http::error::bad_transfer_encoding)
    return refuse(ErrorCode::invalid_request,
                  "Transfer-Encoding must stand once, and not beside Content-Length.", "transfer-encoding");
  return refuse(ErrorCode::invalid_request,
                "A header is malformed. It is a name, a colon without a space before it, and a value.");
}

// Finds how long the body is, and refuses every head that another server might read differently.
std::optional<Refusal> check_framing(RequestHead& head) {
  const std::size_t lengths = count_headers(head.headers, "content-length");
  const std::size_t encodings = count_headers(head.headers, "transfer-encoding");
  if (lengths > 1) return read_content_length(head);
  if (lengths == 1 && encodings != 0)
    return refuse(ErrorCode::invalid_request,
                  "Content-Length and Transfer-Encoding stand together. Send one of them.",
                  "transfer-encoding");
  if (encodings != 0) {
    if (head.http_1_0)
      return refuse(ErrorCode::invalid_request,
                    "Transfer-Encoding does not exist in HTTP/1.0. Send Content-Length.",
                    "transfer-encoding");
    if (encodings > 1 || lower_case(header_value(head.headers, "transfer-encoding")) != "chunked")
      return refuse(ErrorCode::not_implemented, "The only Transfer-Encoding that is read here is 'chunked'.",
                    "transfer-encoding");
    head.chunked = true;
  }
  return read_content_length(head);
}

}  // namespace

bool HeadScanner::refused(Refusal refusal) {
  refusal_ = std::move(refusal);
  return false;
}

// Called at the CR LF that ends a line. False: the head is done or refused.
bool HeadScanner::end_line() {
  if (line_bytes_ == 0 && lines_ == 0) {
    if (++empty_lines_ > kMaxEmptyLines)
      return refused(refuse(ErrorCode::invalid_request, "Empty lines stand before the request line."));
    text_.clear();
    return true;
  }
  if (line_bytes_ == 0) {
    done_ = true;
    return false;
  }
  line_bytes_ = 0;
  if (++lines_ - 1 > config_.max_headers) return refused(too_many_headers(config_));
  return true;
}

// False: no further byte is consumed.
bool HeadScanner::take(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (++head_bytes_ > config_.max_header_bytes.value) {
    Refusal refusal = refuse(ErrorCode::headers_too_large,
                             fmt::format("Request line and headers are larger than {} bytes together.",
                                         config_.max_header_bytes.value));
    refusal.error.limit = "max_header_bytes";
    return refused(std::move(refusal));
  }
  if (after_cr_) {
    after_cr_ = false;
    if (c == '\n') return end_line();
    return refused(refuse(ErrorCode::invalid_request, "A carriage return stands alone. Lines end in CR LF."));
  }
  if (c == '\r') {
    after_cr_ = true;
    return true;
  }
  if (c == '\n')
    return refused(refuse(ErrorCode::invalid_request, "A line feed stands alone. Lines end in CR LF."));
  if ((byte < 0x20 && c != '\t') || byte == 0x7f)
    return refused(refuse(ErrorCode::invalid_request, "The request's head holds a control character."));
  if (line_bytes_ == 0 && (c == ' ' || c == '\t'))
    return refused(
        refuse(ErrorCode::invalid_request,
               "A line of the request's head begins with a space. A header must stand on one line."));
  ++line_bytes_;
  if (lines_ == 0 && line_bytes_ > config_.max_target.value + kRequestLineRest)
    return refused(target_too_long(config_));
  return true;
}

// Consumes ordinary characters inside of a line, up to one that take() must decide about. Returns how many.
std::size_t HeadScanner::take_ordinary(std::string_view input) {
  if (after_cr_ || line_bytes_ == 0) return 0;
  const auto left = [](std::size_t max, std::size_t used) { return max - std::min(max, used); };
  std::size_t max = std::min(input.size(), left(config_.max_header_bytes.value, head_bytes_));
  if (lines_ == 0) max = std::min(max, left(config_.max_target.value + kRequestLineRest, line_bytes_));
  std::size_t count = 0;
  while (count < max && static_cast<unsigned char>(input[count]) >= 0x20 && input[count] != 0x7F) ++count;
  head_bytes_ += count;
  line_bytes_ += count;
  return count;
}

std::size_t HeadScanner::push(std::string_view input) {
  if (done_ || refusal_) return 0;
  std::size_t kept = 0;  // text_ holds the input up to here
  for (std::size_t at = 0; at < input.size(); ++at) {
    at += take_ordinary(input.substr(at));
    if (at == input.size()) break;
    const unsigned char empty_before = empty_lines_;
    const bool more = take(input[at]);
    if (more && empty_lines_ == empty_before) continue;
    if (more) {  // an empty line before the request: dropped
      kept = at + 1;
      continue;
    }
    text_.append(input.substr(kept, at + 1 - kept));
    return at + 1;
  }
  text_.append(input.substr(kept));
  return input.size();
}

RequestHead head_of_refused(std::string_view text) {
  RequestHead head;
  head.keep_alive = false;
  const std::string_view line = request_line(text);
  const std::size_t space = line.find(' ');
  if (space != line.npos) head.target.path = path_of_refused(line.substr(space + 1));
  return head;
}

ParsedHead parse_head(std::string_view text, const Config& config) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(config.max_header_bytes.value + 64));
  parser.body_limit(boost::none);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(text.data(), text.size()), error);
  if (error || !parser.is_header_done()) return {head_of_refused(text), from_parser(error, text)};

  const auto& message = parser.get();
  RequestHead head;
  head.method = view(message.method_string());
  head.http_1_0 = message.version() == 10;
  head.keep_alive = parser.keep_alive();
  for (const auto& field : message)
    head.headers.push_back({lower_case(view(field.name_string())), std::string(view(field.value()))});

  const std::string_view raw_target = view(message.target());
  head.target.path = path_of_refused(raw_target);
  if (raw_target.size() > config.max_target.value) return {std::move(head), target_too_long(config)};
  auto target = parse_target(raw_target, config.max_query_parameters);
  if (!target) return {std::move(head), Refusal{target.error(), 400}};
  head.target = std::move(*target);

  std::optional<Refusal> refusal = check_framing(head);
  if (!refusal) refusal = check_host(head, config);
  if (!refusal) refusal = check_expectation(head);
  if (!refusal) refusal = check_single_fields(head);
  return {std::move(head), std::move(refusal)};
}

}  // namespace belay::transport
