#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include "data/byte_source.h"
#include "data/label_folders.h"
#include "data/readers.h"
#include "data/row_faults.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void add_texts(const fs::path& folder, const fs::path& label_folder,
               std::vector<LabelledFile>& files) {
  std::error_code code;
  fs::recursive_directory_iterator it(label_folder, code);
  for (; !code && it != fs::recursive_directory_iterator(); it.increment(code)) {
    const fs::path& path = it->path();
    if (is_hidden(path)) {
      it.disable_recursion_pending();
    } else if (path.extension() == ".txt" && it->is_regular_file(code)) {
      files.push_back(
          {label_folder.filename().string(), path.lexically_relative(folder).generic_string()});
    }
  }
  if (code) {
    throw Error(ErrorKind::kData, label_folder.string(), "cannot be read: " + code.message());
  }
}

class FoldersReader : public RecordReader {
 public:
  FoldersReader(const std::string& path, const ReaderOptions& options)
      : folder_(path), options_(options), files_(list_label_folders(folder_)) {}

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
  /// Reads a whole file without its byte-order mark and last line ending.
  std::optional<std::string> read(const std::string& path, std::string& text) {
    try {
      const std::unique_ptr<ByteSource> source = open_bytes(path);
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
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return utf8_fault(text);
  }

  fs::path folder_;
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
  fs::directory_iterator it(folder, code);
  for (; !code && it != fs::directory_iterator(); it.increment(code)) {
    if (it->is_directory(code) && !is_hidden(it->path())) add_texts(folder, it->path(), files);
  }
  if (code) fail("cannot be read: " + code.message());
  if (files.empty()) fail("no rows; expected one subfolder per label with *.txt files");
  std::sort(files.begin(), files.end(), [](const LabelledFile& a, const LabelledFile& b) {
    return std::tie(a.label, a.name) < std::tie(b.label, b.name);
  });
  return files;
}

std::unique_ptr<RecordReader> read_folders(const std::string& path, const ReaderOptions& options) {
  return std::make_unique<FoldersReader>(path, options);
}

}  // namespace sequent
