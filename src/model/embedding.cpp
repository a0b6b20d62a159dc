// Converts tokens to vectors with tables, n-grams and a character-level encoder.
#include <algorithm>
#include <utility>

#include "model/recurrent_kernels.h"
#include "model/sequence_padding.h"
#include "sequent/model.h"
#include "sequent/text.h"
#include "text/ngram_hash.h"

namespace sequent {
namespace {

/// Selects rows of a table. The table's gradient is sparse and contains only these rows.
class TakeRows : public torch::autograd::Function<TakeRows> {
 public:
  using Context = torch::autograd::AutogradContext;

  static torch::Tensor forward(Context* context, const torch::Tensor& table,
                               const torch::Tensor& ids) {
    context->save_for_backward({ids});
    context->saved_data["rows"] = table.size(0);
    return table.index_select(0, ids);
  }

  static torch::autograd::variable_list backward(Context* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::Tensor ids = context->get_saved_variables()[0];
    const torch::Tensor& values = gradients[0];
    const torch::Tensor of_table = torch::sparse_coo_tensor(
        ids.unsqueeze(0), values, {context->saved_data["rows"].toInt(), values.size(1)},
        values.options().layout(torch::kSparse));
    of_table._coalesced_(true);
    return {of_table, torch::Tensor()};
  }
};

/// Shapes: table [rows, D], ids [U], distinct and ascending -> [U, D].
torch::Tensor take_rows(const torch::Tensor& table, const torch::Tensor& ids) {
  return torch::GradMode::is_enabled() && table.requires_grad() ? TakeRows::apply(table, ids)
                                                                : table.index_select(0, ids);
}

/// Looks up rows; on the CPU the gradient is sparse. Shapes: table [rows, D], ids [B, T] ->
/// [B, T, D].
torch::Tensor look_up_rows(const torch::Tensor& table, const torch::Tensor& ids) {
  if (!table.device().is_cpu() || !torch::GradMode::is_enabled() || !table.requires_grad()) {
    return torch::embedding(table, ids);
  }
  const DistinctTokens distinct = distinct_tokens(ids);
  const torch::Tensor places = torch::tensor(distinct.row_of_place, torch::kInt32);
  return take_rows(table, distinct.ids)
      .index_select(0, places)
      .view({ids.size(0), ids.size(1), table.size(1)});
}

/// Replaces unknown tokens that keep their characters, which have no row of their own, by kUnknown.
torch::Tensor without_spelled(const torch::Tensor& tokens) {
  return tokens.masked_fill(tokens < 0, Vocabulary::kUnknown);
}

}  // namespace

DistinctTokens distinct_tokens(const torch::Tensor& tokens) {
  const torch::Tensor flat = tokens.contiguous();
  const auto* ids = flat.data_ptr<std::int64_t>();
  const auto count = static_cast<std::size_t>(flat.numel());
  // The id is in the high bits and the position in the low bits, so sorting groups equal ids.
  constexpr int kPlaceBits = 32;
  std::vector<std::uint64_t> keys(count);
  for (std::size_t place = 0; place < count; ++place) {
    keys[place] = static_cast<std::uint64_t>(ids[place]) << kPlaceBits | place;
  }
  std::sort(keys.begin(), keys.end());
  DistinctTokens result;
  result.row_of_place.resize(count);
  std::vector<std::int64_t> distinct;
  for (const std::uint64_t key : keys) {
    const auto id = static_cast<std::int64_t>(key >> kPlaceBits);
    if (distinct.empty() || distinct.back() != id) distinct.push_back(id);
    const auto place = static_cast<std::size_t>(static_cast<std::uint32_t>(key));
    result.row_of_place[place] = static_cast<std::int32_t>(distinct.size()) - 1;
  }
  result.ids = torch::tensor(distinct, torch::kInt64);
  return result;
}

namespace {

std::shared_ptr<LayerImpl> layer_of(const EmbeddingImpl::Part& part) {
  return std::visit([](const auto& one) -> std::shared_ptr<LayerImpl> { return one; }, part);
}

const EmbeddingImpl* table_of(const EmbeddingImpl::Part& part) {
  const auto* table = std::get_if<std::shared_ptr<EmbeddingImpl>>(&part);
  return table == nullptr ? nullptr : table->get();
}

}  // namespace

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t output_dim, bool trainable) {
  weight = register_parameter("weight", torch::zeros({rows, output_dim}), trainable);
}

EmbeddingImpl::EmbeddingImpl(const EmbeddingSpec& spec, std::int64_t rows)
    : EmbeddingImpl(rows, spec.output_dim, spec.trainable) {
  if (spec.concat.empty()) return;
  torch::nn::ModuleList list;
  for (const ConcatSpec& part : spec.concat) {
    if (const auto* table = std::get_if<TableSpec>(&part)) {
      concat_.emplace_back(
          std::make_shared<EmbeddingImpl>(rows, table->output_dim, table->trainable));
    } else if (const auto* ngrams = std::get_if<NgramsSpec>(&part)) {
      concat_.emplace_back(std::make_shared<NgramsImpl>(*ngrams));
    } else {
      concat_.emplace_back(std::make_shared<CharactersImpl>(std::get<CharactersSpec>(part), rows));
    }
    list->push_back(layer_of(concat_.back()));
  }
  register_module("concat", list);
}

torch::Tensor EmbeddingImpl::rows(const torch::Tensor& ids) const {
  if (concat_.empty()) return take_rows(weight, ids);
  std::vector<torch::Tensor> parts{take_rows(weight, ids)};
  for (const Part& part : concat_) parts.push_back(take_rows(table_of(part)->weight, ids));
  return torch::cat(parts, 1);
}

torch::Tensor EmbeddingImpl::look_up(const torch::Tensor& tokens) const {
  return dense_gradients_ ? torch::embedding(weight, tokens) : look_up_rows(weight, tokens);
}

torch::Tensor EmbeddingImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (concat_.empty()) return look_up(input);
  const torch::Tensor tokens = characters() == nullptr ? input : without_spelled(input);
  std::vector<torch::Tensor> parts{look_up(tokens)};
  for (const Part& part : concat_) parts.push_back(layer_of(part)->forward(tokens, context));
  return torch::cat(parts, 2);
}

CharactersImpl* EmbeddingImpl::characters() const {
  for (const Part& part : concat_) {
    if (const auto* found = std::get_if<std::shared_ptr<CharactersImpl>>(&part))
      return found->get();
  }
  return nullptr;
}

bool EmbeddingImpl::has_own_rows() const {
  return std::all_of(concat_.begin(), concat_.end(),
                     [](const Part& part) { return table_of(part) != nullptr; });
}

const NgramsSpec* EmbeddingImpl::ngrams_of(const torch::Tensor& parameter) const {
  for (const Part& part : concat_) {
    const auto* ngrams = std::get_if<std::shared_ptr<NgramsImpl>>(&part);
    if (ngrams != nullptr && parameter.is_same((*ngrams)->weight)) return &(*ngrams)->spec();
  }
  return nullptr;
}

bool EmbeddingImpl::has_table(const torch::Tensor& parameter) const {
  if (parameter.is_same(weight)) return true;
  return std::any_of(concat_.begin(), concat_.end(), [&](const Part& part) {
    const EmbeddingImpl* table = table_of(part);
    return table != nullptr && parameter.is_same(table->weight);
  });
}

void EmbeddingImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  if (kind == Initialization::kTorch) {
    weight.normal_(0, 1, generator);
  } else {
    weight.uniform_(-0.05, 0.05, generator);
  }
  for (const Part& part : concat_) layer_of(part)->initialize(kind, generator);
}

NgramsImpl::NgramsImpl(const NgramsSpec& spec) : spec_(spec) {
  weight = register_parameter("weight", torch::zeros({spec.buckets, spec.output_dim}));
}

torch::Tensor NgramsImpl::forward(const torch::Tensor& tokens, const LayerContext& context) {
  // Computes the same hash as NgramHash::row.
  const torch::Tensor ids = tokens.masked_fill(tokens < 0, Vocabulary::kUnknown);
  const torch::Tensor is_unknown = ids == Vocabulary::kUnknown;
  torch::Tensor hash = torch::zeros_like(ids);
  torch::Tensor unknown =
      context.padding.defined() ? context.padding : torch::zeros_like(ids, torch::kBool);
  for (std::int64_t back = spec_.n - 1; back >= 0; --back) {
    const auto before = [&](const torch::Tensor& values) {
      return torch::constant_pad_nd(values, {back, 0}).narrow(1, 0, ids.size(1));
    };
    hash = (hash * NgramHash::kFactor + before(ids)).remainder(NgramHash::kPrime);
    unknown = unknown.logical_or(before(is_unknown));
  }
  const torch::Tensor rows =
      (hash * NgramHash::kSpread).remainder(NgramHash::kPrime).remainder(spec_.buckets - 1) + 1;
  return look_up_rows(weight, rows.masked_fill(unknown, NgramHash::kUnknownRow));
}

void NgramsImpl::initialize(Initialization, at::Generator&) {
  const torch::NoGradGuard no_gradient;
  weight.zero_();
}

CharactersImpl::CharactersImpl(const CharactersSpec& spec, std::int64_t rows) : spec_(spec) {
  constexpr std::int64_t kBytes = 256;
  spellings = register_parameter("spellings", torch::zeros({rows, spec.max_bytes}, torch::kUInt8),
                                 /*requires_grad=*/false);
  bytes = register_parameter("bytes", torch::zeros({kBytes, spec.byte_dim}));
  if (spec.encoder == CharacterEncoderType::kLstm) {
    RecurrentOptions options;
    options.input_size = spec.byte_dim;
    options.units = spec.output_dim / 2;
    options.bidirectional = true;
    encoder_ = register_module("lstm", std::make_shared<RecurrentImpl>(options));
  } else {
    Conv1dSpec convolution;
    convolution.filters = spec.output_dim;
    convolution.kernel_size = spec.kernel_size;
    encoder_ = register_module("cnn", std::make_shared<Conv1dImpl>(convolution, spec.byte_dim));
    pool_ = std::make_shared<PoolImpl>(PoolSpec{PoolMode::kMax});
  }
}

/// Returns the bytes of each token. Shapes: tokens [U] -> [U, max_bytes] int64.
torch::Tensor CharactersImpl::bytes_of(const torch::Tensor& tokens,
                                       const LayerContext& context) const {
  const torch::Tensor known = spellings.index_select(0, without_spelled(tokens)).to(torch::kInt64);
  if (!context.batch.spellings.defined()) return known;
  const torch::Tensor spelled =
      context.batch.spellings.index_select(0, (-tokens - 1).clamp_min(0)).to(torch::kInt64);
  return torch::where((tokens < 0).unsqueeze(1), spelled, known);
}

torch::Tensor CharactersImpl::forward(const torch::Tensor&, const LayerContext& context) {
  const torch::Tensor& tokens = context.batch.input;
  const auto distinct = at::_unique2(tokens, /*sorted=*/true, /*return_inverse=*/true);
  const torch::Tensor letters = bytes_of(std::get<0>(distinct), context);
  // A token without bytes is read as a single 0 byte.
  const torch::Tensor lengths = (letters > 0).sum(1).clamp_min(1);
  const Batch words{letters.narrow(1, 0, lengths.max().item<std::int64_t>()), lengths};
  LayerContext inner{words, padding_of(words), context.index};
  if (letters.device().is_cpu()) inner.plan = make_step_plan(lengths);
  torch::Tensor values = encoder_->forward(torch::embedding(bytes, words.input), inner);
  if (pool_ != nullptr) values = pool_->forward(values, inner);
  return values.index_select(0, std::get<1>(distinct).flatten())
      .view({tokens.size(0), tokens.size(1), spec_.output_dim});
}

void CharactersImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  if (kind == Initialization::kTorch) {
    bytes.normal_(0, 1, generator);
  } else {
    bytes.uniform_(-0.05, 0.05, generator);
  }
  encoder_->initialize(kind, generator);
}

}  // namespace sequent
