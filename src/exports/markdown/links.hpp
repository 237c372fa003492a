// Targets of links, and addresses in plain text.
//
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "exports/markdown/document.hpp"

namespace belay::exports {

// Returns the URI for a link, or an empty string if the target must not become a link. Only http, https and
// mailto are allowed. The result has only characters that may appear in a PDF's URI: others are
// percent-encoded.
std::string link_target(std::string_view target);

// Returns the number of the link to a target in the document, which is added if needed. 0: the target must
// not become a link, or the document has too many.
std::uint32_t add_link(Document& document, std::string_view target);

// Makes addresses in a text links: http://…, https://… and www.… outside of code and of other links.
// Characters at the end that belong to the sentence, such as a full stop, are not part of the address.
void link_addresses(RichText& text, Document& document);

}  // namespace belay::exports
