// What the rows say: the labels, the script of the texts and their lengths.
#pragma once

#include "sniff/sniff.h"

namespace sequent {

/// Reads all rows of the files with the format that was chosen, and fills in the rest of `result`.
/// A fastText file whose lines have several labels becomes one with label sets.
/// Errors: Data for invalid rows, up to 20 at once, and for labels that cannot be learned.
void decide_from_rows(SniffedData& result);

}  // namespace sequent
