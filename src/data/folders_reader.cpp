#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/nearest.h"
#include "data/label_folders.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "data/text_source.h"
#include "data/warn_once.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

/// Files whose names do not end in .txt: their number and the first names.
struct OtherFiles {
  std::int64_t count = 0;
  std::vector<std::string> examples;

  void add(const fs::path& path) {
    constexpr std::size_t kMostExamples = 3;
    ++count;
    examples.push_back(path.filename().string());
    std::sort(examples.begin(), examples.end());  // folders have no order
    if (examples.size() > kMostExamples) examples.pop_back();
  }
};

void add_texts(const fs::path& folder, const fs::path& label_folder,
               std::vector<LabelledFile>& files, OtherFiles& others) {
  std::error_code code;
  fs::recursive_directory_iterator it(label_folder, code);
  for (; !code && it != fs::recursive_directory_iterator(); it.increment(code)) {
    const fs::path& path = it->path();
    if (is_hidden(path)) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file(code)) {
      if (lower_ascii(path.extension().string()) == ".txt") {
        files.push_back(
            {label_folder.filename().string(), path.lexically_relative(folder).generic_string()});
      } else {
        others.add(path);
      }
    }
  }
  if (code) {
    throw Error(ErrorKind::kData, label_folder.string(), "cannot be read: " + code.message());
  }
}

class FoldersReader : public RecordReader {
 public:
  FoldersReader(const std::string& path, FoldersFormat format, const ReaderOptions& options)
      : folder_(path),
        format_(std::move(format)),
        options_(options),
        files_(list_label_folders(folder_)) {}

  bool next(Record& record) override {
    clear(record);
    if (at_ == files_.size()) return false;
    const LabelledFile& file = files_[at_++];
    const std::string path = (folder_ / file.name).string();
    record.where = path;
    record.label = file.label;
    record.fault = utf8_fault(file.label);
    if (!record.fault) record.fault = read(path, record.text);
    if (record.fault) record.text.clear();
    if (options_.keep_fields) record.fields.push_back(record.text);
    return true;
  }

  const std::vector<std::string>& columns() const override { return no_columns_; }

 private:
  /// Reads a whole file without its last line ending.
  std::optional<std::string> read(const std::string& path, std::string& text) {
    std::string encoding = format_.encoding;
    try {
      const std::unique_ptr<ByteSource> source = open_text(path, encoding);
      while (const std::size_t count = source->read(block_)) {
        if (count > options_.max_row_bytes - text.size()) {
          return too_long_fault(options_.max_row_bytes);
        }
        text.append(block_.data(), count);
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kData) throw;
      return error.issues().front().message;
    }
    if (text.ends_with('\n')) text.pop_back();
    while (text.ends_with('\r')) text.pop_back();
    return text_fault(text, encoding, [&] { return likely_encoding(text); });
  }

  fs::path folder_;
  FoldersFormat format_;
  ReaderOptions options_;
  std::vector<LabelledFile> files_;
  std::size_t at_ = 0;
  std::vector<char> block_ = std::vector<char>(std::size_t{1} << 16);
  std::vector<std::string> no_columns_;
};

}  // namespace

std::vector<LabelledFile> list_label_folders(const fs::path& folder) {
  const auto fail = [&](const std::string& message) {
    throw Error(ErrorKind::kData, folder.string(), message);
  };
  std::error_code code;
  if (!fs::exists(folder, code)) fail("no such folder");
  if (!fs::is_directory(folder, code)) {
    fail(
        "is a file; \"format\": {\"type\": \"folders\"} expects a folder with one subfolder per "
        "label");
  }
  std::vector<LabelledFile> files;
  OtherFiles others;
  fs::directory_iterator it(folder, code);
  for (; !code && it != fs::directory_iterator(); it.increment(code)) {
    if (it->is_directory(code) && !is_hidden(it->path()))
      add_texts(folder, it->path(), files, others);
  }
  if (code) fail("cannot be read: " + code.message());
  const std::string left_out =
      std::to_string(others.count) + (others.count == 1 ? " file is" : " files are") +
      " left out, because the names do not end in .txt: " + list_names(others.examples) +
      (others.count > std::ssize(others.examples) ? ", ..." : "");
  if (files.empty()) {
    fail("no rows; expected one subfolder per label with *.txt files" +
         (others.count == 0 ? "" : "; " + left_out));
  }
  if (others.count > 0) warn_once(folder.string() + ": " + left_out);
  std::sort(files.begin(), files.end(), [](const LabelledFile& a, const LabelledFile& b) {
    return std::tie(a.label, a.name) < std::tie(b.label, b.name);
  });
  return files;
}

std::unique_ptr<RecordReader> read_folders(const std::string& path, const FoldersFormat& format,
                                           const ReaderOptions& options) {
  return std::make_unique<FoldersReader>(path, format, options);
}

}  // namespace sequent
