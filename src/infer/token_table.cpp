#include "infer/token_table.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace sequent {

void TokenTable::Free::operator()(float* memory) const { std::free(memory); }

TokenTable::TokenTable(const kernels::Kernels<float>& kernels, const kernels::CellSize& size,
                       std::vector<kernels::PackedWeights<float>> weights,
                       std::span<const float> embedding, std::int64_t most_bytes)
    : kernels_(&kernels),
      size_(size),
      stride_(kernels.gate_stride(size)),
      weights_(std::move(weights)),
      embedding_(embedding) {
  const auto rows = static_cast<std::int64_t>(embedding.size()) / size.input;
  const auto row_bytes = stride_ * static_cast<std::int64_t>(sizeof(float) * weights_.size());
  kept_rows_ = std::min(rows, most_bytes / row_bytes);
  filled_ = std::vector<std::atomic<bool>>(static_cast<std::size_t>(kept_rows_));
  if (kept_rows_ == 0) return;
  for (std::size_t d = 0; d < weights_.size(); ++d) {
    // calloc's pages take memory when they are first written.
    auto* table = static_cast<float*>(
        std::calloc(static_cast<std::size_t>(kept_rows_ * stride_), sizeof(float)));
    if (table == nullptr) throw std::bad_alloc();
    tables_.emplace_back(table);
  }
}

void TokenTable::fill(std::span<const std::int32_t> ids) const {
  const std::lock_guard lock(filling_);
  for (const std::int32_t id : ids) {
    auto& filled = filled_[static_cast<std::size_t>(id)];
    if (filled.load(std::memory_order_relaxed)) continue;
    for (std::size_t d = 0; d < weights_.size(); ++d) {
      kernels_->project(size_, weights_[d], embedding_.data() + id * size_.input, size_.input, 1,
                        tables_[d].get() + id * stride_);
    }
    filled.store(true, std::memory_order_release);
  }
}

TokenTable::Products TokenTable::compute(std::span<const std::int32_t> ids,
                                         kernels::Arena& arena) const {
  std::vector<std::int32_t> distinct(ids.begin(), ids.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  const auto count = static_cast<std::int64_t>(distinct.size());
  auto* rows = arena.take<float>(size(count * size_.input));
  for (std::int64_t i = 0; i < count; ++i) {
    const float* from = embedding_.data() + distinct[size(i)] * size_.input;
    std::copy(from, from + size_.input, rows + i * size_.input);
  }
  Products products;
  for (const auto& weights : weights_) {
    auto* table = arena.take<float>(size(count * stride_));
    kernels_->project(size_, weights, rows, size_.input, count, table);
    products.tables.push_back(table);
  }
  for (const std::int32_t id : ids) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), id);
    products.row_of.push_back(static_cast<std::int32_t>(at - distinct.begin()));
  }
  return products;
}

TokenTable::Products TokenTable::of(std::span<const std::int32_t> ids,
                                    kernels::Arena& arena) const {
  std::vector<std::int32_t> missing;
  for (const std::int32_t id : ids) {
    if (id >= kept_rows_) return compute(ids, arena);
    if (!filled_[static_cast<std::size_t>(id)].load(std::memory_order_acquire)) {
      missing.push_back(id);
    }
  }
  if (!missing.empty()) fill(missing);
  Products products;
  for (const auto& table : tables_) products.tables.push_back(table.get());
  products.row_of.assign(ids.begin(), ids.end());
  return products;
}

}  // namespace sequent
