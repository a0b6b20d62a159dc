// Predictions for records: a task computes them, one window of records at a time, and a
// RecordWriter, which does not depend on the task, writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "batch/record_text.h"
#include "infer/finite_outputs.h"
#include "sequent/data.h"
#include "sequent/error.h"
#include "sequent/inference.h"

namespace sequent {

/// The predictions for the records of one window. Predictions of records with an error are empty
/// and are never written.
class RecordAnswers {
 public:
  RecordAnswers() = default;
  RecordAnswers(const RecordAnswers&) = delete;
  RecordAnswers& operator=(const RecordAnswers&) = delete;
  virtual ~RecordAnswers() = default;

  /// Appends the prediction for `record`, whose index is `index`, as members of a JSON object, each
  /// preceded by a comma.
  virtual void append_json(std::string& out, std::size_t index, const Record& record) const = 0;

  /// Appends it as table cells, one for each of RecordAnswerer::names.
  virtual void append_cells(TableLine& line, std::size_t index) const = 0;

  /// Appends it as one line per token.
  virtual void append_conll(std::string& out, std::size_t index, const Record& record) const = 0;

  /// Appends its explanations as HTML; only for answers that have them.
  virtual void append_html(std::string&, std::size_t, const Record&) const {
    throw Error(ErrorKind::kInternal, "", "predictions without explanations have no HTML");
  }
};

/// Predicts for the records of one run.
/// Threads: all methods can be called from many threads at once.
class RecordAnswerer {
 public:
  RecordAnswerer() = default;
  RecordAnswerer(const RecordAnswerer&) = delete;
  RecordAnswerer& operator=(const RecordAnswerer&) = delete;
  virtual ~RecordAnswerer() = default;

  /// The names that are added to a record, in order and without the prefix: members of an object,
  /// or columns of a table.
  virtual std::vector<std::string> names() const = 0;

  /// The number of values that a prediction holds, which bounds the records per window.
  virtual std::int64_t values_per_record() const { return 1; }

  /// Predicts for a window of records; skips records with an error. A record whose prediction is
  /// not finite becomes one with an error. Errors: Data.
  virtual std::unique_ptr<RecordAnswers> answer(std::vector<Record>& window) const = 0;

  /// Returns the prediction for a line typed by a user, as --interactive prints it. Errors: Data.
  virtual std::string answer_line(const std::string& line) const = 0;
};

/// Marks the records that `error` names, by their indices among the records without an error.
void note_not_finite(std::vector<Record>& window, const NotFiniteError& error);

/// A RecordAnswerer whose predictions have one type; tasks derive from it.
template <class Answer>
class AnswererOf : public RecordAnswerer {
 public:
  explicit AnswererOf(std::string prefix) : prefix_(std::move(prefix)) {}

  std::unique_ptr<RecordAnswers> answer(std::vector<Record>& window) const final {
    return std::make_unique<Window>(*this, spread(window, finite_answers(window)));
  }

 protected:
  /// Returns the predictions for the records that have no error, in order.
  virtual std::vector<Answer> answers_to(const std::vector<Record>& window) const = 0;

  /// See RecordAnswers.
  virtual void append_json(std::string& out, const Record& record, const Answer& answer) const = 0;
  virtual void append_cells(TableLine&, const Answer&) const { throw_unsupported("a table"); }
  virtual void append_conll(std::string&, const Record&, const Answer&) const {
    throw_unsupported("CoNLL lines");
  }

  /// Appends a comma and the key of the member with this name.
  void append_key(std::string& out, const char* name) const { append_json_key(out, prefix_, name); }

  /// Appends the flags of the input: for a text all three, for a series only `truncated`.
  static void add_flag_names(std::vector<std::string>& names, bool is_text) {
    if (is_text) names.emplace_back("empty");
    names.emplace_back("truncated");
    if (is_text) names.emplace_back("unknown_share");
  }
  void append_flags(std::string& out, const Answer& answer, bool is_text) const {
    if (is_text) {
      append_key(out, "empty");
      append_bool(out, answer.empty);
    }
    append_key(out, "truncated");
    append_bool(out, answer.truncated);
    if (!is_text) return;
    append_key(out, "unknown_share");
    append_number(out, answer.unknown_share);
  }
  static void append_flag_cells(TableLine& line, const Answer& answer, bool is_text) {
    if (is_text) line.add_bool(answer.empty);
    line.add_bool(answer.truncated);
    if (is_text) line.add_number(answer.unknown_share);
  }
  /// The text that follows a printed prediction.
  static std::string flag_text(const Answer& answer) {
    return std::string(answer.empty ? "\t(no words)" : "") +
           (answer.truncated ? "\t(cut off)" : "");
  }

 private:
  class Window : public RecordAnswers {
   public:
    Window(const AnswererOf& owner, std::vector<Answer> answers)
        : owner_(owner), answers_(std::move(answers)) {}

    void append_json(std::string& out, std::size_t index, const Record& record) const override {
      owner_.append_json(out, record, answers_[index]);
    }
    void append_cells(TableLine& line, std::size_t index) const override {
      owner_.append_cells(line, answers_[index]);
    }
    void append_conll(std::string& out, std::size_t index, const Record& record) const override {
      owner_.append_conll(out, record, answers_[index]);
    }

   private:
    const AnswererOf& owner_;
    std::vector<Answer> answers_;
  };

  std::vector<Answer> finite_answers(std::vector<Record>& window) const {
    while (true) {
      try {
        return answers_to(window);
      } catch (const NotFiniteError& error) {
        note_not_finite(window, error);
      }
    }
  }

  /// Moves the predictions to the indices of the records without an error.
  static std::vector<Answer> spread(const std::vector<Record>& window, std::vector<Answer> found) {
    if (found.size() == window.size()) return found;
    std::vector<Answer> all(window.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < window.size(); ++i) {
      if (!window[i].fault) all[i] = std::move(found[next++]);
    }
    return all;
  }

  [[noreturn]] static void throw_unsupported(const char* format) {
    throw Error(ErrorKind::kInternal, "",
                std::string("predictions of this task cannot be written as ") + format);
  }

  std::string prefix_;
};

}  // namespace sequent
