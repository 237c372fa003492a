// What tests of surfaces send and compare: headers, a client that can leave, a response as literal bytes.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/log/testing/test_reader.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::testing {

using belay::testing::TestReader;

// Of a request. Names are lower-case.
struct Headers : std::vector<transport::Header> {
  Headers() = default;
  Headers(transport::Header one) { push_back(std::move(one)); }
  Headers(std::initializer_list<transport::Header> several) : vector(several) {}
};

// A client whose connection the test closes.
class Client final : public transport::ClientWatch {
 public:
  void watch(UniqueFunction<void()> gone) override { gone_ = std::move(gone); }
  void unwatch() override { gone_ = nullptr; }
  void leave() {
    if (auto gone = std::exchange(gone_, nullptr)) gone();
  }
  bool is_watched() const { return static_cast<bool>(gone_); }

 private:
  UniqueFunction<void()> gone_;
};

// A body that arrives in pieces.
class BodyInPieces final : public transport::BodyReader {
 public:
  std::string rest;
  std::size_t piece = 16'384;
  std::optional<Error> then;  // what comes after the last piece, instead of the end
  std::size_t reads = 0;

  Awaitable<Result<std::string>> read() override {
    ++reads;
    if (rest.empty() && then) co_return *then;
    std::string next = rest.substr(0, piece);
    rest.erase(0, next.size());
    co_return next;
  }
};

// The connection of a stream, as whoever may end it early sees it.
struct Ending final : transport::OpenStream {
  std::optional<std::string> last_message;  // of a stream whose client's access was revoked
  std::optional<Milliseconds> retry;        // of a stream whose client's sign-in is over

  void revoke(std::string_view message) override { last_message = message; }
  void expire(Milliseconds after) override { retry = after; }
};

// A response, as bytes.
class Answer {
 public:
  explicit Answer(transport::Response response) : status(response.status), headers(response.headers) {
    if (auto* whole = std::get_if<std::string>(&response.body)) {
      body = std::move(*whole);
      return;
    }
    auto& stream = std::get<transport::StreamBody>(response.body);
    body = std::move(stream.preamble);
    heartbeat = stream.framing ? std::string(stream.framing->heartbeat()) : std::string();
    reader_ = std::make_unique<TestReader>(std::move(stream.source));
    watch_ = std::move(stream.watch);
    if (watch_) watch_->opened(*ending_);
  }

  // "200", the headers in their order, an empty line, and all bytes of the body so far.
  std::string text() { return head() + "\n" + std::string(bytes()); }
  std::string head() const {
    std::string text = std::to_string(status) + "\n";
    for (const transport::Header& header : headers) text += header.name + ": " + header.value + "\n";
    return text;
  }
  const std::string& bytes() {
    if (reader_) {
      reader_->read();
      body += std::exchange(reader_->got, {});
    }
    return body;
  }
  bool is_stream() const { return reader_ != nullptr; }
  ByteSource::State state() {
    bytes();
    return reader_->state;
  }
  bool has_ended() { return state() == ByteSource::State::ended; }
  void leave() {
    watch_.reset();
    reader_.reset();
  }
  const Ending& ending() const { return *ending_; }

  int status;
  std::vector<transport::Header> headers;
  std::string body;
  std::string heartbeat;

 private:
  std::unique_ptr<TestReader> reader_;
  std::unique_ptr<Ending> ending_ = std::make_unique<Ending>();
  std::unique_ptr<transport::StreamWatch> watch_;
};

// A problem document with its head, as text() gives it. `detail` is JSON text. `names`: R"(,"field":"mode")".
struct Problem {
  int status;
  const char* title;
  const char* code;
  std::string detail;
  std::string names{};
  std::string headers{};  // behind those that every problem has

  std::string text() const {
    return fmt::format(
        "{}\nContent-Type: application/problem+json\nCache-Control: no-store\n{}\n"
        R"({{"type":"https://belay.invalid/problems/{}","title":"{}","status":{},"code":"{}","detail":"{}"{},"request_id":"r-1"}})",
        status, headers, code, title, status, code, detail, names);
  }
};
inline std::string bad_request(std::string detail, const std::string& field) {
  return Problem{400, "Bad Request", "invalid_request", std::move(detail), R"(,"field":")" + field + '"'}
      .text();
}
inline std::string not_found(std::string detail, const std::string& field) {
  return Problem{404, "Not Found", "not_found", std::move(detail), R"(,"field":")" + field + '"'}.text();
}
inline std::string not_signed_in() {
  return Problem{
      401,
      "Unauthorized",
      "unauthenticated",
      "Sign in: send `Authorization: Bearer TOKEN`. In development mode `dev:YOUR_NAME` is a token.",
      R"(,"field":"Authorization")",
      "WWW-Authenticate: Bearer\n"}
      .text();
}

}  // namespace belay::surfaces::testing
