// What of an upload is encrypted, and how: the label (name, format, size of the file), what was derived from the content,
// and the content in pieces. Each is bound to the user and the upload (base/encryption/sealing.hpp). The lengths of the
// first two are hidden, because they would tell something of the content.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/encryption/sealing.hpp"
#include "core/ports/upload_store.hpp"
#include "uploads/upload.hpp"

namespace belay::services {

// Pieces of content have so many bytes before they are sealed; the last one may be shorter.
inline constexpr std::size_t kSealedPiece = 64 * 1024;
// The longest name of a file, in bytes.
inline constexpr std::size_t kMaxFileName = 255;

struct UploadLabel {
  std::string name;
  uploads::Format format = uploads::Format::csv;
  ByteCount size{};  // of the file
};

std::string seal_label(const SealingKey& key, const StoredUpload& of, const UploadLabel& label);
std::string seal_derived(const SealingKey& key, const StoredUpload& of, const uploads::Upload& upload);
// What the content's Sealer and Opener are made with.
SealedFor sealed_content_of(const StoredUpload& of);

// These fail with `unavailable` if the upload's key is not among the keys, and with `internal` if it does not open. The
// detail is for the user, the advice for the operator.
Result<UploadLabel> open_label(const SealingKeys& keys, const StoredUpload& upload);
Result<uploads::Upload> open_derived(const SealingKeys& keys, const StoredUpload& upload);
Result<const SealingKey*> key_of(const SealingKeys& keys, const StoredUpload& upload);
Error does_not_open(const StoredUpload& upload, std::string_view what);

// The same with the current key. The content is in memory twice for a moment, piece by piece.
Result<UploadWithContent> sealed_again(const SealingKeys& keys, UploadWithContent sealed);

}  // namespace belay::services
