// How exactly the products of recurrent layers are computed.
#pragma once

namespace sequent {

enum class Precision {
  kFloat32,
  kBfloat16,  // what is multiplied is rounded to 8 bits, the sums are float32
  kAuto       // kBfloat16 on a CPU that has instructions for it
};

}  // namespace sequent
