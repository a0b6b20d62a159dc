// A plugin of another version: only its version may be asked for.
#include <cstdlib>

extern "C" const char* sequent_torchscript_version() { return "0.0.1 (interface 0)"; }

extern "C" void sequent_torchscript_engine() { std::abort(); }
