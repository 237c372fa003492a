// The web page and the API reference, compiled in: what `npm run build` in web/ wrote to web/dist, at the time when the
// build was configured. Without that directory there are none, and the server runs without a page.
#pragma once

#include <span>
#include <string_view>

namespace belay::app {

// The bytes live as long as the process.
struct PageFile {
  std::string_view path;          // "/": index.html; "/docs": docs.html; "/assets/index-4f2a.js"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view digest;        // of the bytes, in hexadecimal digits
  std::string_view bytes;
  std::string_view gzip;    // the same, compressed; empty: it is not worth it
  std::string_view brotli;  // same
};

// Written by CMake (cmake/embed_page.cmake).
std::span<const PageFile> page_files();

}  // namespace belay::app
