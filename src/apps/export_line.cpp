#include "apps/export_line.h"

#include <sstream>

namespace sequent {

std::string export_line(const std::string& file, const ArchiveMetadata& metadata) {
  std::ostringstream text;
  text << file << ": proven equal to the ";
  if (metadata.members == 1) {
    text << "trained model";
  } else {
    text << "mean of " << metadata.members << " trained models";
  }
  text << " on " << metadata.parity_rows << " rows, greatest difference "
       << metadata.parity_difference;
  return text.str();
}

}  // namespace sequent
