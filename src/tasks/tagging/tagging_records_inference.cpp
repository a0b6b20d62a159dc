#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "batch/record_options.h"
#include "infer/loaded_model.h"
#include "script/script_writer.h"
#include "sequent/tags.h"
#include "tasks/inference_task.h"
#include "tasks/tagging/tagging_source_inference.h"
#include "text/ascii.h"
#include "text/code_points.h"

namespace sequent {
namespace {

/// White space separates the columns of CoNLL files, so inside a token or tag it becomes "_".
void append_without_space(std::string& out, std::string_view text) {
  for (const char c : text) out += is_ascii_space(c) ? '_' : c;
}

void append_conll_line(std::string& out, std::string_view token, std::string_view tag) {
  append_without_space(out, token);
  out += '\t';
  append_without_space(out, tag);
  out += '\n';
}

/// Appends a line of a CoNLL file with one more column, separated as the others are.
void append_conll_column(std::string& out, std::string_view line, std::string_view tag) {
  while (!line.empty() && is_ascii_space(line.back()) && line.back() != '\t') {
    line.remove_suffix(1);
  }
  const bool has_spaces = line.find('\t') == std::string_view::npos &&
                          std::ranges::find_if(line, is_ascii_space) != line.end();
  out += line;
  out += has_spaces ? ' ' : '\t';
  append_without_space(out, tag);
  out += '\n';
}

/// The records of a window that have no error, as the tagger reads them: all are texts, or all are
/// split into tokens.
struct TaggerInputs {
  explicit TaggerInputs(const std::vector<Record>& window) {
    for (const Record& record : window) {
      if (record.fault) continue;
      if (record.tokens.empty()) {
        texts.push_back(record.text);
      } else {
        token_lists.push_back(record.tokens);
      }
    }
  }

  template <class Use>
  auto with(const Use& use) const {
    return token_lists.empty() ? use(std::span<const std::string>(texts))
                               : use(std::span<const std::vector<std::string>>(token_lists));
  }

  std::vector<std::string> texts;
  std::vector<std::vector<std::string>> token_lists;
};

/// Adds `entities`, `tags` or both and, if the model labels whole records, `sequence_label` and
/// `sequence_probability`.
class TagRecords : public AnswererOf<TaggedText> {
 public:
  TagRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix),
        tagger_(model),
        every_tag_(options.every_tag),
        has_columns_(input_format_of(options) == "conll") {
    const auto outside = std::ranges::find_if(tagger_.tags(), [](const std::string& tag) {
      return kind_of_tag(tag) == TagKind::kOutside;
    });
    if (outside != tagger_.tags().end()) outside_ = *outside;
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names{"entities", "tags", "truncated", "unknown_share"};
    if (labels_records()) names.insert(names.end(), {"sequence_label", "sequence_probability"});
    return names;
  }

  /// One line for the label of the whole text, if there is one, one line for each entity, or for
  /// each token if the tags do not mark spans, then an empty line.
  std::string answer_line(const std::string& line) const override {
    const TaggedText found = tagger_.tag(line);
    const CodePoints points(line);
    std::string text;
    if (found.sequence_label >= 0) {
      text = record_label(found) + "\t" + std::to_string(found.sequence_probability) + "\n";
    }
    for (const TaggedSpan& span : found.spans) {
      text.append(span.type).append("\t").append(points.part(span.begin, span.end));
      text.append("\t").append(std::to_string(span.probability)).append("\n");
    }
    if (found.truncated) text += "(cut off)\n";
    return text;
  }

 protected:
  std::vector<TaggedText> answers_to(const std::vector<Record>& window) const override {
    return TaggerInputs(window).with([&](const auto& texts) { return tagger_.tag(texts); });
  }

  void append_json(std::string& out, const Record& record, const TaggedText& found) const override {
    const CodePoints text(record.text);
    if (labels_records()) append_record_label(out, found);
    if (tagger_.marks_spans()) append_entities(out, record, text, found);
    if (every_tag_ || !tagger_.marks_spans()) append_tags(out, text, found);
    append_key(out, "truncated");
    append_bool(out, found.truncated);
    append_key(out, "unknown_share");
    append_number(out, found.unknown_share);
  }

  void append_conll(std::string& out, const Record& record,
                    const TaggedText& found) const override {
    const CodePoints text(record.text);
    const auto add = [&](std::size_t i, std::string_view token, const std::string& tag) {
      if (has_columns_) {
        append_conll_column(out, record.fields[i], tag);
      } else {
        append_conll_line(out, token, tag);
      }
    };
    // Tokens that the model did not read have no tag but keep their line.
    const auto add_unread = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) add(i, record.tokens[i], outside_);
    };
    const std::size_t read = found.tokens.size();
    const std::size_t all = std::max(read, record.tokens.size());
    const bool start_is_cut = read > 0 && found.tokens.front().begin > 0;
    const std::size_t first = start_is_cut ? all - read : 0;
    add_unread(0, first);
    for (std::size_t i = 0; i < read; ++i) {
      const TaggedToken& token = found.tokens[i];
      add(first + i, text.part(token.begin, token.end), tag_of(token));
    }
    add_unread(first + read, all);
    out += '\n';
  }

 private:
  bool labels_records() const { return !tagger_.sequence_labels().empty(); }
  const std::string& tag_of(const TaggedToken& token) const {
    return tagger_.tags()[static_cast<std::size_t>(token.tag)];
  }
  const std::string& record_label(const TaggedText& found) const {
    return tagger_.sequence_labels()[static_cast<std::size_t>(found.sequence_label)];
  }

  void append_record_label(std::string& out, const TaggedText& found) const {
    append_key(out, "sequence_label");
    if (found.sequence_label < 0) {
      out += "null";  // for a text without tokens
    } else {
      append_json_string(out, record_label(found));
    }
    append_key(out, "sequence_probability");
    append_number(out, found.sequence_probability);
  }

  static void append_part(std::string& out, const CodePoints& text, std::int64_t begin,
                          std::int64_t end, float probability) {
    append_json_string(out, text.part(begin, end));
    out += ",\"start\":" + std::to_string(begin) + ",\"end\":" + std::to_string(end) +
           ",\"probability\":";
    append_number(out, probability);
  }

  void append_entities(std::string& out, const Record& record, const CodePoints& text,
                       const TaggedText& found) const {
    append_key(out, "entities");
    out += '[';
    for (const TaggedSpan& span : found.spans) {
      if (&span != found.spans.data()) out += ',';
      out += "{\"type\":";
      append_json_string(out, span.type);
      out += ",\"text\":";
      append_part(out, text, span.begin, span.end, span.probability);
      if (!record.tokens.empty()) {
        out += ",\"first_token\":" + std::to_string(span.first_token) +
               ",\"end_token\":" + std::to_string(span.end_token);
      }
      out += '}';
    }
    out += ']';
  }

  void append_tags(std::string& out, const CodePoints& text, const TaggedText& found) const {
    append_key(out, "tags");
    out += '[';
    for (const TaggedToken& token : found.tokens) {
      if (&token != found.tokens.data()) out += ',';
      out += "{\"tag\":";
      append_json_string(out, tag_of(token));
      out += ",\"token\":";
      append_part(out, text, token.begin, token.end, token.probability);
      out += '}';
    }
    out += ']';
  }

  Tagger tagger_;
  bool every_tag_;
  bool has_columns_;  // the input is CoNLL, whose columns are kept
  std::string outside_ = "O";
};

/// Explains the spans of each record.
class SpanExplainer : public RecordExplainer {
 public:
  SpanExplainer(const Model& model, const InferOptions& options)
      : tagger_(model), options_(explain_options(options, model)) {}

  ExplanationNames names() const override { return {"type", "logit", /*is_list=*/true}; }

  std::vector<std::vector<NamedExplanation>> explain(
      const std::vector<Record>& window) const override {
    const TaggerInputs inputs(window);
    const auto tagged = inputs.with([&](const auto& texts) { return tagger_.tag(texts); });
    auto found = inputs.with([&](const auto& texts) { return tagger_.explain(texts, options_); });
    std::vector<std::vector<NamedExplanation>> result(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (std::size_t s = 0; s < found[i].size(); ++s) {
        const TaggedSpan& span = tagged[i].spans[s];
        result[i].push_back({span.type, std::move(found[i][s]), std::pair(span.begin, span.end)});
      }
    }
    return result;
  }

 private:
  Tagger tagger_;
  ExplainOptions options_;
};

class TaggingInference : public InferenceTask {
 public:
  std::string view(InputKind) const override { return "Tagger"; }

  void check_options(const InferOptions& options) const override {
    refuse_class_options(options,
                         "has no meaning for this model, which predicts tags; leave it out");
    if (options.format == "tsv" || options.format == "csv") {
      refuse("--format " + options.format,
             "cannot contain the tags of a text; expected jsonl or conll");
    }
    if (options.format != "conll") return;
    if (options.every_tag) {
      refuse("--tags", "has no effect on --format conll, which contains every tag; leave it out");
    }
    if (!options.prefix.empty()) {
      refuse("--prefix",
             "has no effect on --format conll, which has no named columns; leave it out");
    }
    if (options.on_error == "record") {
      refuse("--on-error record", "cannot be written as conll; expected --format jsonl");
    }
  }

  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return std::make_unique<TagRecords>(model, options);
  }

  std::unique_ptr<RecordExplainer> explainer(const Model& model,
                                             const InferOptions& options) const override {
    if (!options.explain_label.empty()) {
      refuse("--explain-label",
             "has no meaning for this model, whose spans are explained; leave "
             "it out");
    }
    return std::make_unique<SpanExplainer>(model, options);
  }

  /// A tagger has two outputs that are computed from the same logits. Row labels have their own
  /// method.
  void write_methods(ScriptWriter& script) const override {
    const auto& layers = script.config().config.model.layers;
    const ScriptWriter::MethodInputs inputs = script.begin_method("scores");
    script.write_layers(layers.size());
    script.line("    return x");
    const bool is_crf = std::holds_alternative<CrfSpec>(layers.back());
    const auto parameter = [&](const std::string& name) {
      return script.parameter(layers.size() - 1, name);
    };
    script.text(tagging_source(is_crf ? crf_source(parameter) : softmax_tags_source(),
                               inputs.signature, inputs.names));
    if (script.config().config.sequence_label() != nullptr) write_row_labels(script);
  }

 private:
  /// Writes the method that returns the probabilities of row labels.
  static void write_row_labels(ScriptWriter& script) {
    script.begin_method("sequence_labels");
    const auto& layers = script.config().config.model.layers;
    const auto place = std::find_if(layers.begin(), layers.end(), [](const LayerSpec& layer) {
      return std::holds_alternative<SequenceLabelSpec>(layer);
    });
    const auto index = static_cast<std::size_t>(place - layers.begin());
    script.write_layers(index);
    script.line("    x = " + ScriptWriter::pooled(std::get<SequenceLabelSpec>(*place).modes()));
    script.line("    x = torch.linear(x, " + script.parameter(index, "weight") + ", " +
                script.parameter(index, "bias") + ")");
    script.line("    return torch.softmax(x, 1)");
  }
};

}  // namespace

const InferenceTask& tagging_inference() {
  static const TaggingInference task;
  return task;
}

}  // namespace sequent
