// A ByteChannel over a non-blocking TCP socket.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/loop.hpp"
#include "base/units.hpp"
#include "transport/byte_channel.hpp"

namespace belay::transport {

class SocketChannel final : public ByteChannel {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Loop::Executor>;

  // `send_buffer`: the size of the kernel's buffer; 0: the kernel decides.
  SocketChannel(Socket socket, ByteCount send_buffer);

  IoResult read(std::span<char> out) override;
  void wait(Wait what, UniqueFunction<void()> ready) override;
  void cancel_waits() override;
  void finish_sending() override;
  void close(Close how) override;

 private:
  IoResult write_some(std::span<const iovec> pieces) override;

  Socket socket_;
};

}  // namespace belay::transport
