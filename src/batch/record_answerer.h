// Answers to records: made by a task, one window of records at a time, and written by a
// RecordWriter that knows no task.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "batch/record_text.h"
#include "sequent/data.h"
#include "sequent/error.h"
#include "sequent/inference.h"

namespace sequent {

/// The answers to the records of one window. Those of a record with a fault are empty, and are
/// never written.
class RecordAnswers {
 public:
  RecordAnswers() = default;
  RecordAnswers(const RecordAnswers&) = delete;
  RecordAnswers& operator=(const RecordAnswers&) = delete;
  virtual ~RecordAnswers() = default;

  /// Appends the answer to record `index`, which is `record`, as members of a JSON object, each
  /// with a comma before it.
  virtual void append_json(std::string& out, std::size_t index, const Record& record) const = 0;

  /// Appends it as cells of a table, one for each of RecordAnswerer::names.
  virtual void append_cells(TableLine& line, std::size_t index) const = 0;

  /// Appends it as the lines of its tokens.
  virtual void append_conll(std::string& out, std::size_t index, const Record& record) const = 0;
};

/// Answers the records of one run.
/// Threads: all methods may be called from many at once.
class RecordAnswerer {
 public:
  RecordAnswerer() = default;
  RecordAnswerer(const RecordAnswerer&) = delete;
  RecordAnswerer& operator=(const RecordAnswerer&) = delete;
  virtual ~RecordAnswerer() = default;

  /// What is added to a record, in order: members of an object, or columns of a table. Without the
  /// prefix.
  virtual std::vector<std::string> names() const = 0;

  /// Answers a window of records, of which those with a fault are left out. Errors: Data.
  virtual std::unique_ptr<RecordAnswers> answer(const std::vector<Record>& window) const = 0;

  /// The answer to a line that someone types, as --interactive prints it. Errors: Data.
  virtual std::string answer_line(const std::string& line) const = 0;
};

/// A RecordAnswerer whose answers are of one type; a task derives from it.
template <class Answer>
class AnswererOf : public RecordAnswerer {
 public:
  explicit AnswererOf(std::string prefix) : prefix_(std::move(prefix)) {}

  std::unique_ptr<RecordAnswers> answer(const std::vector<Record>& window) const final {
    return std::make_unique<Window>(*this, spread(window, answers_to(window)));
  }

 protected:
  /// The answers to those records that have no fault, in order.
  virtual std::vector<Answer> answers_to(const std::vector<Record>& window) const = 0;

  /// See RecordAnswers.
  virtual void append_json(std::string& out, const Record& record, const Answer& answer) const = 0;
  virtual void append_cells(TableLine&, const Answer&) const { throw_unsupported("a table"); }
  virtual void append_conll(std::string&, const Record&, const Answer&) const {
    throw_unsupported("CoNLL lines");
  }

  /// Appends a comma and the key of a member of this name.
  void append_key(std::string& out, const char* name) const { append_json_key(out, prefix_, name); }

  /// What an answer says of its input: of a text all three, of a series `truncated` alone.
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
  /// Behind an answer that is printed.
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

  /// Puts the answers to the records without a fault at their indices.
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
    throw Error(ErrorKind::kInternal, "", std::string("answers of this task do not fit ") + format);
  }

  std::string prefix_;
};

}  // namespace sequent
