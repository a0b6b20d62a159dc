#include "artifact/pickled_tensors.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>
#include <variant>

#include "sequent/error.h"

namespace sequent {
namespace {

// The opcodes of pickle protocol 2 that LibTorch writes, by their names in Python's pickletools.
enum Opcode : unsigned char {
  kMark = '(',
  kEmptyTuple = ')',
  kStop = '.',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinUnicode = 'X',
  kBuild = 'b',
  kGlobal = 'c',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
};

struct Value;
using Items = std::shared_ptr<std::vector<Value>>;

struct Mark {};
struct Plain {};  // None, a boolean or a number with a fraction: no part of a tensor depends on it
struct Global {
  std::string name;  // "module name"
};
struct Tuple {
  Items items;
};
struct Dict {
  Items items;  // keys and values in turn
};
struct Storage {
  std::string type;
  std::string record;
  std::int64_t size = 0;
};
struct Module {
  Items attributes;
};

struct Value {
  std::variant<Plain, Mark, std::int64_t, std::string, Global, Tuple, Dict, Storage, PickledTensor,
               Module>
      content;
  int depth = 0;  // nesting of tuples and dictionaries
};

constexpr std::string_view kRebuildTensor = "torch._utils _rebuild_tensor_v2";
constexpr std::string_view kOrderedDict = "collections OrderedDict";
constexpr std::string_view kModule = "__torch__ SequentModel";

class PickleReader {
 public:
  PickleReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  std::vector<PickledTensor> read() {
    constexpr std::size_t kMostBytes = std::size_t{1} << 20;
    if (bytes_.size() > kMostBytes) fail_damaged();
    while (!done_) execute(next());
    const Value result = pop();
    const auto* module = std::get_if<Module>(&result.content);
    if (module == nullptr || !module->attributes || !stack_.empty() || at_ != bytes_.size()) {
      fail_damaged();
    }
    return tensors(*module);
  }

 private:
  [[noreturn]] void fail_damaged() const {
    throw Error(ErrorKind::kArtifact, where_,
                "the archive is truncated or damaged (byte " + std::to_string(at_) +
                    " of its pickle); copy or export it again");
  }
  [[noreturn]] void fail_foreign(const std::string& what) const {
    constexpr std::size_t kMostBytes = 80;
    throw Error(ErrorKind::kArtifact, where_,
                "found " + what.substr(0, kMostBytes) +
                    ", which sequent export does not write; nothing was executed. Expected an "
                    "archive made by sequent export");
  }

  // ---- bytes

  unsigned char next() {
    if (at_ >= bytes_.size()) fail_damaged();
    return static_cast<unsigned char>(bytes_[at_++]);
  }

  /// An unsigned little-endian number of `count` bytes.
  std::uint64_t number(int count) {
    std::uint64_t result = 0;
    for (int i = 0; i < count; ++i) result |= static_cast<std::uint64_t>(next()) << (8 * i);
    return result;
  }

  std::string text(std::uint64_t size) {
    constexpr std::uint64_t kMostBytes = 512;
    if (size > std::min(kMostBytes, std::uint64_t{bytes_.size() - at_})) fail_damaged();
    std::string result(bytes_.substr(at_, size));
    at_ += size;
    return result;
  }

  std::string text_line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail_damaged();
    std::string result = text(end - at_);
    ++at_;
    return result;
  }

  /// A signed little-endian number of at most 8 bytes.
  std::int64_t long_number() {
    const int count = next();
    constexpr int kMostBytes = 8;
    if (count > kMostBytes) fail_damaged();
    std::uint64_t result = number(count);
    if (count > 0 && count < kMostBytes && ((result >> (8 * count - 1)) & 1) != 0) {
      result |= ~std::uint64_t{0} << (8 * count);
    }
    return static_cast<std::int64_t>(result);
  }

  // ---- stack

  template <class Content>
  void push(Content content, int depth = 0) {
    constexpr int kMostDepth = 16;
    if (depth > kMostDepth) fail_damaged();
    stack_.push_back({std::move(content), depth});
  }

  Value pop() {
    if (stack_.empty()) fail_damaged();
    Value value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }

  /// Returns the values above the last mark, and removes the mark.
  std::vector<Value> pop_to_mark() {
    std::size_t mark = stack_.size();
    while (mark > 0 && !std::holds_alternative<Mark>(stack_[mark - 1].content)) --mark;
    if (mark == 0) fail_damaged();
    std::vector<Value> values(
        std::make_move_iterator(stack_.begin() + static_cast<std::ptrdiff_t>(mark)),
        std::make_move_iterator(stack_.end()));
    stack_.resize(mark - 1);
    return values;
  }

  static int depth_of(const std::vector<Value>& values) {
    int depth = 0;
    for (const Value& value : values) depth = std::max(depth, value.depth);
    return depth + 1;
  }

  void push_tuple(std::vector<Value> values) {
    const int depth = depth_of(values);
    push(Tuple{std::make_shared<std::vector<Value>>(std::move(values))}, depth);
  }

  void push_tuple(std::size_t count) {
    if (stack_.size() < count) fail_damaged();
    std::vector<Value> values;
    for (std::size_t i = 0; i < count; ++i) values.insert(values.begin(), pop());
    push_tuple(std::move(values));
  }

  void put(std::uint64_t slot) {
    if (stack_.empty()) fail_damaged();
    memo_[slot] = stack_.back();
  }

  void get(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail_damaged();
    const Value value = found->second;
    push(value.content, value.depth);
  }

  // ---- values

  void execute(unsigned char opcode) {
    switch (opcode) {
      case kProto:
        if (next() != 2) fail_damaged();
        return;
      case kStop:
        done_ = true;
        return;
      case kMark:
        return push(Mark{});
      case kNone:
      case kNewTrue:
      case kNewFalse:
        return push(Plain{});
      case kBinFloat:
        number(8);
        return push(Plain{});
      case kBinInt:
        return push(std::int64_t{static_cast<std::int32_t>(number(4))});
      case kBinInt1:
        return push(static_cast<std::int64_t>(number(1)));
      case kBinInt2:
        return push(static_cast<std::int64_t>(number(2)));
      case kLong1:
        return push(long_number());
      case kBinUnicode:
        return push(text(number(4)));
      case kGlobal:
        return push_global();
      case kEmptyTuple:
        return push_tuple(std::size_t{0});
      case kTuple1:
        return push_tuple(std::size_t{1});
      case kTuple2:
        return push_tuple(std::size_t{2});
      case kTuple3:
        return push_tuple(std::size_t{3});
      case kTuple:
        return push_tuple(pop_to_mark());
      case kEmptyDict:
        return push(Dict{std::make_shared<std::vector<Value>>()}, 1);
      case kSetItem: {
        Value value = pop();
        std::vector<Value> pair;
        pair.push_back(pop());
        pair.push_back(std::move(value));
        return set_items(std::move(pair));
      }
      case kSetItems:
        return set_items(pop_to_mark());
      case kBinPut:
        return put(number(1));
      case kLongBinPut:
        return put(number(4));
      case kBinGet:
        return get(number(1));
      case kLongBinGet:
        return get(number(4));
      case kBinPersId:
        return push_storage(pop());
      case kReduce:
        return reduce();
      case kNewObj:
        return new_object();
      case kBuild:
        return build();
      default:
        fail_foreign("a pickle instruction (" + std::to_string(opcode) + ")");
    }
  }

  void push_global() {
    std::string module = text_line();
    push(Global{std::move(module) + " " + text_line()});
  }

  void set_items(std::vector<Value> items) {
    if (stack_.empty() || items.size() % 2 != 0) fail_damaged();
    const auto* dict = std::get_if<Dict>(&stack_.back().content);
    if (dict == nullptr) fail_damaged();
    for (Value& item : items) {
      // Without containers in it, a dictionary cannot contain itself.
      if (item.depth > 0) fail_foreign("a nested dictionary");
      dict->items->push_back(std::move(item));
    }
  }

  /// ('storage', torch.FloatStorage, '0', 'cpu', 64)
  void push_storage(const Value& id) {
    const std::vector<Value>& parts = items_of(id, 5);
    const std::string& type = global_of(parts[1]);
    constexpr std::string_view kTorch = "torch ";
    if (text_of(parts[0]) != "storage" || text_of(parts[3]) != "cpu" || !type.starts_with(kTorch)) {
      fail_foreign("an unknown kind of storage");
    }
    push(Storage{type.substr(kTorch.size()), text_of(parts[2]), integer_of(parts[4])});
  }

  void reduce() {
    const Value arguments = pop();
    const Value function = pop();
    const std::string& name = global_of(function);
    if (name == kOrderedDict) {
      items_of(arguments, 0);
      return push(Dict{std::make_shared<std::vector<Value>>()}, 1);
    }
    if (name != kRebuildTensor) fail_foreign("a call of " + name);
    const std::vector<Value>& parts = items_of(arguments, 6);
    const auto* storage = std::get_if<Storage>(&parts[0].content);
    if (storage == nullptr) fail_damaged();
    push(PickledTensor{"", storage->type, storage->record, storage->size, integer_of(parts[1]),
                       integers_of(parts[2]), integers_of(parts[3])});
  }

  void new_object() {
    const Value arguments = pop();
    const Value type = pop();
    items_of(arguments, 0);
    if (global_of(type) != kModule) fail_foreign("an object of " + global_of(type));
    push(Module{}, 1);
  }

  void build() {
    const Value state = pop();
    const auto* dict = std::get_if<Dict>(&state.content);
    auto* module = stack_.empty() ? nullptr : std::get_if<Module>(&stack_.back().content);
    if (module == nullptr || module->attributes) fail_damaged();
    if (dict == nullptr) fail_foreign("an object that restores its state with code of its own");
    module->attributes = dict->items;
  }

  // ---- checked access

  const std::vector<Value>& items_of(const Value& value, std::size_t count) const {
    const auto* tuple = std::get_if<Tuple>(&value.content);
    if (tuple == nullptr || tuple->items->size() != count) fail_damaged();
    return *tuple->items;
  }
  const std::string& text_of(const Value& value) const {
    const auto* text = std::get_if<std::string>(&value.content);
    if (text == nullptr) fail_damaged();
    return *text;
  }
  const std::string& global_of(const Value& value) const {
    const auto* global = std::get_if<Global>(&value.content);
    if (global == nullptr) fail_damaged();
    return global->name;
  }
  std::int64_t integer_of(const Value& value) const {
    const auto* integer = std::get_if<std::int64_t>(&value.content);
    if (integer == nullptr || *integer < 0) fail_damaged();
    return *integer;
  }
  std::vector<std::int64_t> integers_of(const Value& value) const {
    const auto* tuple = std::get_if<Tuple>(&value.content);
    constexpr std::size_t kMostDimensions = 8;
    if (tuple == nullptr || tuple->items->size() > kMostDimensions) fail_damaged();
    std::vector<std::int64_t> result;
    for (const Value& item : *tuple->items) result.push_back(integer_of(item));
    return result;
  }

  std::vector<PickledTensor> tensors(const Module& module) const {
    std::vector<PickledTensor> result;
    const std::vector<Value>& items = *module.attributes;
    for (std::size_t i = 0; i < items.size(); i += 2) {
      const std::string& name = text_of(items[i]);
      if (const auto* tensor = std::get_if<PickledTensor>(&items[i + 1].content)) {
        result.push_back(*tensor);
        result.back().name = name;
      } else if (!std::holds_alternative<Plain>(items[i + 1].content)) {
        fail_foreign("the attribute \"" + name + "\"");
      }
    }
    return result;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t at_ = 0;
  bool done_ = false;
  std::vector<Value> stack_;
  std::unordered_map<std::uint64_t, Value> memo_;
};

}  // namespace

std::vector<PickledTensor> read_pickled_tensors(std::string_view pickle, const std::string& where) {
  return PickleReader(pickle, where).read();
}

}  // namespace sequent
