// The files that users upload (requirements S5, S6): received, read, encrypted, stored, listed, read again, deleted.
// Another user's upload does not exist.
//
// Only encrypted bytes reach the store. Without a key (UploadStorageConfig::keys) no file is taken; what was stored with
// a key that is not configured any more cannot be read. What is wrong with stored bytes or keys is reported to the
// operator (Parts::report); users get a plain sentence.
//
// Heavy work is done on the pool for it, so many files of a user at a time (X21). All loops may call at once; each call
// resumes on its loop. Destroyed when the loops have stopped.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "core/types/caller.hpp"
#include "core/types/erasure.hpp"
#include "services/erasure/gate.hpp"
#include "services/limits/limiter.hpp"
#include "services/uploads/config.hpp"
#include "services/uploads/rotation.hpp"
#include "services/uploads/upload_receiver.hpp"

namespace belay::services {

struct UploadInfo {
  std::string id;
  WallTime created;
  std::optional<UploadLabel> label;  // nothing: it can not be read
};

struct UploadPage {
  std::vector<UploadInfo> uploads;  // newest first
  std::optional<UploadPlace> next;
};

struct ReadUpload {
  UploadInfo info;  // with a label
  uploads::Upload upload;
};

struct UploadContent {
  UploadInfo info;                  // with a label
  std::vector<std::string> pieces;  // the file as it was
  Admission place;                  // among the uploads, until the client has got all of it
};

class Uploads {
 public:
  // All of these outlive the object.
  struct Parts {
    UploadStore& store;
    Limiter& limiter;
    ErasureGate& gate;
    FairThreadPool& pool;
    const Clock& clock;
    Random& random;  // thread-safe
    const uploads::Config& file;
    const UploadStorageConfig& storage;
    // For the operator: Error::advice says what to do. Any thread.
    std::function<void(const Error&)> report;
  };
  // `keys` may be null: there is none.
  Uploads(Parts parts, std::shared_ptr<const SealingKeys> keys);

  // ---- A new file
  // A place for a file with this name, which names its format. Fails with `unavailable` without a key,
  // `unsupported_media_type`, `too_many_active`, `server_full`, and with `conflict` if the user has too many.
  struct Receiving {
    Result<std::unique_ptr<UploadReceiver>> receiver;
    std::optional<LimitStatus> limit{};  // what refused
  };
  Awaitable<Receiving> receive(Loop& loop, Deadline deadline, Caller caller, std::string file_name) {
    return receive(loop, deadline, std::move(caller), std::move(file_name), Admission());
  }
  // The same for a caller that may hold a place already; an Admission without a run holds none.
  Awaitable<Receiving> receive(Loop& loop, Deadline deadline, Caller caller, std::string file_name,
                               Admission place);
  // A place among the uploads, for who must keep much of a body before it is known whether it holds a file.
  Awaitable<Limiter::Outcome> reserve(Loop& loop, Deadline deadline, Caller caller);
  Awaitable<Result<UploadInfo>> store(Loop& loop, Deadline deadline, AcceptedUpload accepted);

  // ---- What is stored
  Awaitable<Result<UploadPage>> list(Loop& loop, Deadline deadline, std::string user,
                                     std::optional<UploadPlace> before, std::size_t max);
  // Fails with `not_found`, `unavailable` (its key is missing) and `internal` (it was changed).
  Awaitable<Result<ReadUpload>> get(Loop& loop, Deadline deadline, std::string user, std::string id);
  // All of it has been decrypted, so that nothing of a broken file is sent.
  struct Content {
    Result<UploadContent> content;
    std::optional<LimitStatus> limit{};
  };
  Awaitable<Content> content(Loop& loop, Deadline deadline, Caller caller, std::string id);
  // Fine if there is none.
  Awaitable<Result<>> remove(Loop& loop, Deadline deadline, std::string user, std::string id);
  // The newest of the user, newest first. Those that can not be read are left out and reported.
  Awaitable<Result<std::vector<ReadUpload>>> newest_for_prompt(Loop& loop, Deadline deadline,
                                                               std::string user, std::size_t max);

  // ---- For the server
  bool takes_files() const { return keys_.take() != nullptr; }
  ByteCount max_file() const { return parts_.file.max_file; }
  // The current key may be another one from now on. Null: there is none any more.
  void replace_keys(std::shared_ptr<const SealingKeys> keys) { keys_.replace(std::move(keys)); }
  // The user's files that are being received are not stored. Called before an erasure removes what is stored.
  void forget_arriving(const Erasure& erasure);
  // Removes what is older than UploadStorageConfig::keep. `done` may be called on any thread.
  void sweep(Done<std::uint64_t> done);
  UploadRotation& rotation() { return rotation_; }

 private:
  std::shared_ptr<std::atomic<bool>> arriving(const std::string& user);
  Result<std::shared_ptr<const SealingKeys>> keys() const;
  UploadInfo info_of(const SealingKeys& keys, const StoredUpload& upload) const;

  const Parts parts_;
  Snapshot<SealingKeys> keys_;
  std::mutex mutex_;  // guards the member below
  std::multimap<std::string, std::weak_ptr<std::atomic<bool>>> arriving_;
  UploadRotation rotation_;
};

}  // namespace belay::services
