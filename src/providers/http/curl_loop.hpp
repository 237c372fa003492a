// Runs libcurl's multi interface on one of our loops.
//
// libcurl names the sockets to watch and the time of its next call. The sockets go into an epoll set of our
// own, and the loop watches only that set. So libcurl may open and close sockets freely, and one wake-up
// serves all sockets that are ready.
//
// libcurl must not be called from within its own callbacks. But there a sink may start, resume and destroy
// other calls. While `inside_` is true, such actions are postponed until libcurl has returned.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <curl/curl.h>

#include "base/loop.hpp"
#include "providers/http/curl_transfer.hpp"

namespace belay::providers {

class CurlLoop {
 public:
  explicit CurlLoop(Loop& loop);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  Loop& loop() const { return loop_; }
  std::unique_ptr<HttpCall> start(HttpRequest request, HttpSink& sink);
  static void let_finish(std::unique_ptr<HttpCall> call);

 private:
  class Call;
  struct Lingering;
  using Descriptor = boost::asio::posix::basic_stream_descriptor<Loop::Executor>;

  static int socket_callback(CURL*, curl_socket_t socket, int what, void* self, void* watched);
  static int timer_callback(CURLM*, long timeout_ms, void* self);
  void watch(curl_socket_t socket, int what, bool watched);
  void wait();
  void on_sockets_ready();
  void post_action();
  void act(curl_socket_t socket, int mask);
  void after_curl();
  bool resume_waiting();
  void deliver_finished();

  void add(CurlTransfer& transfer);
  void forget(CurlTransfer& transfer);
  void flush_resets();
  void discard(std::unique_ptr<CurlTransfer> transfer);
  void remove(std::unique_ptr<CurlTransfer> transfer);
  void resume(CurlTransfer& transfer);
  void linger(std::unique_ptr<CurlTransfer> transfer);

  Loop& loop_;
  // Lets a queued handler detect that this object is destroyed.
  const std::shared_ptr<CurlLoop*> alive_ = std::make_shared<CurlLoop*>(this);
  CURLM* const multi_;
  Descriptor sockets_;  // the epoll set
  Timer timer_;
  bool action_posted_ = false;
  bool inside_ = false;
  std::vector<CurlTransfer*> added_;  // added to libcurl
  // Each shares a connection with a stream that was reset.
  std::vector<CurlTransfer*> to_flush_;
  std::vector<CurlTransfer*> to_add_;
  std::vector<CurlTransfer*> to_resume_;
  std::vector<std::unique_ptr<CurlTransfer>> to_remove_;
  std::list<Lingering> lingering_;
  std::size_t calls_ = 0;
};

}  // namespace belay::providers
