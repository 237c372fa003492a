// Uploads as JSON documents, and the name of a file in a header.
#pragma once

#include <string>

#include "services/uploads/uploads.hpp"

namespace belay::surfaces::sendsage {

// {"id","filename","format","size","created_at"}; of one that can not be read {"id","created_at","unreadable":true}.
std::string render_upload(const services::UploadInfo& info);
// The same with "records" and "statistics".
std::string render_upload(const services::UploadInfo& info, const uploads::Upload& upload);
// {"uploads":[…],"next_cursor":…}
std::string render_uploads(const services::UploadPage& page);

// A page's cursor, as text and back; nothing for a text that is no cursor.
std::string cursor_text(const UploadPlace& place);
std::optional<UploadPlace> parse_cursor(std::string_view text);

// attachment; filename="…"; filename*=UTF-8''… (RFC 6266).
std::string attachment_header(std::string_view file_name);

}  // namespace belay::surfaces::sendsage
