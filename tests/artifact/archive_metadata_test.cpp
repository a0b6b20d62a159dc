#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "artifact/good_artifacts.h"
#include "damaged_json.h"
#include "sequent/artifact.h"
#include "support.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;
using testing::error_of;
using testing::good_metadata;

void expect_artifact_error(const std::optional<Error>& error, const std::string& named) {
  ASSERT_TRUE(error.has_value()) << "no error; expected one that says " << named;
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find(named), std::string::npos) << error->what();
}

TEST(ArchiveMetadata, RoundTrip) {
  const ArchiveMetadata metadata = good_metadata();
  const ArchiveMetadata read =
      archive_metadata_from_json(archive_metadata_to_json(metadata), "model.pt");
  EXPECT_EQ(read.sequent_version, metadata.sequent_version);
  EXPECT_EQ(read.created, metadata.created);
  EXPECT_EQ(read.config, metadata.config);
  EXPECT_EQ(read.vocabulary, metadata.vocabulary);
  EXPECT_EQ(read.labels, metadata.labels);
  EXPECT_EQ(read.validation_report, metadata.validation_report);
  EXPECT_EQ(read.parity_digest, metadata.parity_digest);
  EXPECT_EQ(read.parity_difference, metadata.parity_difference);
  EXPECT_EQ(read.parity_rows, metadata.parity_rows);
  EXPECT_EQ(archive_metadata_to_json(read), archive_metadata_to_json(metadata));
}

TEST(ArchiveMetadata, NoValidationReportIsNull) {
  ArchiveMetadata metadata = good_metadata();
  metadata.validation_report.clear();
  const std::string json = archive_metadata_to_json(metadata);
  EXPECT_TRUE(Json::parse(json)["validation"].is_null());
  EXPECT_TRUE(archive_metadata_from_json(json, "model.pt").validation_report.empty());
}

TEST(ArchiveMetadata, AnyTokensAndLabelsSurvive) {
  ArchiveMetadata metadata = good_metadata();
  metadata.vocabulary = Vocabulary({"\"", "\\", "\u7535\u5f71", "\U0001F600", "line\nend"});
  metadata.labels = LabelSet({"a\tb", "\u597d\u8bc4"});
  const ArchiveMetadata read =
      archive_metadata_from_json(archive_metadata_to_json(metadata), "model.pt");
  EXPECT_EQ(read.vocabulary, metadata.vocabulary);
  EXPECT_EQ(read.labels, metadata.labels);
}

TEST(ArchiveMetadata, PathsTellNothingOfTheMachine) {
  const std::vector<std::pair<std::string, std::string>> paths{
      {"data/train.tsv", "data/train.tsv"},
      {"train.tsv", "train.tsv"},
      {"/home/someone/secret/train.tsv", "train.tsv"},
      {"/home/someone/secret/reviews/", "reviews"},
      {"../../home/someone/train.tsv", "train.tsv"},
      {"data/../../someone/train.tsv", "train.tsv"},
      {"..", "data"},
      {"/", "data"},
  };
  for (const auto& [written, kept] : paths) {
    SCOPED_TRACE(written);
    ArchiveMetadata metadata = good_metadata();
    metadata.config.data.train = written;
    metadata.config.data.validation = written;
    metadata.config.data.test = written;
    const std::string json = archive_metadata_to_json(metadata);
    const DataSpec data = archive_metadata_from_json(json, "model.pt").config.data;
    EXPECT_EQ(data.train, kept);
    EXPECT_EQ(std::get<std::string>(data.validation), kept);
    EXPECT_EQ(data.test, HeldOutSource(kept));
    EXPECT_EQ(json.find("someone"), std::string::npos);
  }
}

/// Metadata without checksums, as version 0.1.0 wrote them: damage reaches the fields.
Json unprotected_metadata() {
  Json json = Json::parse(archive_metadata_to_json(good_metadata()));
  json.erase("records_checksum");
  json.erase("checksum");
  return json;
}

TEST(ArchiveMetadata, ChecksumCoversEveryByte) {
  const std::string good = archive_metadata_to_json(good_metadata());
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 2);
    const auto error = error_of([&] { archive_metadata_from_json(changed, "m.pt"); });
    ASSERT_TRUE(error) << at;
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact) << at;
  }
  Json without = Json::parse(good);
  without.erase("checksum");
  expect_artifact_error(error_of([&] { archive_metadata_from_json(without.dump(), "m.pt"); }),
                        "/checksum: is missing");
}

TEST(ArchiveMetadata, EachKeyIsNeeded) {
  const Json good = unprotected_metadata();
  ASSERT_EQ(good.size(), 9U);
  for (const auto& entry : good.items()) {
    SCOPED_TRACE(entry.key());
    const std::string pointer = "/" + entry.key();
    const auto missing = error_of(
        [&] { archive_metadata_from_json(testing::damaged(good, pointer, ""), "models/m.pt"); });
    expect_artifact_error(missing, "models/m.pt: sequent.json: " + pointer + ": missing; ");
    expect_artifact_error(missing, "export the model again");
    const auto wrong = error_of([&] {
      archive_metadata_from_json(testing::damaged(good, pointer, "true"), "models/m.pt");
    });
    expect_artifact_error(wrong, pointer + ": found true");
  }
}

struct Damage {
  const char* pointer;      // the value to change
  const char* replacement;  // JSON; if empty, the value is removed
  const char* named;        // text that the message must contain
};

TEST(ArchiveMetadata, DamageIsNamed) {
  const Json good = unprotected_metadata();
  const std::vector<Damage> damages{
      {"/format_version", "2", "/members: missing"},
      {"/format_version", "3",
       "was made by a later version of Sequent (format 3, this program reads up to 2): use "
       "sequent-infer of that "
       "version or later"},
      {"/format_version", "-1", "/format_version: found -1"},
      {"/config", "[]", "/config: found an array; expected an object"},
      {"/config/version", "7", "/config: /version"},
      {"/config/model", "", "/config"},
      {"/config/model/layers/1/units", "0", "/config: /model/layers/1/units"},
      {"/config/model/layers/1/type", "\"lstn\"", "/config: /model/layers/1"},
      {"/vocabulary", "[]", "/vocabulary: entry 1: missing"},
      {"/vocabulary/0", "\"x\"", "/vocabulary: entry 1: found \"x\"; expected \"<pad>\""},
      {"/vocabulary/3", "\"\"", "/vocabulary: entry 4 is empty"},
      {"/vocabulary/3", "\"film\"", "/vocabulary"},
      {"/vocabulary/3", "3", "/vocabulary/3: found 3; expected a string"},
      {"/labels", "[]", "/labels"},
      {"/labels/1", "", "/labels"},
      {"/labels/1", "\"a\"", "/labels: the labels are not in byte order"},
      {"/labels/1", "\"negative\"", "/labels"},
      {"/validation/loss", "\"x\"", "/validation/loss: found \"x\""},
      {"/parity/digest", "", "/parity/digest: missing"},
      {"/parity/difference", "\"small\"", "/parity/difference: found \"small\""},
      {"/parity/rows", "-3", "/parity/rows: found -3"},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(std::string(damage.pointer) + " = " + damage.replacement);
    const auto error = error_of([&] {
      archive_metadata_from_json(testing::damaged(good, damage.pointer, damage.replacement),
                                 "m.pt");
    });
    expect_artifact_error(error, damage.named);
    expect_artifact_error(error, "m.pt: sequent.json");
  }
}

TEST(ArchiveMetadata, ATruncatedCardIsDamaged) {
  const std::string good = archive_metadata_to_json(good_metadata());
  for (std::size_t length = 0; length < good.size(); length += 53) {
    expect_artifact_error(
        error_of([&] { archive_metadata_from_json(good.substr(0, length), "m.pt"); }),
        "m.pt: sequent.json: damaged: invalid JSON at byte");
  }
}

TEST(Version, IsThatOfTheProject) {
  EXPECT_TRUE(std::regex_match(std::string(version()), std::regex(R"(\d+\.\d+\.\d+)")))
      << version();
}

TEST(UtcNow, IsIso8601) {
  const std::string now = utc_now();
  EXPECT_TRUE(std::regex_match(now, std::regex(R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)"))) << now;
}

}  // namespace
}  // namespace sequent
