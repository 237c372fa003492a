// The port to the files that users have uploaded (requirement S6). It is implemented together with Store
// (core/ports/store.hpp), whose rules on threads, order and bounds also apply here.
//
// The store sees encrypted bytes only. In clear are the user, the upload's id (random), when it was stored, how many bytes
// it takes, and the id of the key that it is encrypted with (base/encryption/sealing.hpp). services/uploads/ makes and
// reads the rest. An upload that belongs to another user does not exist.
//
// An upload is written as a whole, in one transaction: after a crash it is there or not. It never changes, except that it
// is encrypted again with another key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace belay {

struct StoredUpload {
  std::string user;
  std::string id;
  WallTime created;
  ByteCount size{};     // of everything encrypted, the content too. put_upload() counts it
  std::string key;      // the id of the key
  std::string label;    // encrypted: what lists show
  std::string derived;  // encrypted: what was computed from the content
};

// A place in the list of a user's uploads.
struct UploadPlace {
  WallTime created;
  std::string id;
  friend bool operator==(const UploadPlace&, const UploadPlace&) = default;
};

struct UploadList {
  std::vector<StoredUpload> uploads;  // newest first; without `derived`
  std::optional<UploadPlace> next;    // the last one of this page; nothing: there are no more
};

struct UploadWithContent {
  StoredUpload upload;
  std::vector<std::string> content;  // encrypted, in pieces
};

struct UploadLimits {
  std::uint64_t max_files = 0;  // of one user
  ByteCount max_bytes{};        // of one user, as they are stored
};

struct UploadUsage {
  std::uint64_t files = 0;
  ByteCount bytes{};
  friend bool operator==(const UploadUsage&, const UploadUsage&) = default;
};

// The error if a user with this usage may not store `size` more bytes in one more file: `conflict`, with the limit's name.
std::optional<Error> refused_by(const UploadLimits& limits, const UploadUsage& usage, ByteCount size);

class UploadStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~UploadStore() = default;

  // Fails as refused_by() says, and then stores nothing.
  virtual void put_upload(StoredUpload upload, std::vector<std::string> content, UploadLimits limits,
                          Done<> done) = 0;
  virtual void upload_usage(std::string user, Done<UploadUsage> done) = 0;
  // Those that are older than `before`.
  virtual void list_uploads(std::string user, std::optional<UploadPlace> before, std::size_t max,
                            Done<UploadList> done) = 0;
  // Newest first, with `derived`.
  virtual void newest_uploads(std::string user, std::size_t max, Done<std::vector<StoredUpload>> done) = 0;
  virtual void find_upload(std::string user, std::string id, Done<std::optional<StoredUpload>> done) = 0;
  // As it was at one moment, without `derived`.
  virtual void read_upload(std::string user, std::string id, Done<std::optional<UploadWithContent>> done) = 0;
  // The result is whether there was one. The files no longer hold it when `done` is called, unless another process reads
  // them.
  virtual void remove_upload(std::string user, std::string id, Done<bool> done) = 0;
  // Removes what was stored before this time, in many short transactions. The result is how many there were.
  virtual void sweep_uploads(WallTime before, Done<std::uint64_t> done) = 0;

  // ---- The keys
  struct KeyCount {
    std::string key;
    std::uint64_t uploads = 0;
    friend bool operator==(const KeyCount&, const KeyCount&) = default;
  };
  // How many uploads each key has encrypted, by its id.
  virtual void count_upload_keys(Done<std::vector<KeyCount>> done) = 0;
  // The first upload behind this place in the store's own order that another key has encrypted; 0: from the beginning.
  struct ToReseal {
    std::uint64_t place = 0;
    UploadWithContent sealed;  // with `derived`
  };
  virtual void next_not_sealed_with(std::string key, std::uint64_t after,
                                    Done<std::optional<ToReseal>> done) = 0;
  // Replaces the encrypted parts of an upload, in one transaction, if it is still there and encrypted with `old_key`. The
  // result is whether it was.
  virtual void reseal_upload(UploadWithContent sealed, std::string old_key, Done<bool> done) = 0;
  // The key that everything is to be encrypted with: kept until it is removed, so that a crash does not end the work. When
  // it was removed, the files no longer hold what was replaced, unless another process reads them.
  virtual void set_upload_rotation(std::optional<std::string> key, Done<> done) = 0;
  virtual void upload_rotation(Done<std::optional<std::string>> done) = 0;
};

}  // namespace belay
