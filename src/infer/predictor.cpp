#include "sequent/predictor.h"

#include <utility>

#include "infer/predictor_impl.h"

namespace sequent {

Predictor::Predictor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Predictor Predictor::load(const std::filesystem::path& file, const PredictorOptions& options) {
  return Predictor(std::make_unique<Impl>(load_archive(file), options));
}

Predictor Predictor::load(std::span<const std::byte> archive, const std::string& name,
                          const PredictorOptions& options) {
  return Predictor(std::make_unique<Impl>(load_archive(archive, name), options));
}

std::vector<Prediction> Predictor::predict(std::span<const std::string> texts) const {
  return impl_->predict(texts);
}

std::vector<Prediction> Predictor::predict(std::span<const TextPair> pairs) const {
  return impl_->predict(pairs);
}

Prediction Predictor::predict(std::string_view first, std::string_view second) const {
  const TextPair pair{std::string(first), std::string(second)};
  return impl_->predict(std::span(&pair, 1)).front();
}

std::vector<float> Predictor::embed(std::span<const std::string> texts) const {
  return impl_->embed(texts);
}

std::int64_t Predictor::vector_width() const { return impl_->vector_engine().vector_width(); }

bool Predictor::reads_pairs() const { return impl_->reads_pairs(); }

std::vector<Prediction> Predictor::predict(std::span<const std::vector<float>> sequences) const {
  return impl_->predict(sequences);
}

std::vector<TaggedText> Predictor::tag(std::span<const std::string> texts) const {
  return impl_->tag(texts.size(), [&](std::size_t i) { return impl_->split(texts[i]); });
}

std::vector<TaggedText> Predictor::tag(
    std::span<const std::vector<std::string>> token_lists) const {
  return impl_->tag(token_lists.size(),
                    [&](std::size_t i) { return Impl::placed(token_lists[i]); });
}

TaggedText Predictor::tag(std::string_view text) const {
  return impl_->tag(1, [&](std::size_t) { return impl_->split(text); }).front();
}

std::vector<TextLikelihood> Predictor::score(std::span<const std::string> texts) const {
  return impl_->score(texts);
}

TextLikelihood Predictor::score(std::string_view text) const {
  const std::string copy(text);
  return impl_->score(std::span(&copy, 1)).front();
}

std::string Predictor::generate(std::string_view prompt, const GenerateOptions& options,
                                const std::function<bool(std::string_view)>& use) const {
  return impl_->writer().generate(prompt, options, use);
}

std::vector<WrittenText> Predictor::write(std::span<const std::string> texts) const {
  return impl_->write(texts);
}

WrittenText Predictor::write(std::string_view text) const {
  const std::string copy(text);
  return impl_->write(std::span(&copy, 1)).front();
}

bool Predictor::is_sequence_to_sequence() const { return impl_->is_sequence_to_sequence(); }

bool Predictor::is_language_model() const { return impl_->is_language_model(); }

bool Predictor::is_multi_label() const { return impl_->is_multi_label(); }

bool Predictor::is_tagger() const { return impl_->is_tagger(); }

std::int64_t Predictor::channels() const { return impl_->channels(); }

bool Predictor::is_regression() const { return impl_->is_regression(); }

Prediction Predictor::predict(std::string_view text) const {
  const std::string copy(text);
  return impl_->predict(std::span(&copy, 1)).front();
}

const std::vector<std::string>& Predictor::labels() const { return impl_->labels(); }
const std::vector<std::string>& Predictor::row_labels() const { return impl_->row_labels(); }
const std::string& Predictor::card_json() const { return impl_->card_json(); }

}  // namespace sequent
