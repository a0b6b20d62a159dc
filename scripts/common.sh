# Functions shared by the scripts in this folder. Source this file; do not run it.
# shellcheck shell=bash

# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { echo "== $*"; }

die() {
  echo "error: $*" >&2
  exit 1
}

# Prints the folder of TorchConfig.cmake in an installation with the layout of the official zip,
# Debian or pip.
torch_config_below() {
  local folder
  for folder in "$1" "$1"/share/cmake/Torch "$1"/lib/cmake/Torch "$1"/lib/*/cmake/Torch; do
    if [[ -f "$folder/TorchConfig.cmake" ]]; then
      (cd "$folder" && pwd)
      return
    fi
  done
  return 1
}

# Prints the folder of TorchConfig.cmake that LIBTORCH, Torch_DIR or CMAKE_PREFIX_PATH points to.
# Prints nothing if none is set, so that the system's LibTorch is used.
torch_of_user() {
  local variable prefix
  for variable in LIBTORCH Torch_DIR; do
    [[ -n "${!variable:-}" ]] || continue
    torch_config_below "${!variable}" ||
      die "$variable=${!variable} contains no LibTorch: TorchConfig.cmake is neither there" \
        "nor in its subfolder share/cmake/Torch. Set it to the folder of the unpacked zip (with" \
        "lib/ and share/), or to site-packages/torch of a pip installation."
    return
  done
  while IFS= read -r -d : prefix; do
    if [[ -n "$prefix" ]] && torch_config_below "$prefix"; then return; fi
  done <<<"${CMAKE_PREFIX_PATH:-}:"
}

# Prints the number of parallel compilers: one per core, but at most one per 2.5 GB of memory, which
# a source that includes LibTorch may need.
job_count() {
  local kilobytes limit jobs
  kilobytes=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [[ "$limit" != max && $((limit / 1024)) -lt $kilobytes ]]; then kilobytes=$((limit / 1024)); fi
  jobs=$((kilobytes / 2500000))
  if ((jobs > $(nproc))); then jobs=$(nproc); fi
  echo $((jobs > 0 ? jobs : 1))
}
