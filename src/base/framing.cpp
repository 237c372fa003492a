#include "base/framing.hpp"

namespace belay {
namespace {

class PlainFraming final : public Framing {
 public:
  void open(const MessageHead&, std::string&) const override {}
  void close(MessagePart, std::size_t, std::string&) const override {}
};

}  // namespace

const Framing& plain_framing() {
  static const PlainFraming framing;
  return framing;
}

}  // namespace belay
