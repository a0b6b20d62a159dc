#include <memory>

#include "apps/commands.h"
#include "sequent/log.h"
#include "sequent/sample.h"

namespace sequent {
namespace {

struct SampleCommandOptions {
  std::string language = "en";
  std::string out;
  SentimentSample sample;
};

void log_files(const SampleFiles& files) {
  log_info("wrote " + files.train.string() + ", " + files.validation.string() + ", " +
           files.test.string() + " and " + files.readme.string());
}

void add_transform_command(CLI::App& samples, TransformKind kind, const char* help,
                           Action& action) {
  struct Options {
    TransformSample sample;
    std::string out;
  };
  auto options = std::make_shared<Options>();
  options->sample.kind = kind;
  CLI::App* command = samples.add_subcommand(std::string(transform_name(kind)), help);
  command->add_option("--rows", options->sample.rows, "Rows of all three files together")
      ->check(CLI::Range(TransformSample::kMinRows, TransformSample::kMaxRows))
      ->capture_default_str();
  command->add_option("--seed", options->sample.seed, "Which sample")->capture_default_str();
  command->add_option("-o,--out", options->out, "Folder for the files")->required();
  command->add_flag("--overwrite", options->sample.overwrite, "Replace a sample that is there");
  command->callback([options, &action] {
    action = [options] { log_files(write_transform_sample(options->sample, options->out)); };
  });
}

}  // namespace

void add_sample_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<SampleCommandOptions>();
  CLI::App* command = app.add_subcommand("sample", "Make sample data to try things with");
  command->require_subcommand(1);
  CLI::App* sentiment = command->add_subcommand(
      "sentiment", "Reviews, positive or negative, in which word order decides");
  SentimentSample& sample = options->sample;
  sentiment->add_option("--language", options->language, "en, zh or both")
      ->check(CLI::IsMember({"en", "zh", "both"}))
      ->capture_default_str();
  sentiment->add_option("--rows", sample.rows, "Rows of all three files together")
      ->check(CLI::Range(SentimentSample::kMinRows, SentimentSample::kMaxRows))
      ->capture_default_str();
  sentiment->add_option("--seed", sample.seed, "Which sample")->capture_default_str();
  sentiment->add_option("-o,--out", options->out, "Folder for the files")->required();
  sentiment->add_flag("--overwrite", sample.overwrite, "Replace a sample that is there");
  sentiment->callback([options, &action] {
    action = [options] {
      options->sample.language = *find_sample_language(options->language);
      log_files(write_sentiment_sample(options->sample, options->out));
    };
  });
  add_transform_command(*command, TransformKind::kDates, "Dates, to be written as 1987-03-05",
                        action);
  add_transform_command(*command, TransformKind::kArithmetic, "Sums and differences", action);
  add_transform_command(*command, TransformKind::kNumbers, "Numbers in English words", action);
  add_transform_command(*command, TransformKind::kChineseNumerals, "Numbers in Chinese", action);
}

}  // namespace sequent
