// UniqueFunction: a call-once-or-more callable that may own what cannot be copied (std::function can not, and
// std::move_only_function is C++23). What is small stands inside it, so that a callback on the event path
// costs no allocation.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace belay {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, std::remove_cvref_t<F>&, Args...>) UniqueFunction(F&& f) {
    using Held = std::remove_cvref_t<F>;
    if constexpr (kFits<Held>)
      ::new (room_) Held(std::forward<F>(f));
    else
      ::new (room_) Held*(new Held(std::forward<F>(f)));
    kind_ = &Kind<Held>::table;
  }
  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this == &other) return *this;
    reset();
    take(other);
    return *this;
  }
  ~UniqueFunction() { reset(); }

  R operator()(Args... args) { return kind_->call(room_, std::forward<Args>(args)...); }
  explicit operator bool() const { return kind_ != nullptr; }

 private:
  static constexpr std::size_t kRoom = 4 * sizeof(void*);
  template <class F>
  static constexpr bool kFits = sizeof(F) <= kRoom &&
                                alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  // What is done with a callable of one type, wherever it stands.
  struct Operations {
    R (*call)(void* room, Args&&... args);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void* room) noexcept;
  };
  template <class F>
  struct Kind {
    static F& held(void* room) {
      if constexpr (kFits<F>)
        return *std::launder(static_cast<F*>(room));
      else
        return **std::launder(static_cast<F**>(room));
    }
    static R call(void* room, Args&&... args) { return held(room)(std::forward<Args>(args)...); }
    static void move(void* from, void* to) noexcept {
      if constexpr (kFits<F>) {
        ::new (to) F(std::move(held(from)));
        held(from).~F();
      } else {
        ::new (to) F*(&held(from));
      }
    }
    static void destroy(void* room) noexcept {
      if constexpr (kFits<F>)
        held(room).~F();
      else
        delete &held(room);
    }
    static constexpr Operations table{&call, &move, &destroy};
  };

  void take(UniqueFunction& other) noexcept {
    kind_ = std::exchange(other.kind_, nullptr);
    if (kind_) kind_->move(other.room_, room_);
  }
  void reset() noexcept {
    if (kind_) std::exchange(kind_, nullptr)->destroy(room_);
  }

  const Operations* kind_ = nullptr;
  alignas(void*) unsigned char room_[kRoom];
};

}  // namespace belay
