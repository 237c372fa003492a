#include "storage/durability.hpp"

namespace belay::storage {
namespace {

using Synchronous = SqliteConfig::Synchronous;

}  // namespace

std::string durability_in_words(const JournalConfig& journal, const SqliteConfig& store) {
  const bool full = store.synchronous == Synchronous::full;
  switch (journal.durability) {
    case Durability::disk:
      return "Everything that a client has been told survives the death of the process, a crash of the "
             "kernel and the loss of power.";
    case Durability::process:
      return full
                 ? "Everything that a client has been told survives the death of the process. A crash of the "
                   "kernel or a loss of power loses the newest events of running answers; what the store has "
                   "taken (ended answers, messages, sessions) survives it."
                 : "Everything that a client has been told survives the death of the process. A crash of the "
                   "kernel or a loss of power loses the newest moments: events of running answers, and what "
                   "the store took last (ended answers, messages, sessions).";
    case Durability::memory:
      return full ? "Running answers survive nothing: they end with the process. What the store has taken "
                    "(ended answers, messages, sessions) survives the death of the process, a crash of the "
                    "kernel and the loss of power."
                  : "Running answers survive nothing: they end with the process. What the store has taken "
                    "(ended answers, messages, sessions) survives the death of the process; a crash of the "
                    "kernel or a loss of power loses what it took last.";
  }
  return {};
}

std::vector<std::string> durability_contradictions(const JournalConfig& journal, const SqliteConfig& store) {
  std::vector<std::string> found;
  if (store.synchronous != Synchronous::full || journal.durability == Durability::disk) return found;
  const std::string what = journal.durability == Durability::memory
                               ? "running answers do not even survive the end of the process"
                               : "the events of running answers do not survive a loss of power";
  found.push_back(
      "store.synchronous = \"full\" waits for the disk at every commit, and yet " + what +
      ". If a loss of power must lose nothing, set journal.durability = \"disk\" (with it "
      "store.synchronous = \"normal\" is enough); if it may, set store.synchronous = \"normal\".");
  return found;
}

}  // namespace belay::storage
