// The checkpoints of a run folder: the newest one, and the one before it.
#pragma once

#include <functional>
#include <string>

#include "sequent/artifact.h"
#include "train/tensor_file.h"

namespace sequent {

/// Adds the checksum of a zip file's content to the file, as the comment of the archive, so that
/// programs that read zip files still open it.
/// Errors: Internal if `zip` does not end as a zip file without a comment.
std::string with_checksum(std::string zip);

/// Whether `zip` has a checksum, and it is that of the content. No byte is interpreted before.
bool has_valid_checksum(const std::string& zip);

/// The life of the files:
///  - `checkpoint/state.pt` is the newest checkpoint and `checkpoint/previous.pt` the one before
///  it.
///    The name changes only when the new file is complete, so that one of them is always usable.
///  - `checkpoint/epoch.pt` is the checkpoint from the start of the epoch, if the run may have to
///    return to it. It does not depend on when the other checkpoints are written.
///  - `best.weights` are the best weights of the newest checkpoint, and
///    `checkpoint/previous.weights` those before them. A checkpoint names its own by their
///    checksum.
class Checkpoints {
 public:
  explicit Checkpoints(RunFolder folder) : folder_(std::move(folder)) {}

  /// Whether there is a checkpoint, which may be damaged.
  bool exist() const;

  /// Writes the newest checkpoint. Errors: Runtime; earlier checkpoints are then kept.
  void save(const std::string& text, const NamedTensors& tensors);

  /// Loads the newest usable checkpoint: copies its tensors and calls `use` with its text, which
  /// throws an Artifact error if it cannot use it. Logs a warning if that is not the newest one.
  /// Errors: Artifact if no checkpoint is usable.
  void load(const NamedTensors& tensors, const std::function<void(const std::string&)>& use);

  /// Keeps the newest checkpoint as that from the start of the epoch. Errors: Runtime.
  void keep_for_epoch() const;

  /// Loads the checkpoint from the start of the epoch, as `load`. Errors: Artifact if it is
  /// damaged.
  void load_start_of_epoch(const NamedTensors& tensors,
                           const std::function<void(const std::string&)>& use) const;

  /// Writes best.weights and returns their checksum. Errors: Runtime.
  std::string save_best(const NamedTensors& weights) const;

  /// Makes best.weights the file with this checksum. Errors: Artifact if there is none.
  void restore_best(const std::string& checksum) const;

 private:
  std::filesystem::path previous() const;
  std::filesystem::path previous_best() const;
  std::filesystem::path start_of_epoch() const;

  RunFolder folder_;
  bool newest_is_usable_ = false;  // and becomes the previous one
};

}  // namespace sequent
