#include "model/noise.h"

#include <vector>

#include "core/random.h"
#include "libtorch/device.h"

namespace sequent {
namespace {

RandomStream stream_of(const LayerContext& context) {
  const NoiseKey& key = *context.batch.noise;
  return {key.seed, RandomPurpose::kDropout, {key.step, static_cast<std::uint64_t>(context.index)}};
}

/// Returns one random stream per row of the batch.
std::vector<RandomStream> streams_of_rows(std::int64_t rows, const LayerContext& context) {
  const RandomStream stream = stream_of(context);
  const std::int64_t first_row = context.batch.first_row * context.rows_each;
  std::vector<RandomStream> streams;
  streams.reserve(static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) {
    streams.push_back(stream.at(static_cast<std::uint64_t>(first_row + row)));
  }
  return streams;
}

/// Returns `chosen` where a draw is below `rate`, and `other` elsewhere. Each slice of the first
/// dimension draws from its own stream, starting at `first_draw`.
template <class T>
torch::Tensor choose(torch::IntArrayRef sizes, const std::vector<RandomStream>& streams,
                     torch::Device device, double rate, T chosen, T other,
                     std::uint64_t first_draw = 0) {
  const auto type = c10::CppTypeToScalarType<T>::value;
  const auto bound = static_cast<float>(rate);
  const std::int64_t sequence_size =
      c10::multiply_integers(sizes) / static_cast<std::int64_t>(streams.size());
  if (!device.is_cpu()) {
    const torch::Tensor draws = uniform_on(device, streams, first_draw, sequence_size);
    const auto scalar = [&](T value) {
      return torch::full({}, value, draws.options().dtype(type));
    };
    return torch::where(draws < bound, scalar(chosen), scalar(other)).view(sizes);
  }
  torch::Tensor result = torch::empty(sizes, type);
  T* out = result.data_ptr<T>();
  for (const RandomStream& draws : streams) {
    for (std::int64_t i = 0; i < sequence_size; ++i) {
      *out++ = draws.uniform(first_draw + static_cast<std::uint64_t>(i)) < bound ? chosen : other;
    }
  }
  return result;
}

torch::Tensor shifted_right(const torch::Tensor& bits, int by) {
  // The operator performs an arithmetic shift, so clear the sign bits.
  constexpr int kBits = 64;
  return at::bitwise_right_shift(bits, by).bitwise_and_((std::int64_t{1} << (kBits - by)) - 1);
}

constexpr std::int64_t as_signed(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

}  // namespace

torch::Tensor uniform_on(torch::Device device, const std::vector<RandomStream>& streams,
                         std::uint64_t first_draw, std::int64_t count) {
  std::vector<std::int64_t> keys;
  keys.reserve(streams.size());
  for (const RandomStream& stream : streams) keys.push_back(as_signed(stream.key()));
  const torch::Tensor counters =
      torch::arange(count, torch::dtype(torch::kInt64).device(device)) + as_signed(first_draw + 1);
  // Same as RandomStream::bits and mix_bits, on integers that wrap around.
  torch::Tensor x = send_to(torch::tensor(keys, torch::kInt64), device).unsqueeze(1) +
                    counters * as_signed(kGoldenGamma);
  x = x.bitwise_xor(shifted_right(x, 30)).mul_(as_signed(kMixFactors[0]));
  x = x.bitwise_xor(shifted_right(x, 27)).mul_(as_signed(kMixFactors[1]));
  x = x.bitwise_xor(shifted_right(x, 31));
  return shifted_right(x, 40).to(torch::kFloat32) * 0x1p-24;
}

torch::Tensor dropout_mask(const torch::Tensor& like, double rate, bool same_for_all_steps,
                           const LayerContext& context) {
  std::vector<std::int64_t> sizes = like.sizes().vec();
  if (same_for_all_steps) sizes[1] = 1;
  return choose<float>(sizes, streams_of_rows(sizes[0], context), like.device(), rate, 0.0F,
                       static_cast<float>(1.0 / (1.0 - rate)))
      .to(like.scalar_type());
}

torch::Tensor kept_units(const torch::Tensor& like, double rate, std::int64_t units,
                         std::uint64_t number, const LayerContext& context) {
  // Skip far past the draws that dropout on the layer's input uses.
  constexpr int kNumberBits = 40;
  return choose<float>({like.size(0), like.size(1), units}, streams_of_rows(like.size(0), context),
                       like.device(), rate, 1.0F, 0.0F, (number + 1) << kNumberBits)
      .to(like.scalar_type());
}

torch::Tensor weight_mask(const torch::Tensor& like, double rate, std::uint64_t number,
                          const LayerContext& context) {
  // Keep away from the streams of the rows, which count up from 0.
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  return choose<float>(like.sizes(), {stream_of(context).at(kLast - number)}, like.device(), rate,
                       0.0F, static_cast<float>(1.0 / (1.0 - rate)))
      .to(like.scalar_type());
}

torch::Tensor token_choice(const torch::Tensor& tokens, double rate, const LayerContext& context) {
  return choose<bool>(tokens.sizes(), streams_of_rows(tokens.size(0), context), tokens.device(),
                      rate, true, false);
}

}  // namespace sequent
