// Sequence to sequence: a decoder generates a text from another text.
#include "tasks/sequence_to_sequence/sequence_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

class SequenceToSequence : public TaskDefinition {
 public:
  std::string_view name() const override { return "sequence_to_sequence"; }
  std::string_view help() const override {
    return "another text, such as a date in a different format.";
  }

  TargetKind target() const override { return TargetKind::kText; }

  bool predicts_tokens() const override { return true; }
  std::vector<std::string_view> last_layers() const override { return {DecoderSpec::kType}; }
  std::string last_layer_help() const override { return "decoder"; }

  Shape check_dense_output(const DenseSpec&, const ChainStep& step) const override {
    step.error("/type", "found \"dense\" as the last layer; sequence_to_sequence ends in decoder");
    return step.input;
  }

  Monitor default_monitor() const override { return Monitor::kAccuracy; }
  std::vector<Monitor> monitors() const override { return {Monitor::kLoss, Monitor::kAccuracy}; }

  void check_config(const Config& config, ConfigIssues& issues) const override {
    const DataFormat& format = config.data.format;
    if (!std::holds_alternative<TsvFormat>(format) && !std::holds_alternative<CsvFormat>(format) &&
        !std::holds_alternative<JsonlFormat>(format)) {
      issues.add("/data/format/type",
                 "found \"" + std::string(format_name(format)) +
                     "\"; sequence_to_sequence reads a text and, as its label, the target "
                     "text; expected tsv, csv or jsonl");
    }
    const auto* text = std::get_if<TextInput>(&config.input);
    if (text == nullptr) {
      return issues.add("/input/type", "found \"numeric\"; sequence_to_sequence reads text");
    }
    if (text->padding) {
      issues.add("/input/padding", "has no meaning for sequence_to_sequence; leave it out");
    }
    if (config.characters() != nullptr) {
      issues.add("/model/layers",
                 "contain a character-level encoder, which sequence_to_sequence does not support");
    }
    if (config.has_ngrams()) {
      issues.add("/model/layers",
                 "contain \"ngrams\", which sequence_to_sequence does not support");
    }
  }

  Report read_report(const JsonFields& fields) const override {
    return to_report(sequence_report_from(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override {
    return {{"accuracy", "accuracy"}, {"exact_match", "exact match"}};
  }
};

}  // namespace

const TaskDefinition& sequence_to_sequence_definition() {
  static const SequenceToSequence definition;
  return definition;
}

}  // namespace sequent
