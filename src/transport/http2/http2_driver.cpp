#include "transport/http2/http2_driver.hpp"

namespace belay::transport {

void Http2Driver::start(std::shared_ptr<Http2Connection> connection) {
  state_.connections.push_front(std::move(connection));
  const std::shared_ptr<Http2Connection> started = state_.connections.front();
  started->start(state_.connections.begin());
  if (state_.draining) started->drain();
}

// The visitor may remove the connection from the list.
template <class Visit>
void Http2Driver::for_each(Visit visit) {
  for (auto at = state_.connections.begin(); at != state_.connections.end();) {
    const std::shared_ptr<Http2Connection> connection = *at++;
    visit(*connection);
  }
}

void Http2Driver::drain() {
  state_.draining = true;
  for_each([](Http2Connection& connection) { connection.drain(); });
}

void Http2Driver::cut_streams(Milliseconds retry_base) {
  for_each([&](Http2Connection& connection) { connection.cut_streams(retry_base); });
}

void Http2Driver::close() {
  for_each([](Http2Connection& connection) { connection.close(); });
}

}  // namespace belay::transport
