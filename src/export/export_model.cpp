#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>

#include "core/files.h"
#include "core/random.h"
#include "infer/archive.h"
#include "infer/engine.h"
#include "infer/fused_engine.h"
#include "infer/parameter_names.h"
#include "model/sequence_padding.h"
#include "runtime/thread_setup.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/text.h"
#include "train/losses.h"

namespace sequent {
namespace {

constexpr double kGreatestDifference = 1e-5;

/// Where tokens are predicted scores are so far apart that their rounding alone moves a probability
/// by more than elsewhere.
double allowed_difference(const Config& config) {
  constexpr double kOfTokens = 1e-4;
  const bool of_tokens = config.is_language_model() || config.is_sequence_to_sequence();
  return of_tokens ? kOfTokens : kGreatestDifference;
}

torch::jit::Module make_script(SequenceModelImpl& model) {
  torch::jit::Module script("SequentModel");
  for (const auto& parameter : model.named_parameters()) {
    const torch::Tensor value = parameter.value().detach().to(torch::kCPU).contiguous().clone();
    script.register_parameter(script_parameter_name(parameter.key()), value, /*is_buffer=*/false);
  }
  script.define(torchscript_source(model.config()));
  script.eval();
  return script;
}

/// A language model gives as many numbers for each step as it has tokens.
std::int64_t probe_steps(const Config& config) { return config.is_language_model() ? 64 : 1000; }

bool has_two_texts(const Config& config) {
  return config.reads_pairs() || config.is_sequence_to_sequence();
}

/// Adds a shorter second text of the same tokens.
void make_pair(std::vector<std::int32_t>& ids) {
  for (std::int32_t& id : ids) {
    if (id == Vocabulary::kPairBreak) id = Vocabulary::kUnknown;
  }
  const std::vector<std::int32_t> second(ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2),
                                         ids.end());
  ids.push_back(Vocabulary::kPairBreak);
  ids.insert(ids.end(), second.begin(), second.end());
}

/// Random rows: of one step, of the greatest length, and of lengths between.
void add_edge_rows(const ResolvedConfig& config, EncodedDataset& rows) {
  // A very long row proves nothing that this length does not.
  const std::int64_t longest =
      std::min(max_length(config.config.input), probe_steps(config.config));
  const auto* numeric = std::get_if<NumericInput>(&config.config.input);
  const RandomStream random(0, RandomPurpose::kProbe);
  std::uint64_t counter = 0;
  for (const std::int64_t length :
       {std::int64_t{1}, std::min<std::int64_t>(2, longest), (longest + 1) / 2, longest}) {
    std::vector<std::int32_t> ids;
    std::vector<float> values;
    for (std::int64_t t = 0; numeric == nullptr && t < length; ++t) {
      ids.push_back(static_cast<std::int32_t>(
          random.below(static_cast<std::uint64_t>(config.vocabulary_size), counter++)));
    }
    for (std::int64_t i = 0; numeric != nullptr && i < length * numeric->channels; ++i) {
      values.push_back(static_cast<float>(4 * random.uniform(counter++) - 2));
    }
    if (has_two_texts(config.config)) make_pair(ids);
    rows.add({ids, values, numeric == nullptr ? 0 : numeric->channels}, std::int32_t{0});
  }
  const std::int32_t empty = Vocabulary::kEmpty;
  if (has_two_texts(config.config)) {
    std::vector<std::int32_t> ids{empty};
    make_pair(ids);
    rows.add(ids, 0);
  }
  if (numeric != nullptr || has_two_texts(config.config)) return;
  rows.add(std::span(&empty, 1), 0);
  if (config.config.characters() == nullptr) return;
  const std::vector<std::string> words{"x", std::string(2000, 'y'), "\xE4\xB8\xAD"};
  const std::vector<std::int32_t> spelled{-1, empty, -2, -1, -3};
  rows.add(InputRow{spelled, {}, 0, words}, std::int32_t{0});
}

/// Rows together, and each of the first few alone.
std::vector<EncodedRows> probe_batches(const EncodedDataset& rows, const Config& config) {
  const std::int64_t together = config.is_language_model() ? 8 : 32;
  constexpr std::int64_t kAlone = 8;
  std::vector<EncodedRows> batches;
  for (std::int64_t i = 0; i < rows.size(); ++i) {
    if (i % together == 0) batches.emplace_back();
    batches.back().push_back(rows.row(i));
  }
  for (std::int64_t i = 0; i < std::min(rows.size(), kAlone); ++i) {
    batches.push_back({rows.row(i)});
  }
  return batches;
}

/// What a difference is measured in: 1 for probabilities. Numbers may be of any size: there it is
/// the training targets' deviation, and, since a 32-bit float has 7 digits, a part of the number.
torch::Tensor unit_of(const SequenceModelImpl& model, const torch::Tensor& wanted) {
  const Config& config = model.config().config;
  if (!config.is_regression()) return torch::ones({1});
  constexpr double kShareOfSize = 0.05;
  const torch::Tensor& deviation = model.dense_head()->target_deviation;
  const torch::Tensor scale = deviation.defined() ? deviation.cpu() : torch::ones({1});
  return scale + kShareOfSize * wanted.abs();
}

/// The greatest difference of two results. Errors: Internal if it is too great.
double check_difference(const torch::Tensor& wanted, const torch::Tensor& found,
                        const torch::Tensor& unit, const std::string& engine,
                        double allowed = kGreatestDifference) {
  const double difference = wanted.sizes() == found.sizes()
                                ? ((wanted - found).abs() / unit).max().item<double>()
                                : INFINITY;
  // Written so that NaN fails.
  if (difference <= allowed) return difference;
  std::ostringstream message;
  message << "the exported model on the " << engine << " engine differs from the trained one by "
          << difference << "; allowed is " << allowed
          << ". No file was written. Please report this with the config";
  throw Error(ErrorKind::kInternal, "", message.str());
}

/// A tagger's answers past a row's end mean nothing.
torch::Tensor without_padding(const torch::Tensor& found, const Batch& batch) {
  if (found.dim() != 3) return found;
  const torch::Tensor steps =
      torch::arange(found.size(1), batch.lengths.options()).unsqueeze(0).unsqueeze(2);
  return found.masked_fill(steps >= batch.lengths.view({-1, 1, 1}), 0);
}

/// Errors: Internal if an engine's labels of whole rows differ from the model's.
void check_row_labels(const torch::Tensor& wanted, const std::vector<TaggedRow>& found,
                      const std::string& engine) {
  torch::Tensor probabilities = torch::zeros_like(wanted);
  for (std::size_t row = 0; row < found.size(); ++row) {
    probabilities[static_cast<std::int64_t>(row)].copy_(torch::tensor(found[row].row_label));
  }
  check_difference(wanted, probabilities, torch::ones({1}), engine);
}

/// Tags that an engine chose, held against the model's. Where two rows of tags are as good as equal
/// either may be chosen: then it is the probabilities that must agree.
/// Errors: Internal if they do not.
void check_tags(SequenceModelImpl& model, const Batch& batch, const std::vector<TaggedRow>& found,
                const std::string& engine) {
  const TagDecisions wanted = model.decode(batch);
  if (wanted.row_labels.defined()) check_row_labels(wanted.row_labels, found, engine);
  const torch::Tensor logits = model.forward(batch);
  const auto score = [&](const torch::Tensor& tags) {
    return -tag_losses(model, logits, tags, batch.lengths, /*smoothing=*/0);
  };
  torch::Tensor tags = torch::zeros_like(wanted.tags);
  torch::Tensor probabilities = torch::zeros_like(wanted.probabilities);
  for (std::size_t row = 0; row < found.size(); ++row) {
    for (std::size_t t = 0; t < found[row].tags.size(); ++t) {
      const auto b = static_cast<std::int64_t>(row);
      const auto step = static_cast<std::int64_t>(t);
      tags[b][step] = found[row].tags[t];
      probabilities[b][step] = found[row].probabilities[t];
    }
  }
  const torch::Tensor one = torch::ones({1});
  if (torch::equal(tags, wanted.tags)) {
    check_difference(wanted.probabilities, probabilities, one, engine);
  } else {
    const torch::Tensor best = score(wanted.tags);
    check_difference(torch::zeros_like(best), (best - score(tags)) / (1 + best.abs()), one, engine);
  }
}

/// Makes these texts the targets of `batch`: each with its end, but for one of `most` tokens, which
/// was cut off.
void set_targets(Batch& batch, const std::vector<WrittenRow>& texts, std::int64_t most) {
  std::vector<torch::Tensor> targets;
  std::vector<std::int64_t> lengths;
  for (const WrittenRow& text : texts) {
    std::vector<std::int64_t> tokens(text.tokens.begin(), text.tokens.end());
    if (std::ssize(tokens) < most) tokens.push_back(Vocabulary::kLineEnd);
    lengths.push_back(std::ssize(tokens));
    targets.push_back(torch::tensor(tokens, torch::kInt64));
  }
  batch.targets = torch::nn::utils::rnn::pad_sequence(targets, /*batch_first=*/true);
  batch.target_lengths = torch::tensor(lengths, torch::kInt64);
}

/// Texts that an engine wrote, each the most probable token after token, held against the model:
/// each of their tokens must be as probable to it as any other, and ln p of the whole its own.
/// Errors: Internal if they are not.
void check_texts(SequenceModelImpl& model, Batch batch, const std::vector<WrittenRow>& found,
                 const std::string& engine, double allowed) {
  set_targets(batch, found, max_length(model.config().config.input) + 1);
  const torch::Tensor past = padding_of({batch.targets, batch.target_lengths});
  const torch::Tensor all = torch::log_softmax(model.forward(batch).to(torch::kFloat64), 2);
  const torch::Tensor own = all.gather(2, batch.targets.unsqueeze(2)).squeeze(2);
  const torch::Tensor best = std::get<0>(all.slice(2, Vocabulary::kLineEnd).max(2));
  check_difference(best.masked_fill(past, 0), own.masked_fill(past, 0), torch::ones({1}), engine,
                   allowed);
  std::vector<double> sums;
  sums.reserve(found.size());
  for (const WrittenRow& row : found) sums.push_back(row.log_probability);
  const torch::Tensor sum = own.masked_fill(past, 0).sum(1);
  check_difference(sum, torch::tensor(sums, torch::kFloat64), 1 + sum.abs(), engine, allowed);
}

/// Texts and their probabilities that the archive writes and scores, held against the model's.
/// Returns the greatest difference. Errors: Internal if it is too great.
double check_written(SequenceModelImpl& model, const EncodedRows& rows,
                     const TorchScriptEngine& graph, const FusedEngine* fused) {
  const RowTensors tensors = make_row_tensors(rows, row_form(model.config().config));
  Batch batch{tensors.input, tensors.lengths};
  batch.targets = tensors.targets;
  batch.target_lengths = tensors.target_lengths;
  const double allowed = allowed_difference(model.config().config);
  const torch::Tensor past = torch::arange(batch.targets.size(1)).view({1, -1, 1}) >=
                             batch.target_lengths.view({-1, 1, 1});
  const double difference = check_difference(model.predict(batch).masked_fill(past, 0),
                                             graph.score(rows).exp().masked_fill(past, 0),
                                             torch::ones({1}), "torchscript", allowed);
  EncodedRows sources;
  for (const InputRow& row : rows) sources.push_back(row.pair().first);
  check_texts(model, batch, graph.write(sources, /*beams=*/1), "torchscript", allowed);
  if (fused != nullptr) {
    check_texts(model, batch, fused->write(sources, /*beams=*/1), "fused", allowed);
  }
  return difference;
}

/// What a language model's `advance` gives when it reads the tokens in two parts.
torch::Tensor probabilities_in_parts(const TorchScriptEngine& graph, const torch::Tensor& tokens) {
  std::vector<torch::Tensor> states = graph.start(tokens.size(0));
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& part : tokens.tensor_split(2, 1)) {
    if (part.size(1) > 0) parts.push_back(torch::softmax(graph.advance(part, states), 2));
  }
  return torch::cat(parts, 1);
}

/// What an engine says of texts, and of the tokens after them, held against the model's
/// probabilities. Shapes: wanted [B, T, V]. Errors: Internal if it differs too much.
void check_text_model(const TextModel& found, const TextModel& proven, const EncodedRows& rows,
                      const torch::Tensor& wanted, const std::string& engine, double allowed) {
  const torch::Tensor one = torch::ones({1});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const std::int32_t> ids = rows[i].ids;
    const std::unique_ptr<TextReader> reader = found.begin_text();
    const std::size_t half = ids.size() / 2;
    if (half > 0) reader->read(ids.first(half));
    const std::span<const float> scores = reader->read(ids.subspan(half));
    const torch::Tensor after =
        torch::softmax(torch::tensor(std::vector<float>(scores.begin(), scores.end())), 0);
    const torch::Tensor of_row =
        wanted[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(ids.size()) - 1];
    check_difference(of_row, after, one, engine, allowed);
  }
  const torch::Tensor sums = torch::tensor(proven.log_probabilities(rows), torch::kFloat64);
  const torch::Tensor own = torch::tensor(found.log_probabilities(rows), torch::kFloat64);
  check_difference(sums, own, 1 + sums.abs(), engine, allowed);
}

/// Fills in the card's parity fields. Errors: Internal if an engine differs from the model.
void prove_parity(SequenceModelImpl& model, const EncodedDataset& rows,
                  const torch::jit::Module& exported, ArchiveCard& card) {
  const torch::NoGradGuard no_gradient;
  const ComputeScope scope;
  const TorchScriptEngine graph(exported, row_form(model.config().config));
  std::optional<FusedEngine> fused;
  if (FusedEngine::serves(model.config())) {
    fused.emplace(model.config(), ArchiveWeights(exported), FusedOptions{});
  }
  Checksum digest;
  card.parity_difference = 0;
  card.parity_rows = rows.size();
  const double allowed = allowed_difference(model.config().config);
  for (const EncodedRows& batch : probe_batches(rows, model.config().config)) {
    const RowTensors tensors = make_row_tensors(batch, row_form(model.config().config));
    Batch read{tensors.input, tensors.lengths};
    read.spellings = tensors.spellings;
    for (const InputRow& row : batch) {
      digest.add({reinterpret_cast<const char*>(row.ids.data()), row.ids.size_bytes()});
      digest.add({reinterpret_cast<const char*>(row.values.data()), row.values.size_bytes()});
    }
    if (model.config().config.is_sequence_to_sequence()) {
      card.parity_difference = std::max(
          card.parity_difference, check_written(model, batch, graph, fused ? &*fused : nullptr));
      continue;
    }
    const torch::Tensor wanted = model.predict(read).cpu();
    const torch::Tensor unit = unit_of(model, wanted);
    if (model.config().config.is_tagging()) {
      check_tags(model, read, graph.tag(batch), "torchscript");
      if (fused) check_tags(model, read, fused->tag(batch), "fused");
    }
    if (model.config().config.is_language_model()) {
      const torch::Tensor read_on = probabilities_in_parts(graph, tensors.input);
      check_difference(without_padding(wanted, read), without_padding(read_on, read), unit,
                       "torchscript", allowed);
      if (fused) check_text_model(*fused, graph, batch, wanted, "fused", allowed);
    }
    const auto inside = [&](const torch::Tensor& found) { return without_padding(found, read); };
    card.parity_difference = std::max(
        card.parity_difference, check_difference(inside(wanted), inside(graph.predict(batch)), unit,
                                                 "torchscript", allowed));
    const Config& config = model.config().config;
    if (fused && !config.is_tagging() && !config.is_language_model()) {
      const torch::Tensor found = torch::empty_like(wanted);
      fused->predict(batch, found.data_ptr<float>());
      card.parity_difference =
          std::max(card.parity_difference, check_difference(wanted, found, unit, "fused"));
    }
  }
  card.parity_digest = digest.hex();
}

std::string archive_bytes(const torch::jit::Module& script, const ArchiveCard& card) {
  const torch::jit::ExtraFilesMap extra{{ArchiveCard::kFileName, archive_card_to_json(card)}};
  std::ostringstream bytes;
  script.save(bytes, extra);
  return bytes.str();
}

LoadedArchive load_bytes(const std::string& bytes, const std::filesystem::path& file) {
  return load_archive(std::as_bytes(std::span<const char>(bytes)), file.string());
}

}  // namespace

void export_model(SequenceModelImpl& model, ArchiveCard& card, const EncodedDataset& probes,
                  const std::filesystem::path& file) {
  if (!model.parameters().front().device().is_cpu()) {
    throw Error(ErrorKind::kUsage, file.string(),
                "the model is on a GPU; move it to the CPU first");
  }
  EncodedDataset rows;
  add_edge_rows(model.config(), rows);
  for (std::int64_t i = 0; i < probes.size(); ++i) {
    InputRow row = probes.row(i);
    const auto steps = static_cast<std::size_t>(probe_steps(model.config().config));
    if (model.config().config.is_language_model() && row.ids.size() > steps) {
      row.ids = row.ids.first(steps);
    }
    rows.add(row, std::int32_t{0});
  }
  const torch::jit::Module script = make_script(model);
  // What is proven is what a reader gets, not the module in memory. The proof is itself part of the
  // archive: it is made from a draft, and the archive with the proof is opened once more.
  card.weights_checksum = weights_checksum(script);
  const LoadedArchive draft = load_bytes(archive_bytes(script, card), file);
  prove_parity(model, rows, draft.module, card);
  const std::string bytes = archive_bytes(script, card);
  load_bytes(bytes, file);
  write_file_whole(file, bytes);
}

}  // namespace sequent
