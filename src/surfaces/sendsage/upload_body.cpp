#include "surfaces/sendsage/upload_body.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/utf8.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::sendsage {
namespace {

Error bad_field(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

}  // namespace

Error too_large_upload() {
  Error error = make_error(ErrorCode::payload_too_large, "Upload failed—try a smaller file", "file");
  error.limit = "uploads.max_file";
  return error;
}

// ---- The body

Result<> BoundedBody::check_length() const {
  const std::string_view length = request_.header("content-length").value_or("0");
  std::uint64_t bytes = 0;
  const auto read = std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (read.ec != std::errc() || bytes > left_) return too_large_upload();
  return {};
}

Awaitable<Result<std::string>> BoundedBody::read() {
  auto piece = co_await request_.body_reader->read();
  if (!piece && piece.error().code == ErrorCode::payload_too_large) co_return too_large_upload();
  if (!piece) co_return piece;
  if (piece->size() > left_) co_return too_large_upload();
  left_ -= piece->size();
  co_return piece;
}

// ---- A form

struct UploadBody::Form {
  FormRules rules;
  UploadedForm result{};
  std::optional<LimitStatus> limit{};
  std::unique_ptr<services::UploadReceiver> receiver{};
  Digest digest{};
  enum class Part { skipped, text, file, unnamed_file } part = Part::skipped;
  std::string name{};  // of the text
  std::string text{};  // so far
  ByteCount max_text{};
  bool has_file = false;
};

Awaitable<Result<>> UploadBody::begin_file(Form& form, std::string file_name, services::Admission place) {
  auto receiving = co_await uploads_.receive(*request_.loop, deadline_of(request_), caller_,
                                             std::move(file_name), std::move(place));
  form.limit = std::move(receiving.limit);
  if (!receiving.receiver) co_return receiving.receiver.error();
  form.receiver = std::move(*receiving.receiver);
  co_return Result<>();
}

Awaitable<Result<>> UploadBody::end_file(Form& form) {
  auto accepted = co_await form.receiver->finish();
  form.receiver.reset();
  if (!accepted) co_return accepted.error();
  form.result.upload = std::move(*accepted);
  form.result.file_digest = form.digest.hexadecimal();
  co_return Result<>();
}

Awaitable<Result<>> UploadBody::begin_part(Form& form, transport::MultipartPart part) {
  form.part = Form::Part::skipped;
  if (part.name == form.rules.file) {
    if (form.has_file) co_return bad_field(form.rules.file, "Send one file at a time.");
    std::string file_name = part.filename.value_or("");
    if (const auto given = form.result.texts.find("filename");
        file_name.empty() && given != form.result.texts.end())
      file_name = given->second;
    form.part = Form::Part::unnamed_file;
    if (file_name.empty()) co_return Result<>();
    form.has_file = true;
    form.part = Form::Part::file;
    services::Admission none;
    co_return co_await begin_file(form, std::move(file_name), std::move(none));
  }
  for (const auto& [name, max] : form.rules.texts) {
    if (part.name != name) continue;
    if (form.result.texts.contains(name))
      co_return bad_field(name, fmt::format("{} occurs twice. Send it once.", name));
    form.part = Form::Part::text;
    form.name = name;
    form.max_text = max;
  }
  co_return Result<>();
}

Awaitable<Result<>> UploadBody::take_data(Form& form, std::string data) {
  switch (form.part) {
    case Form::Part::file:
      form.digest.add(data);
      co_return co_await form.receiver->push(std::move(data));
    case Form::Part::unnamed_file:
      co_return bad_field("filename",
                          "The file has no name. Send it with one that ends in .csv, .txt or .json.");
    case Form::Part::text:
      form.text += data;
      if (form.text.size() > form.max_text.value)
        co_return make_error(
            ErrorCode::payload_too_large,
            fmt::format("{} is too long: at most {} bytes are taken.", form.name, form.max_text.value),
            form.name);
      break;
    case Form::Part::skipped:
      break;
  }
  co_return Result<>();
}

Awaitable<Result<>> UploadBody::end_part(Form& form) {
  if (form.part == Form::Part::file) co_return co_await end_file(form);
  if (form.part == Form::Part::text) {
    if (!is_valid_utf8(form.text))
      co_return bad_field(form.name, fmt::format("{} must be UTF-8.", form.name));
    form.result.texts[form.name] = std::exchange(form.text, {});
  }
  co_return Result<>();
}

Awaitable<Result<>> UploadBody::take_event(Form& form, transport::MultipartEvent event) {
  switch (event.kind) {
    case transport::MultipartEvent::Kind::part_begins:
      co_return co_await begin_part(form, std::move(event.part));
    case transport::MultipartEvent::Kind::data:
      co_return co_await take_data(form, std::move(event.data));
    case transport::MultipartEvent::Kind::part_ends:
      break;
  }
  co_return co_await end_part(form);
}

Awaitable<FormOutcome> UploadBody::read_form(FormRules rules) {
  Form form{std::move(rules)};
  BoundedBody body(request_, ByteCount{max_file_.value + kFormBytes});
  if (auto fits = body.check_length(); !fits) co_return FormOutcome{fits.error()};
  const auto boundary = transport::multipart_boundary(request_.header("content-type").value_or(""));
  if (!boundary) co_return FormOutcome{boundary.error()};
  transport::MultipartParser parser(*boundary);
  for (;;) {
    const auto piece = co_await body.read();
    if (!piece) co_return FormOutcome{piece.error()};
    if (piece->empty()) break;
    auto events = parser.push(*piece);
    if (!events) co_return FormOutcome{events.error()};
    for (transport::MultipartEvent& event : *events) {
      const auto taken = co_await take_event(form, std::move(event));
      if (!taken) co_return FormOutcome{taken.error(), std::move(form.limit)};
    }
  }
  if (const auto complete = parser.finish(); !complete) co_return FormOutcome{complete.error()};
  co_return FormOutcome{std::move(form.result)};
}

Awaitable<FormOutcome> UploadBody::read_file(std::string file_name) {
  Form form{};
  BoundedBody body(request_, ByteCount{max_file_.value + kFormBytes});
  if (auto fits = body.check_length(); !fits) co_return FormOutcome{fits.error()};
  services::Admission none;
  const auto begun = co_await begin_file(form, std::move(file_name), std::move(none));
  if (!begun) co_return FormOutcome{begun.error(), std::move(form.limit)};
  for (;;) {
    auto piece = co_await body.read();
    if (!piece) co_return FormOutcome{piece.error()};
    if (piece->empty()) break;
    form.digest.add(*piece);
    const auto taken = co_await form.receiver->push(std::move(*piece));
    if (!taken) co_return FormOutcome{taken.error()};
  }
  const auto ended = co_await end_file(form);
  if (!ended) co_return FormOutcome{ended.error()};
  co_return FormOutcome{std::move(form.result)};
}

Awaitable<FormOutcome> UploadBody::take_file(std::string file_name, std::string content,
                                             services::Admission place) {
  constexpr std::size_t kPiece = 64 * 1024;
  Form form{};
  const auto begun = co_await begin_file(form, std::move(file_name), std::move(place));
  if (!begun) co_return FormOutcome{begun.error(), std::move(form.limit)};
  for (std::size_t at = 0; at < content.size(); at += kPiece) {
    std::string piece = content.substr(at, kPiece);
    form.digest.add(piece);
    const auto taken = co_await form.receiver->push(std::move(piece));
    if (!taken) co_return FormOutcome{taken.error()};
  }
  const auto ended = co_await end_file(form);
  if (!ended) co_return FormOutcome{ended.error()};
  co_return FormOutcome{std::move(form.result)};
}

}  // namespace belay::surfaces::sendsage
