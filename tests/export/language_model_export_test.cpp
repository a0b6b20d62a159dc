// Tests that exported language models equal the trained ones, score texts and generate text.
#include <gtest/gtest.h>
#include <torch/script.h>

#include "infer/token_joiner.h"
#include "kernels/recurrent.h"
#include "language_model_rows.h"
#include "sequent/exporter.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::error_of;
using testing::TemporaryFolder;

/// Returns the engines of a cell's model. Cells without a kernel have the same engine twice.
constexpr Engine kEngines[] = {Engine::kFused, Engine::kTorchScript};

/// Returns the config's two recurrent layers for every cell.
class LanguageModelExport : public ::testing::TestWithParam<const char*> {
 protected:
  LanguageModelExport() {
    const std::string layer =
        std::string(R"({"units": 16, "return_sequences": true, "type": )") + GetParam() + "}";
    card_.config = parse_config(testing::kLanguageModelConfig, "circle.json",
                                {{"model.layers.2", layer}, {"model.layers.4", layer}});
    card_.sequent_version = version();
    card_.created = utc_now();
    card_.vocabulary = Vocabulary({"one", "two", "three", "four", "five"});
    card_.labels = LabelSet::none();
    model_ = SequenceModel(resolve(card_.config, card_.vocabulary.size(), 0));
    torch::manual_seed(7);
    testing::randomize(*model_);
    export_model(*model_, card_, {}, folder_ / "model.pt");
  }

  /// Returns ln p of each token of `ids` and of the line end after them.
  double log_probability(const std::vector<std::int64_t>& ids) {
    const torch::NoGradGuard no_gradient;
    std::vector<std::int64_t> read{Vocabulary::kLineEnd};
    read.insert(read.end(), ids.begin(), ids.end());
    std::vector<std::int64_t> next = ids;
    next.push_back(Vocabulary::kLineEnd);
    const auto length = static_cast<std::int64_t>(read.size());
    const torch::Tensor p =
        model_->predict({torch::tensor(read).unsqueeze(0), torch::tensor({length}, torch::kInt64)});
    return p[0]
        .to(torch::kFloat64)
        .log()
        .gather(1, torch::tensor(next).unsqueeze(1))
        .sum()
        .item<double>();
  }

  void expect_scores(const Predictor& predictor);

  TemporaryFolder folder_;
  ArchiveMetadata card_;
  SequenceModel model_{nullptr};
};

TEST_P(LanguageModelExport, OpensWithTorchAloneAndReadsOn) {
  EXPECT_LE(card_.parity_difference, 1e-5);
  torch::jit::Module plain = torch::jit::load((folder_ / "model.pt").string());
  const torch::NoGradGuard no_gradient;
  const torch::Tensor tokens = torch::randint(0, 8, {3, 9}, torch::kInt64);
  const torch::Tensor lengths = torch::full({3}, 9, torch::kInt64);
  const torch::Tensor wanted = model_->predict({tokens, lengths});
  EXPECT_TRUE(all_near(plain.forward({tokens, lengths}).toTensor(), wanted, 1e-5));
  auto states = plain.get_method("start")({std::int64_t{3}});
  std::vector<torch::Tensor> parts;
  for (std::int64_t t = 0; t < 9; ++t) {
    const auto found = plain.get_method("advance")({tokens.narrow(1, t, 1), states}).toTuple();
    parts.push_back(torch::softmax(found->elements()[0].toTensor(), 2));
    states = found->elements()[1];
  }
  EXPECT_TRUE(all_near(torch::cat(parts, 1), wanted, 1e-5));
}

TEST_P(LanguageModelExport, ScoresTexts) {
  for (const Engine engine : kEngines) {
    SCOPED_TRACE(static_cast<int>(engine));
    expect_scores(Predictor::load(folder_ / "model.pt", {.engine = engine}));
  }
}

void LanguageModelExport::expect_scores(const Predictor& predictor) {
  ASSERT_EQ(predictor.task(), "language_model");
  EXPECT_TRUE(predictor.labels().empty());
  std::string lengthy;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 150; ++i) {
    lengthy += "two five ";
    ids.insert(ids.end(), {4, 7});
  }
  // The values of random relu layers overflow on it, which is an error.
  const bool overflows = std::string_view(GetParam()).find("relu") != std::string_view::npos;
  if (overflows) {
    const auto error = error_of([&] { predictor.score(std::vector<std::string>{"one", lengthy}); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::kNumeric);
    lengthy = "two five";
    ids = {4, 7};
  }
  const std::vector<std::string> texts{"one  two three", "", lengthy, "six one"};
  const auto found = predictor.score(texts);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_NEAR(found[0].log_probability, log_probability({3, 4, 5}), 1e-4);
  EXPECT_EQ(found[0].tokens, 4);
  EXPECT_NEAR(found[0].perplexity(), std::exp(-found[0].log_probability / 4), 1e-9);
  EXPECT_NEAR(found[1].log_probability, log_probability({}), 1e-4);
  EXPECT_EQ(found[1].tokens, 1);
  EXPECT_NEAR(found[2].log_probability, log_probability(ids), 0.01);
  EXPECT_NEAR(found[3].log_probability, log_probability({1, 3}), 1e-4);
  EXPECT_EQ(found[3].unknown_share, 0.5);
  const auto alone = predictor.score(std::span(texts).first(1));
  EXPECT_NEAR(alone[0].log_probability, found[0].log_probability, 1e-4);
  EXPECT_EQ(error_of([&] { predictor.predict("one"); })->kind(), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] { predictor.tag("one"); })->kind(), ErrorKind::kUsage);
}

// The texts end in different chunks of the computation.
TEST_P(LanguageModelExport, ScoresManyTextsOfAllLengths) {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (int t = 0; t < (i * 37) % 90; ++t) text += (t * i) % 3 == 0 ? "two " : "five ";
    texts.push_back(text);
  }
  for (const Engine engine : kEngines) {
    const Predictor predictor =
        Predictor::load(folder_ / "model.pt", {.engine = engine, .batch_tokens = 20000});
    const auto together = predictor.score(texts);
    for (std::size_t i = 0; i < texts.size(); i += 29) {
      const double alone = predictor.score(std::span(&texts[i], 1)).front().log_probability;
      if (!std::isfinite(alone)) continue;  // an overflow of random relu layers
      EXPECT_NEAR(together[i].log_probability, alone, 1e-4 * (1 + std::abs(alone))) << i;
    }
  }
}

TEST_P(LanguageModelExport, WritesTheMostProbableText) {
  GenerateOptions options;
  options.length = 12;
  options.temperature = 0;
  std::vector<std::int64_t> ids{Vocabulary::kLineEnd, 3, Vocabulary::kLineEnd, 4};
  std::string wanted;
  const torch::NoGradGuard no_gradient;
  for (int i = 0; i < 12; ++i) {
    const auto length = static_cast<std::int64_t>(ids.size());
    torch::Tensor p = model_->predict(
        {torch::tensor(ids).unsqueeze(0), torch::tensor({length}, torch::kInt64)})[0][length - 1];
    p.narrow(0, 0, 2).zero_();  // neither <pad> nor <unk>
    const auto next = p.argmax().item<std::int64_t>();
    if (next == Vocabulary::kLineEnd) {
      wanted += "\n";
    } else {
      wanted += (ids.back() == Vocabulary::kLineEnd ? "" : " ") + card_.vocabulary.token(next);
    }
    ids.push_back(next);
  }
  for (const Engine engine : kEngines) {
    const Predictor predictor = Predictor::load(folder_ / "model.pt", {.engine = engine});
    for (const auto& [temperature, top_k, top_p] :
         {std::tuple{0.0, 0, 1.0}, {1.0, 1, 1.0}, {1.0, 0, 1e-9}}) {
      options.temperature = temperature;
      options.top_k = top_k;
      options.top_p = top_p;
      EXPECT_EQ(predictor.generate("one\ntwo", options), wanted) << static_cast<int>(engine);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cells, LanguageModelExport,
    ::testing::Values(R"("lstm")", R"("gru")", R"("rnn")", R"("rnn", "activation": "relu")",
                      R"("lstm", "coupled": true)", R"("lstm", "peephole": {})",
                      R"("lstm_hidden_state")", R"("gru", "reset_after": false)", R"("min_gru")",
                      R"("sru")", R"("sru", "layer_norm": true, "zoneout": 0.2)",
                      R"("lstm", "layer_norm": true, "zoneout": 0.2)", R"("gru", "zoneout": 0.1)"),
    [](const auto& test) {
      std::string name = test.param;
      std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
      return name;
    });

class Writing : public LanguageModelExport {};

TEST_P(Writing, FollowsSeedAndLimits) {
  const Predictor predictor = Predictor::load(folder_ / "model.pt");
  GenerateOptions options;
  options.length = 60;
  const std::string text = predictor.generate("", options);
  EXPECT_EQ(predictor.generate("", options), text);
  options.seed = 2;
  EXPECT_NE(predictor.generate("", options), text);
  EXPECT_EQ(text.find("<unk>"), std::string::npos);
  EXPECT_EQ(text.find("<pad>"), std::string::npos);
  options.lines = 2;
  options.length = 100000;
  const std::string two_lines = predictor.generate("", options);
  EXPECT_EQ(std::count(two_lines.begin(), two_lines.end(), '\n'), 2);
  EXPECT_EQ(two_lines.back(), '\n');
  std::string pieces;
  const std::string stopped = predictor.generate("one", options, [&](std::string_view piece) {
    pieces += piece;
    return pieces.size() < 10;
  });
  EXPECT_EQ(pieces, stopped);
  options.length = 0;
  EXPECT_EQ(predictor.generate("one", options), "");
}

TEST_P(Writing, InBfloat16ScoresAreNear) {
  if (kernels::bfloat16_kernels() == nullptr) {
    GTEST_SKIP() << "this CPU has no products of bfloat16 values (avx512_bf16)";
  }
  const std::vector<std::string> texts{"one two three", "six one", ""};
  const auto score = [&](Precision precision) {
    return Predictor::load(folder_ / "model.pt", {.precision = precision}).score(texts);
  };
  const auto whole = score(Precision::kFloat32);
  const auto rounded = score(Precision::kBfloat16);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_NE(rounded[i].log_probability, whole[i].log_probability) << "nothing was rounded";
    EXPECT_NEAR(rounded[i].log_probability, whole[i].log_probability,
                0.02 * std::abs(whole[i].log_probability));
  }
}

// The frequency of each token matches its probability.
TEST_P(Writing, DrawsByProbability) {
  const Predictor predictor = Predictor::load(folder_ / "model.pt");
  const torch::NoGradGuard no_gradient;
  torch::Tensor p = model_
                        ->predict({torch::tensor({{2, 3}}, torch::kInt64),
                                   torch::tensor({2}, torch::kInt64)})[0][1]
                        .to(torch::kFloat64);
  p.narrow(0, 0, 2).zero_();
  p /= p.sum();
  std::map<std::string, int> counts;
  GenerateOptions options;
  options.length = 1;
  constexpr int kDraws = 2000;
  for (options.seed = 0; options.seed < kDraws; ++options.seed) {
    ++counts[predictor.generate("one", options)];
  }
  for (std::int64_t id = Vocabulary::kLineEnd; id < card_.vocabulary.size(); ++id) {
    const std::string piece = id == Vocabulary::kLineEnd ? "\n" : " " + card_.vocabulary.token(id);
    const double share = p[id].item<double>();
    const double deviation = std::sqrt(share * (1 - share) / kDraws);
    EXPECT_NEAR(counts[piece] / double{kDraws}, share, 4 * deviation + 1e-3) << piece;
  }
}

TEST_P(Writing, RefusesWhatItCannotDo) {
  const Predictor predictor = Predictor::load(folder_ / "model.pt");
  const auto kind_of = [&](const std::string& prompt, const GenerateOptions& options) {
    const auto error = error_of([&] { predictor.generate(prompt, options); });
    return error ? std::optional(error->kind()) : std::nullopt;
  };
  EXPECT_EQ(kind_of("six seven", {}), ErrorKind::kData) << "no known token";
  EXPECT_EQ(kind_of("six one", {.length = 1}), std::nullopt);
  EXPECT_EQ(kind_of("\xff", {}), ErrorKind::kData);
  EXPECT_EQ(kind_of("one", {.temperature = -1}), ErrorKind::kUsage);
  EXPECT_EQ(kind_of("one", {.temperature = NAN}), ErrorKind::kUsage);
  EXPECT_EQ(kind_of("one", {.top_k = -1}), ErrorKind::kUsage);
  EXPECT_EQ(kind_of("one", {.top_p = 0}), ErrorKind::kUsage);
}

INSTANTIATE_TEST_SUITE_P(Cell, Writing, ::testing::Values(R"("lstm")"),
                         [](const auto&) { return "lstm"; });

TEST(TokenJoiner, WritesAsReadersExpect) {
  const auto join = [](const TokenizerSpec& tokenizer, const std::vector<std::string>& tokens) {
    const TokenJoiner joiner(tokenizer);
    std::string text;
    for (const std::string& token : tokens) {
      text += token == "\n" ? token : joiner.next(text, token);
    }
    return text;
  };
  EXPECT_EQ(join(WordsTokenizer{}, {"good", ",", "(", "he", ")", "said", ".", "\n", "yes", "!"}),
            "good, (he) said.\nyes!");
  EXPECT_EQ(join(WordsTokenizer{}, {"北京", "很", "大", "。", "ok", "go"}), "北京很大。ok go");
  EXPECT_EQ(join(WhitespaceTokenizer{}, {"a", ",", "b"}), "a , b");
  EXPECT_EQ(join(CharactersTokenizer{}, {"a", " ", "b", "春"}), "a b春");
}

}  // namespace
}  // namespace sequent
