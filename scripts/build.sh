#!/usr/bin/env bash
# Builds the programs: build/PRESET/sequent and build/PRESET/sequent-infer.
#
#   scripts/build.sh [--tests] [PRESET]     PRESET: release (default), runtime, dev, asan, tidy
#
# The preset runtime builds only sequent-infer, and needs no LibTorch.
# SEQUENT_WERROR=ON in the environment turns warnings into errors.
# A folder that was once built with --tests keeps building them.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

preset=release
tests=
for argument in "$@"; do
  case "$argument" in
    --tests) tests=ON ;;
    -*) die "unknown option $argument; allowed is --tests" ;;
    *) preset=$argument ;;
  esac
done

cd "$root"
cache=build/$preset/CMakeCache.txt
options=()
if [[ -z "$tests" && ! -f "$cache" ]]; then tests=OFF; fi
if [[ -n "${SEQUENT_WERROR:-}" ]]; then options+=("-DSEQUENT_WERROR=$SEQUENT_WERROR"); fi
if [[ -n "$tests" ]]; then options+=("-DSEQUENT_BUILD_TESTS=$tests"); fi

torch_dir=$(torch_of_user)
if [[ -n "$torch_dir" ]]; then
  options+=("-DTorch_DIR=$torch_dir" "-DCMAKE_PREFIX_PATH=${LIBTORCH:-}")
  # CMake caches the parts of the LibTorch that it found first.
  if [[ -f "$cache" ]] && ! grep -qF "Torch_DIR:PATH=$torch_dir" "$cache"; then
    rm -r "$cache" "build/$preset/CMakeFiles"
  fi
fi

cmake --preset "$preset" --log-level=WARNING "${options[@]}" ||
  die "cmake failed to configure; run scripts/setup.sh to install the dependencies"
cmake --build "build/$preset" --parallel "$(job_count)"
