// Compares the CRF kernels with an enumeration of all paths.
#include "kernels/crf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace sequent::kernels {
namespace {

using Values = std::vector<double>;
using Path = std::vector<std::int64_t>;

Values random_values(std::size_t count, unsigned seed, double scale = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal(0, scale);
  Values values(count);
  for (double& value : values) value = normal(generator);
  return values;
}

struct Problem {
  std::int64_t tags;
  std::int64_t steps;
  Values start, transitions, end, emissions;

  Problem(std::int64_t k, std::int64_t n)
      : tags(k),
        steps(n),
        start(random_values(static_cast<std::size_t>(k), 1)),
        transitions(random_values(static_cast<std::size_t>(k * k), 2)),
        end(random_values(static_cast<std::size_t>(k), 3)),
        emissions(random_values(static_cast<std::size_t>(k * n), 4, 2)) {}

  Crf crf() const { return {tags, start.data(), transitions.data(), end.data()}; }

  double score(const Path& path) const {
    const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
    double sum = start[at(path.front())] + end[at(path.back())];
    for (std::size_t t = 0; t < path.size(); ++t) {
      sum += emissions[t * at(tags) + at(path[t])];
      if (t > 0) sum += transitions[at(path[t - 1] * tags + path[t])];
    }
    return sum;
  }

  std::vector<Path> paths() const {
    std::vector<Path> all{{}};
    for (std::int64_t t = 0; t < steps; ++t) {
      std::vector<Path> longer;
      for (const Path& path : all) {
        for (std::int64_t k = 0; k < tags; ++k) {
          longer.push_back(path);
          longer.back().push_back(k);
        }
      }
      all = longer;
    }
    return all;
  }

  double log_of_all() const {
    double sum = 0;
    for (const Path& path : paths()) sum += std::exp(score(path));
    return std::log(sum);
  }
};

TEST(Crf, EqualsTheSumOverAllPaths) {
  for (const auto& [tags, steps] : {std::pair{1, 1}, {3, 1}, {2, 5}, {4, 4}, {5, 3}}) {
    const Problem problem(tags, steps);
    const Crf crf = problem.crf();
    const double all = problem.log_of_all();
    Values marginals(problem.emissions.size(), 0);
    Path best;
    for (const Path& path : problem.paths()) {
      const double score = problem.score(path);
      EXPECT_NEAR(crf.score(problem.emissions.data(), steps, path.data()), score, 1e-12);
      EXPECT_NEAR(crf.log_likelihood(problem.emissions.data(), steps, path.data()), score - all,
                  1e-10);
      for (std::size_t t = 0; t < path.size(); ++t) {
        marginals[t * static_cast<std::size_t>(tags) + static_cast<std::size_t>(path[t])] +=
            std::exp(score - all);
      }
      if (best.empty() || score > problem.score(best)) best = path;
    }
    EXPECT_EQ(crf.best_path(problem.emissions.data(), steps), best);
    const Values found = crf.marginals(problem.emissions.data(), steps);
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], marginals[i], 1e-12);
  }
}

TEST(Crf, GradientsAreThoseOfFiniteDifferences) {
  Problem problem(4, 5);
  const Path path{0, 2, 2, 1, 3};
  Values of_emissions(problem.emissions.size(), 0);
  Values of_start(4, 0);
  Values of_transitions(16, 0);
  Values of_end(4, 0);
  constexpr double kWeight = 0.7;
  problem.crf().add_gradient(
      problem.emissions.data(), 5, path.data(), kWeight,
      {of_emissions.data(), of_start.data(), of_transitions.data(), of_end.data()});
  const auto check = [&](Values& values, const Values& gradient) {
    constexpr double kStep = 1e-6;
    const auto likelihood = [&] {
      return kWeight * problem.crf().log_likelihood(problem.emissions.data(), 5, path.data());
    };
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      values[i] = value + kStep;
      const double above = likelihood();
      values[i] = value - kStep;
      const double below = likelihood();
      values[i] = value;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-7) << i;
    }
  };
  check(problem.emissions, of_emissions);
  check(problem.start, of_start);
  check(problem.transitions, of_transitions);
  check(problem.end, of_end);
}

TEST(Crf, NeverTakesAForbiddenStep) {
  Problem problem(3, 60);
  // Only 1 may follow 0, nothing may follow 2, and 2 may not be first.
  problem.transitions[0] = problem.transitions[2] = kForbiddenScore;
  for (std::size_t to = 0; to < 3; ++to) problem.transitions[6 + to] = kForbiddenScore;
  problem.start[2] = kForbiddenScore;
  for (std::size_t t = 0; t < 60; ++t)
    problem.emissions[3 * t + 2] += 50;  // makes the forbidden tag attractive
  const Crf crf = problem.crf();
  const Path path = crf.best_path(problem.emissions.data(), 60);
  for (std::size_t t = 1; t < path.size(); ++t) {
    EXPECT_NE(path[t - 1], 2);
    EXPECT_TRUE(path[t - 1] != 0 || path[t] == 1);
  }
  const Values marginals = crf.marginals(problem.emissions.data(), 60);
  for (std::size_t t = 0; t < 60; ++t) {
    EXPECT_NEAR(marginals[3 * t] + marginals[3 * t + 1] + marginals[3 * t + 2], 1, 1e-9);
  }
  EXPECT_NEAR(marginals[2], 0, 1e-12);
  // A forbidden path has a very low, but finite likelihood.
  const double broken = crf.log_likelihood(problem.emissions.data(), 60, Path(60, 2).data());
  EXPECT_TRUE(std::isfinite(broken));
  EXPECT_LT(broken, -100000);
}

TEST(Crf, StaysExactInLongRows) {
  const Problem problem(6, 3000);
  const Values marginals = problem.crf().marginals(problem.emissions.data(), 3000);
  for (std::size_t t = 0; t < 3000; t += 500) {
    double sum = 0;
    for (std::size_t k = 0; k < 6; ++k) sum += marginals[6 * t + k];
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

}  // namespace
}  // namespace sequent::kernels
