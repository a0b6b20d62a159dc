# What the scripts here share. Sourced, not run.
# shellcheck shell=bash

# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { echo "== $*"; }

die() {
  echo "error: $*" >&2
  exit 1
}

# The folder of TorchConfig.cmake below an installation: the official zip, Debian's or pip's layout.
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

# The folder of TorchConfig.cmake that LIBTORCH, Torch_DIR or CMAKE_PREFIX_PATH points to; nothing
# if they name none, so that the system's LibTorch is used.
torch_of_user() {
  local variable prefix
  for variable in LIBTORCH Torch_DIR; do
    [[ -n "${!variable:-}" ]] || continue
    torch_config_below "${!variable}" ||
      die "$variable=${!variable} holds no LibTorch: looked for TorchConfig.cmake there and in" \
        "share/cmake/Torch below it. Point it to the unpacked zip (the folder with lib/ and" \
        "share/), or to site-packages/torch of a pip installation."
    return
  done
  while IFS= read -r -d : prefix; do
    if [[ -n "$prefix" ]] && torch_config_below "$prefix"; then return; fi
  done <<<"${CMAKE_PREFIX_PATH:-}:"
}

# Compilers to run at once: one per core, and 2.5 GB for each, which a file with LibTorch may take.
job_count() {
  local kilobytes limit jobs
  kilobytes=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [[ "$limit" != max && $((limit / 1024)) -lt $kilobytes ]]; then kilobytes=$((limit / 1024)); fi
  jobs=$((kilobytes / 2500000))
  if ((jobs > $(nproc))); then jobs=$(nproc); fi
  echo $((jobs > 0 ? jobs : 1))
}
