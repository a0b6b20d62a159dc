#include "infer/input_products.h"

#include <numeric>
#include <utility>

namespace sequent {

std::vector<std::int32_t> identity(std::int64_t count) {
  std::vector<std::int32_t> rows(to_size(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

InputProducts::InputProducts(const kernels::Kernels<float>& kernels, const kernels::CellSize& size,
                             std::vector<kernels::PackedWeights<float>> weights,
                             const TokenInput& tokens)
    : kernels_(kernels), size_(size), weights_(std::move(weights)), embedding_(tokens.embedding) {
  if (embedding_ != nullptr) {
    tokens_.emplace(kernels_, size_, weights_, *embedding_, tokens.most_bytes);
  }
}

std::vector<InputProducts::Direction> InputProducts::of(const Flow& flow) const {
  std::vector<Direction> result(weights_.size());
  if (!tokens_) {
    for (std::size_t d = 0; d < result.size(); ++d) {
      auto* table =
          flow.arena.take<float>(to_size(flow.plan.tokens() * kernels_.gate_stride(size_)));
      kernels_.project(size_, weights_[d], flow.values, flow.width, flow.plan.tokens(), table);
      result[d] = {table, d == 0 ? identity(flow.plan.tokens()) : flow.mirrored};
    }
    return result;
  }
  TokenTable::Products products = tokens_->of(flow.ids, flow.arena);
  if (result.size() > 1) {
    std::vector<std::int32_t>& rows = result[1].row_of_token;
    rows.reserve(flow.mirrored.size());
    for (const std::int32_t token : flow.mirrored) {
      rows.push_back(products.row_of[static_cast<std::size_t>(token)]);
    }
  }
  result[0].row_of_token = std::move(products.row_of);
  for (std::size_t d = 0; d < result.size(); ++d) result[d].table = products.tables[d];
  return result;
}

}  // namespace sequent
