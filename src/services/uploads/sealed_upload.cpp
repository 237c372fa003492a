#include "services/uploads/sealed_upload.hpp"

#include <fmt/format.h>

#include "core/types/codec.hpp"
#include "uploads/upload_form.hpp"

namespace belay::services {
namespace {

// Each label has the same length.
constexpr std::size_t kLabelBlock = 512;
constexpr std::size_t kDerivedBlock = 4'096;
constexpr char kLabelVersion = 1;

SealedFor sealed_for(const char* purpose, const StoredUpload& upload) {
  return {purpose, upload.user, upload.id};
}

std::string write_label(const UploadLabel& label) {
  std::string bytes(1, kLabelVersion);
  FieldWriter(bytes)
      .text(1, label.name)
      .number(2, static_cast<std::uint64_t>(label.format))
      .number(3, label.size.value);
  return bytes;
}

std::optional<UploadLabel> read_label(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kLabelVersion) return std::nullopt;
  UploadLabel label;
  std::uint64_t format = 0;
  FieldReader reader(bytes.substr(1));
  while (reader.next()) {
    if (reader.tag() == 1) label.name = reader.text();
    if (reader.tag() == 2) format = reader.number();
    if (reader.tag() == 3) label.size.value = reader.number();
  }
  label.format = static_cast<uploads::Format>(format);
  if (!reader.ok() || format > static_cast<std::uint64_t>(uploads::Format::json)) return std::nullopt;
  return label;
}

}  // namespace

std::string seal_label(const SealingKey& key, const StoredUpload& of, const UploadLabel& label) {
  return seal_value(key, sealed_for("upload.label", of), write_label(label), kLabelBlock);
}

std::string seal_derived(const SealingKey& key, const StoredUpload& of, const uploads::Upload& upload) {
  return seal_value(key, sealed_for("upload.derived", of), uploads::write_upload(upload), kDerivedBlock);
}

SealedFor sealed_content_of(const StoredUpload& of) {
  return sealed_for("upload.content", of);
}

Error does_not_open(const StoredUpload& upload, std::string_view what) {
  Error error =
      make_error(ErrorCode::internal,
                 "This upload can not be read: what is stored of it was changed or is incomplete. Delete it "
                 "and upload the file again.");
  error.advice = fmt::format(
      "The {} of the upload {} does not open with the key \"{}\". Either its bytes in the store were "
      "changed, or the key "
      "of this id is not the one that encrypted it.",
      what, upload.id, upload.key);
  return error;
}

Result<const SealingKey*> key_of(const SealingKeys& keys, const StoredUpload& upload) {
  if (const SealingKey* key = keys.find(upload.key)) return key;
  Error error = make_error(
      ErrorCode::unavailable,
      "This upload can not be read at the moment: the server lacks the key that it is encrypted with. "
      "Tell the server's operator.");
  error.advice = fmt::format(
      "The upload {} is encrypted with the key \"{}\", which is not configured. Add it to uploads.keys, "
      "until `belay "
      "uploads rotate` says that nothing is left.",
      upload.id, upload.key);
  return error;
}

Result<UploadLabel> open_label(const SealingKeys& keys, const StoredUpload& upload) {
  const auto key = key_of(keys, upload);
  if (!key) return key.error();
  const auto bytes = open_value(**key, sealed_for("upload.label", upload), upload.label, kLabelBlock);
  auto label = bytes ? read_label(*bytes) : std::nullopt;
  if (!label) return does_not_open(upload, "label");
  return std::move(*label);
}

Result<uploads::Upload> open_derived(const SealingKeys& keys, const StoredUpload& upload) {
  const auto key = key_of(keys, upload);
  if (!key) return key.error();
  const auto bytes = open_value(**key, sealed_for("upload.derived", upload), upload.derived, kDerivedBlock);
  if (!bytes) return does_not_open(upload, "derived part");
  auto derived = uploads::read_upload_form(*bytes);
  if (!derived) return does_not_open(upload, "derived part");
  return derived;
}

Result<UploadWithContent> sealed_again(const SealingKeys& keys, UploadWithContent sealed) {
  StoredUpload& upload = sealed.upload;
  const auto key = key_of(keys, upload);
  if (!key) return key.error();
  const auto label = open_label(keys, upload);
  if (!label) return label.error();
  const auto derived = open_value(**key, sealed_for("upload.derived", upload), upload.derived, kDerivedBlock);
  if (!derived) return does_not_open(upload, "derived part");
  const SealingKey& current = keys.current();
  Opener opener(**key, sealed_content_of(upload));
  Sealer sealer(current, sealed_content_of(upload));
  for (std::size_t i = 0; i < sealed.content.size(); ++i) {
    const auto piece = opener.open(sealed.content[i]);
    const bool is_last = i + 1 == sealed.content.size();
    if (!piece || opener.has_ended() != is_last) return does_not_open(upload, "content");
    sealed.content[i] = sealer.seal(*piece, is_last ? Sealer::Place::last : Sealer::Place::more_follows);
  }
  upload.label = seal_label(current, upload, *label);
  upload.derived = seal_value(current, sealed_for("upload.derived", upload), *derived, kDerivedBlock);
  upload.key = current.id();
  return sealed;
}

}  // namespace belay::services
