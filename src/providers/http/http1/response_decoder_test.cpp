// X7: every rule of framing, in literal bytes, cut at every byte.
#include "providers/http/http1/response_decoder.hpp"

#include <gtest/gtest.h>

#include "providers/testing/response_transcript.hpp"

namespace belay::providers {
namespace {

struct Case {
  const char* name;
  std::string bytes;
  std::string transcript;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

class Response : public testing::TestWithParam<Case> {};

TEST_P(Response, X7_is_decoded_by_the_rules_of_framing_wherever_it_is_cut) {
  const Case& one = GetParam();
  const std::size_t size = one.bytes.size();
  EXPECT_EQ(transcript(one.bytes, size, size + 1), one.transcript) << "whole";
  EXPECT_EQ(transcript(one.bytes, 1, 1), one.transcript) << "byte by byte";
  // The few long inputs are cut at every 251st byte.
  for (std::size_t cut = 1; cut<size; cut += size> 2000 ? 251 : 1)
    ASSERT_EQ(transcript(one.bytes, cut, size), one.transcript) << "cut after " << cut << " bytes";
}

std::string test_name(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kChunkedHead = "200 transfer-encoding=chunked; |";

INSTANTIATE_TEST_SUITE_P(
    OfALength, Response,
    testing::Values(
        Case{"Body", kOk + "Content-Length: 5\r\n\r\nhello", "200 content-length=5; |hello| complete, kept"},
        Case{"NoBody", kOk + "Content-Length: 0\r\n\r\n", "200 content-length=0; || complete, kept"},
        Case{"Surplus", kOk + "Content-Length: 2\r\n\r\nok+++",
             "200 content-length=2; |ok| complete, kept, 3 more"},
        Case{"Closes", kOk + "Content-Length: 2\r\nConnection: close\r\n\r\nok",
             "200 content-length=2; connection=close; |ok| complete, not kept"},
        Case{"ClosesInAList", kOk + "Content-Length: 2\r\nConnection: x , CLOSE\r\n\r\nok",
             "200 content-length=2; connection=x , CLOSE; |ok| complete, not kept"},
        Case{"OlderVersion", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
             "200 content-length=2; |ok| complete, not kept"},
        Case{"TooShort", kOk + "Content-Length: 5\r\n\r\nhell",
             "200 content-length=5; |hell| cut: it was closed in the middle of a response"},
        Case{"UntilTheClose", kOk + "\r\nhello", "200 |hello| complete at the close, not kept"},
        Case{"NothingUntilTheClose", kOk + "\r\n", "200 || complete at the close, not kept"},
        Case{"WithoutContent", "HTTP/1.1 204 No Content\r\n\r\n", "204 || complete, kept"},
        Case{"NotModified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
             "304 content-length=9; || complete, kept"}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    InChunks, Response,
    testing::Values(
        Case{"Joined", kChunked + "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
             kChunkedHead + "onetwo| complete, kept"},
        Case{"HexSizes", kChunked + "a\r\n0123456789\r\nB\r\nabcdefghijk\r\n000\r\n\r\n",
             kChunkedHead + "0123456789abcdefghijk| complete, kept"},
        Case{"LineEndsAsData", kChunked + "4\r\n\r\n\r\n\r\n0\r\n\r\n",
             kChunkedHead + "\r\n\r\n| complete, kept"},
        Case{"Extensions", kChunked + "1;a=b;c\r\nx\r\n0;end\r\n\r\n", kChunkedHead + "x| complete, kept"},
        Case{"Trailers", kChunked + "1\r\nx\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n",
             kChunkedHead + "x| complete, kept"},
        Case{"Surplus", kChunked + "0\r\n\r\nHTTP", kChunkedHead + "| complete, kept, 4 more"},
        Case{"CutInData", kChunked + "5\r\nhell",
             kChunkedHead + "hell| cut: it was closed in the middle of a response"},
        Case{"CutBeforeTheLast", kChunked + "1\r\nx\r\n",
             kChunkedHead + "x| cut: it was closed in the middle of a response"},
        Case{"CutInTheEnd", kChunked + "1\r\nx\r\n0\r\n\r",
             kChunkedHead + "x| cut: it was closed in the middle of a response"},
        Case{"NoSize", kChunked + "\r\nx", kChunkedHead + "| cut: a malformed chunk"},
        Case{"NoHex", kChunked + "1\r\nx\r\ng\r\n", kChunkedHead + "x| cut: a malformed chunk"},
        Case{"NegativeSize", kChunked + "-1\r\nx", kChunkedHead + "| cut: a malformed chunk"},
        Case{"SpaceAfterTheSize", kChunked + "1 \r\nx", kChunkedHead + "| cut: a malformed chunk"},
        Case{"PrefixedSize", kChunked + "0x1\r\nx", kChunkedHead + "| cut: a malformed chunk"},
        Case{"SizeOf64Bits", kChunked + "ffffffffffffffff\r\nx",
             kChunkedHead + "x| cut: it was closed in the middle of a response"},
        Case{"SizeOf68Bits", kChunked + "10000000000000000\r\nx", kChunkedHead + "| cut: a malformed chunk"},
        Case{"BareLineFeedAfterTheSize", kChunked + "1\nx\r\n0\r\n\r\n",
             kChunkedHead + "| cut: a malformed chunk"},
        Case{"DataLongerThanItsSize", kChunked + "1\r\nxy\r\n0\r\n\r\n",
             kChunkedHead + "x| cut: a malformed chunk"},
        Case{"BareLineFeedAfterTheData", kChunked + "1\r\nx\n0\r\n\r\n",
             kChunkedHead + "x| cut: a malformed chunk"},
        Case{"ControlCharacterInAnExtension", kChunked + "1;\x01\r\nx",
             kChunkedHead + "| cut: a malformed chunk"},
        Case{"LineFeedInATrailer", kChunked + "0\r\nA: b\n\r\n", kChunkedHead + "| cut: a malformed chunk"},
        Case{"EndlessExtension", kChunked + "1;" + std::string(16'385, 'x'),
             kChunkedHead + "| cut: a malformed chunk"},
        Case{"EndlessTrailers", kChunked + "0\r\n" + std::string(16'385, 'x'),
             kChunkedHead + "| cut: a malformed chunk"}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Interim, Response,
    testing::Values(Case{"Continue", "HTTP/1.1 100 Continue\r\n\r\n" + kOk + "Content-Length: 2\r\n\r\nok",
                         "200 content-length=2; |ok| complete, kept"},
                    Case{"SeveralWithHeaders",
                         "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 103 Early "
                         "Hints\r\nContent-Length: 7\r\n\r\n" +
                             kOk + "X: y\r\nContent-Length: 0\r\n\r\n",
                         "200 x=y; content-length=0; || complete, kept"},
                    Case{"SwitchingProtocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
                         "|| unreadable: a switch to another protocol"},
                    Case{"NothingAfterIt", "HTTP/1.1 100 Continue\r\n\r\n",
                         "|| cut: it was closed in the middle of a response"}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Head, Response,
    testing::Values(
        Case{"NoReason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
             "200 content-length=0; || complete, kept"},
        Case{"EmptyReason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
             "200 content-length=0; || complete, kept"},
        Case{"NamesInLowerCaseAndTrimmedValues",
             kOk + "X-A:\t b \xC3\xBC \t\r\nx-b:\r\nContent-Length: 0\r\n\r\n",
             "200 x-a=b \xC3\xBC; x-b=; content-length=0; || complete, kept"},
        Case{"AnotherProtocol", "SSH-2.0-OpenSSH_9.2\r\n", "|| address: no HTTP server answers there"},
        Case{"Tls", "\x15\x03\x01", "|| address: no HTTP server answers there"},
        Case{"EmptyLineFirst", "\r\n" + kOk + "\r\n", "|| address: no HTTP server answers there"},
        Case{"Nothing", "", "|| cut: it was closed without a response"},
        Case{"CutInTheHead", "HTTP/1.1 200 OK\r\nContent-",
             "|| cut: it was closed in the middle of a response"},
        Case{"Version2", "HTTP/2 200\r\n\r\n", "|| address: a malformed status line"},
        Case{"Version12", "HTTP/1.2 200 OK\r\n\r\n", "|| address: a malformed status line"},
        Case{"ShortStatus", "HTTP/1.1 20 OK\r\n\r\n", "|| address: a malformed status line"},
        Case{"LongStatus", "HTTP/1.1 2000 OK\r\n\r\n", "|| address: a malformed status line"},
        Case{"NegativeStatus", "HTTP/1.1 -20 OK\r\n\r\n", "|| address: a malformed status line"},
        Case{"StatusBelow100", "HTTP/1.1 099 OK\r\n\r\n", "|| address: a malformed status line"},
        Case{"TwoSpaces", "HTTP/1.1  200 OK\r\n\r\n", "|| address: a malformed status line"},
        Case{"BareLineFeed", "HTTP/1.1 200 OK\n\n", "|| unreadable: a line of the head without CR LF"},
        Case{"BareCarriageReturn", kOk + "A: b\rC: d\r\n\r\n",
             "|| unreadable: a control character in the head"},
        Case{"Zero", kOk + std::string("A: b\0c\r\n\r\n", 10),
             "|| unreadable: a control character in the head"},
        Case{"NoColon", kOk + "Content-Length 5\r\n\r\n", "|| unreadable: a header without a name"},
        Case{"NoName", kOk + ": 5\r\n\r\n", "|| unreadable: a header without a name"},
        Case{"SpaceBeforeTheColon", kOk + "Content-Length : 5\r\n\r\n",
             "|| unreadable: a header name with other characters than a token has"},
        Case{"FoldedLine", kOk + "A: b\r\n c: d\r\n\r\n",
             "|| unreadable: a header name with other characters than a token has"},
        Case{"HeaderLineOf64KiB", kOk + "A: " + std::string(65'536, 'x'),
             "|| headers_too_large: too many bytes"}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    DoubtfulFraming, Response,
    testing::Values(
        Case{"LengthAndChunks", kOk + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
             "|| unreadable: Content-Length beside Transfer-Encoding"},
        Case{"TwoLengths", kOk + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
             "|| unreadable: more than one Content-Length"},
        Case{"OneLengthTwice", kOk + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
             "|| unreadable: more than one Content-Length"},
        Case{"ListOfLengths", kOk + "Content-Length: 5, 5\r\n\r\n",
             "|| unreadable: a malformed Content-Length"},
        Case{"NegativeLength", kOk + "Content-Length: -5\r\n\r\n",
             "|| unreadable: a malformed Content-Length"},
        Case{"SignedLength", kOk + "Content-Length: +5\r\n\r\n", "|| unreadable: a malformed Content-Length"},
        Case{"HexLength", kOk + "Content-Length: 0x5\r\n\r\n", "|| unreadable: a malformed Content-Length"},
        Case{"NoLength", kOk + "Content-Length:\r\n\r\n", "|| unreadable: a malformed Content-Length"},
        Case{"LengthOf65Bits", kOk + "Content-Length: 18446744073709551616\r\n\r\n",
             "|| unreadable: a malformed Content-Length"},
        Case{"Compressed", kOk + "Transfer-Encoding: gzip, chunked\r\n\r\n",
             "|| unreadable: a Transfer-Encoding other than chunked"},
        Case{"ChunkedTwice", kOk + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
             "|| unreadable: a Transfer-Encoding other than chunked"},
        Case{"Identity", kOk + "Transfer-Encoding: identity\r\n\r\n",
             "|| unreadable: a Transfer-Encoding other than chunked"},
        Case{"ChunksInTheOlderVersion", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
             "|| unreadable: Transfer-Encoding in HTTP/1.0"}),
    test_name);

TEST(ResponseLimits, X7_the_number_of_headers_is_bounded) {
  const ResponseDecoder::Limits limits{.headers = 3};
  const std::string three = kOk + "A: 1\r\nB: 2\r\nContent-Length: 0\r\n";
  EXPECT_EQ(transcript(three + "\r\n", 1, 1, limits), "200 a=1; b=2; content-length=0; || complete, kept");
  EXPECT_EQ(transcript(three + "D: 4\r\n\r\n", 1, 1, limits), "|| headers_too_large: too many headers");
}

TEST(ResponseLimits, X7_the_bytes_of_all_heads_together_are_bounded) {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string last = kOk + "Content-Length: 0\r\n\r\n";
  const std::size_t both = interim.size() + last.size();
  for (const std::size_t step : {std::size_t{1}, both}) {
    EXPECT_EQ(transcript(interim + last, step, step, {.head_bytes = both}),
              "200 content-length=0; || complete, kept");
    EXPECT_EQ(transcript(interim + last, step, step, {.head_bytes = both - 1}),
              "|| headers_too_large: too many bytes");
  }
}

TEST(ResponseDecoderOutput, F4_chunks_of_one_read_are_joined_within_its_buffer) {
  ResponseDecoder decoder;
  std::string head = kChunked;
  const auto first = decoder.push(head);
  ASSERT_TRUE(first.head);
  std::string read = "3\r\none\r\n3\r\ntwo\r\n5\r\nthr";
  const auto output = decoder.push(read);
  EXPECT_EQ(output.body, "onetwothr");
  EXPECT_EQ(output.body.data(), read.data() + 3) << "where the first chunk was";
  EXPECT_EQ(output.consumed, read.size());
  std::string rest = "ee\r\n0\r\n\r\n";
  EXPECT_EQ(decoder.push(rest).body, "ee");
  EXPECT_EQ(decoder.state(), ResponseDecoder::State::complete);
}

}  // namespace
}  // namespace belay::providers
