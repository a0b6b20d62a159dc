#include "batch/explained_answers.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "batch/explained_text.h"
#include "infer/loaded_model.h"
#include "text/code_points.h"

namespace sequent {
namespace {

ExplainedTexts texts_of(const Record& record) {
  if (record.second) return {record.text, *record.second};
  return {record.text};
}

/// Writes explanations as JSON.
class ExplanationJson {
 public:
  ExplanationJson(ExplanationNames names, const InferOptions& options)
      : names_(std::move(names)),
        occludes_(options.explain_method == ExplainMethod::kOcclusion),
        most_tokens_(static_cast<std::size_t>(options.explain_tokens)) {}

  void append(std::string& out, const ExplainedTexts& texts, const NamedExplanation& named) const {
    const Explanation& found = named.explanation;
    out += "{\"" + names_.label + "\":";
    append_json_string(out, named.label);
    if (named.span) {
      append_text(out, texts.front(), named.span->first, named.span->second);
    }
    out += ",\"" + names_.value + "\":";
    append_number(out, found.value);
    out += occludes_ ? ",\"method\":\"occlusion\"" : ",\"method\":\"integrated_gradients\"";
    if (!occludes_) {
      out += ",\"baseline\":";
      append_number(out, found.baseline_value);
      out += ",\"completeness_gap\":";
      append_number(out, found.gap_share());
      out += ",\"steps\":" + std::to_string(found.steps);
      out += ",\"other\":";
      append_number(out, found.other);
    }
    out += ",\"tokens\":[";
    bool is_first = true;
    for (const TokenAttribution& token : shown(found)) {
      if (!is_first) out += ',';
      is_first = false;
      append_token(out, texts, token);
    }
    out += "]}";
  }

  std::vector<TokenAttribution> shown(const Explanation& explanation) const {
    if (most_tokens_ > 0) return greatest_attributions(explanation.tokens, most_tokens_);
    return explanation.tokens;  // all of them in the order of the text
  }

 private:
  /// Appends the members `text`, `start` and `end`.
  static void append_text(std::string& out, std::string_view text, std::int64_t begin,
                          std::int64_t end) {
    out += ",\"text\":";
    append_json_string(out, CodePoints(text).part(begin, end));
    out += ",\"start\":" + std::to_string(begin) + ",\"end\":" + std::to_string(end);
  }

  static void append_token(std::string& out, const ExplainedTexts& texts,
                           const TokenAttribution& token) {
    std::string members;
    append_text(members, texts[static_cast<std::size_t>(token.text)], token.begin, token.end);
    out += '{' + members.substr(1);
    if (texts.size() > 1) out += ",\"of\":" + std::to_string(token.text);
    out += ",\"attribution\":";
    append_number(out, token.attribution);
    out += '}';
  }

  ExplanationNames names_;
  bool occludes_;
  std::size_t most_tokens_;  // 0: all
};

class ExplainedAnswers : public RecordAnswers {
 public:
  ExplainedAnswers(std::unique_ptr<RecordAnswers> answers, const ExplanationJson& json,
                   ExplanationNames names, std::string prefix,
                   std::vector<std::vector<NamedExplanation>> explanations)
      : answers_(std::move(answers)),
        json_(json),
        names_(std::move(names)),
        prefix_(std::move(prefix)),
        explanations_(std::move(explanations)) {}

  void append_json(std::string& out, std::size_t index, const Record& record) const override {
    answers_->append_json(out, index, record);
    append_json_key(out, prefix_, names_.is_list ? "explanations" : "explanation");
    if (names_.is_list) out += '[';
    const ExplainedTexts texts = texts_of(record);
    for (std::size_t i = 0; i < explanations_[index].size(); ++i) {
      if (i > 0) out += ',';
      json_.append(out, texts, explanations_[index][i]);
    }
    if (names_.is_list) out += ']';
  }
  void append_cells(TableLine& line, std::size_t index) const override {
    answers_->append_cells(line, index);
  }
  void append_conll(std::string& out, std::size_t index, const Record& record) const override {
    answers_->append_conll(out, index, record);
  }
  void append_html(std::string& out, std::size_t index, const Record& record) const override {
    append_explained_html(out, texts_of(record), names_, explanations_[index]);
  }

 private:
  std::unique_ptr<RecordAnswers> answers_;
  const ExplanationJson& json_;
  ExplanationNames names_;
  std::string prefix_;
  std::vector<std::vector<NamedExplanation>> explanations_;
};

class ExplainingAnswerer : public RecordAnswerer {
 public:
  ExplainingAnswerer(std::unique_ptr<RecordAnswerer> answerer,
                     std::unique_ptr<RecordExplainer> explainer, const InferOptions& options,
                     InputKind input)
      : answerer_(std::move(answerer)),
        explainer_(std::move(explainer)),
        names_(explainer_->names()),
        json_(names_, options),
        prefix_(options.prefix),
        reads_pairs_(input == InputKind::kTextPair),
        colors_(::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names = answerer_->names();
    names.emplace_back(names_.is_list ? "explanations" : "explanation");
    return names;
  }

  /// Windows are small, because an explanation takes as long as many predictions.
  std::int64_t values_per_record() const override {
    constexpr std::int64_t kAsManyValues = 65536;
    return std::max(kAsManyValues, answerer_->values_per_record());
  }

  std::unique_ptr<RecordAnswers> answer(std::vector<Record>& window) const override {
    auto answers = answerer_->answer(window);
    auto found = explainer_->explain(window);
    std::vector<std::vector<NamedExplanation>> all(window.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < window.size(); ++i) {
      if (!window[i].fault) all[i] = std::move(found[next++]);
    }
    return std::make_unique<ExplainedAnswers>(std::move(answers), json_, names_, prefix_,
                                              std::move(all));
  }

  std::string answer_line(const std::string& line) const override {
    std::string answer = answerer_->answer_line(line);
    std::vector<Record> window(1);
    window[0].text = line;
    if (reads_pairs_) {
      auto pair = typed_input<TextPair>(line);
      window[0].text = std::move(pair.first);
      window[0].second = std::move(pair.second);
    }
    const std::vector<NamedExplanation> found = explainer_->explain(window).at(0);
    if (!answer.empty() && answer.back() != '\n') answer += '\n';
    const ExplainedTexts texts = texts_of(window[0]);
    if (colors_) return answer + explained_terminal_text(texts, names_, found);
    for (const NamedExplanation& named : found) {
      if (names_.is_list) answer += named.label + ":\n";
      for (const TokenAttribution& token : json_.shown(named.explanation)) {
        const std::string_view text = texts[static_cast<std::size_t>(token.text)];
        answer.append("  ").append(CodePoints(text).part(token.begin, token.end));
        answer.append("\t").append(number_text(token.attribution)).append("\n");
      }
    }
    if (!answer.empty()) answer.pop_back();
    return answer;
  }

 private:
  std::unique_ptr<RecordAnswerer> answerer_;
  std::unique_ptr<RecordExplainer> explainer_;
  ExplanationNames names_;
  ExplanationJson json_;
  std::string prefix_;
  bool reads_pairs_;
  bool colors_;
};

}  // namespace

std::unique_ptr<RecordAnswerer> explaining_answerer(std::unique_ptr<RecordAnswerer> answerer,
                                                    std::unique_ptr<RecordExplainer> explainer,
                                                    const InferOptions& options, InputKind input) {
  return std::make_unique<ExplainingAnswerer>(std::move(answerer), std::move(explainer), options,
                                              input);
}

}  // namespace sequent
