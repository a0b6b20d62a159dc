// A language model at work: how likely texts are, and what follows on one.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infer/text_model.h"
#include "sequent/predictor.h"
#include "sequent/text.h"

namespace sequent {

/// Puts tokens together to text, as a reader expects it.
class TokenJoiner {
 public:
  explicit TokenJoiner(const TokenizerSpec& tokenizer) : tokenizer_(tokenizer) {}

  /// What `token` adds to a text that ends in `before`; a line's end is "\n".
  std::string next(std::string_view before, std::string_view token) const;

 private:
  TokenizerSpec tokenizer_;
};

/// Threads: all methods may be called from many at once.
class TextWriter {
 public:
  /// All outlive this. `encoder` does not cut texts.
  TextWriter(const TextModel& model, const TextEncoder& encoder, const TokenizerSpec& tokenizer)
      : model_(model), encoder_(encoder), joiner_(tokenizer) {}

  /// See Predictor::generate.
  std::string generate(std::string_view prompt, const GenerateOptions& options,
                       const std::function<bool(std::string_view piece)>& use) const;

 private:
  std::vector<std::int32_t> read_prompt(std::string_view prompt) const;

  const TextModel& model_;
  const TextEncoder& encoder_;
  TokenJoiner joiner_;
};

}  // namespace sequent
