// Records in the formats of sequent-infer, apart from any model.
#include "batch/record_writer.h"

#include <gtest/gtest.h>

#include "support.h"

namespace sequent {
namespace {

using testing::error_of;

/// One answer, "yes" with 0.25, for every record.
class FixedAnswers : public RecordAnswers {
 public:
  void append_json(std::string& out, std::size_t, const Record&) const override {
    append_json_key(out, prefix, "prediction");
    append_json_string(out, "yes");
    append_json_key(out, prefix, "probability");
    append_number(out, 0.25);
  }
  void append_cells(TableLine& line, std::size_t) const override {
    line.add("yes");
    line.add_number(0.25);
  }
  void append_conll(std::string& out, std::size_t, const Record& record) const override {
    out += record.text + "\tyes\n\n";
  }
  std::string prefix;
};

WriterOptions options_for(OutputFormat format, FieldKind fields,
                          std::vector<std::string> columns = {}) {
  return {format, fields, std::move(columns), {"prediction", "probability"}, ""};
}

std::string written(const WriterOptions& options, const Record& record) {
  const auto writer = make_record_writer(options);
  FixedAnswers answers;
  answers.prefix = options.prefix;
  std::string out = writer->header();
  writer->append(out, record, answers, 0);
  return out;
}

Record record_of(std::vector<std::string> fields) {
  Record record;
  record.where = "in:3";
  record.text = fields.front();
  record.fields = std::move(fields);
  return record;
}

TEST(RecordWriter, KeepsTheFieldsOfATable) {
  const Record record = record_of({"1", "a, \"b\"\tc"});
  // A column without a name, as pandas writes its index, keeps its cell in the header.
  EXPECT_EQ(written(options_for(OutputFormat::kCsv, FieldKind::kTable, {"", "text"}), record),
            ",text,prediction,probability,error\n1,\"a, \"\"b\"\"\tc\",yes,0.25,\n");
  EXPECT_EQ(written(options_for(OutputFormat::kTsv, FieldKind::kTable, {"id", "text"}), record),
            "id\ttext\tprediction\tprobability\terror\n1\ta, \"b\" c\tyes\t0.25\t\n");
  EXPECT_EQ(written(options_for(OutputFormat::kJsonl, FieldKind::kTable, {"id", "text"}), record),
            "{\"id\":\"1\",\"text\":\"a, \\\"b\\\"\\u0009c\",\"prediction\":\"yes\","
            "\"probability\":0.25}\n");
}

TEST(RecordWriter, KeepsAnObjectAsItIs) {
  const Record record = record_of({R"( {"id" : 1e2, "text":"a"} )"});
  EXPECT_EQ(written(options_for(OutputFormat::kJsonl, FieldKind::kObject), record),
            R"({"id" : 1e2, "text":"a","prediction":"yes","probability":0.25})"
            "\n");
}

TEST(RecordWriter, WritesFaultsInPlaceOfAnswers) {
  Record record = record_of({"x"});
  record.fault = "is no text";
  WriterOptions options = options_for(OutputFormat::kJsonl, FieldKind::kText);
  options.prefix = "my_";
  EXPECT_EQ(written(options, record), "{\"my_error\":\"in:3: is no text\"}\n");
  options.format = OutputFormat::kTsv;
  EXPECT_EQ(written(options, record),
            "text\tmy_prediction\tmy_probability\tmy_error\n\t\t\tin:3: is no text\n");
}

TEST(RecordWriter, RefusesNamesThatTheInputHas) {
  const auto table = options_for(OutputFormat::kCsv, FieldKind::kTable, {"text", "prediction"});
  EXPECT_EQ(error_of([&] { make_record_writer(table); })->kind(), ErrorKind::kUsage);
  const Record record = record_of({R"({"text": "a", "probability": 3})"});
  const auto objects = options_for(OutputFormat::kJsonl, FieldKind::kObject);
  const auto error = error_of([&] { written(objects, record); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->issues()[0].where, "in:3");
  WriterOptions prefixed = table;
  prefixed.prefix = "my_";
  EXPECT_FALSE(error_of([&] { make_record_writer(prefixed); }));
  // CoNLL has no names.
  WriterOptions lines = table;
  lines.format = OutputFormat::kConll;
  EXPECT_EQ(written(lines, record_of({"token"})), "token\tyes\n\n");
}

}  // namespace
}  // namespace sequent
