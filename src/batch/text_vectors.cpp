#include "batch/text_vectors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "batch/output_sink.h"
#include "batch/record_input.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

static_assert(std::endian::native == std::endian::little, ".npy is written as little-endian");

/// Refuses options for records with predictions, which this mode does not write.
void check_vector_options(const InferOptions& options, const char* mode) {
  const auto no_effect = [mode](bool given, const std::string& option) {
    if (given) refuse(option, std::string("has no effect with ") + mode + "; leave it out");
  };
  no_effect(options.probabilities, "--probabilities");
  no_effect(options.every_tag, "--tags");
  no_effect(options.abstain, "--abstain");
  no_effect(options.prediction_set.has_value(), "--prediction-set");
  no_effect(options.sets.has_value(), "--sets");
  no_effect(options.interval.has_value(), "--interval");
  no_effect(options.format != "jsonl", "--format");
  no_effect(!options.prefix.empty(), "--prefix");
  no_effect(!options.text_b.empty(), "--text-b");
  no_effect(options.on_error != "fail", "--on-error");
}

/// Calls `use` with batches of texts. Errors: Data at a record with an error.
template <class Use>
void for_each_window(RecordReader& reader, const StopRequest& stop, const Use& use) {
  while (!stop.is_requested()) {
    std::vector<Record> window = read_window(reader);
    if (window.empty()) return;
    std::vector<std::string> texts;
    texts.reserve(window.size());
    for (Record& record : window) {
      if (record.fault) throw Error(ErrorKind::kData, record.where, *record.fault);
      texts.push_back(std::move(record.text));
    }
    use(texts);
  }
}

/// The header of format version 1.0, padded to 128 bytes so that it can be rewritten once the
/// number of rows is known.
std::string npy_header(std::int64_t rows, std::int64_t width) {
  constexpr std::size_t kSize = 128;
  constexpr std::size_t kBeforeText = 10;
  std::string header("\x93NUMPY\x01\x00", 8);
  constexpr std::size_t kTextSize = kSize - kBeforeText;
  header += static_cast<char>(kTextSize % 256);
  header += static_cast<char>(kTextSize / 256);
  header += "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
            std::to_string(width) + "), }";
  header.resize(kSize - 1, ' ');
  return header + '\n';
}

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// Scales each row to length 1; rows of zeros stay unchanged.
void normalize(std::vector<float>& vectors, std::int64_t width) {
  const auto step = static_cast<std::size_t>(width);
  for (std::size_t at = 0; at < vectors.size(); at += step) {
    const std::span<float> row(vectors.data() + at, step);
    const double square = std::inner_product(row.begin(), row.end(), row.begin(), 0.0);
    const auto scale = static_cast<float>(square > 0 ? 1 / std::sqrt(square) : 0);
    for (float& value : row) value *= scale;
  }
}

/// The texts of a file and their vectors.
class Corpus {
 public:
  Corpus(const InferOptions& options, const Model& model, const TextEmbedder& embedder,
         const StopRequest& stop)
      : width_(embedder.width()) {
    InferOptions of_file = options;
    of_file.input = options.neighbors;
    for_each_window(*open_texts(of_file, model).reader, stop,
                    [&](const std::vector<std::string>& texts) {
                      std::vector<float> vectors = embedder.embed(texts);
                      normalize(vectors, width_);
                      vectors_.insert(vectors_.end(), vectors.begin(), vectors.end());
                      texts_.insert(texts_.end(), texts.begin(), texts.end());
                    });
    if (texts_.empty()) throw Error(ErrorKind::kData, options.neighbors, "no texts");
  }

  /// Returns the nearest texts; ties keep the order of the file. `vector` has length 1.
  nlohmann::ordered_json nearest(const float* vector, int count) const {
    std::vector<float> cosines(texts_.size());
    const auto step = static_cast<std::size_t>(width_);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const float* row = vectors_.data() + i * step;
      cosines[i] = std::transform_reduce(row, row + step, vector, 0.0F);
    }
    std::vector<std::size_t> order(texts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto end = order.begin() + std::min<std::ptrdiff_t>(count, std::ssize(order));
    std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
      return cosines[a] > cosines[b] || (cosines[a] == cosines[b] && a < b);
    });
    nlohmann::ordered_json found = nlohmann::ordered_json::array();
    for (auto i = order.begin(); i != end; ++i) {
      found.push_back({{"row", *i + 1}, {"text", texts_[*i]}, {"cosine", cosines[*i]}});
    }
    return found;
  }

 private:
  std::int64_t width_;
  std::vector<std::string> texts_;
  std::vector<float> vectors_;  // [texts, width]
};

}  // namespace

void write_vectors(const InferOptions& options, const Model& model, const StopRequest& stop) {
  check_vector_options(options, "--embed");
  if (options.top_k != 1) refuse("--top-k", "has no effect with --embed; leave it out");
  const TextEmbedder embedder(model);
  const std::int64_t width = embedder.width();
  OutputSink sink(options.output, options.overwrite);
  if (!sink.can_rewrite()) {
    refuse("--embed",
           "writes a matrix, whose size is only known at the end; expected --output FILE.npy");
  }
  const RecordInput input = open_texts(options, model);
  stop.watch();
  std::int64_t rows = 0;
  sink.write(npy_header(rows, width));
  for_each_window(*input.reader, stop, [&](const std::vector<std::string>& texts) {
    sink.write(bytes_of(embedder.embed(texts)));
    rows += static_cast<std::int64_t>(texts.size());
  });
  if (stop.is_requested()) return;
  sink.rewrite_start(npy_header(rows, width));
  sink.finish();
  log_info(options.output + ": " + std::to_string(rows) + " vectors of " + std::to_string(width) +
           " numbers");
}

void write_neighbors(const InferOptions& options, const Model& model, const StopRequest& stop) {
  check_vector_options(options, "--neighbors");
  const TextEmbedder embedder(model);
  const auto width = static_cast<std::size_t>(embedder.width());
  OutputSink sink(options.output, options.overwrite);
  const RecordInput input = open_texts(options, model);
  stop.watch();
  const Corpus corpus(options, model, embedder, stop);
  for_each_window(*input.reader, stop, [&](const std::vector<std::string>& texts) {
    std::vector<float> vectors = embedder.embed(texts);
    normalize(vectors, static_cast<std::int64_t>(width));
    std::string out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      nlohmann::ordered_json line{{"text", texts[i]}};
      line["neighbors"] = corpus.nearest(vectors.data() + i * width, options.top_k);
      out += line.dump() + "\n";
    }
    sink.write(out);
  });
  if (stop.is_requested()) return;
  sink.finish();
}

}  // namespace sequent
