#include "uploads/upload_reader.hpp"

#include <utility>

#include "uploads/csv_climbs.hpp"
#include "uploads/json_reader.hpp"
#include "uploads/text_reader.hpp"

namespace belay::uploads {
namespace {

std::unique_ptr<ContentReader> make_reader(Format format, const Config& config, UploadBuilder& out) {
  switch (format) {
    case Format::csv:
      return std::make_unique<CsvClimbs>(config, out);
    case Format::txt:
      return std::make_unique<TextReader>(config, out);
    case Format::json:
      return std::make_unique<JsonReader>(config, out);
  }
  return nullptr;
}

}  // namespace

UploadReader::UploadReader(Format format, const Config& config)
    : format_(format),
      input_(format, config.max_file),
      builder_(std::make_unique<UploadBuilder>(config)),
      reader_(make_reader(format, config, *builder_)) {}

Result<> UploadReader::push(std::string_view bytes) {
  constexpr std::size_t kSlice = ContentReader::kMaxPieceBytes / 2;  // to it comes what was held back
  while (state_ && !bytes.empty()) {
    state_ = take(bytes.substr(0, kSlice));
    bytes.remove_prefix(std::min(kSlice, bytes.size()));
  }
  return state_;
}

Result<Upload> UploadReader::finish() {
  if (state_) state_ = end();
  if (!state_) return state_.error();
  Upload upload;
  upload.format = format_;
  upload.size = input_.size();
  upload.records = builder_->records;
  upload.statistics = builder_->climbs.finish();
  upload.fields = std::move(builder_->fields).finish();
  if (builder_->whole.overflowed())
    upload.sample = std::move(builder_->sample).take();
  else
    upload.whole = std::move(builder_->whole).take();
  return upload;
}

Result<> UploadReader::take(std::string_view bytes) {
  text_.clear();
  if (auto fine = input_.push(bytes, text_); !fine) return fine;
  return read(text_);
}

Result<> UploadReader::read(std::string_view text) {
  has_text_ = has_text_ || text.find_first_not_of(" \t\r\n") != text.npos;
  return text.empty() ? Result<>() : reader_->push(text);
}

Result<> UploadReader::end() {
  text_.clear();
  if (auto fine = input_.finish(text_); !fine) return fine;
  if (auto fine = read(text_); !fine) return fine;
  if (!has_text_) return unusable("The file is empty. Upload a file with your climbs.");
  return reader_->finish();
}

}  // namespace belay::uploads
