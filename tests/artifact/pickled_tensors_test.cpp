#include "artifact/pickled_tensors.h"

#include <gtest/gtest.h>

#include "support.h"

namespace sequent {
namespace {

using namespace std::string_literals;
using testing::error_of;

std::string text(const std::string& value) {
  return "X" + std::string(1, static_cast<char>(value.size())) + "\0\0\0"s + value;
}

// Parts of a pickle of protocol 2 (Python's pickletools describes the instructions).
const std::string kStart = "\x80\x02"s;
const std::string kModule = "c__torch__\nSequentModel\n)\x81"s;
const std::string kTensor = "ctorch._utils\n_rebuild_tensor_v2\n(("s + text("storage") +
                            "ctorch\nFloatStorage\n"s + text("7") + text("cpu") +
                            "K\x06tQK\x00(K\x02K\x03t(K\x03K\x01t\x89"
                            "ccollections\nOrderedDict\n)RtR"s;
const std::string kGood =
    kStart + kModule + "}(" + text("weight") + kTensor + text("training") + "\x89ub."s;

std::string fault_of(const std::string& pickle) {
  const auto error = error_of([&] { read_pickled_tensors(pickle, "m.pt"); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  return error->what();
}

TEST(PickledTensors, ReadsTheTensorsOfAModule) {
  const std::vector<PickledTensor> found = read_pickled_tensors(kGood, "m.pt");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "weight");
  EXPECT_EQ(found[0].storage_type, "FloatStorage");
  EXPECT_EQ(found[0].storage, "7");
  EXPECT_EQ(found[0].storage_size, 6);
  EXPECT_EQ(found[0].offset, 0);
  EXPECT_EQ(found[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(found[0].strides, (std::vector<std::int64_t>{3, 1}));
}

TEST(PickledTensors, EveryTruncationIsAnError) {
  for (std::size_t size = 0; size < kGood.size(); ++size) {
    EXPECT_NE(fault_of(kGood.substr(0, size)), "") << size;
  }
  EXPECT_NE(fault_of(kGood + "."), "") << "bytes after the end";
}

TEST(PickledTensors, EveryChangedBitIsReadOrAnError) {
  for (std::size_t bit = 0; bit < 8 * kGood.size(); ++bit) {
    std::string changed = kGood;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    fault_of(changed);  // neither crashes nor throws another kind of error
  }
}

TEST(PickledTensors, NothingForeignIsAccepted) {
  const std::string call = kStart + "cos\nsystem\n(" + text("ls") + "tR.";
  EXPECT_NE(fault_of(call).find("a call of os system"), std::string::npos) << fault_of(call);
  const std::string object = kStart + "c__torch__\nEvil\n)\x81}b."s;
  EXPECT_NE(fault_of(object).find("an object of __torch__ Evil"), std::string::npos);
  const std::string state = kStart + kModule + "K\x01K\x02\x86" + "b."s;
  EXPECT_NE(fault_of(state).find("code of its own"), std::string::npos) << fault_of(state);
  EXPECT_NE(fault_of(kStart + "(i__main__\nA\n.").find("instruction"), std::string::npos);
  EXPECT_NE(fault_of(kStart + kModule + "}" + text("w") + "}sb.").find("nested"),
            std::string::npos);
}

TEST(PickledTensors, DeepNestingAndHugeCountsAreErrors) {
  EXPECT_NE(fault_of(kStart + ")" + std::string(100000, '\x85') + "."), "");
  EXPECT_NE(fault_of(kStart + "X\xff\xff\xff\xff" + "a."), "");
  EXPECT_NE(fault_of(kStart + std::string(std::size_t{2} << 20, '(') + "."), "");
}

}  // namespace
}  // namespace sequent
