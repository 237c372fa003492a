// The model catalogue: which model a name refers to, and which provider serves it. It is built at start, and
// again when the configuration is reloaded. Once it is in a Snapshot, every thread reads it and nobody
// changes it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/ports/provider.hpp"
#include "core/types/message.hpp"

namespace belay {

struct ModelTarget {
  Model model;
  Provider* provider = nullptr;  // outlives the catalogue, or is owned by `kept`
  // A provider that belongs to this row alone. It is destroyed when the last run that uses it ends.
  std::shared_ptr<Provider> kept{};
};

class ModelCatalogue {
 public:
  // The first model added is the default. Fails with `conflict` if the alias is already used.
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
  // Null if the alias is unknown.
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
