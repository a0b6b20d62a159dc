#include "data/split_rows.h"

namespace sequent {

SplitRows* TrainingSplits::of(Part part) {
  switch (part) {
    case Part::kTrain:
      return &train;
    case Part::kValidation:
      return &validation;
    case Part::kTest:
      return &test;
    case Part::kLeftOut:
      return nullptr;
  }
  return nullptr;
}

}  // namespace sequent
