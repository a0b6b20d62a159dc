// The README file of a sample.
#pragma once

#include <string>

#include "sequent/sample.h"

namespace sequent::sample {

std::string sentiment_readme(const SentimentSample& options);

}  // namespace sequent::sample
