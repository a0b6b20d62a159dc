// Declarations that the parts of the toy task share.
#pragma once

#include <cstdint>

#include "sequent/report.h"

namespace sequent {

struct MoodMetrics {
  std::int64_t count = 0;
  double loss = 0;  // mean -ln p of the true mood
  double accuracy = 0;
};

Report mood_report(const MoodMetrics& metrics);

}  // namespace sequent
