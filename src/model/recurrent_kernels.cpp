#include "model/recurrent_kernels.h"

#include <array>
#include <mutex>
#include <type_traits>
#include <utility>

namespace sequent {

using kernels::Arena;
using kernels::StepPlan;

namespace {

/// A pool of idle arenas. The most recently used one is handed out first, because its memory is
/// likely still in the cache.
class ArenaPool {
 public:
  std::unique_ptr<Arena> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Arena>();
    std::unique_ptr<Arena> arena = std::move(free_.back());
    free_.pop_back();
    return arena;
  }
  void give(std::unique_ptr<Arena> arena) {
    arena->reset();
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(arena));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Arena>> free_;
};

ArenaPool& arena_pool() {
  static ArenaPool pool;
  return pool;
}

}  // namespace

BorrowedArena::BorrowedArena() : arena_(arena_pool().take()) {}
BorrowedArena::~BorrowedArena() { arena_pool().give(std::move(arena_)); }

namespace {

/// One call of a layer, with everything that both passes need. The autograd graph holds it between
/// them.
template <class T>
struct LayerCall : torch::CustomClassHolder {
  const kernels::Kernels<T>* kernels = nullptr;
  kernels::CellSize size;
  std::shared_ptr<const StepPlan> plan;
  std::int64_t steps = 0;
  bool return_sequences = false;
  bool shared_rows = false;
  std::size_t direction_count = 1;
  std::size_t weights_per_direction = 0;
  std::array<std::vector<std::int32_t>, 2> places;      // token offsets in the padded batch
  std::array<std::vector<std::int32_t>, 2> input_rows;  // of each token; empty: `places`
  std::array<kernels::States<T>, 2> states;
  CarriedStates::Layer start;  // undefined: zeros
  CarriedStates::Layer end;    // undefined: not requested
  BorrowedArena arena;

  std::int64_t width() const { return static_cast<std::int64_t>(direction_count) * size.units; }

  kernels::Input<T> input(const torch::Tensor& rows, std::size_t direction) const {
    const auto& map = shared_rows ? input_rows[direction] : places[direction];
    return {rows.data_ptr<T>(), rows.size(1), rows.size(0), map.data(), shared_rows};
  }

  kernels::Output<T> output(torch::Tensor& result, std::size_t direction) const {
    T* begin = result.data_ptr<T>() + static_cast<std::int64_t>(direction) * size.units;
    kernels::Output<T> output;
    if (return_sequences) {
      output = {begin, width(), places[direction].data()};
      if (end.h.defined()) output.last = end.h.template data_ptr<T>();
    } else {
      output.last = begin;
    }
    output.last_stride = width();
    if (end.c.defined()) output.last_cells = end.c.template data_ptr<T>();
    return output;
  }

  kernels::StartStates<T> start_states() const {
    if (!start.h.defined()) return {};
    return {start.h.template data_ptr<T>(),
            start.c.defined() ? start.c.template data_ptr<T>() : nullptr};
  }

  kernels::OutputGradient<T> output_gradient(const torch::Tensor& gradient,
                                             std::size_t direction) const {
    const T* begin = gradient.data_ptr<T>() + static_cast<std::int64_t>(direction) * size.units;
    if (!return_sequences) return {nullptr, 0, nullptr, begin, width()};
    return {begin, width(), places[direction].data(), nullptr, 0};
  }

  /// Allocates the result. Padding is 0.
  torch::Tensor make_result(const torch::Tensor& rows) const {
    if (!return_sequences) return torch::empty({plan->rows(), width()}, rows.options());
    return torch::zeros({plan->rows(), steps, width()}, rows.options());
  }
};

/// Lists the weights that the cell has, in a fixed order.
template <class Direction>
auto weights_in_order(kernels::Cell cell, Direction& direction) {
  std::vector<decltype(&direction.weight_ih)> list{&direction.weight_ih, &direction.bias_ih};
  if (kernels::has_recurrent_weights(cell)) list.push_back(&direction.weight_hh);
  if (cell == kernels::Cell::kGru) list.push_back(&direction.bias_hh);
  if (kernels::peephole_count(cell) > 0) list.push_back(&direction.peephole);
  return list;
}

/// Returns one direction's Weights or WeightGradients from a list that covers all directions.
template <class Pointers, class T>
Pointers pointers_to(const LayerCall<T>& call, at::TensorList all, std::size_t direction) {
  Pointers pointers;
  std::size_t next = direction * call.weights_per_direction;
  for (auto* place : weights_in_order(call.size.cell, pointers)) {
    *place = all[next++].template data_ptr<T>();
  }
  return pointers;
}

template <class T>
kernels::Weights<T> weights_of(const LayerCall<T>& call, at::TensorList weights,
                               std::size_t direction) {
  return pointers_to<kernels::Weights<T>>(call, weights, direction);
}

template <class T>
class RecurrentFunction : public torch::autograd::Function<RecurrentFunction<T>> {
 public:
  using Context = torch::autograd::AutogradContext;
  using Call = c10::intrusive_ptr<LayerCall<T>>;

  static torch::Tensor forward(Context* context, const torch::Tensor& rows, at::TensorList weights,
                               const Call& call) {
    const kernels::Kernels<T>& k = *call->kernels;
    torch::Tensor result = call->make_result(rows);
    for (std::size_t d = 0; d < call->direction_count; ++d) {
      const auto packed = k.pack(call->size, weights_of(*call, weights, d), *call->arena);
      call->states[d] = k.forward(call->size, packed, *call->plan, call->input(rows, d),
                                  call->start_states(), call->output(result, d), *call->arena);
    }
    torch::autograd::variable_list saved{rows};
    saved.insert(saved.end(), weights.begin(), weights.end());
    context->save_for_backward(saved);
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    context->saved_data["rows_need_gradient"] = rows.requires_grad();
    return result;
  }

  static torch::autograd::variable_list backward(Context* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto capsule = context->saved_data["call"].toCapsule();
    auto& call = static_cast<LayerCall<T>&>(*capsule);
    const kernels::Kernels<T>& k = *call.kernels;
    const auto saved = context->get_saved_variables();
    const torch::Tensor& rows = saved[0];
    const at::TensorList weights = at::TensorList(saved).slice(1);
    const torch::Tensor of_result = gradients[0].contiguous();
    torch::Tensor of_rows;
    if (context->saved_data["rows_need_gradient"].toBool()) of_rows = torch::zeros_like(rows);
    torch::autograd::variable_list of_weights;
    for (const torch::Tensor& weight : weights) of_weights.push_back(torch::zeros_like(weight));
    for (std::size_t d = 0; d < call.direction_count; ++d) {
      const auto sums = pointers_to<kernels::WeightGradients<T>>(call, of_weights, d);
      k.backward(call.size, weights_of(call, weights, d), *call.plan, call.input(rows, d),
                 call.output_gradient(of_result, d), call.states[d],
                 of_rows.defined() ? of_rows.data_ptr<T>() : nullptr, sums, *call.arena);
    }
    torch::autograd::variable_list results{of_rows};
    results.insert(results.end(), of_weights.begin(), of_weights.end());
    results.emplace_back();  // no gradient for the call object
    return results;
  }
};

/// Runs the forward pass without storing states.
template <class T>
torch::Tensor run_without_gradient(LayerCall<T>& call, const torch::Tensor& rows,
                                   const std::vector<torch::Tensor>& weights) {
  const kernels::Kernels<T>& k = *call.kernels;
  torch::Tensor result = call.make_result(rows);
  for (std::size_t d = 0; d < call.direction_count; ++d) {
    const auto packed =
        k.pack(call.size, weights_of(call, at::TensorList(weights), d), *call.arena);
    const kernels::Input<T> input = call.input(rows, d);
    T* table = (*call.arena)
                   .template take<T>(static_cast<std::size_t>(input.count) *
                                     static_cast<std::size_t>(k.gate_stride(call.size)));
    k.project(call.size, packed, input.rows, input.stride, input.count, table);
    kernels::Run<T> run;
    run.table = table;
    run.table_row_of_token = input.row_of_token;
    run.start = call.start_states();
    k.run(call.size, packed, *call.plan, run, call.output(result, d), *call.arena);
  }
  return result;
}

/// Reads the initial states from `carried` and allocates the final states.
template <class T>
void carry(const CarriedStates::Layer& carried, const RecurrentOptions& options,
           const torch::Tensor& rows, LayerCall<T>& call) {
  const bool has_cell = has_cell_state(options.cell);
  const auto room = [&] {
    return torch::empty({call.plan->rows(), options.units}, rows.options());
  };
  if (carried.h.defined()) call.start.h = carried.h.contiguous();
  if (has_cell && carried.c.defined()) call.start.c = carried.c.contiguous();
  call.end.h = room();
  if (has_cell) call.end.c = room();
}

template <class T>
torch::Tensor run_typed(const RecurrentOptions& options,
                        const std::vector<RecurrentImpl::Direction>& directions,
                        const RecurrentInput& input, const std::shared_ptr<const StepPlan>& plan,
                        std::int64_t steps) {
  auto call = c10::make_intrusive<LayerCall<T>>();
  call->kernels = &kernels_of<T>(input.bfloat16);
  call->size = {kernel_cell(options.cell).value(), options.input_size, options.units};
  call->plan = plan;
  call->steps = steps;
  call->return_sequences = options.return_sequences;
  call->shared_rows = input.row_of_place != nullptr;
  call->direction_count = directions.size();
  std::vector<torch::Tensor> weights;
  for (std::size_t d = 0; d < directions.size(); ++d) {
    call->places[d] = plan->positions(steps, /*reversed=*/d == 1);
    if (call->shared_rows) {
      for (const std::int32_t place : call->places[d]) {
        call->input_rows[d].push_back((*input.row_of_place)[static_cast<std::size_t>(place)]);
      }
    }
    const auto own = weights_in_order(call->size.cell, directions[d]);
    call->weights_per_direction = own.size();
    for (const torch::Tensor* weight : own) weights.push_back(weight->contiguous());
  }
  const torch::Tensor rows = input.rows.contiguous();
  if (input.carried != nullptr) carry(*input.carried, options, rows, *call);
  const torch::Tensor result =
      torch::GradMode::is_enabled()
          ? torch::Tensor(RecurrentFunction<T>::apply(rows, at::TensorList(weights), call))
          : run_without_gradient<T>(*call, rows, weights);
  if (input.carried != nullptr) *input.carried = call->end;
  return result;
}

}  // namespace

bool kernels_serve(const torch::Tensor& input) {
  const auto type = input.scalar_type();
  return input.device().is_cpu() && (type == torch::kFloat32 || type == torch::kFloat64);
}

torch::Tensor run_kernels(const RecurrentOptions& options,
                          const std::vector<RecurrentImpl::Direction>& directions,
                          const RecurrentInput& input, const std::shared_ptr<const StepPlan>& plan,
                          std::int64_t steps) {
  return input.rows.scalar_type() == torch::kFloat64
             ? run_typed<double>(options, directions, input, plan, steps)
             : run_typed<float>(options, directions, input, plan, steps);
}

std::shared_ptr<const StepPlan> make_step_plan(const torch::Tensor& lengths) {
  const torch::Tensor values = lengths.contiguous();
  return std::make_shared<const StepPlan>(std::span<const std::int64_t>(
      values.data_ptr<std::int64_t>(), static_cast<std::size_t>(values.numel())));
}

}  // namespace sequent
