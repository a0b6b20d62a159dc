#include "data/fasttext_model.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/binary_blocks.h"
#include "sequent/error.h"

namespace sequent {
namespace {

constexpr std::string_view kMagic = "\xBA\x16\x4F\x2F";
constexpr std::int32_t kVersion = 12;
constexpr std::int32_t kOldVersion = 11;
constexpr std::int32_t kSupervised = 3;
constexpr std::int32_t kMostNgramLength = 1000;
constexpr std::size_t kMostWordBytes = std::size_t{1} << 20;

/// The arguments that the model was trained with, apart from those that do not matter here.
struct ModelArguments {
  std::int32_t width = 0;
  std::int32_t buckets = 0;   // of n-grams
  std::int32_t shortest = 0;  // n-gram, in code points
  std::int32_t longest = 0;   // 0: words have no n-grams
};

/// FNV-1a of bytes that are extended with their sign, as in fastText.
std::uint32_t hash_of(std::string_view ngram) {
  std::uint32_t hash = 2166136261U;
  for (const char c : ngram) {
    hash ^= static_cast<std::uint32_t>(static_cast<std::int8_t>(c));
    hash *= 16777619U;
  }
  return hash;
}

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Calls `use` with the character n-grams of a word, which is marked by < and >. The marks alone
/// are not n-grams.
template <class Use>
void for_each_ngram(const std::string& marked, const ModelArguments& arguments, const Use& use) {
  for (std::size_t begin = 0; begin < marked.size(); ++begin) {
    if (continues_code_point(marked[begin])) continue;
    std::size_t end = begin;
    for (std::int32_t n = 1; end < marked.size() && n <= arguments.longest; ++n) {
      do {
        ++end;
      } while (end < marked.size() && continues_code_point(marked[end]));
      const bool is_mark = n == 1 && (begin == 0 || end == marked.size());
      if (n >= arguments.shortest && !is_mark) {
        use(std::string_view(marked).substr(begin, end - begin));
      }
    }
  }
}

class FastTextModel {
 public:
  FastTextModel(const std::string& path, const Vocabulary& vocabulary, std::int64_t width,
                WordVectors& vectors)
      : path_(path), vocabulary_(vocabulary), width_(width), vectors_(vectors), in_(path) {}

  void read() {
    read_arguments();
    read_dictionary();
    if (take<char>() != 0) fail_quantized();
    read_matrix();
  }

 private:
  /// A row of the matrix that is part of a token's vector.
  struct Use {
    std::int64_t row = 0;
    std::int64_t token = 0;
    bool operator<(const Use& other) const {
      return std::pair(row, token) < std::pair(other.row, other.token);
    }
  };

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::kData, path_, message);
  }
  [[noreturn]] void fail_damaged(const std::string& found) const {
    fail("is a damaged model of fastText: " + found + "; copy the file again");
  }
  [[noreturn]] void fail_quantized() const {
    fail(
        "is a quantized model of fastText (.ftz); expected the model before \"quantize\" (.bin), "
        "or its vectors as text (.vec)");
  }

  template <class Number>
  Number take() {
    Number number{};
    if (!in_.take(std::as_writable_bytes(std::span(&number, 1)))) fail_damaged("it ends too early");
    return number;
  }

  void read_arguments() {
    take<std::int32_t>();  // the magic number
    const auto version = take<std::int32_t>();
    if (version != kVersion && version != kOldVersion) {
      fail("is a model of fastText with version " + std::to_string(version) +
           "; expected version 12 or 11, which fastText 0.1 and later write");
    }
    arguments_.width = take<std::int32_t>();
    constexpr int kBeforeModel = 6;  // ws, epoch, minCount, neg, wordNgrams, loss
    for (int i = 0; i < kBeforeModel; ++i) take<std::int32_t>();
    const auto model = take<std::int32_t>();
    arguments_.buckets = take<std::int32_t>();
    arguments_.shortest = take<std::int32_t>();
    arguments_.longest = take<std::int32_t>();
    take<std::int32_t>();  // lrUpdateRate
    take<double>();        // t
    if (version == kOldVersion && model == kSupervised) arguments_.longest = 0;
    if (arguments_.width != width_) {
      fail("found vectors of width " + std::to_string(arguments_.width) +
           "; the embedding's output_dim is " + std::to_string(width_));
    }
    const bool has_ngrams = arguments_.longest > 0;
    if (arguments_.longest > kMostNgramLength || (has_ngrams && arguments_.buckets < 1)) {
      fail_damaged("n-grams of up to " + std::to_string(arguments_.longest) + " characters in " +
                   std::to_string(arguments_.buckets) + " buckets");
    }
  }

  /// Reads the words and notes which rows of the matrix the vocabulary's tokens need.
  void read_dictionary() {
    const auto entries = take<std::int32_t>();
    words_ = take<std::int32_t>();
    const auto labels = take<std::int32_t>();
    take<std::int64_t>();  // number of tokens in the training text
    const auto pruned = take<std::int64_t>();
    if (pruned >= 0) fail_quantized();
    if (words_ < 0 || labels < 0 || entries != std::int64_t{words_} + labels) {
      fail_damaged("a dictionary of " + std::to_string(entries) + " entries with " +
                   std::to_string(words_) + " words");
    }
    for (std::int32_t i = 0; i < entries; ++i) {
      const std::optional<std::string> word = in_.take_until('\0', kMostWordBytes);
      if (!word) fail_damaged("it ends in its dictionary");
      take<std::int64_t>();  // how often it occurs
      take<char>();          // a word or a label; words come first
      if (i < words_) add_word(*word, i);
    }
    vectors_.file_count = words_;
  }

  void add_word(const std::string& word, std::int64_t row) {
    const std::int64_t token = vocabulary_.id(word);
    if (token == Vocabulary::kUnknown || vectors_.found[static_cast<std::size_t>(token)]) return;
    vectors_.found[static_cast<std::size_t>(token)] = true;
    ++vectors_.found_count;
    const std::size_t before = uses_.size();
    uses_.push_back({row, token});
    if (word != "</s>") {
      for_each_ngram(std::string("<") + word + ">", arguments_, [&](std::string_view ngram) {
        const std::uint32_t bucket =
            hash_of(ngram) % static_cast<std::uint32_t>(arguments_.buckets);
        uses_.push_back({words_ + std::int64_t{bucket}, token});
      });
    }
    shares_.emplace_back(token, 1 / static_cast<float>(uses_.size() - before));
  }

  void read_matrix() {
    const auto rows = take<std::int64_t>();
    const auto columns = take<std::int64_t>();
    std::sort(uses_.begin(), uses_.end());
    if (columns != width_ || (!uses_.empty() && uses_.back().row >= rows)) {
      fail_damaged("a matrix of " + std::to_string(rows) + " x " + std::to_string(columns));
    }
    std::vector<float> row(static_cast<std::size_t>(width_));
    std::int64_t next = 0;  // row of the file
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      const Use& use = uses_[i];
      if (i == 0 || use.row != uses_[i - 1].row) {
        read_row(use.row - next, row);
        next = use.row + 1;
      }
      float* sum = vectors_.values.data() + use.token * width_;
      for (std::size_t j = 0; j < row.size(); ++j) sum[j] += row[j];
    }
    for (const auto& [token, share] : shares_) {
      float* sum = vectors_.values.data() + token * width_;
      std::for_each(sum, sum + width_, [share = share](float& value) { value *= share; });
    }
  }

  /// Reads a row of the matrix after `skipped` others.
  void read_row(std::int64_t skipped, std::vector<float>& row) {
    const auto bytes =
        static_cast<std::uint64_t>(skipped) * static_cast<std::uint64_t>(width_) * sizeof(float);
    if (!in_.skip(bytes) || !in_.take(std::as_writable_bytes(std::span(row)))) {
      fail_damaged("it ends in its matrix");
    }
    if (!std::ranges::all_of(row, [](float value) { return std::isfinite(value); })) {
      fail_damaged("its matrix has a value that is not finite");
    }
  }

  const std::string& path_;
  const Vocabulary& vocabulary_;
  std::int64_t width_;
  WordVectors& vectors_;
  BinaryBlocks in_;
  ModelArguments arguments_;
  std::int32_t words_ = 0;
  std::vector<Use> uses_;
  std::vector<std::pair<std::int64_t, float>> shares_;  // of each row in the vector of a token
};

}  // namespace

bool is_fasttext_model(std::string_view front) { return front.starts_with(kMagic); }

void read_fasttext_model(const std::string& path, const Vocabulary& vocabulary, std::int64_t width,
                         WordVectors& vectors) {
  FastTextModel(path, vocabulary, width, vectors).read();
}

}  // namespace sequent
