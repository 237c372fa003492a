#include "services/uploads/sealed_prompts.hpp"

#include "base/encryption/sealing.hpp"
#include "core/types/codec.hpp"

namespace belay::services {
namespace {

// Lengths are hidden up to a multiple of this.
constexpr std::size_t kBlock = 4'096;

SealedFor sealed_for(const RunRequest& request) {
  return {"run.prompt", request.user, request.id.text()};
}

}  // namespace

// sealed := size of the key's id (varint)  id  sealed value
std::string SealedPrompts::seal(const RunRequest& request, std::string_view prompt) const {
  const auto keys = keys_.take();
  if (!keys) return {};
  const SealingKey& key = keys->current();
  std::string sealed;
  append_varint(key.id().size(), sealed);
  sealed += key.id();
  return sealed + seal_value(key, sealed_for(request), prompt, kBlock);
}

Result<std::string> SealedPrompts::open(const RunRequest& request, std::string_view sealed) const {
  const auto keys = keys_.take();
  const auto size = take_varint(sealed);
  const bool is_whole = size && *size <= sealed.size();
  const SealingKey* const key = keys && is_whole ? keys->find(sealed.substr(0, *size)) : nullptr;
  if (!key) return make_error(ErrorCode::unavailable, "The key of this prompt is not configured.");
  return open_value(*key, sealed_for(request), sealed.substr(*size), kBlock);
}

}  // namespace belay::services
