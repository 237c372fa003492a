// UniqueFunction: a move-only callable. It may own objects that cannot be copied (std::function cannot do
// that, and std::move_only_function is C++23). It can be called more than once. A small callable is stored
// inline, so that a callback on the event path allocates no memory.
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
      ::new (storage_) Held(std::forward<F>(f));
    else
      ::new (storage_) Held*(new Held(std::forward<F>(f)));
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

  R operator()(Args... args) { return kind_->call(storage_, std::forward<Args>(args)...); }
  explicit operator bool() const { return kind_ != nullptr; }

 private:
  static constexpr std::size_t kInlineSize = 4 * sizeof(void*);
  template <class F>
  static constexpr bool kFits = sizeof(F) <= kInlineSize &&
                                alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  // The operations on a callable of one type, stored inline or on the heap.
  struct Operations {
    R (*call)(void* storage, Args&&... args);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void* storage) noexcept;
  };
  template <class F>
  struct Kind {
    static F& held(void* storage) {
      if constexpr (kFits<F>)
        return *std::launder(static_cast<F*>(storage));
      else
        return **std::launder(static_cast<F**>(storage));
    }
    static R call(void* storage, Args&&... args) { return held(storage)(std::forward<Args>(args)...); }
    static void move(void* from, void* to) noexcept {
      if constexpr (kFits<F>) {
        ::new (to) F(std::move(held(from)));
        held(from).~F();
      } else {
        ::new (to) F*(&held(from));
      }
    }
    static void destroy(void* storage) noexcept {
      if constexpr (kFits<F>)
        held(storage).~F();
      else
        delete &held(storage);
    }
    static constexpr Operations table{&call, &move, &destroy};
  };

  void take(UniqueFunction& other) noexcept {
    kind_ = std::exchange(other.kind_, nullptr);
    if (kind_) kind_->move(other.storage_, storage_);
  }
  void reset() noexcept {
    if (kind_) std::exchange(kind_, nullptr)->destroy(storage_);
  }

  const Operations* kind_ = nullptr;
  alignas(void*) unsigned char storage_[kInlineSize];
};

}  // namespace belay
