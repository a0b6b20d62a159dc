#include "train/checkpoint.h"

#include <array>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/files.h"
#include "core/temporary_file.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCure = "restore the folder from a copy, or train again with --overwrite";

// The last record of a zip file without a comment: its signature comes first, and the length of the
// comment, two bytes, last. Source: APPNOTE.TXT of PKWARE, section 4.3.16.
constexpr std::size_t kEndSize = 22;
constexpr std::string_view kEndSignature = "PK\x05\x06";

// The comment is this text and the 16 digits of the checksum of all bytes before the comment.
constexpr std::string_view kComment = "sequent crc64 ";
constexpr std::size_t kCommentSize = kComment.size() + 16;

/// Returns whether the file exists and has this checksum.
bool has_checksum(const fs::path& file, const std::string& expected) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && checksum_file(file) == expected;
}

void rename_file(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code) fail_write(to, code.value());
  sync_folder(to.parent_path());
}

std::string read_checkpoint(const fs::path& file) {
  std::string content = read_file(file);
  if (has_valid_checksum(content)) return content;
  throw Error(ErrorKind::kArtifact, file.string(),
              content.size() > kCommentSize && content.find(kComment) == std::string::npos
                  ? "has no checksum: it is damaged, or it was written by an earlier version of "
                    "Sequent, which can resume it"
                  : "is damaged: its checksum does not match its content");
}

}  // namespace

std::string with_checksum(std::string zip) {
  const std::size_t end = zip.size() - kEndSize;
  if (zip.size() < kEndSize || std::string_view(zip).substr(end, 4) != kEndSignature ||
      zip[zip.size() - 2] != 0 || zip[zip.size() - 1] != 0) {
    throw Error(ErrorKind::kInternal, "", "the checkpoint does not end as a zip file");
  }
  zip[zip.size() - 2] = static_cast<char>(kCommentSize);
  const std::string sum = checksum(zip);
  zip.append(kComment).append(sum);
  return zip;
}

bool has_valid_checksum(const std::string& zip) {
  if (zip.size() <= kCommentSize) return false;
  const std::string_view content(zip.data(), zip.size() - kCommentSize);
  const std::string_view comment = std::string_view(zip).substr(content.size());
  return comment.starts_with(kComment) && comment.substr(kComment.size()) == checksum(content);
}

fs::path Checkpoints::previous() const {
  return folder_.checkpoint().parent_path() / "previous.pt";
}

fs::path Checkpoints::previous_best() const {
  return folder_.checkpoint().parent_path() / "previous.weights";
}

fs::path Checkpoints::start_of_epoch() const {
  return folder_.checkpoint().parent_path() / "epoch.pt";
}

bool Checkpoints::exist() const {
  std::error_code ignored;
  return fs::exists(folder_.checkpoint(), ignored) || fs::exists(previous(), ignored);
}

void Checkpoints::save(const std::string& text, const NamedTensors& tensors) {
  const fs::path newest = folder_.checkpoint();
  const std::string content = with_checksum(pack_tensors(text, tensors));
  write_file_whole(newest, content, [&] {
    if (newest_is_usable_) rename_file(newest, previous());
  });
  newest_is_usable_ = true;
}

void Checkpoints::load(const NamedTensors& tensors,
                       const std::function<void(const std::string&)>& use) {
  std::vector<Issue> issues;
  for (const fs::path& file : {folder_.checkpoint(), previous()}) {
    try {
      use(unpack_tensors(read_checkpoint(file), file, tensors));
      newest_is_usable_ = issues.empty();
      if (issues.empty()) return;
      log_warning(issues.front().where + ": " + issues.front().message +
                  "; the run continues from the checkpoint before it");
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kArtifact) throw;
      issues.push_back(error.issues().front());
    }
  }
  issues.push_back({folder_.root.string(), std::string("has no usable checkpoint; ") + kCure});
  throw Error(ErrorKind::kArtifact, std::move(issues));
}

void Checkpoints::keep_for_epoch() const {
  write_file_whole(start_of_epoch(), read_file(folder_.checkpoint()));
}

void Checkpoints::load_start_of_epoch(const NamedTensors& tensors,
                                      const std::function<void(const std::string&)>& use) const {
  use(unpack_tensors(read_checkpoint(start_of_epoch()), start_of_epoch(), tensors));
}

std::string Checkpoints::save_best(const NamedTensors& weights) const {
  const fs::path best = folder_.best_weights();
  const std::string content = pack_tensors("", weights);
  write_file_whole(best, content, [&] {
    std::error_code ignored;
    if (!fs::exists(best, ignored)) return;
    fs::create_directories(previous_best().parent_path(), ignored);
    rename_file(best, previous_best());
  });
  return checksum(content);
}

void Checkpoints::restore_best(const std::string& checksum) const {
  const fs::path best = folder_.best_weights();
  if (has_checksum(best, checksum)) return;
  if (has_checksum(previous_best(), checksum)) return rename_file(previous_best(), best);
  throw Error(ErrorKind::kArtifact, best.string(),
              "is missing or damaged: its checksum is not the one in the checkpoint");
}

}  // namespace sequent
