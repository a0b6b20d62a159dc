#include <cstddef>
#include <utility>

#include "artifact/parts.h"
#include "core/data_paths.h"
#include "core/files.h"
#include "sequent/artifact.h"
#include "sequent/error.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

std::string escape_line(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\\':
        result += "\\\\";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// Reverses `escape_line`; returns nullopt if `line` is not an escaped name.
std::optional<std::string> unescape_line(std::string_view line) {
  std::string result;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      result += line[i];
      continue;
    }
    if (++i == line.size()) return std::nullopt;
    switch (line[i]) {
      case 'n':
        result += '\n';
        break;
      case 'r':
        result += '\r';
        break;
      case '\\':
        result += '\\';
        break;
      default:
        return std::nullopt;
    }
  }
  return result;
}

void write_lines(const fs::path& file, const std::vector<std::string>& names) {
  std::string content;
  for (const std::string& name : names) content += escape_line(name) + '\n';
  write_file_whole(file, content);
}

std::vector<std::string> read_lines(const fs::path& file) {
  const std::string content = read_file(file);
  const auto fail = [&](std::size_t line, const std::string& message) {
    throw Error(ErrorKind::kArtifact, file.string() + ":" + std::to_string(line),
                message + "; " + kRunCure);
  };
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = content.find('\n', begin);
    if (end == std::string::npos) fail(names.size() + 1, "is cut off: the line has no end");
    std::optional<std::string> name =
        unescape_line(std::string_view(content).substr(begin, end - begin));
    if (!name) fail(names.size() + 1, "found a backslash before a character other than n, r or \\");
    names.push_back(*std::move(name));
    begin = end + 1;
  }
  return names;
}

/// The file as this or an earlier version named it.
fs::path sequence_labels_file(const RunFolder& folder) {
  const fs::path file = folder.sequence_labels();
  return fs::exists(file) ? file : folder.former_sequence_labels();
}

}  // namespace

Config move_config(const Config& config, const fs::path& folder) {
  Config moved = config;
  // Resolve symbolic links: `..` then leads to the same folder, whether it is resolved by the file
  // system or lexically.
  moved.base_directory = fs::weakly_canonical(fs::absolute(folder));
  change_data_paths(moved, [&](const std::string& path) {
    if (fs::path(path).is_absolute()) return path;
    const fs::path file = fs::absolute(config.resolve_path(path));
    const fs::path relative = fs::relative(file, moved.base_directory);
    return relative.empty() ? file.string() : relative.string();
  });
  return moved;
}

void write_run_text(const RunFolder& folder, const RunText& text) {
  write_lines(folder.vocabulary(), text.vocabulary.tokens());
  write_lines(folder.labels(), text.labels.names());
  if (text.labels.sequence_size() > 0)
    write_lines(folder.sequence_labels(), text.labels.sequence_names());
  write_file_whole(folder.config(), dump_config(move_config(text.config, folder.root)) + "\n");
}

RunText read_run_text(const RunFolder& folder) {
  Config config =
      config_from_artifact(read_file(folder.config()), folder.config().string(), kRunCure);
  config.base_directory = fs::canonical(folder.root);
  const Task& task = config.task;
  LabelSet labels =
      labels_from_artifact(read_lines(folder.labels()), task, {folder.labels().string(), kRunCure});
  if (config.sequence_label() != nullptr) {
    const fs::path file = sequence_labels_file(folder);
    labels =
        with_sequence_labels_from_artifact(labels, read_lines(file), {file.string(), kRunCure});
  }
  return {.config = std::move(config),
          .vocabulary = vocabulary_from_artifact(read_lines(folder.vocabulary()),
                                                 {folder.vocabulary().string(), kRunCure}),
          .labels = std::move(labels)};
}

std::string run_text_checksum(const RunFolder& folder) {
  std::string sums = checksum_file(folder.vocabulary()) + checksum_file(folder.labels());
  const fs::path sequence_labels = sequence_labels_file(folder);
  if (fs::exists(sequence_labels)) sums += checksum_file(sequence_labels);
  return checksum(sums);
}

}  // namespace sequent
