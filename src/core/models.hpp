// The catalogue: which model stands behind a name, and which provider answers for it. Built at start and
// again when the configuration is reloaded; once it is in a Snapshot, it is read from every thread and never
// changed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/chat.hpp"
#include "core/provider.hpp"

namespace belay {

struct ModelTarget {
  Model model;
  Provider* provider = nullptr;      // outlives the catalogue, or is kept by:
  std::shared_ptr<Provider> kept{};  // one that belongs to this row alone; goes with the last run that uses it
};

class ModelCatalogue {
 public:
  // The first one added is the default. Fails with `conflict` when the alias is taken.
  Result<> add(Model model, Provider& provider) {
    return add(ModelTarget{std::move(model), &provider, nullptr});
  }
  Result<> add(ModelTarget target) {
    std::string alias = target.model.alias;
    if (!targets_.try_emplace(alias, std::move(target)).second)
      return make_error(ErrorCode::conflict, "The model \"" + alias + "\" is declared twice.");
    order_.push_back(std::move(alias));
    return {};
  }
  // Null: unknown.
  const ModelTarget* find(const std::string& alias) const {
    const auto found = targets_.find(alias);
    return found == targets_.end() ? nullptr : &found->second;
  }
  const std::vector<std::string>& aliases() const { return order_; }

 private:
  std::map<std::string, ModelTarget> targets_;
  std::vector<std::string> order_;
};

}  // namespace belay
