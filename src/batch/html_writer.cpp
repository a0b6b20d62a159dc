#include "batch/explained_text.h"
#include "batch/record_writer.h"
#include "report/html.h"

namespace sequent {
namespace {

/// Writes a page of explained records. HTML needs no end tags of the page's body.
class HtmlWriter : public RecordWriter {
 public:
  std::string header() const override { return explanations_page_head(); }

  void append(std::string& out, const Record& record, const RecordAnswers& answers,
              std::size_t index) const override {
    if (!record.fault) return answers.append_html(out, index, record);
    out += "<section><p>error: " + escape_html(record.where + ": " + *record.fault) +
           "</p></section>\n";
  }
};

}  // namespace

std::unique_ptr<RecordWriter> make_html_writer() { return std::make_unique<HtmlWriter>(); }

}  // namespace sequent
