#include "transport/content_coding.hpp"

#include <algorithm>

#include "transport/problem.hpp"
#include "transport/target.hpp"

namespace belay::transport {
namespace {

// Whether every element of the comma-separated list is `identity` or empty.
bool is_identity(std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view coding = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (!coding.empty() && (coding.front() == ' ' || coding.front() == '\t')) coding.remove_prefix(1);
    while (!coding.empty() && (coding.back() == ' ' || coding.back() == '\t')) coding.remove_suffix(1);
    if (!coding.empty() && lower_case(coding) != "identity") return false;
  }
  return true;
}

}  // namespace

std::optional<Response> refuse_content_coding(const Request& request) {
  for (const Header& header : request.headers) {
    if (header.name != "content-encoding" || is_identity(header.value)) continue;
    Response response = problem(make_error(ErrorCode::unsupported_media_type,
                                           "Send the body as it is, without Content-Encoding: it is not "
                                           "decompressed here.",
                                           "Content-Encoding"),
                                request.request_id);
    response.headers.push_back({"Accept-Encoding", "identity"});
    return response;
  }
  return std::nullopt;
}

}  // namespace belay::transport
