// Reads the body of a request that may carry a file, while it arrives: as multipart/form-data, or as the file itself. The
// file goes to the service of uploads piece by piece; texts are kept, with bounds.
//
// Errors: `payload_too_large` with the document's words for everything that is too large; those of the service for the
// file; `invalid_request` for a broken form; `cancelled` when the client has gone. After an error the rest of the body
// need not be read.
//
// On the request's loop. The request outlives the calls.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "services/uploads/uploads.hpp"
#include "transport/message.hpp"
#include "transport/multipart.hpp"

namespace belay::surfaces::sendsage {

// For what is not the file: other parts, their headers, boundaries.
inline constexpr std::uint64_t kFormBytes = 256 * 1024;

// "Upload failed—try a smaller file".
Error too_large_upload();
// The largest body of a route that takes files. The handlers have bounds of their own, so that the error has the document's
// words; this one is never reached.
inline constexpr ByteCount kMaxUploadBody{std::uint64_t{1} << 40};

// The pieces of a body, at most `max` bytes in all.
class BoundedBody {
 public:
  BoundedBody(transport::Request& request, ByteCount max) : request_(request), left_(max.value) {}

  // Fails if the request says beforehand that its body is too large.
  Result<> check_length() const;
  // Empty: the body has ended.
  Awaitable<Result<std::string>> read();

 private:
  transport::Request& request_;
  std::uint64_t left_;
};

struct UploadedForm {
  std::map<std::string, std::string, std::less<>> texts;  // of the fields that were asked for
  std::optional<services::AcceptedUpload> upload;
  std::string file_digest;  // hexadecimal; empty: no file
};
struct FormOutcome {
  Result<UploadedForm> form;
  std::optional<LimitStatus> limit{};  // what refused
};

// What a form may hold.
struct FormRules {
  std::string_view file = "file";
  std::vector<std::pair<std::string_view, ByteCount>> texts{};  // names, and the longest values
};

class UploadBody {
 public:
  // All outlive the object.
  UploadBody(transport::Request& request, services::Uploads& uploads, const Caller& caller,
             ByteCount max_file)
      : request_(request), uploads_(uploads), caller_(caller), max_file_(max_file) {}

  // The file is named by its part, or by a field `filename` before it. Other fields are skipped.
  Awaitable<FormOutcome> read_form(FormRules rules);
  // The whole body is the file.
  Awaitable<FormOutcome> read_file(std::string file_name);
  // The file is in memory already. `place`: among the uploads, if it is held.
  Awaitable<FormOutcome> take_file(std::string file_name, std::string content, services::Admission place);

 private:
  struct Form;
  Awaitable<Result<>> take_event(Form& form, transport::MultipartEvent event);
  Awaitable<Result<>> begin_part(Form& form, transport::MultipartPart part);
  Awaitable<Result<>> take_data(Form& form, std::string data);
  Awaitable<Result<>> end_part(Form& form);
  Awaitable<Result<>> begin_file(Form& form, std::string file_name, services::Admission place);
  Awaitable<Result<>> end_file(Form& form);

  transport::Request& request_;
  services::Uploads& uploads_;
  const Caller& caller_;
  const ByteCount max_file_;
};

}  // namespace belay::surfaces::sendsage
