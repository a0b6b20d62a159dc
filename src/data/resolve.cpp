#include "sequent/data.h"

namespace sequent {

ResolvedConfig resolve(const Config& config, const Vocabulary& vocabulary, const LabelSet& labels) {
  return resolve(config, vocabulary.size(), labels.size(), labels.sequence_size());
}

}  // namespace sequent
