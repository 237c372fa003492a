#include "transport/multipart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kBoundary = "X-b";

// "name" or "name=filename (type)", then the data in brackets; "error: …" at the end if there is one.
std::string read_pieces(const std::vector<std::string_view>& pieces, MultipartLimits limits = {}) {
  MultipartParser parser(kBoundary, limits);
  std::string text, data;
  for (const std::string_view piece : pieces) {
    const auto events = parser.push(piece);
    if (!events) {
      EXPECT_EQ(events.error().code, ErrorCode::invalid_request);
      EXPECT_FALSE(parser.push("more")) << "an error stays";
      EXPECT_FALSE(parser.finish());
      return "error: " + events.error().detail;
    }
    for (const MultipartEvent& event : *events) {
      if (event.kind == MultipartEvent::Kind::part_begins) {
        text += event.part.name;
        if (event.part.filename) text += "=" + *event.part.filename;
        if (!event.part.content_type.empty()) text += " (" + event.part.content_type + ")";
      }
      EXPECT_EQ(event.data.empty(), event.kind != MultipartEvent::Kind::data);
      data += event.data;
      if (event.kind == MultipartEvent::Kind::part_ends) text += "[" + std::exchange(data, {}) + "]";
    }
  }
  const auto complete = parser.finish();
  return complete ? text : "error: " + complete.error().detail;
}

// As a whole, cut at every byte, and byte by byte, which must make no difference.
std::string read_body(std::string_view body, MultipartLimits limits = {}) {
  const std::string whole = read_pieces({body}, limits);
  for (std::size_t cut = 0; cut <= body.size(); ++cut)
    EXPECT_EQ(read_pieces({body.substr(0, cut), body.substr(cut)}, limits), whole) << "cut at " << cut;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < body.size(); ++i) bytes.push_back(body.substr(i, 1));
  EXPECT_EQ(read_pieces(bytes, limits), whole) << "byte by byte";
  return whole;
}

// A body of one part with these headers, which end in a line end.
std::string read_headers(const std::string& headers) {
  return read_body("--X-b\r\n" + headers + "\r\nx\r\n--X-b--\r\n");
}
std::string read_disposition(const std::string& value) {
  return read_headers("Content-Disposition: " + value + "\r\n");
}

TEST(Multipart, S5_a_form_as_browsers_send_it_is_read_part_by_part) {
  EXPECT_EQ(read_body("--X-b\r\n"
                      "Content-Disposition: form-data; name=\"prompt\"\r\n"
                      "\r\n"
                      "How's my progress?\r\n"
                      "--X-b\r\n"
                      "Content-Disposition: form-data; name=\"file\"; filename=\"log.csv\"\r\n"
                      "Content-Type: text/csv\r\n"
                      "\r\n"
                      "grade\r\nV5\r\n\r\n"
                      "--X-b--\r\n"),
            "prompt[How's my progress?]file=log.csv (text/csv)[grade\r\nV5\r\n]");
}

TEST(Multipart, S5_data_may_hold_everything_but_the_boundary) {
  const std::string data("\0\xFF\r\n-\r\n--\r\n--X\r\n--X-\r\r\n--X-c--X-b", 31);
  EXPECT_EQ(read_body("--X-b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + data + "\r\n--X-b--"),
            "a[" + data + "]");
}

TEST(Multipart, S5_a_part_may_be_empty) {
  EXPECT_EQ(read_body("--X-b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--X-b--"), "a[]");
  EXPECT_EQ(read_body("--X-b\r\nContent-Disposition: form-data; name=a\r\n\r\n--X-b--"), "a[]");
  EXPECT_EQ(read_body("--X-b--\r\n"), "") << "a form without parts";
}

TEST(Multipart, S5_what_stands_around_the_parts_is_skipped) {
  EXPECT_EQ(
      read_body(
          "This is a form.\r\n--X-b \t \r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X-b-- \r\n"
          "--X-b\r\nnot a part"),
      "a[1]");
}

TEST(Multipart, S5_a_file_name_is_quoted_escaped_or_extended) {
  EXPECT_EQ(read_disposition("form-data; name=\"a\""), "a[x]");
  EXPECT_EQ(read_disposition("Form-Data;NAME=a ; FileName=log.csv"), "a=log.csv[x]");
  EXPECT_EQ(read_disposition(R"(form-data; name="a"; filename="my \"best\" \\ log;=.csv")"),
            R"(a=my "best" \ log;=.csv[x])");
  EXPECT_EQ(read_disposition(R"(form-data; name="a"; filename="C:\logs\2024.csv")"),
            R"(a=C:\logs\2024.csv[x])");
  EXPECT_EQ(read_disposition("form-data; name=\"a\"; filename=\"\""), "a=[x]");
  EXPECT_EQ(read_disposition("form-data; name=\"größe\"; filename=\"日誌.csv\""), "größe=日誌.csv[x]");
  EXPECT_EQ(read_disposition("form-data; name=a; filename=old.csv; filename*=UTF-8''%e2%82%ac%20rates.csv"),
            "a=€ rates.csv[x]");
  EXPECT_EQ(read_disposition("form-data; name=a; filename*=utf-8'en'log.csv; filename=old.csv;"),
            "a=log.csv[x]");
}

TEST(Multipart, S5_a_disposition_that_is_not_of_that_form_is_refused) {
  for (const std::string& value :
       {std::string("form-data"), std::string("form-data; name=\"\""), std::string("attachment; name=a"),
        std::string("form-data; name=a; name=b"), std::string("form-data; name=\"a"),
        std::string("form-data; name"), std::string("form-data; =a"), std::string("form-data; name=a b"),
        std::string("form-data name=a"), std::string("form-data; name=\"\xFF\""),
        std::string("form-data; name=a; filename*=log.csv"),
        std::string("form-data; name=a; filename*=latin1''log.csv"),
        std::string("form-data; name=a; filename*=UTF-8''%e2%82"),
        std::string("form-data; name=a; filename*=UTF-8''%0a"),
        std::string("form-data; name=a; filename*=UTF-8''%4"),
        std::string("form-data; name=a; filename*=UTF-8''a b")})
    EXPECT_THAT(read_disposition(value), StartsWith("error: ")) << value;
  EXPECT_THAT(read_headers("Content-Type: text/csv\r\n"), HasSubstr("has no Content-Disposition"));
  EXPECT_THAT(read_headers(""), HasSubstr("has no Content-Disposition"));
}

TEST(Multipart, S5_broken_headers_are_refused) {
  const std::string good = "Content-Disposition: form-data; name=a\r\n";
  EXPECT_EQ(read_headers(good + "X-Other: y\r\nContent-Transfer-Encoding: Binary\r\n"), "a[x]");
  EXPECT_THAT(read_headers(good + good), HasSubstr("twice"));
  EXPECT_THAT(read_headers(good + "Content-Type: a\r\ncontent-type: b\r\n"), HasSubstr("twice"));
  EXPECT_THAT(read_headers(good + " folded\r\n"), HasSubstr("in another line"));
  EXPECT_THAT(read_headers(good + "no colon\r\n"), HasSubstr("\"Name: value\""));
  EXPECT_THAT(read_headers(good + ": x\r\n"), HasSubstr("\"Name: value\""));
  EXPECT_THAT(read_headers(good + "A b: x\r\n"), HasSubstr("\"Name: value\""));
  EXPECT_THAT(read_headers(good + "X: a\nb\r\n"), HasSubstr("control character"));
  EXPECT_THAT(read_headers(good + std::string("X: \0\r\n", 6)), HasSubstr("control character"));
  EXPECT_THAT(read_headers(good + "Content-Transfer-Encoding: base64\r\n"), HasSubstr("base64"));
}

TEST(Multipart, S5_a_body_that_ends_too_early_is_refused) {
  const std::string body =
      "--X-b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X-b\r\nContent-Disposition: "
      "form-data; "
      "name=\"b\"\r\n\r\n2\r\n--X-b--";
  EXPECT_EQ(read_pieces({body}), "a[1]b[2]");
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_THAT(read_pieces({std::string_view(body).substr(0, size)}), StartsWith("error: The body "))
        << size;
}

TEST(Multipart, S5_boundaries_are_read_strictly) {
  EXPECT_THAT(read_body(""), HasSubstr("does not hold the boundary"));
  EXPECT_THAT(read_body("grade\nV5\n"), HasSubstr("does not hold the boundary"));
  EXPECT_THAT(read_body("--X-c\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X-c--"),
              HasSubstr("does not hold the boundary"));
  EXPECT_THAT(read_body("--X-b\nContent-Disposition: form-data; name=a\n\n1\n--X-b--"),
              HasSubstr("not followed by a line end"));
  EXPECT_THAT(read_body("--X-bc\r\n"), HasSubstr("not followed by a line end"));
  EXPECT_THAT(read_body("--X-b-\r\n"), HasSubstr("not followed by a line end"));
  EXPECT_THAT(read_body("--X-b" + std::string(65, ' ') + "\r\n"), HasSubstr("not followed by a line end"));
}

TEST(Multipart, S5_parts_and_their_headers_have_bounds) {
  const std::string part = "--X-b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
  EXPECT_EQ(read_body(part + part + "--X-b--", {2, 100}), "a[1]a[1]");
  EXPECT_THAT(read_body(part + part + part + "--X-b--", {2, 100}), HasSubstr("at most 2"));
  const auto with_header = [](std::size_t size) {
    const std::string headers = "Content-Disposition: form-data; name=a\r\nX: ";
    return read_body(
        "--X-b\r\n" + headers + std::string(size - headers.size() - 2, 'y') + "\r\n\r\n1\r\n--X-b--",
        {2, 100});
  };
  EXPECT_EQ(with_header(100), "a[1]");
  EXPECT_THAT(with_header(101), HasSubstr("at most 100 bytes"));
  EXPECT_THAT(read_body("--X-b\r\n" + std::string(1'000, 'y'), {2, 100}), HasSubstr("at most 100 bytes"));
  EXPECT_THAT(read_body(std::string(1'000, 'y'), {2, 100}), HasSubstr("does not begin with the boundary"));
}

TEST(Multipart, S5_a_large_part_passes_in_pieces) {
  MultipartParser parser(kBoundary);
  ASSERT_TRUE(parser.push("--X-b\r\nContent-Disposition: form-data; name=a\r\n\r\n"));
  const std::string piece(10'000, '\r');
  std::size_t size = 0;
  for (int i = 0; i < 100; ++i)
    for (const MultipartEvent& event : parser.push(piece).value()) size += event.data.size();
  EXPECT_GE(size, 999'990u) << "it is not kept until the end";
}

TEST(Multipart, S5_the_boundary_is_in_the_content_type) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=X-b").value(), "X-b");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data ; charset=utf-8;Boundary=\"a b:c\"").value(), "a b:c");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'x')).value().size(), 70u);
  for (const char* wrong :
       {"", "application/json", "multipart/mixed; boundary=x", "multipart/form-datax; boundary=x"})
    EXPECT_EQ(multipart_boundary(wrong).error().code, ErrorCode::unsupported_media_type) << wrong;
  for (const std::string& wrong :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"\""),
        std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/form-data; boundary=\"a\\\"b\""),
        std::string("multipart/form-data; boundary=a; boundary=b"),
        "multipart/form-data; boundary=" + std::string(71, 'x'),
        std::string("multipart/form-data; boundary=ä")}) {
    EXPECT_EQ(multipart_boundary(wrong).error().code, ErrorCode::invalid_request) << wrong;
    EXPECT_EQ(multipart_boundary(wrong).error().field, "Content-Type");
  }
  EXPECT_TRUE(is_multipart_form("Multipart/Form-Data;boundary=x"));
  EXPECT_FALSE(is_multipart_form("text/csv"));
}

}  // namespace
}  // namespace belay::transport
