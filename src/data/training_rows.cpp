#include "data/training_rows.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "core/thread_pool.h"
#include "data/feature_encoder.h"
#include "data/learned_data.h"
#include "data/row_encoder.h"
#include "data/row_targets.h"
#include "text/fit_length.h"

namespace sequent {

std::int32_t NumberedStrings::number(std::string_view text) {
  if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
  const auto number = static_cast<std::int32_t>(strings_.size());
  strings_.push_back(&numbers_.emplace(text, number).first->first);
  return number;
}

std::int32_t TrainingRows::id_of_mark(std::int32_t mark) {
  if (mark == kPairBreakMark) return static_cast<std::int32_t>(Vocabulary::kPairBreak);
  return static_cast<std::int32_t>(mark == kEmptyMark ? Vocabulary::kEmpty : Vocabulary::kLineEnd);
}

/// Each text of a pair is truncated separately; a target text is always truncated at its end.
void TrainingRows::number_pair(const Record& row, const Tokenizer& tokenizer, Worker& worker,
                               std::vector<std::int32_t>& ids, RowNote& note) const {
  const auto append = [&](std::string_view text, Side cut) {
    std::vector<std::int32_t> part;
    tokenizer.for_each_token(
        text, [&](std::string_view token) { part.push_back(worker.tokens.number(token)); });
    note.token_count = std::max(note.token_count, static_cast<std::int64_t>(part.size()));
    truncate_ids(part, input_.max_length, cut);
    if (part.empty()) part.push_back(kEmptyMark);
    ids.insert(ids.end(), part.begin(), part.end());
  };
  append(row.text, input_.truncating);
  ids.push_back(kPairBreakMark);
  append(*row.second, spec_.target == TargetKind::kText ? Side::kPost : input_.truncating);
}

/// Appends the row's tokens and tags to the block.
void TrainingRows::number_tokens(const Record& row, const Tokenizer& tokenizer, Worker& worker,
                                 Block& block, RowNote& note) {
  const bool needs_all = input_.truncating == Side::kPre;
  std::vector<std::int32_t> ids;
  const auto add = [&](std::string_view token) {
    ++note.token_count;
    if (needs_all || note.token_count <= input_.max_length) {
      ids.push_back(worker.tokens.number(token));
    }
  };
  if (spec_.target == TargetKind::kTags) {
    for (const std::string& token : row.tokens) add(normalize_token(input_.tokenizer, token));
    // Tags of truncated tokens are not labels.
    std::vector<std::int32_t> kept(row.tags.size());
    std::iota(kept.begin(), kept.end(), 0);
    truncate_ids(kept, input_.max_length, input_.truncating);
    for (const std::int32_t i : kept) {
      block.tags.push_back(worker.labels.number(row.tags[static_cast<std::size_t>(i)]));
    }
  } else if (spec_.target == TargetKind::kNextTokens) {
    for_each_line(row.text, [&](std::string_view line, bool is_last) {
      tokenizer.for_each_token(line, add);
      if (is_last) return;
      ++note.token_count;
      ids.push_back(kLineEndMark);
    });
  } else if (row.second) {
    number_pair(row, tokenizer, worker, ids, note);
  } else {
    tokenizer.for_each_token(row.text, add);
  }
  if (!row.second) truncate_ids(ids, input_.max_length, input_.truncating);
  block.ids.insert(block.ids.end(), ids.begin(), ids.end());
  block.lengths.push_back(static_cast<std::int32_t>(ids.size()));
}

TrainingRows::Block TrainingRows::number_block(std::size_t worker, const RowBlock& rows,
                                               const Tokenizer& tokenizer,
                                               const SplitKeyReader* keys) {
  Worker& mine = workers_[worker];
  Block block;
  block.worker = worker;
  for (const Record& row : rows.rows) {
    std::optional<std::string> fault = row.fault;
    if (!fault && is_numeric() && row.targets.size() != 1) {
      fault = "found " + std::to_string(row.targets.size()) + " targets; expected one per text";
    }
    if (!fault && keys != nullptr) {
      const SplitKeyReader::Keys found = keys->of(row);
      fault = found.fault;
      if (!fault) block.keys.push_back(found.keys);
    }
    if (fault) {
      block.faults.add({row.where, *fault});
      continue;
    }
    RowNote note = note_of_text(row, spec_.target);
    if (has_weights_) block.weights.push_back(static_cast<float>(row.weight));
    block.features.insert(block.features.end(), row.features.begin(), row.features.end());
    number_tokens(row, tokenizer, mine, block, note);
    if (spec_.target == TargetKind::kLabel) note.label = mine.labels.number(*row.label);
    if (spec_.labels_sequences) note.label = mine.sequence_labels.number(*row.label);
    if (spec_.target == TargetKind::kLabelSet) {
      std::vector<std::int32_t>& list = block.label_lists.emplace_back();
      for (const std::string& label : row.labels) list.push_back(mine.labels.number(label));
    }
    block.notes.push_back(note);
    block.targets.insert(block.targets.end(), row.targets.begin(), row.targets.end());
  }
  return block;
}

TrainingRows TrainingRows::read(const std::string& path, const DataSpec& data,
                                const EncoderSpec& spec, int threads, FaultList& faults) {
  TrainingRows result(spec);
  result.path_ = path;
  result.has_weights_ = has_weights(data.format);
  const Tokenizer tokenizer(result.input_.tokenizer);
  const int workers = resolve_threads(threads);
  result.workers_.resize(static_cast<std::size_t>(workers));
  FaultList found;
  FaultList reading;
  try {
    ReaderOptions options = reader_options(spec.target, result.input_.features);
    options.read_weights = true;
    options.keep_fields = SplitKeyReader::is_needed(data);
    const std::unique_ptr<RecordReader> reader = open_records(path, data.format, options);
    std::optional<SplitKeyReader> keys;
    if (options.keep_fields) keys.emplace(data, path, *reader);
    result.blocks_ = map_blocks<Block>(
        *reader, workers,
        [&](int worker, const RowBlock& rows) {
          return result.number_block(static_cast<std::size_t>(worker), rows, tokenizer,
                                     keys ? &*keys : nullptr);
        },
        [&](const Error& error) { reading.add(error); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    reading.add(error);
  }
  for (const Block& block : result.blocks_) found.append(block.faults);
  found.append(reading);
  result.settle_labels();
  if (found.empty() && result.size() == 0) found.add({path, "no rows"});
  faults.append(found);
  return result;
}

TrainingRows::Numbers TrainingRows::settle(NumberedStrings Worker::*strings,
                                           std::vector<std::string>& names) const {
  for (const Worker& worker : workers_) {
    for (const std::string* name : (worker.*strings).strings()) names.push_back(*name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  Numbers numbers(workers_.size());
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    for (const std::string* name : (workers_[worker].*strings).strings()) {
      const auto found = std::lower_bound(names.begin(), names.end(), *name);
      numbers[worker].push_back(static_cast<std::int32_t>(found - names.begin()));
    }
  }
  return numbers;
}

void TrainingRows::settle_labels() {
  const Numbers class_of = settle(&Worker::labels, labels_);
  const Numbers row_class_of = settle(&Worker::sequence_labels, sequence_labels_);
  for (Block& block : blocks_) {
    for (RowNote& note : block.notes) {
      if (labels_rows()) {
        const Numbers& numbers = spec_.labels_sequences ? row_class_of : class_of;
        note.label = numbers[block.worker][static_cast<std::size_t>(note.label)];
      }
      classes_.push_back(note.label);
      inputs_.push_back(note.text_hash);
    }
    keys_.insert(keys_.end(), block.keys.begin(), block.keys.end());
    const auto settle = [&](std::int32_t& label) {
      label = class_of[block.worker][static_cast<std::size_t>(label)];
    };
    for (std::int32_t& tag : block.tags) settle(tag);
    for (std::vector<std::int32_t>& list : block.label_lists) {
      std::for_each(list.begin(), list.end(), settle);
    }
  }
}

std::vector<std::span<const std::int32_t>> TrainingRows::labels_of_rows() const {
  std::vector<std::span<const std::int32_t>> labels;
  labels.reserve(classes_.size());
  for (const Block& block : blocks_) {
    std::size_t tag = 0;
    for (std::size_t i = 0; i < block.lengths.size(); ++i) {
      const auto length = static_cast<std::size_t>(block.lengths[i]);
      labels.push_back(block.tags.empty() ? std::span(block.label_lists[i])
                                          : std::span(block.tags).subspan(tag, length));
      tag += length;
    }
  }
  return labels;
}

KeptRows TrainingRows::keep_labels_in_training(std::vector<Part>& parts,
                                               const PartUnits& units) const {
  KeptRows kept;
  if (spec_.target != TargetKind::kTags && spec_.target != TargetKind::kLabelSet) return kept;
  const std::vector<std::span<const std::int32_t>> labels = labels_of_rows();
  std::vector<bool> is_in_training(labels_.size());
  const auto mark = [&](std::size_t row) {
    for (const std::int32_t label : labels[row]) {
      is_in_training[static_cast<std::size_t>(label)] = true;
    }
  };
  for (std::size_t row = 0; row < parts.size(); ++row) {
    if (parts[row] == Part::kTrain) mark(row);
  }
  const auto move = [&](std::size_t row) {
    parts[row] = Part::kTrain;
    mark(row);
    ++kept.count;
  };
  for (std::size_t row = 0; row < parts.size(); ++row) {
    const Part part = parts[row];
    if (part == Part::kTrain) continue;
    const auto missing = std::ranges::find_if(labels[row], [&](std::int32_t label) {
      return !is_in_training[static_cast<std::size_t>(label)];
    });
    if (missing == labels[row].end()) continue;
    kept.labels.push_back(labels_[static_cast<std::size_t>(*missing)]);
    move(row);
    const std::vector<std::size_t>& unit_of = part == Part::kTest ? units.test : units.validation;
    if (unit_of.empty()) continue;
    for (std::size_t other = 0; other < parts.size(); ++other) {
      if (parts[other] == part && unit_of[other] == unit_of[row]) move(other);
    }
  }
  return kept;
}

Vocabulary TrainingRows::count_vocabulary(const std::vector<Part>& parts,
                                          const Vocabulary& known) const {
  std::vector<std::vector<std::int64_t>> counts(workers_.size());
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    counts[worker].resize(workers_[worker].tokens.strings().size());
  }
  std::size_t row = 0;
  for (const Block& block : blocks_) {
    auto id = block.ids.begin();
    for (const std::int32_t length : block.lengths) {
      const auto end = id + length;
      if (parts[row++] != Part::kTrain) id = end;
      for (; id != end; ++id) {
        if (*id >= 0) ++counts[block.worker][static_cast<std::size_t>(*id)];
      }
    }
  }
  VocabularyBuilder builder;
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    const auto& tokens = workers_[worker].tokens.strings();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (counts[worker][i] > 0) builder.add(*tokens[i], counts[worker][i]);
    }
  }
  return builder.build(input_.vocabulary, known);
}

LearnedData TrainingRows::learn(const std::vector<Part>& parts) const {
  LearnedData learned = learn_targets(parts);
  if (!input_.features.empty()) learned.features = learn_features(parts);
  return learned;
}

std::vector<LearnedFeature> TrainingRows::learn_features(const std::vector<Part>& parts) const {
  FeatureLearner learner(input_.features);
  const std::size_t width = input_.features.size();
  std::size_t row = 0;
  for (const Block& block : blocks_) {
    for (std::size_t i = 0; i < block.lengths.size(); ++i) {
      if (parts[row++] != Part::kTrain) continue;
      learner.add(std::span(block.features).subspan(i * width, width));
    }
  }
  return learner.learn(path_);
}

LearnedData TrainingRows::learn_targets(const std::vector<Part>& parts) const {
  LearnedData learned;
  if (!is_numeric()) return learned;
  Welford targets(target_count());
  std::size_t row = 0;
  for (const Block& block : blocks_) {
    for (const double& target : block.targets) {
      if (parts[row++] == Part::kTrain) targets.add(std::span(&target, 1));
    }
  }
  learned.target_origin = choose_origin(targets);
  return learned;
}

TrainingSplits TrainingRows::encode(const Vocabulary& vocabulary, const std::vector<Part>& parts,
                                    const LearnedData& learned) && {
  std::vector<std::string> unknown_words;
  const auto id_of = [&](const std::string& token) {
    const auto id = static_cast<std::int32_t>(vocabulary.id(token));
    if (id != Vocabulary::kUnknown || !spec_.spells_unknown) return id;
    unknown_words.push_back(token);
    return -static_cast<std::int32_t>(unknown_words.size());
  };
  std::vector<std::vector<std::int32_t>> final_id(workers_.size());
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    for (const std::string* token : workers_[worker].tokens.strings()) {
      final_id[worker].push_back(id_of(*token));
    }
  }
  workers_.clear();

  TrainingSplits result;
  const FeatureEncoder features(with_learned(input_.features, learned.features));
  const std::size_t width = input_.features.size();
  std::vector<std::int32_t> ids;
  std::size_t row = 0;
  for (Block& kept : blocks_) {
    const Block block = std::move(kept);
    std::size_t at = 0;
    for (std::size_t i = 0; i < block.lengths.size(); ++i) {
      const std::size_t begin = at;
      at += static_cast<std::size_t>(block.lengths[i]);
      ids.clear();
      for (std::size_t t = begin; t < at; ++t) {
        const std::int32_t id = block.ids[t];
        ids.push_back(id < 0 ? id_of_mark(id)
                             : final_id[block.worker][static_cast<std::size_t>(id)]);
      }
      if (spec_.target == TargetKind::kNextTokens && !ids.empty())
        ids.push_back(Vocabulary::kLineEnd);
      complete_ids(ids, input_);
      SplitRows* split = result.of(parts[row++]);
      if (split == nullptr) continue;
      const std::vector<float> values =
          features.encode(std::span(block.features).subspan(i * width, width));
      const InputRow input{ids, {}, 0, unknown_words, values};
      if (is_numeric()) {
        const std::vector<float> target =
            to_floats(std::span(&block.targets[i], 1), learned.target_origin);
        split->rows.add(input, std::span<const float>(target));
      } else if (spec_.target == TargetKind::kLabelSet) {
        const auto count = static_cast<std::int64_t>(labels_.size());
        const std::vector<float> marks = label_marks(block.label_lists[i], count);
        split->rows.add(input, std::span<const float>(marks));
      } else if (spec_.target == TargetKind::kTags) {
        split->rows.add(input, std::span(block.tags).subspan(begin, ids.size()),
                        block.notes[i].label);
      } else {
        split->rows.add(input, block.notes[i].label);
      }
      if (spec_.target == TargetKind::kText) {
        split->rows.set_target_hash(block.notes[i].target_hash);
      }
      if (has_weights_) split->rows.set_weight(block.weights[i]);
      split->notes.push_back(block.notes[i]);
    }
  }
  return result;
}

}  // namespace sequent
