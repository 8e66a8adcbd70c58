#include "io/pickle.h"

#include <algorithm>
#include <cstring>

namespace impasto::trainer {
namespace {

constexpr size_t kLongestShown = 80, kMostItems = 4 * Pickle::kMostValues, kMostStorageItems = 6;
constexpr char kTooMuch[] = "its pickle holds too much";

// Functions, by module and name. Storages are all of torch's classes of that name.
constexpr std::string_view kOrderedDict = "collections OrderedDict", kRebuildTensor = "torch._utils _rebuild_tensor",
                           kRebuildTensor2 = "torch._utils _rebuild_tensor_v2",
                           kRebuildParameter = "torch._utils _rebuild_parameter";

bool isStorageClass(std::string_view name) {
  constexpr std::string_view begin = "torch ", end = "Storage";
  return name.size() > begin.size() + end.size() && name.substr(0, begin.size()) == begin &&
         name.substr(name.size() - end.size()) == end;
}

bool isKnown(std::string_view name) {
  return name == kOrderedDict || name == kRebuildTensor || name == kRebuildTensor2 || name == kRebuildParameter ||
         isStorageClass(name);
}

}  // namespace

std::string shown(std::string_view text) {
  std::string result(text.substr(0, kLongestShown));
  std::replace_if(result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > kLongestShown ? result + "..." : result;
}

class Pickle::Reader {
 public:
  Reader(std::string_view bytes, size_t at) : bytes_(bytes), at_(at) {}
  size_t at() const { return at_; }

  std::string_view take(uint64_t count) {
    if (count > bytes_.size() - at_) throw PickleError("its pickle ends too early");
    const std::string_view taken = bytes_.substr(at_, static_cast<size_t>(count));
    at_ += static_cast<size_t>(count);
    return taken;
  }
  // Little-endian, of so many bytes.
  uint64_t number(size_t count) {
    uint64_t value = 0;
    const std::string_view taken = take(count);
    for (size_t i = 0; i < count; ++i) value |= uint64_t{static_cast<uint8_t>(taken[i])} << (8 * i);
    return value;
  }
  std::string_view line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) throw PickleError("its pickle ends too early");
    const std::string_view taken = take(end - at_);
    ++at_;
    return taken;
  }

 private:
  std::string_view bytes_;
  size_t at_;
};

Pickle::Pickle(std::string_view bytes, size_t* at) {
  if (*at > bytes.size()) throw PickleError("its pickle is missing");
  Reader reader(bytes, *at);
  run(reader);
  *at = reader.at();
}

Pickle::Ref Pickle::make(Value value) {
  items_ += value.items.size();
  if (values_.size() >= kMostValues || stack_.size() >= kMostValues || items_ > kMostItems) throw PickleError(kTooMuch);
  values_.push_back(std::move(value));
  stack_.push_back(static_cast<Ref>(values_.size() - 1));
  return stack_.back();
}

void Pickle::append(std::vector<Ref>& to, const std::vector<Ref>& items) {
  items_ += items.size();
  if (items_ > kMostItems) throw PickleError(kTooMuch);
  to.insert(to.end(), items.begin(), items.end());
}

Pickle::Ref Pickle::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) throw PickleError("its pickle takes more than there is");
  const Ref ref = stack_.back();
  stack_.pop_back();
  return ref;
}

std::vector<Pickle::Ref> Pickle::popToMark() {
  if (marks_.empty()) throw PickleError("its pickle lacks a mark");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Ref> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

Pickle::Value& Pickle::top(Kind kind, const char* instruction) {
  const Ref ref = pop();
  stack_.push_back(ref);
  if (values_[ref].kind != kind) throw PickleError(std::string("its pickle uses ") + instruction + " on something else");
  return values_[ref];
}

// OrderedDict(), or OrderedDict([(key, value), ...]), which Python 2 wrote.
Pickle::Ref Pickle::dictionaryOf(const Value& arguments) {
  Value dictionary{Kind::Dictionary, 0, {}, {}};
  if (arguments.items.size() > 1) throw PickleError("its ordered dictionary has odd arguments");
  if (arguments.items.size() == 1) {
    for (const Ref pair : values_[arguments.items[0]].items) {
      const Value& of_pair = values_[pair];
      if ((of_pair.kind != Kind::Tuple && of_pair.kind != Kind::List) || of_pair.items.size() != 2) {
        throw PickleError("its ordered dictionary has odd arguments");
      }
      append(dictionary.items, of_pair.items);
    }
  }
  return make(std::move(dictionary));
}

Pickle::Ref Pickle::call(Ref function, Ref arguments) {
  const std::string_view name = values_[function].text;
  const Value& given = values_[arguments];
  if (values_[function].kind != Kind::Global || given.kind != Kind::Tuple) throw PickleError("its pickle calls what is no function");
  if (name == kOrderedDict) return dictionaryOf(given);
  if (name == kRebuildParameter) {
    if (given.items.empty() || values_[given.items[0]].kind != Kind::Tensor) throw PickleError("a parameter of it is no tensor");
    stack_.push_back(given.items[0]);
    return given.items[0];
  }
  if (name == kRebuildTensor || name == kRebuildTensor2) {
    constexpr Kind kinds[] = {Kind::Storage, Kind::Number, Kind::Tuple, Kind::Tuple};
    Value tensor{Kind::Tensor, 0, {}, {}};
    for (size_t i = 0; i < std::size(kinds); ++i) {
      if (i >= given.items.size() || values_[given.items[i]].kind != kinds[i]) throw PickleError("a tensor of it is not described as such");
      tensor.items.push_back(given.items[i]);
    }
    return make(std::move(tensor));
  }
  throw PickleError("its pickle calls " + shown(name));
}

void Pickle::run(Reader& in) {
  const auto number = [&](int64_t value) { make({Kind::Number, value, {}, {}}); };
  const auto text = [&](std::string_view value) { make({Kind::Text, 0, value, {}}); };
  const auto tuple = [&](std::vector<Ref> items) { make({Kind::Tuple, 0, {}, std::move(items)}); };
  const auto last = [&](size_t count) {
    std::vector<Ref> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  };
  const auto remember = [&](uint32_t key) {
    const Ref ref = pop();
    stack_.push_back(ref);
    memo_[key] = ref;
  };
  const auto recall = [&](uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) throw PickleError("its pickle recalls what it never kept");
    if (stack_.size() >= kMostValues) throw PickleError(kTooMuch);
    stack_.push_back(found->second);
  };
  const auto global = [&](std::string_view module, std::string_view name) {
    const std::string whole = std::string(module) + " " + std::string(name);
    if (!isKnown(whole)) {
      throw PickleError("it asks for " + shown(std::string(module) + "." + std::string(name)) + ", which a file of weights does not need");
    }
    const auto kept = global_names_.emplace(whole, std::string_view{}).first;
    make({Kind::Global, 0, kept->first, {}});
  };
  for (uint64_t steps = 0; steps < 8 * kMostValues; ++steps) {
    const auto instruction = static_cast<uint8_t>(in.take(1)[0]);
    switch (instruction) {
      case 0x80: in.take(1); break;                // PROTO
      case 0x95: in.take(8); break;                // FRAME
      case '.': result_ = pop(); return;           // STOP
      case '(':                                    // MARK
        if (marks_.size() >= kMostValues) throw PickleError(kTooMuch);
        marks_.push_back(stack_.size());
        break;
      case '0': pop(); break;                      // POP
      case '1': popToMark(); break;                // POP_MARK
      case 'N': make({}); break;                   // NONE
      case 0x88: number(1); break;                 // NEWTRUE
      case 0x89: number(0); break;                 // NEWFALSE
      case 'K': number(static_cast<int64_t>(in.number(1))); break;                        // BININT1
      case 'M': number(static_cast<int64_t>(in.number(2))); break;                        // BININT2
      case 'J': number(static_cast<int32_t>(static_cast<uint32_t>(in.number(4)))); break;  // BININT
      case 'G': in.take(8), number(0); break;                                             // BINFLOAT
      case 0x8a: {                                                                        // LONG1
        const std::string_view bytes = in.take(in.number(1));
        if (bytes.size() > 8) {
          make({Kind::LongNumber, 0, bytes, {}});
          break;
        }
        uint64_t value = 0;
        for (size_t i = 0; i < bytes.size(); ++i) value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
        if (!bytes.empty() && bytes.size() < 8 && (bytes.back() & 0x80)) value |= ~uint64_t{0} << (8 * bytes.size());
        number(static_cast<int64_t>(value));
        break;
      }
      case 'U': case 0x8c: text(in.take(in.number(1))); break;  // SHORT_BINSTRING, SHORT_BINUNICODE
      case 'T': case 'X': text(in.take(in.number(4))); break;   // BINSTRING, BINUNICODE
      case ')': tuple({}); break;
      case 0x85: tuple(last(1)); break;
      case 0x86: tuple(last(2)); break;
      case 0x87: tuple(last(3)); break;
      case 't': tuple(popToMark()); break;
      case ']': make({Kind::List, 0, {}, {}}); break;
      case '}': make({Kind::Dictionary, 0, {}, {}}); break;
      case 'a': {                                              // APPEND
        const std::vector<Ref> items = last(1);
        append(top(Kind::List, "APPEND").items, items);
        break;
      }
      case 'e': {                                              // APPENDS
        const std::vector<Ref> items = popToMark();
        append(top(Kind::List, "APPENDS").items, items);
        break;
      }
      case 's': {                                              // SETITEM
        const std::vector<Ref> items = last(2);
        append(top(Kind::Dictionary, "SETITEM").items, items);
        break;
      }
      case 'u': {                                              // SETITEMS
        const std::vector<Ref> items = popToMark();
        if (items.size() % 2 != 0) throw PickleError("its pickle has a key without a value");
        append(top(Kind::Dictionary, "SETITEMS").items, items);
        break;
      }
      case 'q': remember(static_cast<uint32_t>(in.number(1))); break;     // BINPUT
      case 'r': remember(static_cast<uint32_t>(in.number(4))); break;     // LONG_BINPUT
      case 0x94: remember(static_cast<uint32_t>(memo_.size())); break;    // MEMOIZE
      case 'h': recall(static_cast<uint32_t>(in.number(1))); break;       // BINGET
      case 'j': recall(static_cast<uint32_t>(in.number(4))); break;       // LONG_BINGET
      case 'c': {                                                         // GLOBAL
        const std::string_view module = in.line();
        global(module, in.line());
        break;
      }
      case 0x93: {                                                        // STACK_GLOBAL
        const std::vector<Ref> names = last(2);
        if (values_[names[0]].kind != Kind::Text || values_[names[1]].kind != Kind::Text) throw PickleError("its pickle names no function");
        global(values_[names[0]].text, values_[names[1]].text);
        break;
      }
      case 'R': {                                                         // REDUCE
        const std::vector<Ref> of_call = last(2);
        call(of_call[0], of_call[1]);
        break;
      }
      case 'b':                                                           // BUILD: attributes of a dictionary, "_metadata"
        pop();
        top(Kind::Dictionary, "BUILD");
        break;
      case 'Q': {                                                         // BINPERSID
        const Value& said = values_[pop()];
        if (said.kind != Kind::Tuple || said.items.size() > kMostStorageItems) throw PickleError("a storage of it is not described as such");
        make({Kind::Storage, 0, {}, said.items});
        break;
      }
      default: throw PickleError("its pickle has the instruction " + std::to_string(instruction) + ", which torch.save does not write");
    }
  }
  throw PickleError(kTooMuch);
}

}  // namespace impasto::trainer
