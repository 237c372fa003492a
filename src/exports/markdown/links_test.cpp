#include "exports/markdown/links.hpp"

#include <gtest/gtest.h>

#include "exports/markdown/outline_testing.hpp"

namespace belay::exports {
namespace {

std::string linked(std::string_view text) {
  Document document;
  RichText rich = RichText::plain(text);
  link_addresses(rich, document);
  return marked_up(document, rich);
}

TEST(Links, C9_a_target_has_only_characters_that_a_PDF_may_contain) {
  EXPECT_EQ(link_target("https://a.b/c?d=e&f#g"), "https://a.b/c?d=e&f#g");
  EXPECT_EQ(link_target(" http://a.b/x y'(z)\\\n\"> "), "http://a.b/x%20y%27%28z%29%5C%0A%22%3E");
  EXPECT_EQ(link_target("http://a.b/路%20"), "http://a.b/%E8%B7%AF%20");
  EXPECT_EQ(link_target("MailTo:a@b.c"), "MailTo:a@b.c");
}

TEST(Links, C9_other_schemes_are_no_targets) {
  for (const auto* target : {"", "javascript:x", "ftp://a.b", "file:///x", "//a.b", "/x", "data:,x", "http:x",
                             "x http://a.b", "tel:1"})
    EXPECT_EQ(link_target(target), "") << target;
  EXPECT_EQ(link_target("http://" + std::string(3'000, 'a')), "");
  EXPECT_EQ(link_target("http://" + std::string(1'000, ' ') + "a"), "") << "3,000 bytes when it is encoded";
}

TEST(Links, C9_an_address_ends_where_the_sentence_goes_on) {
  EXPECT_EQ(linked("see https://a.b/c."), "see <a https://a.b/c>https://a.b/c</a>.");
  EXPECT_EQ(linked("(https://a.b/c_(d))!"), "(<a https://a.b/c_%28d%29>https://a.b/c_(d)</a>)!");
  EXPECT_EQ(linked("请看https://a.b/路径。谢谢"),
            "请看<a https://a.b/%E8%B7%AF%E5%BE%84>https://a.b/路径</a>。谢谢");
  EXPECT_EQ(linked("www.a.b/c, \"http://d.e\""),
            "<a http://www.a.b/c>www.a.b/c</a>, \"<a http://d.e>http://d.e</a>\"");
  EXPECT_EQ(linked("HTTP://A.B?x=1&y=2;"), "<a HTTP://A.B?x=1&y=2>HTTP://A.B?x=1&y=2</a>;");
}

TEST(Links, C9_what_only_looks_like_an_address_is_text) {
  for (const auto* text : {"http://", "https://.", "xhttp://a.b", "awww.b.c", "www.", "hw", "http:/a", "://"})
    EXPECT_EQ(linked(text), text);
}

}  // namespace
}  // namespace belay::exports
