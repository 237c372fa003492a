#include "base/encryption/sealing.hpp"

#include <cstdint>
#include <sodium.h>

namespace belay {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t kTagBytes = crypto_secretstream_xchacha20poly1305_ABYTES;

const unsigned char* unsigned_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* unsigned_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

// Each text with its length in front, so that no two values of SealedFor give the same bytes.
std::string associated_data(const SealedFor& whom) {
  std::string data(1, kVersion);
  for (const std::string* text : {&whom.purpose, &whom.user, &whom.object}) {
    const std::uint64_t size = text->size();
    for (unsigned shift = 0; shift < 64; shift += 8) data.push_back(static_cast<char>(size >> shift & 0xFF));
    data.append(*text);
  }
  return data;
}

Error does_not_open() {
  return make_error(ErrorCode::internal,
                    "Encrypted data does not open: it was changed, is incomplete, or belongs elsewhere.");
}

// The state of a stream holds keys.
struct Stream {
  crypto_secretstream_xchacha20poly1305_state state{};
  ~Stream() { sodium_memzero(&state, sizeof(state)); }
};

}  // namespace

struct Sealer::State {
  Stream stream;
  std::string whom;
  std::string begin;  // not sealed yet: what stands before the first piece
};

Sealer::Sealer(const SealingKey& key, const SealedFor& whom) : state_(std::make_unique<State>()) {
  state_->whom = associated_data(whom);
  state_->begin.assign(1, kVersion);
  state_->begin.resize(1 + kHeaderBytes);
  crypto_secretstream_xchacha20poly1305_init_push(&state_->stream.state, unsigned_of(state_->begin) + 1,
                                                  key.bytes());
}

Sealer::~Sealer() = default;

std::string Sealer::seal(std::string_view piece, Place place) {
  std::string sealed = std::exchange(state_->begin, {});
  const std::size_t at = sealed.size();
  sealed.resize(at + piece.size() + kTagBytes);
  const unsigned char tag = place == Place::last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                 : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  crypto_secretstream_xchacha20poly1305_push(&state_->stream.state, unsigned_of(sealed) + at, nullptr,
                                             unsigned_of(piece), piece.size(), unsigned_of(state_->whom),
                                             state_->whom.size(), tag);
  return sealed;
}

struct Opener::State {
  Stream stream;
  std::string whom;
  const SealingKey* key = nullptr;  // until the first piece
  bool failed = false;
  bool ended = false;
};

Opener::Opener(const SealingKey& key, const SealedFor& whom) : state_(std::make_unique<State>()) {
  state_->whom = associated_data(whom);
  state_->key = &key;
}

Opener::~Opener() = default;

bool Opener::has_ended() const {
  return state_->ended;
}

Result<std::string> Opener::open(std::string_view piece) {
  State& state = *state_;
  if (state.failed || state.ended) return does_not_open();
  state.failed = true;
  if (const SealingKey* key = std::exchange(state.key, nullptr)) {
    if (piece.size() < 1 + kHeaderBytes || piece.front() != kVersion) return does_not_open();
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state.stream.state, unsigned_of(piece) + 1,
                                                        key->bytes()) != 0)
      return does_not_open();
    piece.remove_prefix(1 + kHeaderBytes);
  }
  if (piece.size() < kTagBytes) return does_not_open();
  std::string opened(piece.size() - kTagBytes, '\0');
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(&state.stream.state, unsigned_of(opened), nullptr, &tag,
                                                 unsigned_of(piece), piece.size(), unsigned_of(state.whom),
                                                 state.whom.size()) != 0)
    return does_not_open();
  state.failed = false;
  state.ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  return opened;
}

std::string seal_value(const SealingKey& key, const SealedFor& whom, std::string_view value,
                       std::size_t block) {
  std::string padded(value);
  // As ISO/IEC 7816-4: 0x80, then zeros.
  padded.push_back('\x80');
  padded.resize((padded.size() + block - 1) / block * block);
  Sealer sealer(key, whom);
  std::string sealed = sealer.seal(padded, Sealer::Place::last);
  sodium_memzero(padded.data(), padded.size());
  return sealed;
}

Result<std::string> open_value(const SealingKey& key, const SealedFor& whom, std::string_view sealed,
                               std::size_t block) {
  Opener opener(key, whom);
  auto value = opener.open(sealed);
  if (!value) return value;
  if (!opener.has_ended() || value->size() % block != 0) return does_not_open();
  const std::size_t end = value->find_last_not_of('\0');
  if (end == std::string::npos || (*value)[end] != '\x80') return does_not_open();
  value->resize(end);
  return value;
}

}  // namespace belay
