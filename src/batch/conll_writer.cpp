#include "batch/record_writer.h"

namespace sequent {
namespace {

/// Writes a token and its tag on each line, and an empty line after each record. The format cannot
/// contain errors: options that would write one are refused.
class ConllWriter : public RecordWriter {
 public:
  void append(std::string& out, const Record& record, const RecordAnswers& answers,
              std::size_t index) const override {
    answers.append_conll(out, index, record);
  }
};

}  // namespace

std::unique_ptr<RecordWriter> make_conll_writer() { return std::make_unique<ConllWriter>(); }

}  // namespace sequent
