// Reads an uploaded file while its bytes arrive: UploadReader takes pieces of any size and ends in an Upload or
// in an Error that tells the user what to change.
//
//   UploadReader reader(Format::csv, config);
//   for (piece of the body)
//     if (auto fine = reader.push(piece); !fine) return fine.error();   // refuse the rest of the body
//   Result<Upload> upload = reader.finish();
//
// The pieces' borders do not change the result. Nothing is written anywhere, and no time is read.
//
// Memory: 16 bytes a climb (Config::max_climbs), one record, and at most Config::max_whole of the content
// twice, whatever the size of the file. Time: linear in the file's size; 10 MB take well under a second. A
// caller on a loop should nevertheless use the pool for heavy work.
//
// Errors: payload_too_large (file too large, too many climbs) and unprocessable (everything else). Their field
// is "file", and `limit` names the setting that was exceeded.
//
// Any thread, one at a time. No destructor or function blocks.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "uploads/text_input.hpp"
#include "uploads/upload_builder.hpp"

namespace belay::uploads {

class UploadReader {
 public:
  UploadReader(Format format, const Config& config);

  // After an error, each call returns that error.
  Result<> push(std::string_view bytes);
  // The file is complete. To be called once.
  Result<Upload> finish();

 private:
  Result<> take(std::string_view bytes);
  Result<> read(std::string_view text);
  Result<> end();

  Format format_;
  TextInput input_;
  std::unique_ptr<UploadBuilder> builder_;  // the reader refers to it
  std::unique_ptr<ContentReader> reader_;
  std::string text_;       // checked, and about to be read
  bool has_text_ = false;  // something that is not a space
  Result<> state_;
};

}  // namespace belay::uploads
