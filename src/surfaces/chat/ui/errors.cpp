#include "surfaces/chat/ui/errors.hpp"

#include <string_view>

namespace belay::surfaces::chat::ui {
namespace {

constexpr std::string_view kBase = "/api/chat";

// POST /api/chat, and /api/chat/{id}/stream, stop and messages.
bool is_ours(std::string_view path) {
  const std::size_t base = path.rfind(kBase);
  if (base == path.npos) return false;
  path.remove_prefix(base + kBase.size());
  if (path.empty()) return true;
  if (path.front() != '/') return false;
  path.remove_prefix(1);
  if (path == "socket") return true;
  const std::size_t slash = path.find('/');
  if (slash == path.npos || slash == 0) return false;
  path.remove_prefix(slash + 1);
  return path == "stream" || path == "stop" || path == "messages";
}

class ReadableErrors final : public transport::ErrorShape {
 public:
  void apply(const Error& error, const transport::Request& request,
             transport::Response& response) const override {
    if (!is_ours(request.path) || request.header("accept") == "application/problem+json") return;
    response.body = text_of(error);
    set_header(response, "Content-Type", "text/plain; charset=utf-8");
    set_header(response, "X-Error-Code", std::string(to_string(error.code)));
  }
};

}  // namespace

std::string text_of(const Error& error) {
  return error.detail.empty() ? std::string(to_string(error.code)) : error.detail;
}

const transport::ErrorShape& error_shape() {
  static const ReadableErrors shape;
  return shape;
}

}  // namespace belay::surfaces::chat::ui
