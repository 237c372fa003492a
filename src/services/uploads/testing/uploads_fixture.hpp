// The service of uploads over a fake store, with the limits and the gate of all services, and a real pool.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/ports/testing/fake_upload_store.hpp"
#include "services/testing/services_fixture.hpp"
#include "services/uploads/testing/sealing_keys.hpp"
#include "services/uploads/uploads.hpp"

namespace belay::services::testing {

class UploadsFixture : public ServicesFixture {
 public:
  UploadsFixture() {
    erasures.also.push_back([this](const Erasure& erasure) { upload_store.erase(erasure); });
    start_uploads();
  }
  ~UploadsFixture() { uploads.reset(); }

  void start_uploads() {
    uploads.emplace(
        Uploads::Parts{real_store ? *real_store : static_cast<UploadStore&>(upload_store), services->limiter,
                       services->erasures.gate(), *pool, clock, random, file_config, storage_config,
                       [this](const Error& error) { reports.push_back(error.advice); }},
        keys);
    services->erasures.before_erasing([this](const Erasure& erasure) { uploads->forget_arriving(erasure); });
  }
  // kill -9, and a new process on the same data.
  void crash_with_uploads() {
    uploads.reset();
    pool.reset();  // what it works on may use the loops
    crash_all();
    pool.emplace(kPool);
    start_uploads();
  }

  // The result of a call, which may wait for the pool.
  template <class T>
  T wait(Awaitable<T> call) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(loop().executor(), std::move(call), [result](std::exception_ptr thrown, T value) {
      EXPECT_EQ(thrown, nullptr);
      *result = std::move(value);
    });
    wait_until([&] { return result->has_value(); });
    return std::move(**result);
  }
  template <class Condition>
  void wait_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      turn();
      std::this_thread::yield();
    }
    EXPECT_TRUE(condition()) << "nothing happened in 30 s";
  }
  Loop& loop() { return *loops[0]; }
  Deadline deadline() { return Deadline::in(std::chrono::seconds(30), clock); }

  // ---- Uploads
  Uploads::Receiving begin(const std::string& name, const std::string& user = "ada") {
    return wait(uploads->receive(loop(), deadline(), caller(user), name));
  }
  // Sends a file in pieces of 10,000 bytes.
  Result<AcceptedUpload> send(UploadReceiver& receiver, std::string_view content) {
    for (; !content.empty(); content.remove_prefix(std::min<std::size_t>(content.size(), 10'000)))
      if (auto fine = wait(receiver.push(std::string(content.substr(0, 10'000)))); !fine) return fine.error();
    return wait(receiver.finish());
  }
  Result<UploadInfo> upload(const std::string& name, std::string_view content,
                            const std::string& user = "ada") {
    auto receiving = begin(name, user);
    if (!receiving.receiver) return receiving.receiver.error();
    auto accepted = send(**receiving.receiver, content);
    if (!accepted) return accepted.error();
    clock.advance(Milliseconds(1000));
    return wait(uploads->store(loop(), deadline(), std::move(*accepted)));
  }
  Result<std::string> content_of(const std::string& id, const std::string& user = "ada") {
    auto found = wait(uploads->content(loop(), deadline(), caller(user), id));
    if (!found.content) return found.content.error();
    std::string bytes;
    for (const std::string& piece : found.content->pieces) bytes += piece;
    return bytes;
  }
  Result<ReadUpload> get(const std::string& id, const std::string& user = "ada") {
    return wait(uploads->get(loop(), deadline(), user, id));
  }
  // "name format size", or "unreadable".
  std::vector<std::string> listed(const std::string& user = "ada") {
    std::vector<std::string> texts;
    const auto page = wait(uploads->list(loop(), deadline(), user, {}, 100)).value();
    for (const UploadInfo& info : page.uploads)
      texts.push_back(info.label ? info.label->name + " " +
                                       std::string(belay::uploads::to_string(info.label->format)) + " " +
                                       std::to_string(info.label->size.value)
                                 : "unreadable");
    return texts;
  }
  // Nothing that is stored holds this text in clear.
  bool is_stored(const std::string& text) {
    for (const UploadWithContent& each : upload_store.all()) {
      std::string all = each.upload.label + each.upload.derived;
      for (const std::string& piece : each.content) all += piece;
      if (all.find(text) != std::string::npos) return true;
    }
    return false;
  }

  belay::testing::FakeUploadStore upload_store;
  UploadStore* real_store = nullptr;  // from the next start_uploads() on, instead of the fake
  belay::uploads::Config file_config;
  UploadStorageConfig storage_config;
  std::shared_ptr<const SealingKeys> keys = sealing_keys({"k1"});
  std::vector<std::string> reports;  // the advice
  static constexpr FairThreadPool::Config kPool{1, Milliseconds(20), 100};
  std::optional<FairThreadPool> pool{kPool};
  std::optional<Uploads> uploads;
};

}  // namespace belay::services::testing
