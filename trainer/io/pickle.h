// Pickles of tensors, read by a machine that can do nothing else.
//
// A pickle is a program for a small stack machine, and Python's own machine lets it call any function. This one knows the
// instructions that torch.save writes, and of functions an ordered dictionary, PyTorch's ways to rebuild a tensor, and its
// kinds of storage, all of which it only notes. Everything else is refused by name. It makes at most kMostValues values
// and reads nothing but the given bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace impasto::trainer {

// What is wrong, one printable line. Knows no file.
class PickleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The text, what is not printable replaced and what is long cut: for messages.
std::string shown(std::string_view text);

class Pickle {
 public:
  enum class Kind { None, Number, LongNumber, Text, Tuple, List, Dictionary, Global, Storage, Tensor };

  // Index of a value among all that were made; values may hold one another in circles.
  using Ref = uint32_t;

  struct Value {
    Kind kind = Kind::None;
    int64_t number = 0;      // whole numbers and booleans; fractions count as 0
    std::string_view text;   // of a text, or the bytes of a long number; "module name" of a global
    std::vector<Ref> items;  // of a tuple or list; keys and values of a dictionary in turn; see below of the others
  };
  // A storage's items are what torch.save says of it: "storage", kind, key, device, count, and in old files None. A tensor's
  // are storage, offset, shape, strides.

  static constexpr size_t kMostValues = 1 << 20;

  // Runs the program at `bytes` from `*at` on and moves `*at` behind it. Throws PickleError.
  Pickle(std::string_view bytes, size_t* at);

  const Value& result() const { return values_[result_]; }
  const Value& operator[](Ref ref) const { return values_[ref]; }

 private:
  class Reader;
  void run(Reader& reader);
  Ref make(Value value);
  void append(std::vector<Ref>& to, const std::vector<Ref>& items);
  Ref call(Ref function, Ref arguments);
  Ref dictionaryOf(const Value& arguments);
  Ref pop();
  Value& top(Kind kind, const char* instruction);
  std::vector<Ref> popToMark();

  std::vector<Value> values_;
  size_t items_ = 0;  // of all values together
  std::vector<Ref> stack_;
  std::vector<size_t> marks_;  // stack sizes
  std::map<uint32_t, Ref> memo_;
  std::map<std::string, std::string_view> global_names_;
  Ref result_ = 0;
};

}  // namespace impasto::trainer
