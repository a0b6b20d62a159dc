#include "train/tensor_file.h"

#include <new>
#include <sstream>

#include "core/files.h"
#include "core/former_names.h"
#include "sequent/error.h"

namespace sequent {
namespace {

c10::IValue read_pickle(const std::string& content, const std::filesystem::path& file) {
  try {
    return torch::pickle_load(std::vector<char>(content.begin(), content.end()));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    throw Error(ErrorKind::kArtifact, file.string(),
                "is damaged or cut off; train again, or restore a copy");
  }
}

std::string sizes_text(const torch::Tensor& tensor) {
  std::ostringstream out;
  out << tensor.sizes();
  return out.str();
}

}  // namespace

std::string pack_tensors(const std::string& text, const NamedTensors& tensors) {
  c10::Dict<std::string, torch::Tensor> dictionary;
  for (const auto& [name, tensor] : tensors) {
    dictionary.insert(name, tensor.detach().to(torch::kCPU).contiguous());
  }
  const std::vector<char> bytes =
      torch::pickle_save(c10::ivalue::Tuple::create({c10::IValue(text), c10::IValue(dictionary)}));
  return {bytes.begin(), bytes.end()};
}

void save_tensors(const std::filesystem::path& file, const std::string& text,
                  const NamedTensors& tensors) {
  write_file_whole(file, pack_tensors(text, tensors));
}

std::string load_tensors(const std::filesystem::path& file, const NamedTensors& tensors) {
  return unpack_tensors(read_file(file), file, tensors);
}

std::string unpack_tensors(const std::string& bytes, const std::filesystem::path& file,
                           const NamedTensors& tensors) {
  const torch::NoGradGuard no_gradient;
  const c10::IValue content = read_pickle(bytes, file);
  if (!content.isTuple() || content.toTupleRef().elements().size() != 2 ||
      !content.toTupleRef().elements()[1].isGenericDict()) {
    throw Error(ErrorKind::kArtifact, file.string(),
                "is not a weights file of Sequent; expected a file written by sequent train");
  }
  const auto& elements = content.toTupleRef().elements();
  const auto dictionary = elements[1].toGenericDict();
  std::vector<Issue> issues;
  for (const auto& [name, tensor] : tensors) {
    auto found = dictionary.find(c10::IValue(name));
    if (found == dictionary.end()) found = dictionary.find(c10::IValue(former_weight_name(name)));
    if (found == dictionary.end()) {
      issues.push_back({file.string(), "has no tensor " + name});
      continue;
    }
    const torch::Tensor value = found->value().toTensor();
    if (value.sizes() != tensor.sizes()) {
      issues.push_back({file.string(), "tensor " + name + ": found shape " + sizes_text(value) +
                                           "; expected " + sizes_text(tensor)});
      continue;
    }
    torch::Tensor target = tensor.detach();
    target.copy_(value);
  }
  if (!issues.empty()) throw Error(ErrorKind::kArtifact, issues);
  return elements[0].toStringRef();
}

NamedTensors weights_of(const torch::nn::Module& model) {
  NamedTensors result;
  for (const auto& named : model.named_parameters()) {
    result.emplace_back(named.key(), named.value());
  }
  return result;
}

}  // namespace sequent
