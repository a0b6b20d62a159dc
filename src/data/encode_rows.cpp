#include "data/encode_rows.h"

#include <algorithm>
#include <utility>

#include "core/thread_pool.h"
#include "data/block_pipeline.h"
#include "data/row_faults.h"
#include "sequent/log.h"
#include "text/text_table.h"

namespace sequent {
namespace {

struct EncodedBlock {
  SplitRows split;
  FaultList faults;
  std::int64_t records = 0;
};

EncodedBlock encode_block(const RowBlock& block, const RowEncoder& encoder,
                          const AllowedLabels& allowed) {
  EncodedBlock result;
  for (const Record& record : block.rows) {
    const std::int64_t number = result.records++;
    RowTargets targets = find_targets(record, encoder, allowed, result.split.rows);
    if (targets.is_skipped && !targets.error) {
      ++result.split.skipped;
      continue;
    }
    RowEncoder::Row encoded;
    if (!targets.error) {
      encoded = encoder.encode(record);
      targets.error = encoded.error;
    }
    if (targets.error) {
      result.faults.add({record.where, *targets.error});
      continue;
    }
    encoded.note.label = targets.label;
    encoded.note.record = number;
    if (!targets.values.empty()) {
      result.split.rows.add(encoded.input(), std::span<const float>(targets.values));
    } else if (encoder.target() == TargetKind::kTags) {
      result.split.rows.add(encoded.input(), std::span<const std::int32_t>(targets.tags),
                            targets.label);
    } else {
      result.split.rows.add(encoded.input(), targets.label);
    }
    if (encoder.target() == TargetKind::kText) {
      result.split.rows.set_target_hash(encoded.note.target_hash);
    }
    result.split.notes.push_back(encoded.note);
  }
  return result;
}

SplitRows join(std::vector<EncodedBlock> blocks) {
  SplitRows result;
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  for (const EncodedBlock& block : blocks) {
    rows += block.split.rows.size();
    tokens += block.split.rows.token_count();
  }
  result.rows.reserve(rows, tokens);
  result.notes.reserve(static_cast<std::size_t>(rows));
  std::int64_t first = 0;  // the number of the block's first record
  for (EncodedBlock& block : blocks) {
    const SplitRows part = std::move(block.split);
    result.skipped += part.skipped;
    for (std::int64_t row = 0; row < part.rows.size(); ++row) {
      result.rows.add(part.rows, row);
      RowNote note = part.notes[static_cast<std::size_t>(row)];
      note.label = result.rows.labels().back();  // unseen labels are renumbered
      note.record += first;
      result.notes.push_back(note);
    }
    first += block.records;
  }
  return result;
}

}  // namespace

void warn_about_unseen(const std::string& path, std::int64_t skipped,
                       const EncodedDataset::UnseenNames& wrong) {
  if (skipped > 0) {
    log_warning(path + ": skipped " + std::to_string(skipped) +
                " rows with labels that are not in the training data");
  }
  const auto warn = [&](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    log_warning(path + ": rows with " + what +
                " that are not in the training data count as wrong: " + list_some(names));
  };
  warn("labels", wrong.labels);
  warn("row labels", wrong.sequence_labels);
}

void warn_about_cut(const std::string& where, const EncoderSpec& spec, const SplitRows& split) {
  if (spec.target != TargetKind::kTags && spec.target != TargetKind::kText) return;
  const std::int64_t most = std::get<TextInput>(spec.input).max_length;
  const auto cut = std::count_if(split.notes.begin(), split.notes.end(),
                                 [&](const RowNote& note) { return note.token_count > most; });
  if (cut == 0) return;
  log_warning(where + ": " + std::to_string(cut) + " of " + std::to_string(split.notes.size()) +
              " rows are longer than /input/max_length (" + std::to_string(most) +
              "); the truncated part is neither trained on nor evaluated");
}

SplitRows encode_rows(const std::string& path, const DataFormat& format, const RowEncoder& encoder,
                      const AllowedLabels& allowed, int threads, FaultList& faults) {
  FaultList found;
  std::vector<EncodedBlock> blocks;
  FaultList reading;
  try {
    const std::unique_ptr<RecordReader> reader =
        open_records(path, format, reader_options(encoder.target(), encoder.features()));
    blocks = map_blocks<EncodedBlock>(
        *reader, resolve_threads(threads),
        [&](int, const RowBlock& block) { return encode_block(block, encoder, allowed); },
        [&](const Error& error) { reading.add(error); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    reading.add(error);
  }
  for (const EncodedBlock& block : blocks) found.append(block.faults);
  found.append(reading);
  SplitRows result = join(std::move(blocks));
  warn_about_unseen(path, result.skipped, result.rows.unseen());
  if (found.empty() && result.rows.size() == 0) {
    found.add({path, result.skipped == 0 ? "no rows" : "found no row with a label of the model"});
  }
  faults.append(found);
  return result;
}

SplitRows encode_evaluated(const std::string& path, const DataFormat& format,
                           const EncoderSpec& spec, const Vocabulary& vocabulary,
                           const AllowedLabels& allowed, int threads) {
  FaultList faults;
  const RowEncoder encoder(spec, vocabulary);
  SplitRows split = encode_rows(path, format, encoder, allowed, threads, faults);
  faults.throw_if_any();
  warn_about_cut(path, spec, split);
  return split;
}

}  // namespace sequent
