// Reads a body of the type multipart/form-data while it arrives (RFC 7578, RFC 2046, section 5.1). It takes pieces of any
// size and gives events: a part begins, data of it, it ends. The borders of the pieces do not change what the events say.
//
//   MultipartParser parser(boundary, limits);
//   for (piece of the body)
//     auto events = parser.push(piece);       // an error: refuse the rest of the body
//   auto complete = parser.finish();
//
// Strict: lines end in CR LF, each part has one Content-Disposition with a name, nothing is repaired. Text before the
// first and after the last boundary is skipped, as RFC 2046 wants it. Memory: one part's headers, and the bytes that
// may be the beginning of a boundary. Time: linear.
//
// Errors are `invalid_request`; they say what is wrong with the body. After an error, each call returns it. One thread
// at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace belay::transport {

// The boundary in a Content-Type. Fails with `unsupported_media_type` if the type is another one, and with
// `invalid_request` if the boundary is missing or not allowed.
Result<std::string> multipart_boundary(std::string_view content_type);
// Whether the type is multipart/form-data, whatever its parameters.
bool is_multipart_form(std::string_view content_type);

struct MultipartLimits {
  std::size_t max_parts = 16;
  std::size_t max_header_bytes = 4'096;  // of one part; also the longest text before the first boundary
};

struct MultipartPart {
  std::string name;
  // What the client calls the file, in UTF-8. It may hold a path, and anything else that is no control character. Of
  // filename and filename* (RFC 5987) the latter counts. Nothing: the part is no file.
  std::optional<std::string> filename{};
  std::string content_type{};  // as it was sent; empty: none
};

struct MultipartEvent {
  enum class Kind { part_begins, data, part_ends };
  Kind kind = Kind::data;
  MultipartPart part{};  // of part_begins
  std::string data{};    // of data; not empty
};

class MultipartParser {
 public:
  explicit MultipartParser(std::string_view boundary, MultipartLimits limits = {});

  Result<std::vector<MultipartEvent>> push(std::string_view bytes);
  // The body has ended. Fails if it ended too early.
  Result<> finish();

 private:
  enum class At { preamble, behind_boundary, headers, data_start, data, epilogue };

  // Each reads from the front of buffer_. False: it needs more bytes.
  Result<bool> step(std::vector<MultipartEvent>& events);
  Result<bool> skip_preamble();
  Result<bool> read_boundary_end();
  Result<bool> read_headers(std::vector<MultipartEvent>& events);
  Result<bool> read_data_start();
  Result<bool> read_data(std::vector<MultipartEvent>& events);

  const std::string delimiter_;  // CR LF "--" boundary
  const MultipartLimits limits_;
  At at_ = At::preamble;
  std::string buffer_;
  std::size_t skipped_ = 0;  // of the preamble
  std::size_t parts_ = 0;
  std::optional<Error> failed_;
};

}  // namespace belay::transport
