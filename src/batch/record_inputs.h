// Converts records to the inputs of a view.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "sequent/data.h"
#include "sequent/error.h"
#include "sequent/inference.h"

namespace sequent {

/// Returns the inputs of the records that have no error, in order.
template <class Input>
std::vector<Input> inputs_of(const std::vector<Record>& window) {
  std::vector<Input> inputs;
  inputs.reserve(window.size());
  for (const Record& record : window) {
    if (record.fault) continue;
    if constexpr (std::is_same_v<Input, Series>) {
      inputs.push_back(record.values);
    } else if constexpr (std::is_same_v<Input, TextPair>) {
      inputs.push_back({record.text, record.second.value_or("")});
    } else if constexpr (std::is_same_v<Input, TextWithFeatures>) {
      inputs.push_back({record.text, record.features});
    } else {
      inputs.push_back(record.text);
    }
  }
  return inputs;
}

/// Parses a typed line: a text, or two texts separated by a tab. Errors: Data if the tab is
/// missing.
template <class Input>
Input typed_input(const std::string& line) {
  if constexpr (std::is_same_v<Input, TextPair>) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      throw Error(ErrorKind::kData, "",
                  "found no tab; the model reads pairs: type TEXT, a tab, TEXT");
    }
    return {line.substr(0, tab), line.substr(tab + 1)};
  } else if constexpr (std::is_same_v<Input, std::string>) {
    return line;
  } else if constexpr (std::is_same_v<Input, TextWithFeatures>) {
    throw Error(ErrorKind::kInternal, "", "features are not typed");
  } else {
    throw Error(ErrorKind::kInternal, "", "series are not typed");
  }
}

/// Calls `make` with a value of the input type that a model of this kind reads.
template <class Make>
auto with_input_type(InputKind kind, const Make& make) {
  if (kind == InputKind::kSeries) return make(Series());
  if (kind == InputKind::kTextPair) return make(TextPair());
  if (kind == InputKind::kTextWithFeatures) return make(TextWithFeatures());
  return make(std::string());
}

}  // namespace sequent
