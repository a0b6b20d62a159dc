#include <filesystem>
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
  log_info("created " + files.train.string() + ", " + files.validation.string() + ", " +
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
  command->add_option("--rows", options->sample.rows, "Total number of rows in the three files")
      ->check(CLI::Range(TransformSample::kMinRows, TransformSample::kMaxRows))
      ->capture_default_str();
  command->add_option("--seed", options->sample.seed, "Random seed")->capture_default_str();
  command->add_option("-o,--out", options->out, "Folder for the files")
      ->type_name("FOLDER")
      ->required();
  command->add_flag("--overwrite", options->sample.overwrite, "Replace an existing sample");
  command->callback([options, &action] {
    action = [options] { log_files(write_transform_sample(options->sample, options->out)); };
  });
}

/// Adds the command of a sample that is a single file.
template <class Sample>
void add_file_command(CLI::App& samples, const char* name, const char* help,
                      void (*write)(const Sample&, const std::filesystem::path&), Action& action) {
  struct Options {
    Sample sample;
    std::string out;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = samples.add_subcommand(name, help);
  command->add_option("--rows", options->sample.rows, "Number of rows")
      ->check(CLI::Range(Sample::kMinRows, Sample::kMaxRows))
      ->capture_default_str();
  command->add_option("--seed", options->sample.seed, "Random seed")->capture_default_str();
  command->add_option("-o,--out", options->out, "File to create")->type_name("FILE")->required();
  command->add_flag("--overwrite", options->sample.overwrite, "Replace an existing file");
  command->callback([options, write, &action] {
    action = [options, write] {
      write(options->sample, options->out);
      log_info("created " + options->out);
    };
  });
}

}  // namespace

void add_sample_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<SampleCommandOptions>();
  CLI::App* command = app.add_subcommand("sample", "Generate sample data sets");
  command->require_subcommand(1);
  CLI::App* sentiment = command->add_subcommand(
      "sentiment", "Generate positive and negative reviews in which word order decides the label");
  SentimentSample& sample = options->sample;
  sentiment->add_option("--language", options->language, "Language of the reviews")
      ->check(CLI::IsMember({"en", "zh", "both"}))
      ->capture_default_str();
  sentiment->add_option("--rows", sample.rows, "Total number of rows in the three files")
      ->check(CLI::Range(SentimentSample::kMinRows, SentimentSample::kMaxRows))
      ->capture_default_str();
  sentiment->add_option("--seed", sample.seed, "Random seed")->capture_default_str();
  sentiment->add_option("-o,--out", options->out, "Folder for the files")
      ->type_name("FOLDER")
      ->required();
  sentiment->add_flag("--overwrite", sample.overwrite, "Replace an existing sample");
  sentiment->callback([options, &action] {
    action = [options] {
      options->sample.language = *find_sample_language(options->language);
      log_files(write_sentiment_sample(options->sample, options->out));
    };
  });
  add_file_command(*command, "tickets",
                   "Generate a CSV file of messages to a shop, with an id, a date and a category",
                   write_ticket_sample, action);
  add_file_command(*command, "machines",
                   "Generate a CSV file of the readings of two machines, with a state for each "
                   "time step",
                   write_machine_sample, action);
  add_file_command<ReturnSample>(
      *command, "returns",
      "Generate a CSV file of requests to a shop whose further columns, a group, a price and a "
      "date, matter for the label",
      write_return_sample, action);
  add_transform_command(*command, TransformKind::kDates, "Generate dates to rewrite as 1987-03-05",
                        action);
  add_transform_command(*command, TransformKind::kArithmetic,
                        "Generate sums and differences to compute", action);
  add_transform_command(*command, TransformKind::kNumbers,
                        "Generate numbers to spell out in English", action);
  add_transform_command(*command, TransformKind::kChineseNumerals,
                        "Generate numbers to write as Chinese numerals", action);
}

}  // namespace sequent
