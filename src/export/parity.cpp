#include "export/parity.h"

#include <cmath>
#include <sstream>

#include "sequent/error.h"

namespace sequent {

double check_difference(const torch::Tensor& expected, const torch::Tensor& found,
                        const torch::Tensor& unit, const std::string& engine, double allowed) {
  const double difference = expected.sizes() == found.sizes()
                                ? ((expected - found).abs() / unit).max().item<double>()
                                : INFINITY;
  // This form of the comparison also rejects NaN.
  if (difference <= allowed) return difference;
  std::ostringstream message;
  message << "the exported model on the " << engine << " engine differs from the trained model by "
          << difference << "; allowed is at most " << allowed
          << ". No file was written. Please report this together with the config";
  throw Error(ErrorKind::kInternal, "", message.str());
}

Batch probe_batch(const SequenceModelImpl& model, const EncodedRows& rows) {
  const RowTensors tensors = make_row_tensors(rows, row_form(model.config().config));
  Batch batch{tensors.input, tensors.lengths};
  batch.spellings = tensors.spellings;
  batch.features = tensors.features;
  batch.targets = tensors.targets;
  batch.target_lengths = tensors.target_lengths;
  return batch;
}

torch::Tensor mean_predictions(const std::vector<SequenceModelImpl*>& models,
                               const EncodedRows& rows) {
  torch::Tensor sum;
  for (SequenceModelImpl* model : models) {
    const torch::Tensor found = model->predict(probe_batch(*model, rows)).cpu();
    sum = sum.defined() ? sum + found : found;
  }
  return models.size() == 1 ? sum : sum / static_cast<double>(models.size());
}

torch::Tensor without_padding(const torch::Tensor& found, const torch::Tensor& lengths) {
  const torch::Tensor steps = torch::arange(found.size(1), lengths.options()).unsqueeze(0);
  return found.masked_fill((steps >= lengths.unsqueeze(1)).unsqueeze(2), 0);
}

}  // namespace sequent
