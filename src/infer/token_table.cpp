#include "infer/token_table.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

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
    // calloc's pages use memory only once they are written.
    auto* table = static_cast<float*>(
        std::calloc(static_cast<std::size_t>(kept_rows_ * stride_), sizeof(float)));
    if (table == nullptr) throw std::bad_alloc();
    tables_.emplace_back(table);
  }
}

namespace {

/// Without duplicates, by descending frequency.
std::vector<std::int32_t> distinct(std::vector<std::int32_t> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

const float* TokenTable::embedded(std::span<const std::int32_t> ids, kernels::Arena& arena) const {
  auto* rows = arena.take<float>(ids.size() * static_cast<std::size_t>(size_.input));
  float* to = rows;
  for (const std::int32_t id : ids) {
    to = std::copy_n(embedding_.data() + id * size_.input, size_.input, to);
  }
  return rows;
}

void TokenTable::fill(std::span<const std::int32_t> ids, kernels::Arena& arena) const {
  std::vector<std::int32_t> missing;
  for (const std::int32_t id : ids) {
    if (!filled_[static_cast<std::size_t>(id)].load(std::memory_order_acquire)) {
      missing.push_back(id);
    }
  }
  if (missing.empty()) return;
  missing = distinct(std::move(missing));
  const auto count = static_cast<std::int64_t>(missing.size());
  const float* rows = embedded(missing, arena);
  std::vector<const float*> found;
  for (const auto& weights : weights_) {
    auto* products = arena.take<float>(missing.size() * static_cast<std::size_t>(stride_));
    kernels_->project(size_, weights, rows, size_.input, count, products);
    found.push_back(products);
  }
  const std::lock_guard lock(filling_);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t id = missing[static_cast<std::size_t>(i)];
    auto& filled = filled_[static_cast<std::size_t>(id)];
    if (filled.load(std::memory_order_relaxed)) continue;  // by another thread in the meantime
    for (std::size_t d = 0; d < found.size(); ++d) {
      std::copy_n(found[d] + i * stride_, stride_, tables_[d].get() + id * stride_);
    }
    filled.store(true, std::memory_order_release);
  }
}

/// Copies the cached products of frequent tokens and computes those of the rare tokens after them.
TokenTable::Products TokenTable::mixed(std::span<const std::int32_t> ids,
                                       kernels::Arena& arena) const {
  const std::vector<std::int32_t> tokens = distinct({ids.begin(), ids.end()});
  const auto kept = static_cast<std::size_t>(
      std::lower_bound(tokens.begin(), tokens.end(), kept_rows_) - tokens.begin());
  const auto rare = std::span(tokens).subspan(kept);
  fill(std::span(tokens).first(kept), arena);
  const float* rows = embedded(rare, arena);
  Products products;
  for (std::size_t d = 0; d < weights_.size(); ++d) {
    auto* table = arena.take<float>(tokens.size() * static_cast<std::size_t>(stride_));
    float* to = table;
    for (std::size_t i = 0; i < kept; ++i) {
      to = std::copy_n(tables_[d].get() + tokens[i] * stride_, stride_, to);
    }
    kernels_->project(size_, weights_[d], rows, size_.input, static_cast<std::int64_t>(rare.size()),
                      to);
    products.tables.push_back(table);
  }
  for (const std::int32_t id : ids) {
    const auto at = std::lower_bound(tokens.begin(), tokens.end(), id);
    products.row_of.push_back(static_cast<std::int32_t>(at - tokens.begin()));
  }
  return products;
}

TokenTable::Products TokenTable::of(std::span<const std::int32_t> ids,
                                    kernels::Arena& arena) const {
  const auto is_rare = [this](std::int32_t id) { return id >= kept_rows_; };
  if (std::any_of(ids.begin(), ids.end(), is_rare)) return mixed(ids, arena);
  fill(ids, arena);
  Products products;
  for (const auto& table : tables_) products.tables.push_back(table.get());
  products.row_of.assign(ids.begin(), ids.end());
  return products;
}

}  // namespace sequent
