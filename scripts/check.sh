#!/usr/bin/env bash
# Checks what tests cannot: format, lint, and the dependencies between the folders of src/.
#
#   scripts/check.sh                 everything
#   scripts/check.sh --fast [REF]    clang-tidy only on files that differ from REF (default HEAD)
#   scripts/check.sh --deep          instead: the tests with AddressSanitizer and
#                                    UndefinedBehaviorSanitizer, the tests of threads with
#                                    ThreadSanitizer, and each fuzz target for a minute; hours
#
# Prints one line per check: `ok`, or `FAIL` followed by the findings. Exits with 1 if a check
# failed.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

fast=
deep=
case "${1:-}" in
  "") ;;
  --fast) fast=${2:-HEAD} ;;
  --deep) deep=yes ;;
  *) die "unknown option $1; allowed are --fast [REF] and --deep" ;;
esac

failed=0
exec 3>&1
check() {
  local name=$1 findings start=$SECONDS
  shift
  if findings=$("$@" 2>&1); then
    echo "ok    $name ($((SECONDS - start)) s)"
  else
    failed=1
    echo "FAIL  $name ($((SECONDS - start)) s)"
    sed 's/^/      /' <<<"$findings"
  fi
}

# Like grep, but succeeds if it finds nothing.
search() { grep "$@" || true; }

# Succeeds if stdin is empty; otherwise prints it and fails.
nothing() { ! grep .; }

# Runs a function on each line of stdin, in parallel on all cores.
each_in_parallel() { xargs -r -P "$(nproc)" -I{} bash -c "$1 \"\$1\"" _ {}; }

# Prints the code of files as file:line:code, without // comments.
code_of() { grep -n '' -H "$@" | sed -E 's|//.*||'; }

sources() { find include src tests -name '*.h' -o -name '*.cpp' | sort; }

shell_scripts() {
  echo .ci/run
  find scripts tests -name '*.sh' | sort
}

# ---- format -----------------------------------------------------------------------------------

clang_format() {
  sources | xargs clang-format --dry-run 2>&1 | sed -nE 's/^([^: ]+):[0-9]+.*/clang-format -i \1/p' |
    sort -u | nothing
}

shell_syntax() {
  local script status=0
  for script in $(shell_scripts); do bash -n "$script" || status=1; done
  if command -v shellcheck >/dev/null; then
    shell_scripts | xargs shellcheck -x -S warning || status=1
  fi
  return "$status"
}

# ---- folders of src/ --------------------------------------------------------------------------

# Prints the folders whose headers a folder of src/ may include, apart from its own. All may include
# the interfaces in tasks/ itself; a task's folder belongs to the task alone.
rooms_below() {
  local core="core text data metrics report artifact"
  local infer="$core kernels runtime script infer batch"
  local train="$infer libtorch torchscript baseline model train export"
  case "$1" in
    core | kernels) ;;
    text) echo core ;;
    data) echo core text ;;
    metrics) echo core text data ;;
    report) echo core text data metrics ;;
    artifact) echo core text data metrics report ;;
    sample) echo "$core" ;;
    baseline | sniff) echo core text data metrics report ;;
    runtime) echo "$core kernels" ;;
    script) echo "$core" ;;
    infer) echo "$core kernels runtime script" ;;
    batch) echo "$core kernels runtime script infer" ;;
    libtorch) echo "$core kernels runtime" ;;
    torchscript) echo "$core kernels runtime script infer libtorch" ;;
    model) echo "$core kernels runtime libtorch" ;;
    train) echo "$core kernels runtime script infer libtorch torchscript model baseline" ;;
    export) echo "$core kernels runtime script infer libtorch torchscript model train baseline" ;;
    bench) echo "$train" ;;
    search) echo "$train baseline sniff" ;;
    tasks) echo "$train baseline" ;;
    apps) echo "$train sample bench baseline sniff search" ;;
    *) return 1 ;;
  esac
}

no_include_upwards() {
  local room rooms allowed status=0
  rooms=$(find src -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
  for room in $rooms; do
    if ! allowed=$(rooms_below "$room"); then
      echo "src/$room: this folder is missing from rooms_below in scripts/check.sh"
      status=1
      continue
    fi
    search -rnE "#include \"($(tr '\n' '|' <<<"$rooms")-)/" "src/$room" |
      search -vE "#include \"(${allowed// /|}${allowed:+|}$room)/" |
      search -vE '#include "tasks/[a-z_]+\.h"' | nothing || status=1
  done
  return "$status"
}

# What only one task's is lives in its folder; the rest of the library asks for properties of
# TaskDefinition, InferenceTask and TrainingTask.
nobody_asks_for_the_task() {
  local files
  mapfile -t files < <(find src include -name '*.h' -o -name '*.cpp' |
    grep -vE '^src/tasks/|^include/sequent/config\.h$')
  code_of "${files[@]}" | search -nE '#include "tasks/[a-z_]+/|\bTask::k[A-Z]|\bis_(classification|multi_label|regression|tagging|tagger|language_model|sequence_to_sequence)\(|\b(task\(?\)?|name\(\)) *[!=]= *"' | nothing
}

public_headers_stand_above_src() {
  search -nE '#include "' include/sequent/*.h | search -v '#include "sequent/' | nothing
}

torch_words='#include *[<"](torch|ATen|c10|caffe2)/|\b(torch|at|c10)::'

few_headers_mention_torch() {
  local headers
  mapfile -t headers < <(find include -name '*.h' ! -name model.h ! -name modules.h ! -name heads.h ! -name exporter.h)
  code_of "${headers[@]}" | search -E "$torch_words" | nothing
}

# Of src/tasks/, only the files of the training side use LibTorch.
no_torch_outside_its_rooms() {
  local files
  mapfile -t files < <(find src \( -name '*.h' -o -name '*.cpp' \) |
    grep -vE '^src/(libtorch|torchscript|model|train|export|bench|search)/' |
    grep -vE '^src/tasks/(.*_training\.(h|cpp)|training_task\.h)$')
  code_of "${files[@]}" | search -E "$torch_words" | nothing
}

no_json_library_in_headers() { search -n nlohmann include/sequent/*.h | nothing; }

torch_flags() {
  search -oE -- '-isystem [^ ]*torch[^ ]*' build/check/compile_commands.json | sort -u
}

compiles_alone() {
  local flags=()
  if [[ "$1" =~ /(model|modules|heads|exporter)\.h$ ]]; then read -ra flags <<<"$(torch_flags | tr '\n' ' ')"; fi
  echo "#include \"${1#include/}\"" |
    "${CXX:-c++}" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -Iinclude "${flags[@]}" -x c++ -
}

headers_compile_alone() {
  export -f compiles_alone torch_flags search
  each_in_parallel compiles_alone < <(ls include/sequent/*.h)
}

# Prints README's map of folders: the fenced block that contains a line starting with `core/`.
map_of_readme() {
  awk '/^ *```/ { if (inside && block ~ /\n *(src\/)?core\//) printf "%s", block
                  inside = !inside; block = "\n"; next }
       inside { block = block $0 "\n" }' README.md
}

readme_map_matches() {
  local name status=0 map
  map=$(map_of_readme | sed -nE 's|^ *([a-z_./]+/)( .*)?$|\1|p')
  if [[ -z "$map" ]]; then
    echo "README.md: found no fenced block with a line that starts with core/"
    return 1
  fi
  while read -r name; do
    grep -qxE "(src/)?$name/" <<<"$map" || { echo "README.md: its map does not list src/$name/"; status=1; }
  done < <(find src -mindepth 1 -maxdepth 1 -type d -printf '%f\n')
  while read -r name; do
    [[ -d "$name" || -d "src/$name" ]] || { echo "README.md: its map lists $name, which is not a folder"; status=1; }
  done <<<"$map"
  return "$status"
}

# ---- manual ------------------------------------------------------------------------------------

manual_is_complete() { python3 scripts/check_docs.py --sequent build/release/sequent; }

manual_builds() {
  if ! command -v mkdocs >/dev/null; then
    echo "skipped: mkdocs is not installed" >&3
    return
  fi
  mkdocs build --strict --quiet
}

# ---- libraries --------------------------------------------------------------------------------

release=build/release

no_torch_symbol_in() {
  local archive status=0
  for archive in "$@"; do
    if [[ ! -f "$archive" ]]; then
      echo "$archive is not built; run scripts/build.sh"
      return 1
    fi
    nm -C "$archive" 2>/dev/null | search -E ' (torch|at|c10)::' | head -3 | nothing || status=1
  done
  return "$status"
}

runtime_links_no_torch() {
  local program
  no_torch_symbol_in "$release"/libsequent_{core,kernels,infer}.a || return 1
  for program in sequent-infer test_core test_runtime; do
    if [[ -x "$release/$program" ]]; then
      readelf -d "$release/$program" | search -E 'NEEDED.*(torch|c10|blas|mkl)' | nothing || return 1
    fi
  done
}

# A program and the plugin each have their own copy of the library; only two functions meet.
plugin_hides_its_symbols() {
  nm -D --defined-only "$release/libsequent_torchscript.so" |
    search -vE ' sequent_torchscript_(version|engine)$' | head -3 | nothing
}

builds_without_torch() {
  cmake -S . -B build/check-runtime -G Ninja --log-level=ERROR --no-warn-unused-cli \
    -DSEQUENT_TRAIN=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON >/dev/null || return 1
  # tests/ has small plugins of that name.
  ninja -C build/check-runtime -t targets all | search -vE '^tests/|: phony$' |
    search -E '^(sequent|.*(torch|train)[^/]*\.(a|so)):' | nothing
}

infer_links_no_training() {
  if [[ ! -x "$release/sequent-infer" ]]; then
    echo "$release/sequent-infer is not built; run scripts/build.sh"
    return 1
  fi
  ninja -C "$release" -t commands sequent-infer | tail -1 | search -oE 'libsequent_train[^ ]*' |
    nothing || return 1
  nm -C "$release/sequent-infer" |
    search -E ' (sequent::train\(|sequent::evaluate\(|sequent::export_model|torch::optim::)' |
    head -3 | nothing
}

# ---- clang-tidy -------------------------------------------------------------------------------

# Lints the sources only: the macros in the tests expand to code that violates the checks.
# LibTorch's headers take a minute per source, so clang-tidy runs on batches of sources. If a batch
# does not compile, its sources are checked one by one.
configure_for_lint() {
  local options=(-G Ninja -DCMAKE_BUILD_TYPE=Release -DSEQUENT_PCH=OFF -DSEQUENT_UNITY=OFF
    -DSEQUENT_BUILD_TESTS=OFF)
  local torch_dir
  torch_dir=$(torch_of_user)
  if [[ -n "$torch_dir" ]]; then options+=("-DTorch_DIR=$torch_dir"); fi
  cmake -S . -B build/check --log-level=WARNING "${options[@]}" >/dev/null &&
    python3 scripts/lint_batches.py build/check build/check-batches
}

files_in() {
  sed -nE 's/^ *"file": "(.*)",?$/\1/p' "$1/compile_commands.json" |
    search -vE '/_deps/|cmake_pch' | sort -u
}

tidy() {
  clang-tidy --quiet -p "$1" --checks=-bugprone-suspicious-include \
    --header-filter="^$root/(include|src|tests)/" --extra-arg=-Wno-unknown-warning-option \
    --extra-arg=-include --extra-arg="$root/scripts/clang_prelude.h" "$2"
}

tidy_batch() {
  local findings status=0 file
  findings=$(tidy build/check-batches "$1" 2>&1) && return
  if grep -q 'clang-diagnostic-error' <<<"$findings"; then
    while read -r file; do
      findings=$(tidy build/check "$file" 2>&1) || { echo "$findings" && status=1; }
    done < <(sed -nE 's/^#include "(.*)"$/\1/p' "$1")
    return "$status"
  fi
  echo "$findings"
  return 1
}

tidy_file() {
  local findings
  findings=$(tidy build/check "$1" 2>&1) || { echo "$findings" && return 1; }
}

changed_files() {
  { git diff --name-only "$fast" -- && git ls-files --others --exclude-standard; } |
    search -E '\.cpp$' | sed "s|^|$root/|" | sort -u | comm -12 - <(files_in build/check)
}

clang_tidy() {
  export root
  export -f tidy tidy_batch tidy_file
  if [[ -n "$fast" ]]; then
    changed_files | each_in_parallel tidy_file
  else
    files_in build/check-batches | each_in_parallel tidy_batch
  fi
}

# ---- sanitizers and fuzzing -------------------------------------------------------------------

# LibTorch itself leaks and races, and is not instrumented.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66

tests_with_asan() {
  scripts/build.sh --tests asan >/dev/null
  ctest --test-dir build/asan --output-on-failure -j "$(nproc)" -LE 'docs|slow'
}

tests_with_tsan() {
  scripts/build.sh --tests tsan >/dev/null
  ctest --test-dir build/tsan --output-on-failure -R 'ThreadPool|Kernels|Predictor|Views|Model|Runtime'
}

fuzz() {
  local target
  for target in build/asan/fuzz_*; do
    if [[ -x "$target" && -f "$target" && "$target" != *.* ]]; then
      "$target" --seconds 60 --seed "$RANDOM" || return 1
    fi
  done
}

if [[ -n "$deep" ]]; then
  scripts/setup.sh --tests
  check "tests with AddressSanitizer and UndefinedBehaviorSanitizer" tests_with_asan
  check "fuzz targets, a minute each" fuzz
  check "tests of threads with ThreadSanitizer" tests_with_tsan
  exit "$failed"
fi

scripts/setup.sh --check
check "shell scripts" shell_syntax
check "clang-format" clang_format
check "folders of src/ include only the folders below them" no_include_upwards
check "no task is asked for outside src/tasks/" nobody_asks_for_the_task
check "public headers do not include headers of src/" public_headers_stand_above_src
check "only the model headers and exporter.h use LibTorch" few_headers_mention_torch
check "only the folders for LibTorch and for training use it" no_torch_outside_its_rooms
check "public headers do not use the JSON library" no_json_library_in_headers
check "README's map lists the folders of src/" readme_map_matches
check "the manual has no dead link and knows every command" manual_is_complete
check "mkdocs builds the manual" manual_builds
check "sequent_core, sequent_kernels, sequent_infer and sequent-infer link no LibTorch" runtime_links_no_torch
check "the plugin of the torchscript engine hides its symbols" plugin_hides_its_symbols
check "SEQUENT_TRAIN=OFF configures without LibTorch" builds_without_torch
check "sequent-infer does not link training code" infer_links_no_training
check "configure for lint" configure_for_lint
check "public headers are self-contained" headers_compile_alone
check "clang-tidy" clang_tidy
exit "$failed"
