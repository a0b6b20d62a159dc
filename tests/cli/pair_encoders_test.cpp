// Runs both programs on a model with an encoder for each of two columns, as a user does.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

constexpr const char* kConfig = R"({
  "version": 1,
  "data": {"train": "mail.csv", "validation": {"fraction": 0.2},
           "format": {"type": "csv", "text": "subject", "text_b": "body", "label": "queue"}},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 12},
    {"type": "gru", "units": 12, "bidirectional": true, "return_sequences": true},
    {"type": "pool"},
    {"type": "pair", "features": ["first", "second"], "encoders": "separate"},
    {"type": "dense", "activation": "softmax"}]},
  "training": {"optimizer": {"type": "adam", "learning_rate": 0.02}, "batch_size": 16,
               "epochs": 12},
  "runtime": {"device": "cpu", "baseline": false}})";

/// Messages whose queue follows from the product in the body. The subject names another product.
std::string mail_rows(unsigned rows, unsigned seed) {
  constexpr std::array kProducts = {"kettle", "lamp", "radio"};
  constexpr std::array kBodies = {"my new X does not work", "the X that I ordered is broken",
                                  "please repair my X"};
  std::string text = "subject,body,queue\n";
  for (unsigned i = 0; i < rows; ++i) {
    const unsigned draw = (i + seed) * 2654435761U;
    const unsigned product = (draw >> 11) % 3;
    std::string body = kBodies[(draw >> 15) % kBodies.size()];
    body.replace(body.find('X'), 1, kProducts[product]);
    text += std::string("thanks for the ") + kProducts[(product + 1 + (draw >> 19) % 2) % 3] + "," +
            body + "," + kProducts[product] + "\n";
  }
  return text;
}

class PairEncoderPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    folder_->write("mail.csv", mail_rows(400, 0));
    folder_->write("test.csv", mail_rows(80, 9000));
    train_and_export();
  }
};

TEST_F(PairEncoderPrograms, LearnAndMeasure) {
  for (const char* model : {"run", "model.pt"}) {
    const CommandResult found = run(std::string("sequent evaluate ") + model + " test.csv --json");
    ASSERT_EQ(found.code, 0) << found.err;
    EXPECT_GT(json::parse(found.out)["accuracy"], 0.95) << model;
  }
  const CommandResult bench = run("sequent bench c.json --rounds 1 --json");
  EXPECT_EQ(bench.code, 0) << bench.err;
}

TEST_F(PairEncoderPrograms, ShowBothEncoders) {
  const CommandResult inspect = run("sequent inspect model.pt");
  ASSERT_EQ(inspect.code, 0) << inspect.err;
  EXPECT_NE(inspect.out.find("1 gru (bidirectional, per text)"), std::string::npos) << inspect.out;
  EXPECT_NE(inspect.out.find("3 pair (separate encoders, first, second)"), std::string::npos)
      << inspect.out;
}

TEST_F(PairEncoderPrograms, PredictAndExplain) {
  const std::string row =
      "printf 'subject,body\\nthanks for the lamp,please repair my radio\\n' | ";
  for (const char* engine : {"fused", "torchscript"}) {
    const CommandResult found =
        run(row + "sequent-infer model.pt - --input-format csv --engine " + engine);
    ASSERT_EQ(found.code, 0) << found.err;
    EXPECT_EQ(json::parse(found.out)["prediction"], "radio");
  }
  const CommandResult explained =
      run(row + "sequent-infer model.pt - --input-format csv --explain all");
  ASSERT_EQ(explained.code, 0) << explained.err;
  const json tokens = json::parse(explained.out)["explanation"]["tokens"];
  ASSERT_EQ(tokens.size(), 8U);
  for (const json& token : tokens) {
    if (token["text"] == "radio") continue;
    EXPECT_GT(tokens[7]["attribution"], token["attribution"]) << token;
  }
  EXPECT_EQ(tokens[7]["of"], 1);
}

TEST_F(PairEncoderPrograms, RefuseVectorsOfSingleTexts) {
  folder_->write("texts.txt", "please repair my radio\n");
  expect_fault("sequent-infer model.pt texts.txt --embed -o v.npy", 2,
               "separate encoders for the two texts");
  expect_fault("sequent-infer model.pt texts.txt --neighbors texts.txt", 2,
               "separate encoders for the two texts");
}

}  // namespace
}  // namespace sequent
