#include "surfaces/persona/session_id.hpp"

#include <array>
#include <cstddef>

#include "auth/base64url.hpp"

namespace belay::surfaces::persona {
namespace {

constexpr std::string_view kPrefix = "session_";
constexpr std::size_t kBytes = 24;

}  // namespace

std::string make_session_id(Random& random) {
  std::array<std::byte, kBytes> bytes;
  random.fill(bytes);
  return std::string(kPrefix) +
         auth::to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool is_session_id(std::string_view id) {
  if (!id.starts_with(kPrefix)) return false;
  const auto bytes = auth::from_base64url(id.substr(kPrefix.size()));
  return bytes && bytes->size() == kBytes;
}

}  // namespace belay::surfaces::persona
