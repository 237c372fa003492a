#include "app/page_routes.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace belay::app {
namespace {

// Pictures: also those that the page itself draws. `blob:` is for downloads of exports.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// The component that shows the API reference writes its styles into the page.
constexpr std::string_view kReferencePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
    "'none'";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The weight of an element of Accept-Encoding, in thousandths (RFC 9110, section 12.4.2). Malformed: 0.
int weight_of(std::string_view parameters) {
  if (parameters.empty()) return 1000;
  parameters = trimmed(parameters);
  if (!parameters.starts_with("q=") && !parameters.starts_with("Q=")) return 0;
  double weight = 0;
  const char* const end = parameters.data() + parameters.size();
  const auto [rest, error] = std::from_chars(parameters.data() + 2, end, weight);
  if (error != std::errc() || rest != end || weight < 0 || weight > 1) return 0;
  return static_cast<int>(weight * 1000);
}

struct Accepted {
  bool gzip = false;
  bool brotli = false;
};

// RFC 9110, section 12.5.3. The bytes as they are can always be sent.
Accepted accepted_codings(const transport::Request& request) {
  Accepted accepted;
  for (const transport::Header& header : request.headers) {
    if (header.name != "accept-encoding") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const std::string_view element = rest.substr(0, comma);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      const auto semicolon = element.find(';');
      const std::string_view coding = trimmed(element.substr(0, semicolon));
      const bool is_wanted =
          weight_of(semicolon == std::string_view::npos ? "" : element.substr(semicolon + 1)) > 0;
      if (coding == "br") accepted.brotli = is_wanted;
      if (coding == "gzip" || coding == "x-gzip") accepted.gzip = is_wanted;
    }
  }
  return accepted;
}

// Whether If-None-Match names this tag (RFC 9110, section 13.1.2).
bool is_known(const transport::Request& request, std::string_view tag) {
  const auto known = request.header("if-none-match");
  if (!known) return false;
  return trimmed(*known) == "*" || known->find(tag) != std::string_view::npos;
}

}  // namespace

transport::Response page_response(const PageFile& file, const transport::Request& request) {
  const Accepted accepted = accepted_codings(request);
  std::string_view coding;
  std::string_view bytes = file.bytes;
  const auto take = [&](std::string_view name, std::string_view coded) {
    if (coded.empty() || coded.size() >= bytes.size()) return;
    coding = name;
    bytes = coded;
  };
  if (accepted.gzip) take("gzip", file.gzip);
  if (accepted.brotli) take("br", file.brotli);

  transport::Response response;
  const bool is_asset = file.path.starts_with("/assets/");
  std::string tag = "\"" + std::string(file.digest);
  if (!coding.empty()) tag.append("-").append(coding);
  tag.append("\"");
  response.headers.push_back({"ETag", tag});
  response.headers.push_back(
      {"Cache-Control", is_asset ? "public, max-age=31536000, immutable" : "no-cache"});
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (is_known(request, tag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(file.content_type)});
  if (!coding.empty()) response.headers.push_back({"Content-Encoding", std::string(coding)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  if (file.content_type.starts_with("text/html")) {
    response.headers.push_back(
        {"Content-Security-Policy", std::string(file.path == "/docs" ? kReferencePolicy : kPolicy)});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
    response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  }
  response.body = std::string(bytes);
  return response;
}

std::vector<transport::Route> page_routes(std::span<const PageFile> files) {
  std::vector<transport::Route> routes;
  for (const PageFile& file : files)
    routes.push_back({"GET", std::string(file.path),
                      [&file](transport::Request& request) -> Awaitable<transport::Response> {
                        co_return page_response(file, request);
                      },
                      ByteCount{0}, file.path.starts_with("/assets/") ? "page.asset" : "page"});
  return routes;
}

bool has_page(std::span<const PageFile> files, std::string_view path) {
  return std::any_of(files.begin(), files.end(), [&](const PageFile& file) { return file.path == path; });
}

}  // namespace belay::app
