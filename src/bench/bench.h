// Measures speed: ours, LibTorch's operators and the machine's limit on the same work in one run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent {

/// One kind of work, done by two engines in turns.
struct BenchLine {
  std::string what;
  std::string unit;              // of the rates: sequences/s, steps/s
  double ours = 0;               // median rate
  double torch = 0;              // of LibTorch's operators on the same batches
  double tokens_per_second = 0;  // ours
  double gflops = 0;             // ours: real tokens through the recurrent layers
  int threads = 1;
};

struct Latency {
  double p50_us = 0;
  double p95_us = 0;
  double p99_us = 0;
  std::int64_t requests = 0;
};

struct BenchReport {
  std::string instructions;  // of the kernels: avx512_bf16, avx512, avx2, portable
  double limit_gflops = 0;   // a large product of float matrices on one core: ours or the BLAS'
  std::vector<BenchLine> lines;
  std::optional<Latency> single;   // one text through Predictor
  double load_ms = 0;              // opening the archive
  std::optional<double> start_ms;  // sequent-infer on one text: process start to its end
  double peak_mib = 0;             // of the process's memory
};

/// A layer alone, forward and backward, full rows of `length` steps.
struct LayerBenchOptions {
  std::string cell = "lstm";  // one of bench_cells()
  std::int64_t units = 128;
  std::int64_t input = 0;  // 0: units
  std::int64_t length = 200;
  std::int64_t batch = 32;
  int rounds = 5;
  Precision precision = Precision::kFloat32;  // of ours
};
/// Names for LayerBenchOptions::cell.
std::vector<std::string> bench_cells();

BenchReport bench_layer(const LayerBenchOptions& options);

/// Training steps, inference and single texts of a config on its own data.
/// Errors: as train().
BenchReport bench_config(const Config& config, int rounds);

std::string bench_to_text(const BenchReport& report);
std::string bench_to_json(const BenchReport& report);

}  // namespace sequent
