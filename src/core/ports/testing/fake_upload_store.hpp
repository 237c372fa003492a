// An UploadStore in memory for tests. It passes the contract. Calls are answered inside the call, unless they wait because
// of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/upload_store.hpp"
#include "core/types/erasure.hpp"

namespace belay::testing {

class FakeUploadStore final : public FakeCalls, public UploadStore {
 public:
  FakeUploadStore() : FakeCalls(own_queue_) {}

  // Everything that is stored, in the order in which it came.
  std::vector<UploadWithContent> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<UploadWithContent> found;
    for (const auto& [place, each] : rows_) found.push_back(each);
    return found;
  }
  // Changes what is stored, as somebody with the disk could.
  void tamper(const std::string& id, const std::function<void(UploadWithContent&)>& change) {
    const std::lock_guard lock(mutex_);
    for (auto& [place, each] : rows_)
      if (each.upload.id == id) change(each);
  }
  // For a FakeErasureStore.
  void erase(const Erasure& erasure) {
    if (erasure.what != Erasure::What::user) return;
    const std::lock_guard lock(mutex_);
    std::erase_if(rows_, [&](const auto& row) {
      const StoredUpload& upload = row.second.upload;
      return upload.user == erasure.user && upload.created <= erasure.through;
    });
  }

  void put_upload(StoredUpload upload, std::vector<std::string> content, UploadLimits limits,
                  Done<> done) override {
    call(mutex_, std::move(done),
         [this, upload = std::move(upload), content = std::move(content), limits]() mutable -> Result<> {
           upload.size = size_of(upload, content);
           if (auto refused = refused_by(limits, usage_of(upload.user), upload.size)) return *refused;
           if (find(upload.user, upload.id) != rows_.end()) return make_error(ErrorCode::internal, "Twice.");
           rows_[++last_] = {std::move(upload), std::move(content)};
           return {};
         });
  }
  void upload_usage(std::string user, Done<UploadUsage> done) override {
    call(mutex_, std::move(done), [this, user]() -> Result<UploadUsage> { return usage_of(user); });
  }
  void list_uploads(std::string user, std::optional<UploadPlace> before, std::size_t max,
                    Done<UploadList> done) override {
    call(mutex_, std::move(done), [this, user, before, max]() -> Result<UploadList> {
      UploadList list;
      for (StoredUpload& upload : newest_first(user)) {
        if (before && std::tie(upload.created, upload.id) >= std::tie(before->created, before->id)) continue;
        if (list.uploads.size() == std::max<std::size_t>(max, 1)) {
          list.next = UploadPlace{list.uploads.back().created, list.uploads.back().id};
          break;
        }
        upload.derived.clear();
        list.uploads.push_back(std::move(upload));
      }
      return list;
    });
  }
  void newest_uploads(std::string user, std::size_t max, Done<std::vector<StoredUpload>> done) override {
    call(mutex_, std::move(done), [this, user, max]() -> Result<std::vector<StoredUpload>> {
      std::vector<StoredUpload> uploads = newest_first(user);
      if (uploads.size() > max) uploads.resize(max);
      return uploads;
    });
  }
  void find_upload(std::string user, std::string id, Done<std::optional<StoredUpload>> done) override {
    call(mutex_, std::move(done), [this, user, id]() -> Result<std::optional<StoredUpload>> {
      const auto found = find(user, id);
      return found == rows_.end() ? std::nullopt : std::optional(found->second.upload);
    });
  }
  void read_upload(std::string user, std::string id, Done<std::optional<UploadWithContent>> done) override {
    call(mutex_, std::move(done), [this, user, id]() -> Result<std::optional<UploadWithContent>> {
      const auto found = find(user, id);
      if (found == rows_.end()) return std::optional<UploadWithContent>();
      UploadWithContent upload = found->second;
      upload.upload.derived.clear();
      return std::optional(std::move(upload));
    });
  }
  void remove_upload(std::string user, std::string id, Done<bool> done) override {
    call(mutex_, std::move(done), [this, user, id]() -> Result<bool> {
      const auto found = find(user, id);
      if (found == rows_.end()) return false;
      rows_.erase(found);
      return true;
    });
  }
  void sweep_uploads(WallTime before, Done<std::uint64_t> done) override {
    call(mutex_, std::move(done), [this, before]() -> Result<std::uint64_t> {
      return std::erase_if(rows_, [&](const auto& row) { return row.second.upload.created < before; });
    });
  }

  void count_upload_keys(Done<std::vector<KeyCount>> done) override {
    call(mutex_, std::move(done), [this]() -> Result<std::vector<KeyCount>> {
      std::map<std::string, std::uint64_t> counts;
      for (const auto& [place, each] : rows_) ++counts[each.upload.key];
      std::vector<KeyCount> all;
      for (const auto& [key, count] : counts) all.push_back({key, count});
      return all;
    });
  }
  void next_not_sealed_with(std::string key, std::uint64_t after,
                            Done<std::optional<ToReseal>> done) override {
    call(mutex_, std::move(done), [this, key, after]() -> Result<std::optional<ToReseal>> {
      for (auto row = rows_.upper_bound(after); row != rows_.end(); ++row)
        if (row->second.upload.key != key) return std::optional(ToReseal{row->first, row->second});
      return std::optional<ToReseal>();
    });
  }
  void reseal_upload(UploadWithContent sealed, std::string old_key, Done<bool> done) override {
    call(mutex_, std::move(done),
         [this, sealed = std::move(sealed), old_key = std::move(old_key)]() mutable -> Result<bool> {
           const auto found = find(sealed.upload.user, sealed.upload.id);
           if (found == rows_.end() || found->second.upload.key != old_key) return false;
           sealed.upload.created = found->second.upload.created;
           sealed.upload.size = size_of(sealed.upload, sealed.content);
           found->second = std::move(sealed);
           return true;
         });
  }
  void set_upload_rotation(std::optional<std::string> key, Done<> done) override {
    call(mutex_, std::move(done), [this, key = std::move(key)]() -> Result<> {
      rotation_ = key;
      return {};
    });
  }
  void upload_rotation(Done<std::optional<std::string>> done) override {
    call(mutex_, std::move(done), [this]() -> Result<std::optional<std::string>> { return rotation_; });
  }

 private:
  using Rows = std::map<std::uint64_t, UploadWithContent>;

  static ByteCount size_of(const StoredUpload& upload, const std::vector<std::string>& content) {
    ByteCount size{upload.label.size() + upload.derived.size()};
    for (const std::string& piece : content) size.value += piece.size();
    return size;
  }
  Rows::iterator find(const std::string& user, const std::string& id) {
    return std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) {
      return row.second.upload.id == id && row.second.upload.user == user;
    });
  }
  UploadUsage usage_of(const std::string& user) const {
    UploadUsage usage;
    for (const auto& [place, each] : rows_) {
      if (each.upload.user != user) continue;
      ++usage.files;
      usage.bytes.value += each.upload.size.value;
    }
    return usage;
  }
  std::vector<StoredUpload> newest_first(const std::string& user) const {
    std::vector<StoredUpload> uploads;
    for (const auto& [place, each] : rows_)
      if (each.upload.user == user) uploads.push_back(each.upload);
    std::sort(uploads.begin(), uploads.end(), [](const StoredUpload& a, const StoredUpload& b) {
      return std::tie(a.created, a.id) > std::tie(b.created, b.id);
    });
    return uploads;
  }

  CallQueue own_queue_;
  mutable std::mutex mutex_;
  Rows rows_;
  std::uint64_t last_ = 0;
  std::optional<std::string> rotation_;
};

}  // namespace belay::testing
