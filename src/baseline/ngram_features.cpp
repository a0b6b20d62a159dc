#include "baseline/ngram_features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/random.h"

namespace sequent {
namespace {

constexpr std::size_t kKinds = 2;

/// FNV-1a over bytes.
std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  }
  return hash;
}

std::uint64_t join(std::uint64_t hash, std::uint64_t next) {
  return mix_bits(hash + next * kGoldenGamma + 1);
}

/// The beginnings of the characters of UTF-8 text, and its end.
std::vector<std::size_t> character_bounds(const std::string& text) {
  std::vector<std::size_t> bounds;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) bounds.push_back(i);
  }
  bounds.push_back(text.size());
  return bounds;
}

/// Whether most tokens of these rows are single characters of more than one byte.
bool has_character_tokens(const EncodedDataset& data, std::span<const std::int64_t> rows,
                          const Vocabulary& vocabulary) {
  std::int64_t count = 0;
  std::int64_t single = 0;
  constexpr std::int64_t kEnough = 100'000;
  for (const std::int64_t row : rows) {
    for (const std::int32_t id : data.ids(row)) {
      if (id < Vocabulary::kReserved) continue;
      const std::string& token = vocabulary.token(id);
      ++count;
      single += token.size() > 1 && character_bounds(token).size() == 2 ? 1 : 0;
    }
    if (count > kEnough) break;
  }
  return single * 2 > count;
}

}  // namespace

std::int32_t NgramFeatures::read_as(std::int32_t id) const {
  constexpr auto kUnknown = static_cast<std::int32_t>(Vocabulary::kUnknown);
  return id < 0 || is_rare_[static_cast<std::size_t>(id)] ? kUnknown : id;
}

template <class Visit>
void NgramFeatures::for_each_ngram(const InputRow& row, const Visit& visit) const {
  std::vector<std::uint64_t> hashes;
  std::uint64_t side = 1;  // of a pair
  const auto finish_text = [&] {
    for (std::size_t begin = 0; begin < hashes.size(); ++begin) {
      std::uint64_t hash = side;
      for (int length = 1; length <= tokens_.most; ++length) {
        const std::size_t at = begin + static_cast<std::size_t>(length) - 1;
        if (at >= hashes.size()) break;
        hash = join(hash, hashes[at]);
        if (length >= tokens_.least) visit(hash, std::size_t{0});
      }
    }
    hashes.clear();
    ++side;
  };
  for (const std::int32_t given : row.ids) {
    const std::int32_t id = read_as(given);
    if (id == Vocabulary::kPairBreak) {
      finish_text();
      continue;
    }
    if (id == Vocabulary::kEmpty) continue;
    const std::string& token = vocabulary_.token(id);
    hashes.push_back(hash_bytes(token));
    // An unknown word keeps its neighbours apart, but has no characters.
    if (!has_characters_ || id == Vocabulary::kUnknown) continue;
    const std::string padded = " " + token + " ";
    const std::vector<std::size_t> bounds = character_bounds(padded);
    const auto characters = static_cast<int>(bounds.size()) - 1;
    for (int length = characters_.least; length <= std::min(characters_.most, characters);
         ++length) {
      for (int begin = 0; begin + length <= characters; ++begin) {
        const std::size_t from = bounds[static_cast<std::size_t>(begin)];
        const std::size_t to =
            bounds[static_cast<std::size_t>(begin) + static_cast<std::size_t>(length)];
        const std::uint64_t hash = hash_bytes(std::string_view(padded).substr(from, to - from));
        visit(join(side + 100, hash), std::size_t{1});
      }
    }
  }
  finish_text();
}

NgramFeatures::NgramFeatures(const EncodedDataset& data, std::span<const std::int64_t> rows,
                             const Vocabulary& vocabulary, const Limits& limits)
    : vocabulary_(vocabulary), characters_{2, 5} {
  std::int64_t tokens = 0;
  for (const std::int64_t row : rows) tokens += data.length(row);
  if (has_character_tokens(data, rows, vocabulary)) {
    has_characters_ = false;
    tokens_ = {1, 3};
  }
  if (tokens > limits.tokens_with_characters) has_characters_ = false;

  // The number of rows with each token, up to 2.
  std::vector<std::uint8_t> rows_with(static_cast<std::size_t>(vocabulary.size()), 0);
  std::vector<std::int64_t> last_row(rows_with.size(), -1);
  for (const std::int64_t row : rows) {
    for (const std::int32_t id : data.ids(row)) {
      if (id < 0 || std::exchange(last_row[static_cast<std::size_t>(id)], row) == row) continue;
      std::uint8_t& count = rows_with[static_cast<std::size_t>(id)];
      if (count < 2) ++count;
    }
  }
  for (std::size_t id = 0; id < rows_with.size(); ++id) {
    is_rare_.push_back(id >= static_cast<std::size_t>(Vocabulary::kReserved) && rows_with[id] < 2);
  }

  struct Count {
    std::uint32_t rows = 0;
    std::uint32_t last = 0;  // the number of the last row that has the n-gram, from 1
  };
  std::unordered_map<std::uint64_t, Count> counts;
  std::vector<std::uint64_t> order;  // of first occurrence
  std::uint32_t number = 0;
  for (const std::int64_t row : rows) {
    ++number;
    for_each_ngram(data.row(row), [&](std::uint64_t hash, std::size_t) {
      Count& count = counts[hash];
      if (count.last == 0) order.push_back(hash);
      if (std::exchange(count.last, number) != number) ++count.rows;
    });
  }
  // The rarest n-grams are left out, as many as the limit demands.
  std::uint32_t least = 2;
  const auto kept = [&] {
    return static_cast<std::size_t>(std::count_if(
        counts.begin(), counts.end(), [&](const auto& one) { return one.second.rows >= least; }));
  };
  while (kept() > limits.features) ++least;
  const auto documents = static_cast<double>(rows.size());
  for (const std::uint64_t hash : order) {
    const std::uint32_t count = counts[hash].rows;
    if (count < least) continue;
    numbers_[hash] = static_cast<std::int32_t>(weights_.size());
    weights_.push_back(
        static_cast<float>(1 + std::log((1 + documents) / (1 + static_cast<double>(count)))));
  }
}

std::vector<SparseValue> NgramFeatures::of(const InputRow& row) const {
  std::array<std::vector<std::int32_t>, kKinds> found;
  for_each_ngram(row, [&](std::uint64_t hash, std::size_t kind) {
    const auto number = numbers_.find(hash);
    if (number != numbers_.end()) found[kind].push_back(number->second);
  });
  std::vector<SparseValue> values;
  for (std::vector<std::int32_t>& numbers : found) {
    std::sort(numbers.begin(), numbers.end());
    const std::size_t first = values.size();
    double squares = 0;
    for (std::size_t begin = 0; begin < numbers.size();) {
      std::size_t end = begin;
      while (end < numbers.size() && numbers[end] == numbers[begin]) ++end;
      const double frequency = 1 + std::log(static_cast<double>(end - begin));
      const double value = frequency * weights_[static_cast<std::size_t>(numbers[begin])];
      values.push_back({numbers[begin], static_cast<float>(value)});
      squares += value * value;
      begin = end;
    }
    const auto scale = static_cast<float>(1 / std::sqrt(std::max(squares, 1e-30)));
    for (std::size_t i = first; i < values.size(); ++i) values[i].value *= scale;
  }
  return values;
}

}  // namespace sequent
