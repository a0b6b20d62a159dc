#!/usr/bin/env bash
# Installs the packages that Sequent needs and this machine lacks. Does nothing if all are
# installed.
#
#   scripts/setup.sh            to build
#   scripts/setup.sh --runtime  to build only what predicts, without LibTorch (the preset runtime)
#   scripts/setup.sh --tests    to build and run the tests too
#   scripts/setup.sh --check    to run scripts/check.sh too
#   scripts/setup.sh --all      everything that any test or check can use
#
# Set LIBTORCH (or Torch_DIR, CMAKE_PREFIX_PATH) to use your own LibTorch: an unpacked zip from
# pytorch.org, or site-packages/torch of a pip installation.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

test_packages=(libgtest-dev python3)
check_packages=(clang-format clang-tidy libgtest-dev python3)
# Tests skip what these would check if they are missing, and say so.
optional_packages=(bash-completion zsh fish groff mkdocs python3-pip)
wants_optional=
wants_torch=yes
packages=(g++ cmake ninja-build git nlohmann-json3-dev libcli11-dev libicu-dev zlib1g-dev liblzma-dev
  libminizip-dev libzstd-dev)
for option in "$@"; do
  case "$option" in
    --tests) packages+=("${test_packages[@]}") ;;
    --check) packages+=("${check_packages[@]}") ;;
    --runtime) wants_torch= ;;
    --all)
      wants_optional=yes
      packages+=("${test_packages[@]}" "${check_packages[@]}" "${optional_packages[@]}")
      ;;
    *) die "unknown option $option; allowed are --runtime, --tests, --check and --all" ;;
  esac
done

torch_dir=$(torch_of_user)
if [[ -n "$torch_dir" ]]; then wants_torch=; fi
if [[ -n "$wants_torch" ]]; then packages+=(libtorch-dev libopenblas0-openmp); fi

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root or sudo: $*"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 "$@"
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      echo "$package"
  done
}

known_to_apt() {
  local package
  for package in "$@"; do
    apt-cache show "$package" >/dev/null 2>&1 || return 1
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then
    say "setup: all ${#packages[@]} packages are installed"
    return
  fi
  say "setup: installing ${missing[*]}"
  known_to_apt "${missing[@]}" || apt update
  # An outdated package list refers to files that the mirror no longer has: update it and try again.
  apt install --no-install-recommends "${missing[@]}" >/dev/null ||
    { apt update && apt install --no-install-recommends "${missing[@]}" >/dev/null; } ||
    die "apt-get could not install: ${missing[*]}. If libtorch-dev is not in your release, unpack" \
      "a LibTorch zip from pytorch.org and set LIBTORCH to its folder."
}

# Debian's LibTorch uses the BLAS that is selected on the machine. The reference BLAS is ten times
# slower, and the pthread build of OpenBLAS competes with OpenMP for the cores.
choose_openblas() {
  local tuple library link
  tuple=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
  for library in libblas.so.3 liblapack.so.3; do
    link=/usr/lib/$tuple/$library
    local wanted=/usr/lib/$tuple/openblas-openmp/$library
    if [[ -e "$wanted" && "$(readlink -f "$link")" != "$(readlink -f "$wanted")" ]]; then
      as_root update-alternatives --quiet --set "$library-$tuple" "$wanted"
    fi
  done
  say "setup: BLAS in use: $(readlink -f "/usr/lib/$tuple/libblas.so.3")"
}

# The reader of TensorBoard's event files is on PyPI only. Its test is skipped without it.
install_tensorboard() {
  if python3 -c 'import tensorboard' 2>/dev/null; then return; fi
  say "setup: installing tensorboard with pip"
  as_root python3 -m pip install --quiet --break-system-packages --root-user-action ignore \
    tensorboard || say "setup: tensorboard could not be installed; its test is skipped"
}

has_header() { echo "#include <$1>" | "${CXX:-c++}" -x c++ -E - >/dev/null 2>&1; }

# Lists the missing packages and their sources, for systems without apt.
list_missing() {
  local missing=()
  need_program() { command -v "$1" >/dev/null || missing+=("$1: $2"); }
  need_header() { has_header "$1" || missing+=("<$1>: $2"); }
  need_program "${CXX:-c++}" "a C++20 compiler: GCC 11 or Clang 14, or later"
  need_program cmake "CMake 3.21 or later, cmake.org"
  need_program ninja "Ninja, ninja-build.org"
  need_program git "git-scm.com"
  need_header nlohmann/json.hpp "JSON for Modern C++ 3.10 or later, github.com/nlohmann/json"
  need_header CLI/CLI.hpp "CLI11 2.1 or later, github.com/CLIUtils/CLI11"
  need_header unicode/uchar.h "ICU 60 or later with its headers, icu.unicode.org"
  need_header zlib.h "zlib with its headers, zlib.net"
  need_header minizip/unzip.h "minizip with its headers, contrib/minizip of github.com/madler/zlib"
  need_header lzma.h "liblzma with its headers, tukaani.org/xz"
  need_header zstd.h "Zstandard with its headers, github.com/facebook/zstd"
  case " ${packages[*]} " in *" libgtest-dev "*)
    need_header gtest/gtest.h "GoogleTest, github.com/google/googletest" ;;
  esac
  case " ${packages[*]} " in *" clang-tidy "*)
    need_program clang-format "LLVM 14 or later, llvm.org"
    need_program clang-tidy "LLVM 14 or later, llvm.org" ;;
  esac
  if [[ -n "$wants_torch" ]]; then
    missing+=("LibTorch 1.13.1 or later: unpack a zip (C++11 ABI) from pytorch.org and set LIBTORCH")
  fi
  if ((${#missing[@]} > 0)); then
    {
      echo "error: this system has no apt-get; install these yourself:"
      printf '  %s\n' "${missing[@]}"
    } >&2
    exit 1
  fi
  say "setup: nothing is missing"
}

if command -v apt-get >/dev/null; then
  install_packages
  if [[ -n "$wants_torch" ]]; then choose_openblas; fi
  if [[ -n "$wants_optional" ]]; then install_tensorboard; fi
else
  list_missing
fi
if [[ -n "$torch_dir" ]]; then say "setup: using your own LibTorch: $torch_dir"; fi
