#include "batch/record_writer.h"

namespace sequent {
namespace {

/// A token and its tag on each line, an empty line after each record. It cannot hold faults:
/// options that would write one are refused.
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
