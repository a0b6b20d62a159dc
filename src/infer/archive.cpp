#include "infer/archive.h"

#include <caffe2/serialize/inline_container.h>

#include <cstring>
#include <fstream>
#include <istream>
#include <map>
#include <streambuf>
#include <string_view>

#include "core/files.h"
#include "core/former_names.h"
#include "infer/parameter_names.h"
#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
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

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error(ErrorKind::kArtifact, name, message);
}

/// Distinguishes a file that is not an archive from one that was truncated.
void check_signature(std::istream& in, const std::string& name) {
  constexpr std::string_view kZip("PK\x03\x04", 4);
  std::string start(kZip.size(), '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (in.gcount() == 0) fail(name, "is empty; expected a model archive made by sequent export");
  if (start != kZip) fail(name, "is not a model archive; expected a file made by sequent export");
  in.clear();
  in.seekg(0);
}

std::string read_card(std::istream& in, const std::string& name) {
  const std::string record = std::string("extra/") + ArchiveMetadata::kFileName;
  try {
    caffe2::serialize::PyTorchStreamReader reader(&in);
    if (reader.hasRecord(record)) {
      const auto [data, size] = reader.getRecord(record);
      return {static_cast<const char*>(data.get()), size};
    }
  } catch (const c10::Error&) {
    fail(name, "the archive is truncated or damaged; copy or export it again");
  }
  fail(name,
       "has no sequent.json, so sequent export did not make it; export a model with: sequent "
       "export RUN --out model.pt");
}

LoadedArchive load_from(std::istream& in, const std::string& name) {
  check_signature(in, name);
  LoadedArchive archive;
  archive.metadata_json = read_card(in, name);
  archive.metadata = archive_metadata_from_json(archive.metadata_json, name);
  in.clear();
  in.seekg(0);
  try {
    archive.module = torch::jit::load(in, torch::kCPU);
  } catch (const c10::Error&) {
    fail(name, "the archive is truncated or damaged; copy or export it again");
  }
  // LibTorch does not verify the ZIP format's own checksums.
  if (weights_checksum(archive.module) != archive.metadata.weights_checksum) {
    fail(name, "the weights are damaged: their checksum differs; copy or export the archive again");
  }
  archive.module.eval();
  return archive;
}

}  // namespace

std::string weights_checksum(const torch::jit::Module& module) {
  std::map<std::string, torch::Tensor> weights;
  for (const auto& named : module.named_parameters(/*recurse=*/false)) {
    weights[named.name] = named.value.contiguous();
  }
  Checksum sum;
  for (const auto& [name, weight] : weights) {
    sum.add({static_cast<const char*>(weight.data_ptr()), weight.nbytes()});
  }
  return sum.hex();
}

LoadedArchive load_archive(const fs::path& file) {
  std::error_code code;
  if (!fs::exists(file, code)) {
    fail(file.string(), "no such file; expected a model archive made by sequent export");
  }
  if (fs::is_directory(file, code)) {
    fail(file.string(), "is a folder; expected a model archive: make one with sequent export");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(file.string(), "cannot be read");
  return load_from(in, file.string());
}

LoadedArchive load_archive(std::span<const std::byte> bytes, const std::string& name) {
  MemoryBuffer buffer(bytes);
  std::istream in(&buffer);
  return load_from(in, name);
}

ArchiveWeights::ArchiveWeights(const torch::jit::Module& module) {
  for (const auto& named : module.named_parameters(/*recurse=*/false)) {
    weights_[named.name] = named.value.to(torch::kFloat32).contiguous();
  }
}

std::span<const float> ArchiveWeights::operator()(const std::string& name) const {
  auto found = weights_.find(script_parameter_name(name));
  if (found == weights_.end()) {
    found = weights_.find(script_parameter_name(former_weight_name(name)));
  }
  if (found == weights_.end()) fail(name, "the archive has no such weight; export it again");
  return {found->second.data_ptr<float>(), static_cast<std::size_t>(found->second.numel())};
}

}  // namespace sequent
