#include "services/runs/admission.hpp"

#include <utility>

namespace belay::services {

Admission& Admission::operator=(Admission&& other) noexcept {
  if (this == &other) return *this;
  release();
  desk_ = std::move(other.desk_);
  run_ = other.run_;
  limits_ = other.limits_;
  session_ = std::move(other.session_);
  return *this;
}

void Admission::commit() && {
  if (desk_ && desk_->counters && limits_) desk_->counters->confirm(run_);
  desk_.reset();
}

void Admission::commit_refused() && {
  if (desk_ && desk_->counters && limits_) desk_->counters->release_key(run_);
  release_session();
  desk_.reset();
}

void Admission::release() noexcept {
  release_session();
  if (desk_ && desk_->counters && limits_) desk_->counters->settle(run_, Charge::never_ran, [](Result<>) {});
  desk_.reset();
}

void Admission::release_session() noexcept {
  if (desk_ && desk_->sessions && session_)
    desk_->sessions->release_use(std::move(*session_), run_, [](Result<>) {});
  session_.reset();
}

}  // namespace belay::services
