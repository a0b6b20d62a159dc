#include "torchscript/graph.h"

#include <algorithm>
#include <istream>
#include <sstream>
#include <streambuf>

#include "artifact/zip_records.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Reads memory as a stream, without copying it.
class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(std::span<const std::byte> bytes) {
    // A streambuf's pointers are not const, but nothing is written.
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir way, std::ios_base::openmode) override {
    const char* base = way == std::ios_base::beg   ? eback()
                       : way == std::ios_base::cur ? gptr()
                                                   : egptr();
    const off_type target = base - eback() + offset;
    if (target < 0 || target > egptr() - eback()) return pos_type(off_type(-1));
    setg(eback(), eback() + target, egptr());
    return pos_type(target);
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
    return seekoff(off_type(position), std::ios_base::beg, mode);
  }
};

std::string name_of(const LoadedArchive& archive) {
  return archive.file.empty() ? "the archive" : archive.file.string();
}

/// Returns the sources that LibTorch writes for a graph, by their records.
std::map<std::string, std::string> code_of(const torch::jit::Module& graph) {
  std::ostringstream out;
  graph.save(out);
  const std::string bytes = out.str();
  const ZipRecords records(std::as_bytes(std::span<const char>(bytes)), "graph");
  std::map<std::string, std::string> code;
  for (const std::string& record : records.records()) {
    if (record.starts_with("code/") && record.ends_with(".py")) code[record] = records.read(record);
  }
  return code;
}

}  // namespace

torch::jit::Module make_graph(const std::string& source, const GraphWeights& weights) {
  torch::jit::Module graph("SequentModel");
  for (const auto& [name, value] : weights) {
    graph.register_parameter(name, value, /*is_buffer=*/false);
  }
  graph.define(source);
  graph.eval();
  return graph;
}

torch::jit::Module make_graph(const std::string& source, const LoadedArchive& archive) {
  GraphWeights weights;
  for (const StoredWeight& weight : archive.weights.all()) {
    torch::Tensor value = torch::empty(weight.shape);
    std::copy(weight.values.begin(), weight.values.end(), value.data_ptr<float>());
    if (weight.is_bytes) value = value.to(torch::kUInt8);
    weights.emplace_back(weight.name, value);
  }
  return make_graph(source, weights);
}

torch::jit::Module verified_graph(const std::string& source, const LoadedArchive& archive) {
  torch::jit::Module graph = make_graph(source, archive);
  if (code_of(graph) != archive.code) {
    std::string maker;
    if (archive.metadata.sequent_version != version()) {
      maker = " (it was made by Sequent " + archive.metadata.sequent_version + ")";
    }
    throw Error(ErrorKind::kArtifact, name_of(archive),
                "the archive's code is not what this program generates for its config" + maker +
                    ", so it was not run; use the fused engine, which runs no code, export the "
                    "model again, or pass --trust-code if you trust whoever made the archive");
  }
  return graph;
}

torch::jit::Module trusted_graph(const LoadedArchive& archive) {
  try {
    torch::jit::Module graph;
    if (archive.file.empty()) {
      MemoryBuffer buffer(archive.bytes);
      std::istream in(&buffer);
      graph = torch::jit::load(in, torch::kCPU);
    } else {
      graph = torch::jit::load(archive.file.string(), torch::kCPU);
    }
    graph.eval();
    return graph;
  } catch (const std::exception&) {
    throw Error(ErrorKind::kArtifact, name_of(archive),
                "LibTorch cannot load the archive's code; export the model again");
  }
}

}  // namespace sequent
