#include "infer/character_encoder.h"

#include <algorithm>

#include "infer/stages.h"

namespace sequent {
namespace {

Conv1dSpec convolution_of(const CharactersSpec& spec) {
  Conv1dSpec convolution;
  convolution.filters = spec.output_dim;
  convolution.kernel_size = spec.kernel_size;
  return convolution;
}

}  // namespace

CharacterEncoder::CharacterEncoder(const CharactersSpec& spec, const std::string& prefix,
                                   const WeightSource& weights)
    : spec_(spec),
      bytes_(weights(prefix + "bytes").begin(), weights(prefix + "bytes").end()),
      product_(spec.byte_dim * spec.kernel_size, spec.output_dim, convolution_of(spec).activation,
               by_step(weights(prefix + "cnn.weight"), convolution_of(spec), spec.byte_dim).data(),
               weights(prefix + "cnn.bias").data()) {}

const float* CharacterEncoder::encode(const std::vector<std::string_view>& words,
                                      kernels::Arena& arena) const {
  // A word without bytes has a single one: 0.
  const auto letters_in = [&](std::string_view word) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(word.size()), 1, spec_.max_bytes);
  };
  std::int64_t count = 0;
  for (const std::string_view word : words) count += letters_in(word);
  const std::int64_t window = spec_.kernel_size * spec_.byte_dim;
  auto* windows = arena.take<float>(to_size(count * window));
  const std::int64_t before = convolution_of(spec_).steps_before();
  float* to = windows;
  for (const std::string_view word : words) {
    const std::int64_t letters = letters_in(word);
    for (std::int64_t at = 0; at < letters; ++at) {
      for (std::int64_t k = 0; k < spec_.kernel_size; ++k, to += spec_.byte_dim) {
        const std::int64_t seen = at + k - before;
        if (seen < 0 || seen >= letters) {
          std::fill_n(to, spec_.byte_dim, 0.0F);
          continue;
        }
        const auto letter = word.empty() ? 0 : static_cast<unsigned char>(word[to_size(seen)]);
        std::copy_n(bytes_.data() + letter * spec_.byte_dim, spec_.byte_dim, to);
      }
    }
  }
  const float* values = product_.of(windows, count, arena);
  auto* result = arena.take<float>(to_size(static_cast<std::int64_t>(words.size()) * width()));
  float* row = result;
  for (const std::string_view word : words) {
    const std::int64_t letters = letters_in(word);
    std::copy_n(values, width(), row);
    for (std::int64_t at = 1; at < letters; ++at) {
      for (std::int64_t i = 0; i < width(); ++i) {
        row[i] = std::max(row[i], values[at * width() + i]);
      }
    }
    values += letters * width();
    row += width();
  }
  return result;
}

std::vector<std::string> words_of(std::span<const float> spellings, std::int64_t max_bytes) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < spellings.size(); begin += to_size(max_bytes)) {
    std::string& word = words.emplace_back();
    for (const float letter : spellings.subspan(begin, to_size(max_bytes))) {
      if (letter != 0) word += static_cast<char>(static_cast<unsigned char>(letter));
    }
  }
  return words;
}

}  // namespace sequent
