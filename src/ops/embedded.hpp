// Texts that are compiled in, so that the server needs no files. embedded.cpp.in is their template; CMake
// fills it.
#pragma once

#include <string_view>

namespace belay::ops {

// The project's version.
std::string_view version();
// docs/openapi.json: served at /openapi.json.
std::string_view openapi_json();
// ops/docs_page/index.html: served at /docs, and shows /openapi.json.
std::string_view docs_page_html();

}  // namespace belay::ops
