// Runs both programs on a model that compares two texts, as a user does.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "pair_rows.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class PairPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", testing::kPairConfig);
    folder_->write("pairs.tsv", testing::pair_rows(600));
    folder_->write("test.tsv", testing::pair_rows(100, 5000));
    train_and_export();
  }
};

TEST_F(PairPrograms, LearnAndMeasure) {
  for (const char* model : {"run", "model.pt"}) {
    const CommandResult found = run(std::string("sequent evaluate ") + model + " test.tsv --json");
    ASSERT_EQ(found.code, 0) << found.err;
    EXPECT_GT(json::parse(found.out)["accuracy"], 0.9) << model;
  }
  const CommandResult check = run("sequent data check c.json");
  EXPECT_EQ(check.code, 0) << check.err;
  const CommandResult bench = run("sequent bench c.json --rounds 1 --json");
  EXPECT_EQ(bench.code, 0) << bench.err;
}

TEST_F(PairPrograms, InferReadsTwoColumns) {
  const CommandResult table = run("sequent-infer model.pt test.tsv");
  ASSERT_EQ(table.code, 0) << table.err;
  const json first = json::parse(table.out.substr(0, table.out.find('\n')));
  EXPECT_TRUE(first.contains("left") && first.contains("right") && first.contains("prediction"));
  const CommandResult objects =
      run("echo '{\"q\": \"I saw a cat\", \"a\": \"the cat is here\"}' | sequent-infer model.pt - "
          "--input-format jsonl --text q --text-b a");
  ASSERT_EQ(objects.code, 0) << objects.err;
  EXPECT_EQ(json::parse(objects.out)["prediction"], "same");
  const CommandResult bare = run(
      "printf 'I saw a cat\\tthe ship is here\\n' | sequent-infer model.pt - --input-format tsv "
      "--no-header --text 0 --text-b 1 --format csv");
  EXPECT_NE(bare.out.find(",other,"), std::string::npos) << bare.out << bare.err;
  const CommandResult typed =
      run("printf 'I saw a cat\\ta cat it was\\nalone\\n' | sequent-infer model.pt -i");
  EXPECT_EQ(typed.out.substr(0, 5), "same\t") << typed.out;
  EXPECT_NE(typed.err.find("found no tab"), std::string::npos) << typed.err;
}

TEST_F(PairPrograms, ExplanationsNameTheText) {
  const CommandResult found =
      run("printf 'I saw a cat\tthe ship is here\n' | sequent-infer model.pt - --input-format tsv "
          "--no-header --text 0 --text-b 1 --explain all");
  ASSERT_EQ(found.code, 0) << found.err;
  const json tokens = json::parse(found.out)["explanation"]["tokens"];
  ASSERT_EQ(tokens.size(), 8U);
  EXPECT_EQ(tokens[3]["text"], "cat");
  EXPECT_EQ(tokens[3]["of"], 0);
  EXPECT_EQ(tokens[5]["text"], "ship");
  EXPECT_EQ(tokens[5]["of"], 1);
  EXPECT_EQ(tokens[5]["start"], 4);
}

TEST_F(PairPrograms, VectorsBringLikeTextsTogether) {
  folder_->write("texts.txt", "the cat is here\nlook at that ship now\na song it was\n");
  const CommandResult embedded = run("sequent-infer model.pt texts.txt --embed -o v.npy");
  ASSERT_EQ(embedded.code, 0) << embedded.err;
  const std::string matrix = testing::slurp(*folder_ / "v.npy");
  ASSERT_EQ(matrix.size(), 128U + 3 * 20 * sizeof(float));
  EXPECT_EQ(matrix.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_NE(matrix.find("'descr': '<f4', 'fortran_order': False, 'shape': (3, 20)"),
            std::string::npos);
  EXPECT_EQ(matrix[127], '\n');
  const CommandResult near =
      run("printf 'I saw a ship\na cat it was\n' | sequent-infer model.pt --neighbors texts.txt "
          "--top-k 2");
  ASSERT_EQ(near.code, 0) << near.err;
  const json first = json::parse(near.out.substr(0, near.out.find('\n')));
  ASSERT_EQ(first["neighbors"].size(), 2U);
  EXPECT_EQ(first["neighbors"][0]["text"], "look at that ship now");
  EXPECT_EQ(first["neighbors"][0]["row"], 2);
  EXPECT_GT(first["neighbors"][0]["cosine"], first["neighbors"][1]["cosine"]);
  EXPECT_LE(first["neighbors"][0]["cosine"].get<double>(), 1.00001);
  expect_fault("sequent-infer model.pt texts.txt --embed", 2, "expected --output FILE.npy");
  expect_fault("sequent-infer model.pt texts.txt --embed -o v.npy", 2, "v.npy: exists");
  expect_fault("sequent-infer model.pt texts.txt --embed -o w.npy --probabilities", 2,
               "has no effect with --embed");
  expect_fault("sequent-infer model.pt texts.txt --embed -o w.npy --engine torchscript", 2,
               "the torchscript engine computes no vectors");
  expect_fault("sequent-infer model.pt texts.txt --embed -o w.npy --text-b x", 2,
               "--text-b: has no effect with --embed");
  expect_fault("sequent-infer model.pt texts.txt --neighbors none.txt", 3, "none.txt");
}

TEST_F(PairPrograms, SayWhatIsMissing) {
  folder_->write("half.tsv", "left\tright\nI saw a cat\t\n");
  expect_fault("sequent-infer model.pt half.tsv", 3, "half.tsv:2: found an empty text in column");
  const CommandResult recorded = run("sequent-infer model.pt half.tsv --on-error record");
  EXPECT_EQ(recorded.code, 0);
  EXPECT_NE(json::parse(recorded.out)["error"].get<std::string>().find("a pair has two texts"),
            std::string::npos);
  expect_fault("echo hello | sequent-infer model.pt", 2, "one text per record");
  expect_fault("sequent-infer model.pt test.tsv --text-b rigth", 3, "\"rigth\"");
  folder_->write("bad.tsv", "left\tright\tlabel\na\tb\tsame\nc\t\tother\n");
  expect_fault("sequent train c.json --out r2 --set data.train=bad.tsv", 3,
               "bad.tsv:3: found an empty text in column \"right\"");
}

}  // namespace
}  // namespace sequent
