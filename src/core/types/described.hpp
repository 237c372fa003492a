// Records that describe themselves: one function names each field once, with its tag, in the order in which the
// fields are written. A visitor does the rest.
//
//   template <class Visitor>
//   void describe(Visitor& field, Of<Visitor, Usage>& usage) {
//     field(1, usage.input);
//     field(2, usage.output);
//   }
//   encode_fields(usage);         // every field that is not zero, false or empty (core/types/codec.hpp)
//   decode_fields(bytes, usage);  // false: the bytes are broken
//
// Of a field's type follows how it is stored: texts as they are, numbers, flags and the bits of a double as varints, run
// ids and error codes as their text, a record as a nested encoding, an optional as its value, and each item of a vector
// as a field of its own. An enumeration needs its first and last value, so that an unknown one is refused. A vector may
// have a limit, so that a longer one is refused. A new field takes a new tag: a tag is never used again for something
// else.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/run_id.hpp"
#include "base/units.hpp"
#include "core/types/codec.hpp"

namespace belay {

// The record as the visitor needs it: read by the writer, changed by the reader.
template <class Visitor, class Record>
using Of = std::conditional_t<Visitor::kReads, Record, const Record>;

template <class Record>
std::string encode_fields(const Record& record);
template <class Record>
bool decode_fields(std::string_view bytes, Record& record);

class FieldEncoder {
 public:
  static constexpr bool kReads = false;
  explicit FieldEncoder(std::string& out) : writer_(out) {}

  void operator()(std::uint32_t tag, const std::string& text) { writer_.text(tag, text); }
  void operator()(std::uint32_t tag, bool flag) { writer_.flag(tag, flag); }
  void operator()(std::uint32_t tag, std::uint16_t number) { writer_.number(tag, number); }
  void operator()(std::uint32_t tag, std::uint32_t number) { writer_.number(tag, number); }
  void operator()(std::uint32_t tag, std::int32_t number) {
    writer_.number(tag, static_cast<std::uint64_t>(std::int64_t{number}));
  }
  void operator()(std::uint32_t tag, std::uint64_t number) { writer_.number(tag, number); }
  void operator()(std::uint32_t tag, double number) {
    writer_.number(tag, std::bit_cast<std::uint64_t>(number));
  }
  void operator()(std::uint32_t tag, TokenCount count) { writer_.number(tag, count.value); }
  void operator()(std::uint32_t tag, NanoDollars cost) { writer_.number(tag, cost.value); }
  void operator()(std::uint32_t tag, WallTime time) {
    writer_.number(tag, static_cast<std::uint64_t>(time.ms));
  }
  void operator()(std::uint32_t tag, const RunId& id) {
    if (id != RunId()) writer_.text(tag, id.text());
  }
  void operator()(std::uint32_t tag, ErrorCode code) { writer_.text(tag, to_string(code)); }
  template <class Enum>
  void operator()(std::uint32_t tag, Enum value, Enum /*first*/, Enum /*last*/) {
    writer_.number(tag, static_cast<std::uint64_t>(value));
  }
  template <class T>
  void operator()(std::uint32_t tag, const std::optional<T>& value) {
    if (value) writer_.item(tag, encode_fields(*value));
  }
  template <class T>
  void operator()(std::uint32_t tag, const std::vector<T>& items) {
    for (const T& item : items) {
      if constexpr (std::is_same_v<T, std::string>)
        writer_.item(tag, item);
      else
        writer_.item(tag, encode_fields(item));
    }
  }
  template <class T>
  void operator()(std::uint32_t tag, const std::vector<T>& items, std::size_t /*max*/) {
    (*this)(tag, items);
  }
  template <class Record>
  requires std::is_class_v<Record>
  void operator()(std::uint32_t tag, const Record& record) { writer_.item(tag, encode_fields(record)); }
  FieldWriter& writer() { return writer_; }

 private:
  FieldWriter writer_;
};

// Takes the field that the reader stands at. A description offers it to each of its fields; the one with its tag takes
// it.
class FieldDecoder {
 public:
  static constexpr bool kReads = true;
  explicit FieldDecoder(FieldReader& reader) : reader_(reader) {}

  void operator()(std::uint32_t tag, std::string& text) {
    if (is(tag)) text = reader_.text();
  }
  void operator()(std::uint32_t tag, bool& flag) {
    if (is(tag)) flag = reader_.flag();
  }
  void operator()(std::uint32_t tag, std::uint16_t& number) {
    if (is(tag)) number = static_cast<std::uint16_t>(reader_.number());
  }
  void operator()(std::uint32_t tag, std::uint32_t& number) {
    if (is(tag)) number = static_cast<std::uint32_t>(reader_.number());
  }
  void operator()(std::uint32_t tag, std::int32_t& number) {
    if (is(tag)) number = static_cast<std::int32_t>(reader_.number());
  }
  void operator()(std::uint32_t tag, std::uint64_t& number) {
    if (is(tag)) number = reader_.number();
  }
  void operator()(std::uint32_t tag, double& number) {
    if (is(tag)) number = std::bit_cast<double>(reader_.number());
  }
  void operator()(std::uint32_t tag, TokenCount& count) { (*this)(tag, count.value); }
  void operator()(std::uint32_t tag, NanoDollars& cost) { (*this)(tag, cost.value); }
  void operator()(std::uint32_t tag, WallTime& time) {
    if (is(tag)) time.ms = static_cast<std::int64_t>(reader_.number());
  }
  void operator()(std::uint32_t tag, RunId& id) {
    if (!is(tag)) return;
    const auto parsed = RunId::parse(reader_.bytes());
    if (parsed)
      id = *parsed;
    else
      ok_ = false;
  }
  // A code of a newer server is an internal error here.
  void operator()(std::uint32_t tag, ErrorCode& code) {
    if (is(tag)) code = error_code_from(reader_.bytes()).value_or(ErrorCode::internal);
  }
  template <class Enum>
  void operator()(std::uint32_t tag, Enum& value, Enum first, Enum last) {
    if (!is(tag)) return;
    const std::uint64_t number = reader_.number();
    if (number >= static_cast<std::uint64_t>(first) && number <= static_cast<std::uint64_t>(last))
      value = static_cast<Enum>(number);
    else
      ok_ = false;
  }
  template <class T>
  void operator()(std::uint32_t tag, std::optional<T>& value) {
    if (is(tag)) ok_ = decode_fields(reader_.bytes(), value.emplace()) && ok_;
  }
  template <class T>
  void operator()(std::uint32_t tag, std::vector<T>& items) {
    if (!is(tag)) return;
    if constexpr (std::is_same_v<T, std::string>)
      items.push_back(reader_.text());
    else
      ok_ = decode_fields(reader_.bytes(), items.emplace_back()) && ok_;
  }
  template <class T>
  void operator()(std::uint32_t tag, std::vector<T>& items, std::size_t max) {
    if (!is(tag)) return;
    if (items.size() < max)
      (*this)(tag, items);
    else
      ok_ = false;
  }
  template <class Record>
  requires std::is_class_v<Record>
  void operator()(std::uint32_t tag, Record& record) {
    if (is(tag)) ok_ = decode_fields(reader_.bytes(), record) && ok_;
  }
  bool is(std::uint32_t tag) const { return reader_.tag() == tag; }
  std::string_view bytes() const { return reader_.bytes(); }
  void check(bool ok) { ok_ = ok_ && ok; }
  bool ok() const { return ok_; }

 private:
  FieldReader& reader_;
  bool ok_ = true;
};

template <class Record>
std::string encode_fields(const Record& record) {
  std::string out;
  FieldEncoder encoder(out);
  describe(encoder, record);
  return out;
}

template <class Record>
bool decode_fields(std::string_view bytes, Record& record) {
  FieldReader reader(bytes);
  FieldDecoder decoder(reader);
  while (reader.next()) describe(decoder, record);
  return decoder.ok() && reader.ok();
}

}  // namespace belay
