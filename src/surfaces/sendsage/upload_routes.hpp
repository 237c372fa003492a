// The routes for a user's uploads (requirements S5, S6), below the surface's prefix:
//
//   POST   /api/uploads               201: multipart with `file`, or the file itself with ?filename= (or a
//                                     Content-Disposition); for the premium tier
//   GET    /api/uploads?cursor=&limit=  the caller's uploads, newest first
//   GET    /api/uploads/{id}          one of them, with its statistics
//   GET    /api/uploads/{id}/content  the file as it was
//   DELETE /api/uploads/{id}          204, also if there is none
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <string>

#include "surfaces/surface.hpp"

namespace belay::surfaces::sendsage {

struct UploadRoutesConfig {
  std::string prefix;
  std::string tier =
      "premium";  // a tier's name or alias: the lowest that may upload. Unknown: only the highest may
  ByteCount max_file = 10_MiB;  // uploads.max_file
};

// Appends the routes. Without a context, only their patterns are of use.
void append_upload_routes(const SurfaceContext* context, const UploadRoutesConfig& config, Surface& surface);

// Fails with `forbidden` if the caller's tier is too low.
Awaitable<Result<>> check_tier(transport::Request& request, const SurfaceContext& context,
                               const Caller& caller, const std::string& tier);

}  // namespace belay::surfaces::sendsage
