// batch MODEL TEXTS OUTPUT: reads a file of texts, one per line, and writes a TSV file with the
// model's answers.
//
//   classification        text, label, probability
//   multi_label           text, labels separated by |, their probabilities
//   regression            text, a column for each target
//   tagging               text, spans as TYPE[begin,end] with offsets in code points; joint models
//                         also give the label of the sequence
//   sequence_to_sequence  text, generated text, log probability
//
// The columns follow from the task of the archive. Texts are read, computed and written in batches,
// so that a file of any size needs little memory.
#include <algorithm>
#include <cstddef>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sequent/error.h"
#include "sequent/inference.h"

namespace {

using Texts = std::span<const std::string>;
using Cells = std::vector<std::string>;

/// The columns that follow the text in each line.
struct Columns {
  Cells names;
  std::function<std::vector<Cells>(Texts)> answers;  // the cells of each text
};

std::string joined(const Cells& parts, char separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

Columns classification(const sequent::Model& model) {
  return {{"label", "probability"}, [classifier = sequent::Classifier<>(model)](Texts texts) {
            std::vector<Cells> rows;
            for (const auto& found : classifier.classify(texts)) {
              rows.push_back({classifier.labels()[static_cast<std::size_t>(found.label)],
                              std::to_string(found.probability)});
            }
            return rows;
          }};
}

Columns multi_label(const sequent::Model& model) {
  return {{"labels", "probabilities"},
          [classifier = sequent::MultiLabelClassifier<>(model)](Texts texts) {
            std::vector<Cells> rows;
            for (const auto& found : classifier.classify(texts)) {
              Cells labels;
              Cells probabilities;
              for (const auto label : found.labels) {
                labels.push_back(classifier.labels()[static_cast<std::size_t>(label)]);
                probabilities.push_back(
                    std::to_string(found.probabilities[static_cast<std::size_t>(label)]));
              }
              rows.push_back({joined(labels, '|'), joined(probabilities, '|')});
            }
            return rows;
          }};
}

Columns regression(const sequent::Model& model) {
  const sequent::Regressor<> regressor(model);
  return {regressor.targets(), [regressor](Texts texts) {
            std::vector<Cells> rows;
            for (const auto& found : regressor.predict(texts)) {
              Cells cells;
              for (const float value : found.values) cells.push_back(std::to_string(value));
              rows.push_back(std::move(cells));
            }
            return rows;
          }};
}

Columns tagging(const sequent::Model& model) {
  const sequent::Tagger tagger(model);
  const bool labels_sequences = !tagger.sequence_labels().empty();
  return {labels_sequences ? Cells{"spans", "sequence_label"} : Cells{"spans"},
          [tagger, labels_sequences](Texts texts) {
            std::vector<Cells> rows;
            for (const auto& found : tagger.tag(texts)) {
              Cells spans;
              for (const auto& span : found.spans) {
                spans.push_back(span.type + '[' + std::to_string(span.begin) + ',' +
                                std::to_string(span.end) + ']');
              }
              Cells cells{joined(spans, ' ')};
              if (labels_sequences) {
                // A text without tokens has no label.
                cells.push_back(
                    found.sequence_label < 0
                        ? ""
                        : tagger.sequence_labels()[static_cast<std::size_t>(found.sequence_label)]);
              }
              rows.push_back(std::move(cells));
            }
            return rows;
          }};
}

Columns sequence_to_sequence(const sequent::Model& model) {
  return {{"generated", "log_probability"}, [generator = sequent::TextToText(model)](Texts texts) {
            std::vector<Cells> rows;
            for (const auto& found : generator.generate(texts)) {
              rows.push_back({found.text, std::to_string(found.log_probability)});
            }
            return rows;
          }};
}

/// Errors: Usage for a task that this program does not support. The constructor of the view refuses
/// a model that reads pairs or numbers.
Columns columns_for(const sequent::Model& model) {
  static const std::map<std::string, Columns (*)(const sequent::Model&)> tasks{
      {"classification", classification},
      {"multi_label", multi_label},
      {"regression", regression},
      {"tagging", tagging},
      {"sequence_to_sequence", sequence_to_sequence}};
  const auto found = tasks.find(model.task());
  if (found != tasks.end()) return found->second(model);
  throw sequent::Error(
      sequent::ErrorKind::kUsage, "",
      "the model's task is " + model.task() + ", which this program does not support");
}

/// TSV has no quoting: tabs inside a cell become spaces.
std::string line_of(Cells cells) {
  for (std::string& cell : cells) {
    std::replace_if(
        cell.begin(), cell.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  }
  return joined(cells, '\t') + '\n';
}

std::size_t convert(const Columns& columns, std::istream& in, std::ostream& out) {
  constexpr std::size_t kPart = 8192;
  Cells header{"text"};
  header.insert(header.end(), columns.names.begin(), columns.names.end());
  out << line_of(header);
  std::size_t count = 0;
  std::vector<std::string> texts;
  const auto write_part = [&] {
    const std::vector<Cells> answers = columns.answers(texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Cells cells{texts[i]};
      cells.insert(cells.end(), answers[i].begin(), answers[i].end());
      out << line_of(std::move(cells));
    }
    count += texts.size();
    texts.clear();
  };
  for (std::string line; std::getline(in, line);) {
    texts.push_back(std::move(line));
    if (texts.size() == kPart) write_part();
  }
  if (!texts.empty()) write_part();
  return count;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "usage: batch MODEL TEXTS OUTPUT\n";
    return 2;
  }
  const Columns columns =
      columns_for(sequent::Model::load(argv[1]));  // one computing thread per core
  std::ifstream in(argv[2]);
  if (!in) throw sequent::Error(sequent::ErrorKind::kData, argv[2], "cannot be read");
  std::ofstream out(argv[3]);
  const std::size_t count = convert(columns, in, out);
  out.flush();
  if (!out) throw sequent::Error(sequent::ErrorKind::kRuntime, argv[3], "cannot be written");
  std::cerr << count << " texts\n";
  return 0;
} catch (const sequent::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return sequent::exit_code(error.kind());
}
