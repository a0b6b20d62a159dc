// Recurrent layers with gradients whose cells have no kernel.
#include <algorithm>
#include <memory>
#include <utility>

#include "infer/gradient_layers.h"
#include "infer/stages.h"
#include "infer/step_tape.h"

namespace sequent {
namespace {

/// What the backward pass of one direction needs. The operations of a step are not kept, which
/// would take ten times the memory; they are computed again.
struct DirectionPass {
  StepValues sums;                          // [steps, rows, gates * units]
  std::vector<std::vector<double>> hidden;  // of each visited step: the states before it
  std::vector<std::vector<double>> cells;
};

class PlainRecurrentGradient : public GradientLayer {
 public:
  PlainRecurrentGradient(const GradientRecurrentShape& shape, const std::string& prefix,
                         const WeightSource& weights)
      : shape_(shape) {
    const std::size_t directions = shape.bidirectional ? 2 : 1;
    directions_.reserve(directions);
    for (std::size_t d = 0; d < directions; ++d) {
      directions_.emplace_back(shape.cell, shape.units,
                               cell_weights(shape.cell, prefix, d, weights));
    }
  }

  GradientPass run(StepValues input) const override {
    StepValues y(shape_.return_sequences ? input.steps : 1, input.rows, width());
    auto passes = std::make_shared<std::vector<DirectionPass>>();
    for (std::size_t d = 0; d < directions_.size(); ++d) passes->push_back(advance(d, input, y));
    if (shape_.residual) {
      for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += input.values[i];
    }
    return {std::move(y), [this, passes, input_width = input.width](const StepValues& gradient) {
              const StepValues& sums = passes->front().sums;
              StepValues result(sums.steps, sums.rows, input_width);
              if (shape_.residual) result.values = gradient.values;
              for (std::size_t d = 0; d < directions_.size(); ++d) {
                retreat(d, (*passes)[d], gradient, result);
              }
              return result;
            }};
  }

 private:
  using Formula = CellFormula<StepTape>;

  std::int64_t width() const {
    return shape_.units * static_cast<std::int64_t>(directions_.size());
  }

  /// The step that a direction visits after `visited` others.
  static std::int64_t step_of(std::size_t direction, std::int64_t visited, std::int64_t steps) {
    return direction == 0 ? visited : steps - 1 - visited;
  }

  /// Where the output of a step is.
  template <class Values>
  auto output_of(Values& y, std::size_t d, std::int64_t step, std::int64_t row) const {
    return y.at(shape_.return_sequences ? step : 0, row) +
           static_cast<std::int64_t>(d) * shape_.units;
  }

  /// One recorded step.
  struct Recorded {
    Recorded(const GradientCell& cell, std::int64_t rows, const StepValues& sums, std::int64_t step,
             const std::vector<double>& hidden_before, const std::vector<double>& cell_before)
        : tape(cell, rows),
          sum(tape.add({sums.at(step, 0), sums.at(step, 0) + rows * sums.width})),
          hidden(tape.add(hidden_before)),
          state(tape.add(cell_before)),
          found(Formula(cell.form(), tape).step(tape.normal_sums(sum), {hidden, state})) {}

    StepTape tape;
    StepTape::Value sum;
    StepTape::Value hidden;
    StepTape::Value state;
    Formula::Step found;
  };

  DirectionPass advance(std::size_t d, const StepValues& input, StepValues& y) const {
    const GradientCell& cell = directions_[d];
    DirectionPass pass;
    pass.sums = StepValues(input.steps, input.rows, cell.input().units());
    pass.sums.values = cell.input().of(input.values.data(), input.count());
    std::vector<double> hidden = cell.first_hidden(input.rows);
    std::vector<double> state = cell.first_cell(input.rows);
    for (std::int64_t visited = 0; visited < input.steps; ++visited) {
      const std::int64_t step = step_of(d, visited, input.steps);
      const Recorded recorded(cell, input.rows, pass.sums, step, hidden, state);
      const bool is_output = shape_.return_sequences || visited + 1 == input.steps;
      for (std::int64_t row = 0; is_output && row < input.rows; ++row) {
        std::copy_n(recorded.tape.values(recorded.found.output).data() + row * shape_.units,
                    shape_.units, output_of(y, d, step, row));
      }
      pass.hidden.push_back(
          std::exchange(hidden, recorded.tape.values(recorded.found.states.hidden)));
      pass.cells.push_back(std::exchange(state, recorded.tape.values(recorded.found.states.cell)));
    }
    return pass;
  }

  /// Adds the direction's part of the gradient with respect to the input.
  void retreat(std::size_t d, const DirectionPass& pass, const StepValues& gradient,
               StepValues& result) const {
    const GradientCell& cell = directions_[d];
    const std::int64_t rows = pass.sums.rows;
    const std::int64_t steps = pass.sums.steps;
    StepValues of_sums(steps, rows, pass.sums.width);
    std::vector<double> of_hidden(to_size(rows * shape_.units));
    std::vector<double> of_state(of_hidden.size());
    for (std::int64_t visited = steps; visited-- > 0;) {
      const std::int64_t step = step_of(d, visited, steps);
      Recorded recorded(cell, rows, pass.sums, step, pass.hidden[to_size(visited)],
                        pass.cells[to_size(visited)]);
      const auto seed = [&](StepTape::Value x, const double* from) {
        std::vector<double>& to = recorded.tape.gradient(x);
        std::transform(to.begin(), to.end(), from, to.begin(), std::plus<>());
      };
      seed(recorded.found.states.hidden, of_hidden.data());
      seed(recorded.found.states.cell, of_state.data());
      const bool is_output = shape_.return_sequences || visited + 1 == steps;
      for (std::int64_t row = 0; is_output && row < rows; ++row) {
        const double* from = output_of(gradient, d, step, row);
        double* to = recorded.tape.gradient(recorded.found.output).data() + row * shape_.units;
        for (std::int64_t i = 0; i < shape_.units; ++i) to[i] += from[i];
      }
      recorded.tape.retreat();
      std::ranges::copy(recorded.tape.gradient(recorded.sum), of_sums.at(step, 0));
      of_hidden = recorded.tape.gradient(recorded.hidden);
      of_state = recorded.tape.gradient(recorded.state);
    }
    const std::vector<double> found = cell.input().backward(of_sums.values.data(), of_sums.count());
    for (std::size_t i = 0; i < found.size(); ++i) result.values[i] += found[i];
  }

  GradientRecurrentShape shape_;
  std::vector<GradientCell> directions_;
};

}  // namespace

GradientLayerPointer gradient_plain_recurrent(const GradientRecurrentShape& shape,
                                              const std::string& prefix,
                                              const WeightSource& weights) {
  return std::make_unique<PlainRecurrentGradient>(shape, prefix, weights);
}

}  // namespace sequent
