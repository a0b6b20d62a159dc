// Generates text with a language model, token by token.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infer/text_model.h"
#include "infer/token_joiner.h"
#include "sequent/inference.h"
#include "sequent/text.h"

namespace sequent {

/// Threads: all methods can be called from many threads at once.
class TextGenerator {
 public:
  /// All arguments must outlive this object. `encoder` must not truncate texts.
  TextGenerator(const TextModel& model, const TextEncoder& encoder, const TokenizerSpec& tokenizer)
      : model_(model), encoder_(encoder), joiner_(tokenizer) {}

  /// See LanguageModel::generate.
  std::string generate(std::string_view prompt, const GenerateOptions& options,
                       const std::function<bool(std::string_view piece)>& use) const;

 private:
  std::vector<std::int32_t> read_prompt(std::string_view prompt) const;

  const TextModel& model_;
  const TextEncoder& encoder_;
  TokenJoiner joiner_;
};

}  // namespace sequent
