#include "libtorch/row_tensors.h"

#include <algorithm>

namespace sequent {

torch::Tensor spellings_of(std::span<const std::string_view> words, std::int64_t max_bytes) {
  torch::Tensor spellings =
      torch::zeros({static_cast<std::int64_t>(words.size()), max_bytes}, torch::kUInt8);
  auto* to = spellings.data_ptr<std::uint8_t>();
  for (const std::string_view word : words) {
    const std::string_view read = word.substr(0, static_cast<std::size_t>(max_bytes));
    std::copy(read.begin(), read.end(), to);
    to += max_bytes;
  }
  return spellings;
}

namespace {

/// Renumbers the unknown tokens of a row for the whole batch, and appends their words to `words`.
void number_words(const InputRow& row, std::int64_t* tokens, std::vector<std::string_view>& words) {
  for (std::size_t t = 0; t < row.ids.size(); ++t) {
    if (row.ids[t] >= 0) continue;
    words.emplace_back(row.words[static_cast<std::size_t>(-row.ids[t]) - 1]);
    tokens[t] = -static_cast<std::int64_t>(words.size());
  }
}

/// Returns the features of the rows; undefined if they have none. Shapes: -> [rows, F].
torch::Tensor feature_tensor(const EncodedRows& rows) {
  if (rows.empty() || rows.front().features.empty()) return {};
  const std::size_t width = rows.front().features.size();
  torch::Tensor features = torch::empty(
      {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(width)}, torch::kFloat32);
  auto* to = features.data_ptr<float>();
  for (const InputRow& row : rows) to = std::copy_n(row.features.begin(), width, to);
  return features;
}

}  // namespace

std::vector<std::vector<std::int32_t>> texts_of(const torch::Tensor& tokens) {
  const torch::Tensor all = tokens.cpu().contiguous();
  std::vector<std::vector<std::int32_t>> texts(static_cast<std::size_t>(all.size(0)));
  const auto* from = all.data_ptr<std::int64_t>();
  for (std::vector<std::int32_t>& text : texts) {
    const auto* end = std::find(from, from + all.size(1), Vocabulary::kLineEnd);
    text.assign(from, end);
    from += all.size(1);
  }
  return texts;
}

/// Fills in the target tokens and their lengths.
void add_targets(const EncodedRows& targets, RowTensors& tensors) {
  std::int64_t longest = 0;
  for (const InputRow& row : targets) longest = std::max(longest, row.length() + 1);
  const auto count = static_cast<std::int64_t>(targets.size());
  tensors.targets = torch::zeros({count, longest}, torch::kInt64);
  tensors.target_lengths = torch::empty({count}, torch::kInt64);
  auto* lengths = tensors.target_lengths.data_ptr<std::int64_t>();
  auto* to = tensors.targets.data_ptr<std::int64_t>();
  for (const InputRow& row : targets) {
    *std::ranges::copy(row.ids, to).out = Vocabulary::kLineEnd;
    *lengths++ = row.length() + 1;
    to += longest;
  }
}

RowTensors make_row_tensors(const EncodedRows& rows, const RowForm& form) {
  if (form.pairs) return make_row_tensors(texts_of_pairs(rows), {form.max_bytes});
  if (form.targets) {
    EncodedRows sources;
    EncodedRows targets;
    for (const InputRow& row : rows) {
      const auto [source, target] = row.pair();
      sources.push_back(source);
      targets.push_back(target);
    }
    RowTensors tensors = make_row_tensors(sources, {form.max_bytes});
    add_targets(targets, tensors);
    return tensors;
  }
  std::int64_t longest = 1;
  for (const InputRow& row : rows) longest = std::max(longest, row.length());
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t channels = rows.empty() ? 0 : rows.front().channels;
  RowTensors tensors{channels == 0 ? torch::zeros({count, longest}, torch::kInt64)
                                   : torch::zeros({count, longest, channels}, torch::kFloat32),
                     torch::empty({count}, torch::kInt64),
                     {}};
  std::vector<std::string_view> words;
  auto* lengths = tensors.lengths.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const InputRow& row = rows[static_cast<std::size_t>(i)];
    lengths[i] = row.length();
    if (channels == 0) {
      auto* tokens = tensors.input.data_ptr<std::int64_t>() + i * longest;
      std::copy(row.ids.begin(), row.ids.end(), tokens);
      number_words(row, tokens, words);
    } else {
      std::copy(row.values.begin(), row.values.end(),
                tensors.input.data_ptr<float>() + i * longest * channels);
    }
  }
  tensors.features = feature_tensor(rows);
  if (form.max_bytes > 0) {
    if (words.empty()) words.emplace_back();  // the table must have at least one row
    tensors.spellings = spellings_of(words, form.max_bytes);
  }
  return tensors;
}

}  // namespace sequent
