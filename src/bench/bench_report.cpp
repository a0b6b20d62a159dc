#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/bench.h"

namespace sequent {
namespace {

double share_of_limit(const BenchReport& report, const BenchLine& line) {
  return line.gflops / (report.limit_gflops * line.threads);
}

}  // namespace

std::string bench_to_text(const BenchReport& report) {
  std::ostringstream out;
  const auto number = [&](double value, int width, int digits) {
    out << std::setw(width) << std::fixed << std::setprecision(digits) << value;
  };
  out << "kernels " << report.instructions << "; limit of one core ";
  number(report.limit_gflops, 0, 1);
  out << " GFLOP/s (a large product)\n\n"
      << std::setw(68) << std::left
      << "                           threads  sequences/s  LibTorch's  ratio" << std::right
      << "tokens/s  GFLOP/s  of limit\n";
  for (const BenchLine& line : report.lines) {
    out << std::left << std::setw(26) << line.what << std::right << std::setw(7) << line.threads;
    number(line.ours, 13, 0);
    number(line.torch, 12, 0);
    number(line.ours / line.torch, 7, 2);
    number(line.tokens_per_second, 11, 0);
    number(line.gflops, 9, 1);
    number(100 * share_of_limit(report, line), 8, 0);
    out << " %\n";
  }
  if (report.single) {
    out << "\none text at a time: p50 ";
    number(report.single->p50_us, 0, 0);
    out << " us, p95 ";
    number(report.single->p95_us, 0, 0);
    out << " us, p99 ";
    number(report.single->p99_us, 0, 0);
    out << " us; opening the archive ";
    number(report.load_ms, 0, 0);
    out << " ms\n";
    if (report.start_ms) {
      out << "sequent-infer on one line, start to end: ";
      number(*report.start_ms, 0, 0);
      out << " ms\n";
    }
  }
  out << "peak memory ";
  number(report.peak_mib, 0, 0);
  out << " MiB\n";
  return out.str();
}

std::string bench_to_json(const BenchReport& report) {
  nlohmann::ordered_json json;
  json["instructions"] = report.instructions;
  json["limit_gflops"] = report.limit_gflops;
  for (const BenchLine& line : report.lines) {
    json["work"].push_back({{"what", line.what},
                            {"threads", line.threads},
                            {"sequences_per_second", line.ours},
                            {"torch_sequences_per_second", line.torch},
                            {"ratio", line.ours / line.torch},
                            {"tokens_per_second", line.tokens_per_second},
                            {"gflops", line.gflops},
                            {"share_of_limit", share_of_limit(report, line)}});
  }
  if (report.single) {
    json["single"] = {{"p50_us", report.single->p50_us},
                      {"p95_us", report.single->p95_us},
                      {"p99_us", report.single->p99_us},
                      {"requests", report.single->requests},
                      {"load_ms", report.load_ms}};
    if (report.start_ms) json["single"]["start_ms"] = *report.start_ms;
  }
  json["peak_mib"] = report.peak_mib;
  return json.dump(2);
}

}  // namespace sequent
