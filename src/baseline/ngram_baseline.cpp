#include "baseline/ngram_baseline.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "baseline/logistic_regression.h"
#include "baseline/ngram_features.h"
#include "core/random.h"
#include "core/thread_pool.h"

namespace sequent {
namespace {

using Rows = std::span<const std::int64_t>;

constexpr std::int64_t kMostTokens = 4'000'000;
constexpr std::int64_t kMostTokensOfOutputs = 20'000'000;    // times the outputs
constexpr std::size_t kMostWeights = std::size_t{1} << 22U;  // of all outputs
constexpr double kMostWork = 2e10;                           // products of all fits
constexpr std::uint64_t kSeed = 1;

/// The rows in random order, as many as have at most kMostTokens, and fewer for many outputs.
std::vector<std::int64_t> sample(const EncodedDataset& data, std::size_t outputs) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(data.size()));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  RandomStream(kSeed, RandomPurpose::kBaseline).shuffle(std::span(rows));
  std::int64_t tokens = 0;
  std::size_t count = 0;
  const std::int64_t most =
      std::min(kMostTokens, kMostTokensOfOutputs / static_cast<std::int64_t>(outputs));
  while (count < rows.size() && tokens <= most) tokens += data.length(rows[count++]);
  rows.resize(count);
  return rows;
}

struct FeatureRows {
  SparseLists rows;
  std::vector<std::int32_t> labels;
};

FeatureRows features_of(const NgramFeatures& features, const EncodedDataset& data, Rows rows,
                        ThreadPool& pool) {
  constexpr std::size_t kChunk = 64;
  std::vector<std::vector<SparseValue>> found(rows.size());
  pool.run((rows.size() + kChunk - 1) / kChunk, [&](std::size_t chunk) {
    const std::size_t end = std::min(rows.size(), (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) found[i] = features.of(data.row(rows[i]));
  });
  FeatureRows result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    result.rows.add(found[i]);
    result.labels.push_back(data.label(rows[i]));
  }
  return result;
}

std::int64_t hits(const LogisticRegression& model, const FeatureRows& rows) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const std::vector<float> found = model.probabilities(rows.rows[i]);
    count += std::max_element(found.begin(), found.end()) - found.begin() == rows.labels[i] ? 1 : 0;
  }
  return count;
}

}  // namespace

struct NgramBaseline::Parts {
  NgramFeatures features;
  LogisticRegression model;
  std::int64_t rows;
};

NgramBaseline::NgramBaseline(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
NgramBaseline::~NgramBaseline() = default;

std::unique_ptr<NgramBaseline> NgramBaseline::train(const EncodedDataset& data,
                                                    const Vocabulary& vocabulary,
                                                    std::int64_t classes, int threads) {
  ThreadPool pool(resolve_threads(threads));
  const auto outputs = static_cast<std::size_t>(classes == 2 ? 1 : classes);
  const std::vector<std::int64_t> rows = sample(data, outputs);
  constexpr std::size_t kLeastFeatures = 2000;
  NgramFeatures::Limits limits;
  limits.features = std::min(limits.features, kMostWeights / outputs);
  if (limits.features < kLeastFeatures) return nullptr;

  // A tenth of the rows chooses the penalty.
  constexpr std::size_t kShare = 10;
  constexpr std::size_t kMostHeldOut = 5000;
  const std::size_t held_out = std::min(rows.size() / kShare, kMostHeldOut);
  const Rows all(rows);
  NgramFeatures features(data, all, vocabulary, limits);
  FeatureRows training = features_of(features, data, all.subspan(held_out), pool);
  const FeatureRows validation = features_of(features, data, all.first(held_out), pool);
  constexpr std::array<double, 5> kStrengths{0.3, 1, 3, 10, 30};
  const double work = 4.0 * static_cast<double>(training.rows.value_count() * outputs);
  LogisticRegression::Options options;
  constexpr double kMostIterations = 100;
  constexpr double kLeastIterations = 10;
  const double fits = static_cast<double>(kStrengths.size()) + 1;
  options.iterations = static_cast<int>(
      std::clamp(kMostWork / (fits * std::max(work, 1.0)), kLeastIterations, kMostIterations));

  LogisticRegression model(features.size(), static_cast<std::size_t>(classes));
  double best = kStrengths[2];
  std::int64_t most_hits = -1;
  for (const double c : kStrengths) {
    if (held_out == 0) break;
    options.c = c;
    model.fit(training.rows, training.labels, options, pool);
    const std::int64_t found = hits(model, validation);
    if (found <= most_hits) continue;
    most_hits = found;
    best = c;
  }
  options.c = best;
  LogisticRegression last(features.size(), static_cast<std::size_t>(classes));
  training = {};
  const FeatureRows whole = features_of(features, data, all, pool);
  last.fit(whole.rows, whole.labels, options, pool);
  return std::unique_ptr<NgramBaseline>(new NgramBaseline(std::make_unique<Parts>(
      Parts{std::move(features), std::move(last), static_cast<std::int64_t>(rows.size())})));
}

std::vector<float> NgramBaseline::probabilities(const InputRow& row) const {
  return parts_->model.probabilities(parts_->features.of(row));
}

std::int64_t NgramBaseline::rows() const { return parts_->rows; }

}  // namespace sequent
