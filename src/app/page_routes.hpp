// Serves the files of the web page (app/page_files.hpp).
//
// Each is sent in the smallest coding that the client accepts, with an ETag. What has its digest in its name may be
// cached for ever. Pages get a content security policy: scripts, styles, requests and pictures of this server only, so
// that nothing that a model writes can send anything elsewhere.
#pragma once

#include <span>
#include <vector>

#include "app/page_files.hpp"
#include "transport/router.hpp"

namespace belay::app {

// One route for each file.
std::vector<transport::Route> page_routes(std::span<const PageFile> files);

// What a request of the file gets. 304: the client has it.
transport::Response page_response(const PageFile& file, const transport::Request& request);

// Whether there is a file of this path.
bool has_page(std::span<const PageFile> files, std::string_view path);

}  // namespace belay::app
