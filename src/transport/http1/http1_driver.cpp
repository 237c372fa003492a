#include "transport/http1/http1_driver.hpp"

#include "transport/framing/stream.hpp"

namespace belay::transport {

void Http1Driver::start(std::shared_ptr<Http1Connection> connection) {
  state_.connections.push_front(std::move(connection));
  const std::shared_ptr<Http1Connection> started = state_.connections.front();
  started->start(state_.connections.begin());
}

// The visitor may remove the connection from the list.
template <class Visit>
void Http1Driver::for_each(Visit visit) {
  for (auto at = state_.connections.begin(); at != state_.connections.end();) {
    const std::shared_ptr<Http1Connection> connection = *at++;
    visit(*connection);
  }
}

void Http1Driver::drain() {
  state_.draining = true;
  for_each([](Http1Connection& connection) { connection.drain(); });
}

void Http1Driver::cut_streams(Milliseconds retry_base) {
  for_each(
      [&](Http1Connection& connection) { connection.cut_stream(jittered_retry(retry_base, state_.random)); });
}

void Http1Driver::close() {
  for_each([](Http1Connection& connection) { connection.close(); });
}

}  // namespace belay::transport
