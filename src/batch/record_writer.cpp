#include "batch/record_writer.h"

#include <algorithm>

#include "sequent/error.h"

namespace sequent {

void fail_name_taken(const std::string& where, const std::string& name) {
  throw Error(ErrorKind::kUsage, where,
              "the input has a column \"" + name +
                  "\" already; choose another --prefix, such as --prefix model_");
}

std::unique_ptr<RecordWriter> make_record_writer(const WriterOptions& options) {
  if (options.format == OutputFormat::kConll) return make_conll_writer();
  if (options.format == OutputFormat::kHtml) return make_html_writer();
  WriterOptions named = options;
  named.added.emplace_back("error");
  for (std::string& name : named.added) {
    name.insert(0, options.prefix);
    const auto& columns = options.columns;
    if (options.fields == FieldKind::kTable &&
        std::find(columns.begin(), columns.end(), name) != columns.end()) {
      fail_name_taken("", name);
    }
  }
  return options.format == OutputFormat::kJsonl ? make_jsonl_writer(named)
                                                : make_table_writer(named);
}

}  // namespace sequent
