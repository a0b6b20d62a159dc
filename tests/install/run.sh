#!/usr/bin/env bash
# run.sh BUILD COMPILER [MODEL]: installs a build, then builds and runs this folder's program and the
# C++ examples with it, none of which needs LibTorch. Without MODEL, they must report a missing model
# as the header promises. If the build can train, a program that links sequent::train runs a graph with
# the engine in it, and the installed sequent-infer with the installed plugin. The script also
# configures a project that includes Sequent's sources.
set -euo pipefail

build=$1 compiler=$2 model=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

cmake --install "$build" --prefix "$temporary/prefix" >"$temporary/log" ||
  { cat "$temporary/log" && exit 1; }
cmake -S "$here" -B "$temporary/build" -G Ninja -DCMAKE_PREFIX_PATH="$temporary/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release -DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON
cmake --build "$temporary/build"
for example in service batch; do
  cmake -S "$here/../../examples/$example" -B "$temporary/$example" -G Ninja \
    -DCMAKE_PREFIX_PATH="$temporary/prefix" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_BUILD_TYPE=Release >"$temporary/log" || { cat "$temporary/log" && exit 1; }
  cmake --build "$temporary/$example"
done
torch=$(sed -n 's/^Torch_DIR:[A-Z]*=//p' "$build/CMakeCache.txt")
trains=$(sed -n 's/^SEQUENT_TRAIN:BOOL=//p' "$build/CMakeCache.txt")
cmake -S "$here/subproject" -B "$temporary/subproject" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DSEQUENT_SOURCE="$here/../.." -DTorch_DIR="$torch" -DSEQUENT_TRAIN="$trains" >"$temporary/log" 2>&1 ||
  { cat "$temporary/log" && exit 1; }
programs=sequent-infer
if [[ "$trains" == ON ]]; then
  programs+=" sequent"
  golden=$here/../golden/version_0_1_0/model.pt
  cmake -S "$here/training" -B "$temporary/training" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$temporary/prefix" -DCMAKE_BUILD_TYPE=Release
  cmake --build "$temporary/training"
  # It must not need the plugin.
  SEQUENT_PLUGIN_PATH=/nowhere "$temporary/training/trainer" "$golden" "fly to oslo" | grep -qx city
  echo "fly to oslo" | "$temporary/prefix/bin/sequent-infer" "$golden" --engine torchscript \
    --trust-code | grep -q oslo
fi
for program in $programs; do
  "$temporary/prefix/bin/$program" --help >/dev/null
  for file in man/man1/$program.1 bash-completion/completions/$program \
    zsh/site-functions/_$program fish/vendor_completions.d/$program.fish; do
    [[ -s "$temporary/prefix/share/$file" ]] || { echo "share/$file is not installed"; exit 1; }
  done
done

if [[ -n "$model" ]]; then
  "$temporary/build/consumer" "$model" "a text" | grep .
  echo "a text" | "$temporary/service/service" "$model" | grep .
  echo "a text" >"$temporary/texts.txt"
  "$temporary/batch/batch" "$model" "$temporary/texts.txt" "$temporary/out.tsv"
  grep . "$temporary/out.tsv"
  exit
fi
touch "$temporary/texts.txt"
refuses_missing_model() {
  local status=0
  "$@" 2>"$temporary/log" </dev/null || status=$?
  cat "$temporary/log"
  grep -qF "$temporary/missing.pt" "$temporary/log" || { echo "$1 does not name the file"; exit 1; }
  [[ $status == 4 ]] || { echo "$1: exit code $status; expected 4"; exit 1; }
}
refuses_missing_model "$temporary/build/consumer" "$temporary/missing.pt"
refuses_missing_model "$temporary/service/service" "$temporary/missing.pt"
refuses_missing_model "$temporary/batch/batch" "$temporary/missing.pt" "$temporary/texts.txt" \
  "$temporary/out.tsv"
