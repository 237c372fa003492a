#include "transport/framing/ndjson.hpp"

#include <cassert>

namespace belay::transport {
namespace {

class NdjsonFraming final : public Framing {
 public:
  void open(const MessageHead&, std::string&) const override {}
  void close(MessagePart part, [[maybe_unused]] std::size_t data_at, std::string& out) const override {
    assert(out.find('\n', data_at) == out.npos);
    if (part == MessagePart::whole || part == MessagePart::last) out.push_back('\n');
  }
  std::string_view heartbeat() const override { return " "; }
  std::string_view content_type() const override { return "application/x-ndjson"; }
};

}  // namespace

const Framing& ndjson_framing() {
  static const NdjsonFraming framing;
  return framing;
}

}  // namespace belay::transport
