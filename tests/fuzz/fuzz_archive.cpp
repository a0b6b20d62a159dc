// The parts of a model archive: its ZIP container, the pickle and the metadata.
#include "artifact/good_artifacts.h"
#include "artifact/pickled_tensors.h"
#include "artifact/zip_records.h"
#include "fuzz/fuzz_target.h"
#include "sequent/artifact.h"
#include "support.h"
#include "zip_bytes.h"

namespace sequent::fuzz {
namespace {

using namespace std::string_literals;

const std::string kPickle =
    "\x80\x02"
    "c__torch__\nSequentModel\n)\x81}(X\x06\0\0\0weight"
    "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
    "0"
    "X\x03\0\0\0cpuK\x06tQK\0(K\x02K\x03t(K\x03K\x01t\x89"
    "ccollections\nOrderedDict\n)RtRub."s;

std::string metadata() { return archive_metadata_to_json(testing::good_metadata()); }

/// Removes the checksums, so that changed metadata reach the fields.
std::string unprotected(std::string json) {
  const std::size_t begin = json.rfind(",\"records_checksum\"");
  return json.substr(0, begin) + "}";
}

std::string archive() {
  return testing::zip_bytes({{"model/extra/sequent.json", metadata(), /*compressed=*/true},
                             {"model/data.pkl", kPickle},
                             {"model/data/0", std::string(24, '\1')}});
}

}  // namespace

std::vector<std::string> seeds() {
  // An archive of LibTorch has the 64-bit extensions.
  const std::string large =
      testing::slurp(SEQUENT_SOURCE_DIR "/tests/golden/version_0_1_0/model.pt");
  return {"z" + archive(), "z" + large, "p" + kPickle, "m" + metadata(),
          "m" + unprotected(metadata())};
}

void run(const std::string& input) {
  if (input.empty()) return;
  const std::string content = input.substr(1);
  if (input[0] == 'p') {
    read_pickled_tensors(content, "fuzz.pt");
  } else if (input[0] == 'm') {
    archive_metadata_from_json(content, "fuzz.pt");
  } else {
    const ZipRecords records(std::as_bytes(std::span<const char>(content)), "fuzz.pt");
    for (const std::string& record : records.records()) records.read(record);
  }
}

}  // namespace sequent::fuzz
