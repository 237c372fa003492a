// For tests: a protocol that a connection or a stream can be upgraded to.
#pragma once

#include <stdexcept>
#include <string>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>

#include "transport/byte_channel.hpp"
#include "transport/message.hpp"

namespace belay::transport {

// Sends back what it gets, in capitals, until it gets a full stop.
class Shout final : public UpgradeHandler {
 public:
  Shout(Loop& loop, int& ended, int& cuts) : executor_(loop.executor()), ended_(ended), cuts_(cuts) {}
  ~Shout() override { ++ended_; }

  void start(ByteChannel& channel, std::string received, Done done) override {
    boost::asio::co_spawn(executor_, run(channel, std::move(received)), std::move(done));
  }
  void cut(Milliseconds) override {
    ++cuts_;
    const iovec piece{const_cast<char*>("~"), 1};
    channel_->write({&piece, 1});
  }

 private:
  Awaitable<> run(ByteChannel& channel, std::string received) {
    channel_ = &channel;
    for (;;) {
      for (char& c : received) {
        if (c == '.') co_return;
        if (c == '!') throw std::runtime_error("the protocol is broken");
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      }
      while (!received.empty()) {
        const iovec piece{received.data(), received.size()};
        const IoResult result = channel.write({&piece, 1});
        if (result.state == IoResult::State::broken) co_return;
        received.erase(0, result.bytes);
        if (!received.empty()) co_await wait(channel, ByteChannel::Wait::writable);
      }
      char buffer[100];
      const IoResult result = channel.read(buffer);
      if (result.state == IoResult::State::ended || result.state == IoResult::State::broken) co_return;
      received.assign(buffer, result.bytes);
      if (received.empty()) co_await wait(channel, ByteChannel::Wait::readable);
    }
  }
  static Awaitable<> wait(ByteChannel& channel, ByteChannel::Wait what) {
    auto start = [&channel, what](auto resume) { channel.wait(what, std::move(resume)); };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Loop::Executor>, void()>(
        std::move(start), use_awaitable);
  }

  const Loop::Executor executor_;
  int& ended_;
  int& cuts_;
  ByteChannel* channel_ = nullptr;
};

}  // namespace belay::transport
