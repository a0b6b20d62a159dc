// Runs both programs as a user does: the main workflow, and one error of each kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;
using testing::slurp;

constexpr const char* kConfig = R"({
  "version": 1, "name": "cli",
  "data": {"train": "data/train.tsv", "validation": "data/validation.tsv"},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 8},
    {"type": "lstm", "units": 8},
    {"type": "dense", "activation": "softmax"}
  ]},
  "training": {"epochs": 1}, "runtime": {"device": "cpu"}
})";

/// One small run and its archive, which the programs create once.
class Programs : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    ASSERT_EQ(run("sequent sample sentiment --rows 400 --out data").code, 0);
    train_and_export();
  }
  static std::vector<json> records(const std::string& text) {
    std::vector<json> result;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) result.push_back(json::parse(line));
    return result;
  }
};

TEST_F(Programs, EvaluateAgreesForRunAndArchive) {
  const CommandResult of_run = run("sequent evaluate run data/test.tsv --json");
  const CommandResult of_archive = run("sequent evaluate model.pt data/test.tsv --json");
  ASSERT_EQ(of_run.code, 0) << of_run.err;
  ASSERT_EQ(of_archive.code, 0) << of_archive.err;
  const json a = json::parse(of_run.out);
  const json b = json::parse(of_archive.out);
  EXPECT_EQ(a["confusion_matrix"], b["confusion_matrix"]);
  EXPECT_NEAR(a["loss"].get<double>(), b["loss"].get<double>(), 1e-4);
  EXPECT_TRUE(a["per_class"].is_array());
  EXPECT_NE(run("sequent evaluate run data/test.tsv").out.find("accuracy"), std::string::npos);
}

TEST_F(Programs, EvaluateCountsUnseenLabels) {
  folder_->write("new.tsv", "label\ttext\nnew\tone\nnew\ttwo\n" +
                                slurp(*folder_ / "data/test.tsv").substr(11));
  expect_fault("sequent evaluate model.pt new.tsv", 3, "new.tsv:2: found the label \"new\"");
  const auto count = [&](const std::string& how) {
    const CommandResult found =
        run("sequent evaluate model.pt new.tsv --json --unseen-labels " + how);
    EXPECT_EQ(found.code, 0) << found.err;
    return json::parse(found.out);
  };
  const json skipped = count("skip");
  const json wrong = count("wrong");
  const double rows = skipped["count"];
  EXPECT_EQ(wrong["count"], rows + 2);
  EXPECT_NEAR(double(wrong["accuracy"]) * (rows + 2), double(skipped["accuracy"]) * rows, 1e-6);
  expect_fault("sequent evaluate model.pt new.tsv --unseen-labels none", 2, "--unseen-labels");
}

TEST_F(Programs, QualityGateExitsWithFive) {
  EXPECT_EQ(run("sequent evaluate run data/test.tsv --require 'accuracy>=0.01'").code, 0);
  expect_fault("sequent evaluate run data/test.tsv --require 'accuracy>=1.01'", 5, "not met");
  EXPECT_EQ(run("sequent evaluate run data/test.tsv --require 'accuracy >= 0.01'").code, 0);
  expect_fault("sequent evaluate run data/test.tsv --require accuracy=1", 2, "METRIC>=NUMBER");
  expect_fault("sequent evaluate run data/test.tsv --require 'accuracy>=nan'", 2, "METRIC>=NUMBER");
  expect_fault("sequent evaluate run data/test.tsv --require 'accurracy>=1'", 2,
               "no \"accurracy\"; did you mean \"accuracy\"?");
  expect_fault("sequent evaluate run data/test.tsv --require 'rmse<=1'", 2, "no \"rmse\"");
}

TEST_F(Programs, InferKeepsOrderAndFlagsWhatIsOdd) {
  folder_->write("in.txt", "a great film\n\nzzzz qqqq\nlast line without newline");
  const CommandResult result = run("sequent-infer model.pt in.txt --top-k 2 --probabilities");
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = records(result.out);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0]["text"], "a great film");
  EXPECT_EQ(rows[3]["text"], "last line without newline");
  EXPECT_TRUE(rows[1]["empty"].get<bool>());
  EXPECT_FALSE(rows[0]["empty"].get<bool>());
  EXPECT_EQ(rows[2]["unknown_share"], 1);
  EXPECT_EQ(rows[0]["top"].size(), 2U);
  EXPECT_EQ(rows[0]["top"][0]["label"], rows[0]["prediction"]);
  double sum = 0;
  for (const auto& item : rows[0]["probabilities"].items()) sum += item.value().get<double>();
  EXPECT_NEAR(sum, 1, 1e-5);
}

TEST_F(Programs, InferReadsAllInputsAlike) {
  folder_->write("in.txt", "a great film\nbad, very \"bad\"\n");
  folder_->write("in.tsv", "id\ttext\n1\ta great film\n2\tbad, very \"bad\"\n");
  folder_->write("in.csv", "id,text\n1,a great film\n2,\"bad, very \"\"bad\"\"\"\n");
  folder_->write("in.jsonl",
                 "{\"id\": 1, \"text\": \"a great film\"}\n"
                 "{\"text\": \"bad, very \\\"bad\\\"\", \"id\": 2}\n");
  const auto wanted = records(run("sequent-infer model.pt in.txt").out);
  for (const char* file : {"in.tsv", "in.csv", "in.jsonl"}) {
    const CommandResult result = run(std::string("sequent-infer model.pt ") + file);
    const auto rows = records(result.out);
    ASSERT_EQ(rows.size(), 2U) << file << result.err;
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(rows[i]["text"], wanted[i]["text"]) << file;
      EXPECT_EQ(rows[i]["probability"], wanted[i]["probability"]) << file;
      EXPECT_TRUE(rows[i].contains("id")) << file;
    }
  }
  const CommandResult piped = run("cat in.csv | sequent-infer model.pt - --input-format csv");
  EXPECT_EQ(records(piped.out).size(), 2U);
  EXPECT_EQ(run("gzip -k in.txt && sequent-infer model.pt in.txt.gz").out,
            run("sequent-infer model.pt in.txt").out);
}

TEST_F(Programs, InferWritesTables) {
  folder_->write("in.csv", "id,text\n7,\"good, cheap\"\n");
  const CommandResult csv = run("sequent-infer model.pt in.csv --format csv --top-k 2");
  EXPECT_EQ(csv.out.substr(0, csv.out.find('\n')),
            "id,text,prediction,probability,prediction_2,probability_2,empty,truncated,"
            "unknown_share,error");
  EXPECT_NE(csv.out.find("7,\"good, cheap\","), std::string::npos);
  const CommandResult tsv = run("sequent-infer model.pt in.csv --format tsv");
  EXPECT_NE(tsv.out.find("7\tgood, cheap\t"), std::string::npos);
}

TEST_F(Programs, InferNamesTakenColumnsAndBadRows) {
  folder_->write("taken.tsv", "text\tprediction\nfine\tx\n");
  expect_fault("sequent-infer model.pt taken.tsv", 2, "has a column \"prediction\" already");
  EXPECT_EQ(run("sequent-infer model.pt taken.tsv --prefix model_").code, 0);
  folder_->write("latin.txt", "fine\ncaf\xe9 noir\nfine\n");
  expect_fault("sequent-infer model.pt latin.txt", 3, "latin.txt:2");
  const CommandResult kept = run("sequent-infer model.pt latin.txt --on-error record");
  EXPECT_EQ(kept.code, 0);
  const auto rows = records(kept.out);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_NE(rows[1]["error"].get<std::string>().find("latin.txt:2"), std::string::npos);
  EXPECT_EQ(rows[2]["text"], "fine");
}

TEST_F(Programs, InferNeverLosesAnOutputFile) {
  folder_->write("in.txt", "fine\n");
  folder_->write("kept.jsonl", "precious");
  expect_fault("sequent-infer model.pt in.txt --output kept.jsonl", 2, "kept.jsonl: exists");
  folder_->write("latin.txt", "fine\ncaf\xe9\n");
  expect_fault("sequent-infer model.pt latin.txt --output kept.jsonl --overwrite", 3,
               "latin.txt:2");
  EXPECT_EQ(slurp(*folder_ / "kept.jsonl"), "precious");
  EXPECT_EQ(run("sequent-infer model.pt in.txt --output kept.jsonl --overwrite").code, 0);
  EXPECT_EQ(records(slurp(*folder_ / "kept.jsonl")).size(), 1U);
}

TEST_F(Programs, InferRefusesWhatWouldHaveNoEffect) {
  folder_->write("same.txt", "fine\n");
  expect_fault("sequent-infer model.pt same.txt -o same.txt --overwrite", 2,
               "same.txt: is also the input");
  EXPECT_EQ(slurp(*folder_ / "same.txt"), "fine\n");
  expect_fault("sequent-infer model.pt same.txt --text review", 2,
               "--text: has no effect on lines");
  expect_fault("sequent-infer model.pt same.txt --no-header", 2, "--no-header: has no effect");
  expect_fault("sequent-infer model.pt -i same.txt", 2, "excludes");
  EXPECT_EQ(run("sequent-infer model.pt same.txt -o /dev/full").code, 1);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST_F(Programs, InferReadsTheColumnOfTraining) {
  std::string rows = slurp(*folder_ / "data/train.tsv");
  folder_->write("named.tsv", "label\treview" + rows.substr(rows.find('\n')));
  ASSERT_EQ(run("sequent train c.json --out named --set data.train=named.tsv --set "
                "data.validation=named.tsv --set data.format.text=review && sequent export named "
                "--out named.pt")
                .code,
            0);
  folder_->write("in.TSV", "review\nfine\n");
  const CommandResult found = run("sequent-infer named.pt in.TSV");
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(records(found.out).at(0)["review"], "fine");
  folder_->write("in.ndjson", "{\"review\": \"fine\"}\n");
  EXPECT_EQ(records(run("sequent-infer named.pt in.ndjson").out).size(), 1U);
  folder_->write("in.json", "[{\"review\": \"fine\"},\n {\"review\": \"dull\"}]\n");
  EXPECT_EQ(records(run("sequent-infer named.pt in.json").out).size(), 2U);
  folder_->write("in.csv", "id;review\n1;fi\xF1o\n");
  expect_fault("sequent-infer named.pt in.csv", 3, "--delimiter ';'");
  const CommandResult latin =
      run("sequent-infer named.pt in.csv --delimiter ';' --encoding iso-8859-1");
  ASSERT_EQ(latin.code, 0) << latin.err;
  EXPECT_EQ(records(latin.out).at(0)["review"], "fiño");
  expect_fault("sequent-infer named.pt in.csv --delimiter ab", 2, "--delimiter: found \"ab\"");
  expect_fault("sequent-infer named.pt in.TSV --delimiter ';'", 2, "--delimiter: has no effect");
  expect_fault("sequent-infer named.pt in.csv --encoding gb1830", 2, "did you mean \"gb18030\"?");
  folder_->write("one.csv", "review\nfine\n\ndull\n");
  EXPECT_EQ(records(run("sequent-infer named.pt one.csv").out).size(), 3U);
  expect_fault("sequent-infer named.pt in.TSV --overwrite", 2, "--overwrite: has no effect");
  expect_fault("sequent-infer named.pt in.TSV --text 99999999999999999999", 3,
               "no column \"99999999999999999999\"");
}

// A signal ends the program while it waits for input that never arrives.
TEST_F(Programs, InferEndsOnASignalWhileItWaits) {
  const CommandResult found =
      run("mkfifo pipe && { sleep 60 > pipe & timeout --preserve-status -s INT 1 sequent-infer "
          "model.pt pipe -o never.jsonl; code=$?; kill $!; exit $code; }");
  EXPECT_EQ(found.code, 130) << found.err;
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "never.jsonl"));
}

TEST_F(Programs, InferOfNothingIsNothing) {
  const CommandResult result = run("sequent-infer model.pt - </dev/null");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("input is empty"), std::string::npos) << result.err;
}

TEST_F(Programs, InferTakesAVeryLongLine) {
  const CommandResult result =
      run("head -c 10000000 /dev/zero | tr '\\0' 'a' | sed 's/aaaaaaaaa/good bad /g' | "
          "sequent-infer model.pt");
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = records(result.out);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0]["truncated"].get<bool>());
}

TEST_F(Programs, InferEndsQuietlyAtABrokenPipe) {
  const CommandResult result =
      run("yes 'a great film' | head -n 200000 | sequent-infer model.pt | head -n 1");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(records(result.out).size(), 1U);
}

TEST_F(Programs, InteractiveAnswersLineByLine) {
  const CommandResult result = run("printf 'great\\n\\nawful\\n' | sequent-infer model.pt -i");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 3);
  EXPECT_NE(result.out.find("(no words)"), std::string::npos);
}

TEST_F(Programs, InferNeedsTheArchiveAlone) {
  const CommandResult result =
      run("mkdir -p elsewhere && cp model.pt elsewhere/ && cd elsewhere && "
          "echo 'a great film' | env -i \"$(command -v sequent-infer)\" model.pt");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, run("echo 'a great film' | sequent-infer model.pt").out);
}

TEST_F(Programs, PythonOpensTheArchive) {
  if (run("/usr/bin/python3 -c 'import torch'").code != 0) {
    GTEST_SKIP() << "python3-torch is not installed";
  }
  folder_->write("check.py", R"(
import json, sys, torch
extra = {"sequent.json": ""}
model = torch.jit.load("model.pt", _extra_files=extra)
metadata = json.loads(extra["sequent.json"])
ids = {token: i for i, token in enumerate(metadata["vocabulary"])}
words = ["the", "film", "is", "great"]
row = [ids.get(word, 1) for word in words]
probabilities = model(torch.tensor([row + [0, 0]]), torch.tensor([len(row)]))
print(json.dumps(dict(zip(metadata["labels"], probabilities[0].tolist()))))
)");
  const CommandResult python = run("/usr/bin/python3 check.py");
  ASSERT_EQ(python.code, 0) << python.err;
  const CommandResult ours =
      run("echo 'the film is great' | sequent-infer model.pt --probabilities");
  const json wanted = json::parse(ours.out)["probabilities"];
  const json found = json::parse(python.out);
  for (const auto& item : found.items()) {
    EXPECT_NEAR(item.value().get<double>(), wanted[item.key()].get<double>(), 1e-5) << item.key();
  }
}

TEST_F(Programs, WordsThatAreUnknownAreNamed) {
  expect_fault("sequent train c.json --outt r3", 2, "train: unknown option --outt; did you mean");
  expect_fault("sequent train c.json --out r3 --epochs 3", 2, "as in --set training.epochs=3");
  expect_fault("sequent sample sentimnt --out r3", 2,
               "sample: unknown command sentimnt; did you mean \"sentiment\"?");
  EXPECT_EQ(run("sequent config check c.json -q").code, 0);
  expect_fault("sequent config check c.json --set training.lr=0.1", 2, "\"learning_rate\": 0.001");
  expect_fault("sequent config check c.json --set training.optimizer=adam", 2,
               "write {\"type\": \"adam\"}");
  expect_fault("sequent config check c.json --set data.validation=0.1", 2,
               "a string or an object with \"fraction\", \"folds\", \"fold\", \"group\", "
               "\"column\", \"values\", \"from\", \"seed\"");
}

TEST_F(Programs, ConfigFaultsAreSaid) {
  expect_fault("sequent train none.json --out r1", 2, "none.json: no such file");
  folder_->write("comma.json", "{\n  \"version\": 1,\n}\n");
  expect_fault("sequent config check comma.json", 2, "comma.json:3:1: not valid JSON");
  expect_fault("sequent config check c.json --set training.epocs=3", 2,
               "/training/epocs: unknown key; did you mean \"epochs\"?");
  expect_fault("sequent config check c.json --set training.epochs=1.5", 2,
               "/training/epochs: found 1.5; expected an integer");
  expect_fault("sequent config check c.json --set model.layers.1.return_sequences=true", 2,
               "/model/layers/2: its input is a sequence [T, 8]; expected a vector");
  expect_fault("sequent train c.json --out r1 --set model.layers.2.units=3", 2,
               "/model/layers/2/units: found 3; the data have 2 labels");
  expect_fault("sequent train c.json --out r1 --set nonsense", 2, "expected path=value");
  expect_fault("sequent train c.json", 2, "--out is required");
  expect_fault("sequent trian c.json", 2, "unknown command trian; did you mean \"train\"?");
  expect_fault("sequent config check c.json --set 'training.class_weights={\"a\":-1}'", 2,
               "/training/class_weights/a: found -1; expected at least 0");
  expect_fault("sequent config check c.json --set 'data.format={\"text\":\"label\"}'", 2,
               "/data/format/label: is also the column of the text");
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "r1/config.json"));
}

TEST_F(Programs, DataFaultsAreSaid) {
  expect_fault("sequent train c.json --out r2 --set data.train=none.tsv", 3, "none.tsv");
  expect_fault(
      "sequent train c.json --out r2 --set 'data.format={\"type\":\"tsv\",\"text\":\"txt\"}'", 3,
      "did you mean \"text\"?");
  folder_->write("latin.tsv", "label\ttext\na\tone\nb\tcaf\xe9\n");
  expect_fault("sequent train c.json --out r2 --set data.train=latin.tsv", 3, "latin.tsv:3");
  folder_->write("one.tsv", "label\ttext\na\tone\na\ttwo\na\tthree\n");
  expect_fault(
      "sequent train c.json --out r2 --set data.train=one.tsv --set "
      "'data.validation={\"fraction\":0.3}'",
      3, "found only the label \"a\"");
  folder_->write("unseen.tsv", "label\ttext\npositiv\tone\n");
  expect_fault("sequent train c.json --out r2 --set data.validation=unseen.tsv", 3, "unseen.tsv:2");
  folder_->write("empty.tsv", "");
  expect_fault("sequent train c.json --out r2 --set data.train=empty.tsv", 3, "empty.tsv");
}

TEST_F(Programs, RunsAndArchivesAreChecked) {
  expect_fault("sequent train c.json --out run", 2, "run: already contains a finished run");
  expect_fault("sequent evaluate nowhere data/test.tsv", 4, "nowhere");
  expect_fault("sequent evaluate data data/test.tsv", 4, "data");
  expect_fault("sequent-infer nowhere.pt in.txt", 4, "nowhere.pt: no such file");
  EXPECT_EQ(run("head -c 3000 model.pt > cut.pt").code, 0);
  expect_fault("echo x | sequent-infer cut.pt", 4, "truncated or damaged");
  folder_->write("foreign.pt", "not an archive");
  expect_fault("echo x | sequent-infer foreign.pt", 4, "is not a model archive");
  expect_fault("sequent export run --out model.pt", 2, "model.pt: exists");
  EXPECT_EQ(run("cp -r run half && rm half/manifest.json").code, 0);
  expect_fault("sequent export half --out half.pt", 4, "unfinished");
}

TEST_F(Programs, AFullDiskIsSaidAndLosesNothing) {
  if (run("mkdir -p small && mount -t tmpfs -o size=64k tmpfs small").code != 0) {
    GTEST_SKIP() << "cannot mount a small disk here: needs root";
  }
  const CommandResult train = run("sequent train c.json --out small/run");
  const CommandResult exported = run("sequent export run --out small/model.pt");
  const bool partial = std::filesystem::exists(*folder_ / "small/model.pt");
  const CommandResult infer =
      run("yes 'a great film' | head -n 5000 | sequent-infer model.pt --output small/out.jsonl");
  const bool partial_output = std::filesystem::exists(*folder_ / "small/out.jsonl");
  run("umount small");
  EXPECT_EQ(train.code, 1) << train.err;
  EXPECT_NE(train.err.find("No space left"), std::string::npos) << train.err;
  EXPECT_EQ(exported.code, 1) << exported.err;
  EXPECT_FALSE(partial);
  EXPECT_EQ(infer.code, 1) << infer.err;
  EXPECT_FALSE(partial_output);
  EXPECT_EQ(run("sequent config show c.json >/dev/full").code, 1);
}

TEST_F(Programs, AnInterruptedRunGoesOn) {
  const std::string many = " --set training.epochs=1000000 --set runtime.log_seconds=100";
  // Stops a run after its first epoch is recorded, however long that takes.
  const auto stop = [&](const std::string& folder, const std::string& signal) {
    return run("sequent train c.json --out " + folder + many + " & until [ -s " + folder +
               "/metrics.jsonl ] || ! kill -0 $!; do sleep 0.1; done; kill -" + signal +
               " $!; wait $!");
  };
  const CommandResult stopped = stop("stopped", "INT");
  EXPECT_EQ(stopped.code, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("--resume"), std::string::npos) << stopped.err;
  expect_fault("sequent evaluate stopped data/test.tsv", 4, "unfinished");
  const CommandResult direct = stop("term", "TERM");
  EXPECT_EQ(direct.code, 143) << direct.err;
  const CommandResult resumed =
      run("sequent train c.json --out stopped --resume "
          "--set training.epochs=1 --set runtime.log_seconds=100");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

TEST_F(Programs, TrainingStartsFromAnotherRun) {
  folder_->write("moods.tsv", "text\tlabel\nwhat a zorgly film\tcurious\nI loved it\tpositive\n");
  const std::string line =
      "sequent train c.json --init-from run --set data.train=moods.tsv "
      "--set data.validation=moods.tsv --set input.vocabulary.min_count=1 --out ";
  const CommandResult found = run(line + "moods");
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_NE(found.err.find("known tokens; taken: layers.0 (embedding), layers.1 (lstm), "
                           "layers.2 (dense) with 1 of its outputs"),
            std::string::npos)
      << found.err;
  expect_fault("sequent evaluate run moods.tsv", 3, "curious");
  EXPECT_EQ(run("sequent evaluate moods moods.tsv").code, 0);
  EXPECT_EQ(run("grep -qx zorgly moods/vocabulary.txt").code, 0);
  EXPECT_EQ(run(line + "other --set training.init_from=gone").code, 0) << "the option goes first";
  expect_fault("sequent train c.json --init-from gone --out gone2", 4, "gone");
  expect_fault("sequent train c.json --init-from '' --out gone2", 2, "--init-from: found \"\"");
}

TEST_F(Programs, ConfigToolsPrint) {
  EXPECT_EQ(json::parse(run("sequent config schema").out)["$schema"],
            "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(json::parse(run("sequent config show c.json").out)["training"]["batch_size"], 32);
  EXPECT_FALSE(
      json::parse(run("sequent config show --minimal c.json").out)["training"].contains("loss"));
  EXPECT_NE(run("sequent config reference").out.find("| `max_length` |"), std::string::npos);
  EXPECT_NE(run("sequent inspect model.pt").out.find("1 lstm"), std::string::npos);
  EXPECT_NE(run("sequent data check c.json").out.find("train"), std::string::npos);
  EXPECT_EQ(run("sequent --version").code, 0);
  EXPECT_EQ(run("sequent train --help").code, 0);
}

TEST_F(Programs, CudaWithoutAGpuIsSaid) {
  if (std::filesystem::exists("/dev/nvidia0")) GTEST_SKIP() << "this machine has a GPU";
  expect_fault("sequent train c.json --out r3 --set runtime.device=cuda", 1,
               "found \"cuda\", but LibTorch sees no CUDA device");
}

TEST_F(Programs, EnginesAndInstructionSetsAgree) {
  const std::string infer = "sequent-infer model.pt data/test.tsv";
  const std::vector<json> wanted = records(run(infer + " --engine torchscript").out);
  ASSERT_GT(wanted.size(), 10U);
  for (const std::string& line :
       {infer, infer + " --token-table 0", "SEQUENT_ISA=portable " + infer}) {
    const std::vector<json> found = records(run(line).out);
    ASSERT_EQ(found.size(), wanted.size()) << line;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i]["prediction"], wanted[i]["prediction"]) << line;
      EXPECT_NEAR(found[i]["probability"].get<double>(), wanted[i]["probability"].get<double>(),
                  2e-5)
          << line;
    }
  }
  const CommandResult unknown = run("SEQUENT_ISA=mmx " + infer);
  EXPECT_EQ(unknown.code, 0);
  EXPECT_NE(unknown.err.find("SEQUENT_ISA: found \"mmx\""), std::string::npos) << unknown.err;
  expect_fault(infer + " --engine magic", 2, "--engine");
  expect_fault(infer + " --engine torchscript --token-table 8", 2, "--token-table");
}

TEST_F(Programs, PrecisionIsTakenOrRefused) {
  const std::string infer = "sequent-infer model.pt data/test.tsv --precision ";
  EXPECT_EQ(run("SEQUENT_ISA=portable " + infer + "auto").out,
            run("SEQUENT_ISA=portable " + infer + "float32").out);
  const std::string train = "sequent train c.json --out r5 --set runtime.precision=";
  expect_fault("SEQUENT_ISA=portable " + infer + "bfloat16", 1, "precision: found \"bfloat16\"");
  expect_fault("SEQUENT_ISA=portable " + train + "bfloat16", 1, "/runtime/precision: found");
  expect_fault("SEQUENT_ISA=portable sequent bench --precision bfloat16", 1, "--precision: found");
  expect_fault(infer + "bfloat16 --engine torchscript", 2, "which only the fused engine supports");
  expect_fault(infer + "half", 2, "--precision");
  const std::string bag =
      " --set 'model.layers=[{\"type\": \"embedding\", \"output_dim\": 4}, {\"type\": \"pool\"}, "
      "{\"type\": \"dense\", \"activation\": \"softmax\"}]'";
  expect_fault(train + "bfloat16" + bag, 2, "/runtime/precision: found");
  const CommandResult trained = run(train + "auto");
  EXPECT_EQ(trained.code, 0) << trained.err;
}

TEST_F(Programs, BenchMeasuresLayersAndConfigs) {
  const CommandResult layer =
      run("sequent bench --cell gru --units 8 --length 4 --batch 2 --rounds 1 --json");
  ASSERT_EQ(layer.code, 0) << layer.err;
  const json of_layer = json::parse(layer.out);
  EXPECT_GT(of_layer["limit_gflops"].get<double>(), 0);
  ASSERT_EQ(of_layer["work"].size(), 2U);
  EXPECT_GT(of_layer["work"][1]["sequences_per_second"].get<double>(), 0);
  EXPECT_GT(of_layer["work"][1]["torch_sequences_per_second"].get<double>(), 0);
  const CommandResult config = run("sequent bench c.json --rounds 1 --json");
  ASSERT_EQ(config.code, 0) << config.err;
  const json of_config = json::parse(config.out);
  EXPECT_EQ(of_config["work"][0]["what"], "training");
  EXPECT_LE(of_config["single"]["p50_us"].get<double>(),
            of_config["single"]["p99_us"].get<double>());
  EXPECT_NE(run("sequent bench --units 8 --length 4 --rounds 1").out.find("of limit"),
            std::string::npos);
  expect_fault("sequent bench c.json --units 8", 2, "remove CONFIG or these options");
  expect_fault("sequent bench --set training.epochs=1", 2, "--set");
  expect_fault("sequent bench none.json", 2, "none.json");
  expect_fault("sequent bench c.json --set runtime.device=cuda", 2, "/runtime/device");
}

}  // namespace
}  // namespace sequent
