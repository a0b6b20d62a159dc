#include "tasks/regression/naive_forecast_training.h"

#include <algorithm>

namespace sequent {
namespace {

/// Forecasts every step with the value `season` steps, or as many seasons as needed, before it.
std::vector<float> repeat_season(const WindowsFormat& format, const NumericInput& input,
                                 const std::vector<std::int64_t>& channels, std::int64_t season,
                                 const EncodedDataset& data) {
  const bool at_end = !input.padding || *input.padding == Side::kPre;
  std::vector<float> values;
  for (std::int64_t row = 0; row < data.size(); ++row) {
    const InputRow steps = data.row(row);
    const std::int64_t begin = at_end ? steps.length() - format.length : 0;
    for (std::int64_t ahead = 0; ahead < format.horizon; ++ahead) {
      const std::int64_t step = begin + format.length - season + ahead % season;
      for (const std::int64_t channel : channels) {
        values.push_back(steps.values[static_cast<std::size_t>(step * steps.channels + channel)]);
      }
    }
  }
  return values;
}

}  // namespace

std::vector<NaiveForecast> naive_forecasts(const Config& config, const EncodedDataset& data) {
  const auto* format = std::get_if<WindowsFormat>(&config.data.format);
  const auto* input = std::get_if<NumericInput>(&config.input);
  if (format == nullptr || input == nullptr) return {};
  const auto channels = format->target_channels();
  const auto count = channels ? static_cast<std::int64_t>(channels->size()) * format->horizon : 0;
  if (!channels || count != data.target_count()) return {};  // rows of another format
  for (std::int64_t row = 0; row < data.size(); ++row) {
    if (data.length(row) < format->length) return {};
  }
  std::vector<NaiveForecast> forecasts;
  forecasts.push_back({"last value", repeat_season(*format, *input, *channels, 1, data)});
  if (format->season) {
    forecasts.push_back(
        {"last season", repeat_season(*format, *input, *channels, *format->season, data)});
  }
  return forecasts;
}

}  // namespace sequent
