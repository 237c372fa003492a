// A conversation as PDF, A4: laid out by Pango, which shapes and orders every script and finds fonts for it;
// written by Cairo, which gives each page away when it is full. Code stands in a fixed-width font on grey.
//
// In memory are the page's own content, the fonts' glyphs that were used, and a few numbers a page. Texts are
// laid out a paragraph at a time; a longer one than kMostParagraph bytes is broken there.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "exports/renderer.hpp"

namespace belay::exports {

class PdfRenderer final : public Renderer {
 public:
  PdfRenderer();
  ~PdfRenderer() override;
  void begin(const Heading& heading, std::string& out) override;
  void add(const StoredMessage& message, std::string& out) override;
  Result<> end(std::string& out) override;

 private:
  class Pages;
  std::unique_ptr<Pages> pages_;
};

}  // namespace belay::exports
