# Compiles the files of a directory in: see src/app/page_files.hpp.
#
#   embed_page(TARGET DIRECTORY): adds page_files() to the target. A directory that does not exist has no files.
#
# NAME.gz and NAME.br are the file NAME, compressed.

function(embed_page target directory)
  set(types_html "text/html; charset=utf-8")
  set(types_js "text/javascript; charset=utf-8")
  set(types_css "text/css; charset=utf-8")
  set(types_json "application/json")
  set(types_svg "image/svg+xml")
  set(types_png "image/png")
  set(types_ico "image/x-icon")
  set(types_woff2 "font/woff2")
  set(types_txt "text/plain; charset=utf-8")
  set(types_webmanifest "application/manifest+json")

  set(generated ${CMAKE_BINARY_DIR}/generated)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${directory} ${directory}/*)
  list(SORT files)
  set(assembly "  .section .rodata\n")
  set(declarations "")
  set(rows "")
  set(count 0)
  foreach(file IN LISTS files)
    if(file MATCHES "\\.(gz|br|map)$")
      continue()
    endif()
    string(REGEX MATCH "[^.]+$" extension ${file})
    if(NOT DEFINED types_${extension})
      message(FATAL_ERROR "${directory}/${file}: cmake/embed_page.cmake has no content type for .${extension}")
    endif()
    if(file STREQUAL "index.html")
      set(path "/")
    elseif(file MATCHES "^([a-z]+)\\.html$")
      set(path "/${CMAKE_MATCH_1}")
    else()
      set(path "/${file}")
    endif()
    file(SHA256 ${directory}/${file} digest)
    string(SUBSTRING ${digest} 0 16 digest)
    set(row "    {\"${path}\", \"${types_${extension}}\", \"${digest}\"")
    foreach(coding "" .gz .br)
      if(EXISTS ${directory}/${file}${coding})
        set(symbol belay_page_${count})
        math(EXPR count "${count} + 1")
        string(APPEND assembly "  .global ${symbol}\n${symbol}:\n  .incbin \"${directory}/${file}${coding}\"\n"
                               "  .global ${symbol}_end\n${symbol}_end:\n")
        string(APPEND declarations "extern const char ${symbol}[], ${symbol}_end[];\n")
        string(APPEND row ", bytes(${symbol}, ${symbol}_end)")
        set_property(SOURCE ${generated}/page_files.S APPEND PROPERTY OBJECT_DEPENDS ${directory}/${file}${coding})
      else()
        string(APPEND row ", std::string_view()")
      endif()
    endforeach()
    string(APPEND rows "${row}},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${directory}/${file})
  endforeach()
  string(APPEND assembly "  .section .note.GNU-stack,\"\",%progbits\n")
  file(CONFIGURE OUTPUT ${generated}/page_files.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${generated}/page_files.cpp @ONLY CONTENT "// Written by CMake from cmake/embed_page.cmake.
#include \"app/page_files.hpp\"

#include <vector>

extern \"C\" {
${declarations}}

namespace belay::app {

std::span<const PageFile> page_files() {
  [[maybe_unused]] const auto bytes = [](const char* begin, const char* end) {
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
  };
  static const std::vector<PageFile> files = {
${rows}  };
  return files;
}

}  // namespace belay::app
")
  target_sources(${target} PRIVATE ${generated}/page_files.cpp ${generated}/page_files.S)
endfunction()
