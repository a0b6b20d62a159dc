#include "model/softmax_loss.h"

#include <utility>
#include <vector>

#include "model/recurrent_kernels.h"

namespace sequent {
namespace {

struct LossCall {
  kernels::LossForm form;
  bool bfloat16 = false;
};

/// The gradients, computed together with the loss and kept until backward() takes them.
struct LossGradients : torch::CustomClassHolder {
  std::vector<torch::Tensor> of_inputs;  // rows, weight, bias
};

class SoftmaxLoss : public torch::autograd::Function<SoftmaxLoss> {
 public:
  using Context = torch::autograd::AutogradContext;

  static torch::Tensor forward(Context* context, const torch::Tensor& rows,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& targets, const LossCall& call) {
    return rows.scalar_type() == torch::kFloat64
               ? compute<double>(context, rows, weight, bias, targets, call)
               : compute<float>(context, rows, weight, bias, targets, call);
  }

  static torch::autograd::variable_list backward(Context* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto kept = c10::static_intrusive_pointer_cast<LossGradients>(
        context->saved_data["gradients"].toCapsule());
    TORCH_CHECK(!kept->of_inputs.empty(), "softmax_loss supports only one backward pass");
    // Move the gradients out, so that a table's gradient, which is as large as the table, becomes
    // the parameter's gradient without a copy. The loss is usually the whole objective, so its
    // gradient is 1 and no scaling is needed.
    torch::autograd::variable_list results = std::move(kept->of_inputs);
    kept->of_inputs.clear();
    if (gradients[0].item<double>() != 1) {
      for (const torch::Tensor& of_one : results) of_one.mul_(gradients[0]);
    }
    results.resize(5);  // no gradient for the targets and the call object
    return results;
  }

 private:
  template <class T>
  static torch::Tensor compute(Context* context, const torch::Tensor& rows,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& targets, const LossCall& call) {
    const torch::Tensor input = rows.contiguous();
    const torch::Tensor all_weights = weight.contiguous();
    const torch::Tensor classes = targets.to(torch::kInt32).contiguous();
    const torch::Tensor of_rows = torch::empty_like(input);
    const torch::Tensor of_weight = torch::zeros_like(all_weights);
    const torch::Tensor of_bias = torch::zeros_like(bias);
    const kernels::CellSize size{kernels::Cell::kRnnTanh, input.size(1), weight.size(0)};
    kernels::Weights<T> weights;
    weights.weight_ih = all_weights.data_ptr<T>();
    weights.bias_ih = bias.data_ptr<T>();
    kernels::WeightGradients<T> sums;
    sums.weight_ih = of_weight.data_ptr<T>();
    sums.bias_ih = of_bias.data_ptr<T>();
    const BorrowedArena arena;
    const double loss =
        kernels_of<T>(call.bfloat16)
            .softmax_loss(size, weights, input.data_ptr<T>(), classes.data_ptr<std::int32_t>(),
                          input.size(0), call.form, of_rows.data_ptr<T>(), sums, *arena);
    auto kept = c10::make_intrusive<LossGradients>();
    kept->of_inputs = {of_rows, of_weight, of_bias};
    context->saved_data["gradients"] = torch::IValue::make_capsule(std::move(kept));
    return torch::full({}, loss, input.options());
  }
};

}  // namespace

torch::Tensor softmax_loss(const torch::Tensor& rows, const torch::Tensor& weight,
                           const torch::Tensor& bias, const torch::Tensor& targets,
                           double smoothing, double scale, bool bfloat16) {
  return SoftmaxLoss::apply(rows, weight, bias, targets, LossCall{{smoothing, scale}, bfloat16});
}

}  // namespace sequent
