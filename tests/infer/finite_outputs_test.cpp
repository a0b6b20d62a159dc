// Outputs that are not finite become errors of their inputs.
#include "infer/finite_outputs.h"

#include <gtest/gtest.h>

#include <limits>

#include "batch/record_answerer.h"

namespace sequent {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(FiniteOutputs, NameTheInputs) {
  FiniteOutputs outputs(4);
  outputs.check(0, std::vector<float>{0.5F, -1e38F});
  EXPECT_NO_THROW(outputs.throw_if_any());
  outputs.check(1, std::vector<float>{0.5F, kNan});
  outputs.check(2, -std::numeric_limits<double>::infinity());
  outputs.check(3, -1e300);
  try {
    outputs.throw_if_any();
    FAIL() << "no error";
  } catch (const NotFiniteError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNumeric);
    EXPECT_EQ(error.inputs(), (std::vector<std::size_t>{1, 2}));
    ASSERT_EQ(error.issues().size(), 2U);
    EXPECT_EQ(error.issues()[1].where, "input 2");
  }
}

TEST(FiniteOutputs, ListAtMostTwenty) {
  std::vector<std::size_t> inputs(1000);
  const NotFiniteError error(inputs);
  EXPECT_EQ(error.issues().size(), 21U);
  EXPECT_EQ(error.issues().back().message, "and 980 more inputs");
}

/// An answer is the record's number; not finite for large ones.
class Squares : public AnswererOf<float> {
 public:
  Squares() : AnswererOf("") {}
  std::vector<std::string> names() const override { return {"square"}; }
  std::string answer_line(const std::string&) const override { return ""; }

 protected:
  std::vector<float> answers_to(const std::vector<Record>& window) const override {
    std::vector<float> squares;
    for (const Record& record : window) {
      if (record.fault) continue;
      const auto value = static_cast<float>(record.values.at(0));
      squares.push_back(value > 1e19F ? kInfinity : value * value);
    }
    FiniteOutputs finite(squares.size());
    for (std::size_t i = 0; i < squares.size(); ++i) finite.check(i, squares[i]);
    finite.throw_if_any();
    return squares;
  }
  void append_json(std::string& out, const Record&, const float& square) const override {
    out += std::to_string(static_cast<int>(square));
  }
};

TEST(FiniteOutputs, LeaveTheOtherRecordsTheirAnswers) {
  std::vector<Record> window(5);
  for (std::size_t i = 0; i < window.size(); ++i) window[i].values = {static_cast<double>(i)};
  window[0].fault = "unreadable";
  window[2].values = {3e38};
  const Squares squares;
  const auto answers = squares.answer(window);
  EXPECT_EQ(window[0].fault, "unreadable");
  EXPECT_EQ(window[2].fault, NotFiniteError::message());
  EXPECT_FALSE(window[3].fault);
  std::string text;
  for (const std::size_t i : {1U, 3U, 4U}) answers->append_json(text, i, window[i]);
  EXPECT_EQ(text, "1916");
}

}  // namespace
}  // namespace sequent
