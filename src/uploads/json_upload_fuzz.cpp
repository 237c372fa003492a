// Fuzz test: reads arbitrary bytes as a JSON. Besides what upload_fuzzing.hpp checks, the content that is kept
// must be JSON for another parser.
#include <boost/json.hpp>

#include "uploads/upload_fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto upload =
      belay::uploads::check_upload(belay::uploads::Format::json, {reinterpret_cast<const char*>(data), size});
  if (!upload || upload->whole.empty()) return 0;
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  boost::json::parse(upload->whole, error, {}, options);
  belay::uploads::require(!error || error == boost::json::error::exponent_overflow);
  return 0;
}
