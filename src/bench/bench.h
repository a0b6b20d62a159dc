// Measures the speed of Sequent and of LibTorch's operators on the same work, and the limit of the
// machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent {

/// One kind of work, measured on two alternating engines.
struct BenchLine {
  std::string what;
  std::string unit;              // unit of the rates: sequences/s, steps/s
  double ours = 0;               // Sequent's median rate
  double torch = 0;              // median rate of LibTorch's operators on the same batches
  double tokens_per_second = 0;  // of Sequent
  double gflops = 0;             // of Sequent's recurrent layers, without padding
  int threads = 1;
};

struct Latency {
  double p50_us = 0;
  double p95_us = 0;
  double p99_us = 0;
  std::int64_t requests = 0;
};

struct BenchReport {
  std::string instructions;  // instruction set: avx512_bf16, avx512, avx2, portable
  double limit_gflops = 0;   // a large float32 matrix product on one core
  std::vector<BenchLine> lines;
  std::optional<Latency> single;   // latency of one text through Predictor
  double load_ms = 0;              // time to open the archive
  std::optional<double> start_ms;  // sequent-infer on one text, from start to exit
  double peak_mib = 0;             // peak memory of the process
};

/// Options to measure the forward and backward pass of one layer on rows of `length` steps.
struct LayerBenchOptions {
  std::string cell = "lstm";  // one of bench_cells()
  std::int64_t units = 128;
  std::int64_t input = 0;  // 0 means `units`
  std::int64_t length = 200;
  std::int64_t batch = 32;
  int rounds = 5;
  Precision precision = Precision::kFloat32;  // of Sequent's products
};
/// Returns the valid names for LayerBenchOptions::cell.
std::vector<std::string> bench_cells();

BenchReport bench_layer(const LayerBenchOptions& options);

/// Measures training steps, inference and single texts of a config on its own data.
/// Errors: as for train().
BenchReport bench_config(const Config& config, int rounds);

std::string bench_to_text(const BenchReport& report);
std::string bench_to_json(const BenchReport& report);

}  // namespace sequent
