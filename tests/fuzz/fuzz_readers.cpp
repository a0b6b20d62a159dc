// All readers of data files: the first byte of an input chooses the format, the second the options.
#include "fuzz/fuzz_target.h"
#include "sequent/data.h"

namespace sequent::fuzz {
namespace {

WindowsFormat windows() {
  WindowsFormat format;
  format.columns = {std::string("v")};
  format.length = 2;
  return format;
}

const std::vector<DataFormat>& formats() {
  static const std::vector<DataFormat> all{
      TsvFormat{},   CsvFormat{},    JsonlFormat{}, FastTextFormat{}, SeriesFormat{},
      ConllFormat{}, TokensFormat{}, LinesFormat{}, windows(),        UcrFormat{}};
  return all;
}

}  // namespace

std::vector<std::string> seeds() {
  const std::vector<std::string> contents{
      "text\tlabel\na good film\tpositive\nbad\tnegative\n",
      "text,label\n\"a \"\"good\"\" film\",positive\nbad,negative\n",
      "{\"text\": \"good\", \"label\": 1}\n{\"text\": \"bad\", \"label\": false}\n",
      "__label__a good film\n__label__b bad\n",
      "{\"x\": [[1, 2], [3, null]], \"label\": \"a\"}\n{\"x\": [1, 2.5], \"label\": \"b\"}\n",
      "EU\tNNP\tB-ORG\nrejects\tVBZ\tO\n\n# text = Peter\nPeter\tNNP\tB-PER\n",
      "{\"tokens\": [\"in\", \"Paris\"], \"tags\": [\"O\", \"B-LOC\"]}\n",
      "one line\nanother line\n",
      "v,w\n1,2\n3,NA\n5,6\n7,8\n",
      "1\t0.5\t0.25\n2\t1\t-1\n",
      "[{\"text\": \"good\", \"label\": [\"a\", \"b\"]}]"};
  std::vector<std::string> all;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    for (const char options : {'\0', '\1', '\2', '\5'}) {
      all.push_back(std::string{static_cast<char>(i), options} + contents[i]);
    }
  }
  return all;
}

void run(const std::string& input) {
  if (input.size() < 2) return;
  const auto options = static_cast<unsigned char>(input[1]);
  ReaderOptions reading;
  reading.need_label = (options & 1) == 0;
  reading.label_lists = (options & 2) != 0;
  reading.numeric_labels = (options & 4) != 0;
  reading.max_row_bytes = 4096;
  const auto choice = static_cast<unsigned char>(input[0]) % formats().size();
  const auto reader = open_records(write_input(input.substr(2)), formats()[choice], reading);
  Record record;
  while (reader->next(record)) {
  }
}

}  // namespace sequent::fuzz
