#!/usr/bin/env bash
# Sets up, builds and runs the tests. Ends with CTest's summary and exit code.
#
#   scripts/test.sh [ctest arguments]        such as -L unit, -R kernels, -LE slow
#   PRESET=asan scripts/test.sh              another preset than release
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
preset=${PRESET:-release}
scripts/setup.sh --tests
scripts/build.sh --tests "$preset"
exec ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$(nproc)" "$@"
