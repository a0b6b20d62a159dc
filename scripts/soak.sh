#!/usr/bin/env bash
# Tries to lose the result of a training run: damaged checkpoints, kills at random moments and at
# each rename, full disks, two processes in one folder. After each trial, the resumed run must have
# the same weights as a run that was never disturbed. Damages archives and run folders: each must be
# refused, or give the same answers.
#
#   scripts/soak.sh                             all sections, 60 seconds each
#   scripts/soak.sh --seconds 300 kill disk     two sections, 300 seconds each
#   scripts/soak.sh --programs build/release    the folder of the programs (default build/release)
#
# Sections: checkpoint, kill, signal, disk, lock, archive, folder. A section is a function `soak_NAME`, which makes
# one trial and returns 1 if something was lost; it prints what it saw. `disk` needs root, and `kill`
# uses strace if it is installed. Prints a table; exits with 1 if anything was lost.
# The sections are called by name.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

all_sections=(checkpoint kill signal disk lock archive folder)
seconds=60
programs=$root/build/release
sections=()
while (($# > 0)); do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number} && shift 2 ;;
    --programs) programs=$(cd "${2:?--programs needs a folder}" && pwd) && shift 2 ;;
    -*) die "unknown option $1; allowed are --seconds N and --programs DIR" ;;
    *) sections+=("$1") && shift ;;
  esac
done
((${#sections[@]} > 0)) || sections=("${all_sections[@]}")
for section in "${sections[@]}"; do
  [[ " ${all_sections[*]} " == *" $section "* ]] ||
    die "unknown section $section; allowed are ${all_sections[*]}"
done

PATH=$programs:$PATH
work=$(mktemp -d)
disk=$work/disk
clean_up() {
  mountpoint -q "$disk" 2>/dev/null && umount "$disk"
  rm -rf "$work"
}
trap clean_up EXIT

# ---- the run that is disturbed ------------------------------------------------------------------

prepare() {
  sequent -q sample sentiment --rows 600 --out "$work/data" >/dev/null
  cat >"$work/c.json" <<'JSON'
{"version": 1, "name": "soak",
 "data": {"train": "data/train.tsv", "validation": "data/validation.tsv"},
 "model": {"layers": [{"type": "embedding", "output_dim": 8}, {"type": "lstm", "units": 8},
                      {"type": "dense", "activation": "softmax"}]},
 "training": {"epochs": 4, "ema": {}, "optimizer": {"type": "adam", "learning_rate": 0.01}},
 "runtime": {"device": "cpu", "workers": 2, "checkpoint_seconds": 0.01}}
JSON
  sequent -q train "$work/c.json" --out "$work/whole" >/dev/null || die "the training fails"
  sequent -q train "$work/c.json" --out "$work/half" --set training.epochs=2 >/dev/null ||
    die "the training fails"
  sequent -q export "$work/whole" --out "$work/model.pt" >/dev/null || die "the export fails"
  cut -f 2 "$work/data/test.tsv" | head -20 >"$work/texts"
  local engine
  for engine in fused torchscript; do  # which differ by rounding
    sequent-infer --engine $engine "$work/model.pt" "$work/texts" >"$work/answers.$engine" ||
      die "the inference fails"
  done
}

# Trains into $1 with further arguments; the output goes to $work/log.
train() {
  local out=$1
  shift
  sequent train "$work/c.json" --out "$out" "$@" >"$work/log" 2>&1
}

lost() {
  echo "LOST: $*" >&2
  tail -5 "$work/log" >&2
}

# Whether $1 is a finished run like the undisturbed one, with nothing left over.
same_as_whole() {
  cmp -s "$1/best.weights" "$work/whole/best.weights" || { lost "$1: other weights" && return 1; }
  [[ -f $1/manifest.json ]] || { lost "$1: no manifest" && return 1; }
  [[ $(wc -l <"$1/metrics.jsonl") == 4 ]] || { lost "$1: other metrics" && return 1; }
  [[ -z $(find "$1" -name '*.tmp-*' -o -name lock -o -name replaces) ]] ||
    { lost "$1: files are left over: $(ls "$1")" && return 1; }
}

# A random number from 0 to $1 - 1.
random() { echo $((((RANDOM << 15) | RANDOM) % $1)); }

# Whether the process $1 has not ended.
is_running() { [[ -d /proc/$1 && $(cut -d ' ' -f 3 "/proc/$1/stat") != Z ]]; }

# Changes a random bit of a file.
flip() {
  python3 - "$1" <<'PYTHON'
import random, sys
path = sys.argv[1]
data = bytearray(open(path, "rb").read())
data[random.randrange(len(data))] ^= 1 << random.randrange(8)
open(path, "wb").write(data)
PYTHON
}

# ---- sections -----------------------------------------------------------------------------------

# Damages the newest checkpoint, or both, and metrics.jsonl.
soak_checkpoint() {
  local run=$work/run both=0 code=0
  rm -rf "$run" && cp -r "$work/half" "$run"
  if (($(random 4) == 0)); then
    truncate -s "$(random "$(stat -c %s "$run/checkpoint/state.pt")")" "$run/checkpoint/state.pt"
  else
    flip "$run/checkpoint/state.pt"
  fi
  case $(random 4) in
    0) flip "$run/checkpoint/previous.pt" && both=1 ;;
    1) truncate -s "$(random 300)" "$run/metrics.jsonl" ;;
    2) head -1 "$work/half/metrics.jsonl" >>"$run/metrics.jsonl" ;;
  esac
  train "$run" --resume || code=$?
  if ((both)); then
    ((code == 4)) || { lost "two damaged checkpoints: exit code $code" && return 1; }
    grep -q "no usable checkpoint" "$work/log" || { lost "no reason" && return 1; }
    return 0
  fi
  ((code == 0)) || { lost "a damaged checkpoint: exit code $code" && return 1; }
  grep -q "warning.*state.pt" "$work/log" || { lost "no warning" && return 1; }
  same_as_whole "$run"
}

# The system calls of which one is never made.
random_call() { (($(random 3))) && echo rename,renameat2 || echo fsync,unlink; }

# Kills a training after a random time, or at a random system call that changes a name, again and
# again until it has finished. Every second trial replaces a finished run, which must stay readable.
soak_kill() {
  local run=$work/run flag="" code=137 attempt=0 pid
  rm -rf "$run" "$run.next"
  if (($(random 2))); then
    cp -r "$work/half" "$run"
    flag=--overwrite
  fi
  while ((code != 0)); do
    ((++attempt < 200)) || { lost "never finishes" && return 1; }
    if command -v strace >/dev/null && (($(random 2))); then
      strace -f -qq -o /dev/null -e trace=rename,renameat2,fsync,unlink \
        -e inject="$(random_call)":signal=KILL:when=$((1 + $(random 20))) \
        sequent train "$work/c.json" --out "$run" $flag >"$work/log" 2>&1 &
      pid=$!
    else
      sequent train "$work/c.json" --out "$run" $flag >"$work/log" 2>&1 &
      pid=$!
      sleep "0.$(printf %03d "$(random 600)")"
      kill -9 $pid 2>/dev/null
    fi
    code=0
    wait $pid 2>/dev/null || code=$?
    ((code == 0 || code == 137)) || { lost "exit code $code" && return 1; }
    if [[ $flag == --overwrite || -d $run.next ]]; then
      sequent inspect "$run" >/dev/null 2>"$work/log" || { lost "the old run is gone" && return 1; }
    fi
    # A run that was killed before it had a folder has not started to replace the old one.
    if [[ $flag != --overwrite || -d $run.next || -f $run/replaces ]]; then flag=--resume; fi
    [[ -d $run ]] || flag=""
  done
  same_as_whole "$run" && [[ ! -e $run.next ]]
}

# Stops a training with SIGINT, SIGTERM or SIGHUP.
soak_signal() {
  local run=$work/run number pid code=0
  number=$(printf '%s\n' 1 2 15 | shuf -n 1)
  rm -rf "$run"
  # A shell ignores SIGINT in background processes; env resets that.
  env --default-signal=INT sequent train "$work/c.json" --out "$run" >"$work/log" 2>&1 &
  pid=$!
  sleep "0.$(printf %03d "$(random 900)")"
  kill -"$number" $pid 2>/dev/null
  wait $pid 2>/dev/null || code=$?
  ((code == 0 || code == 128 + number)) || { lost "signal $number: exit code $code" && return 1; }
  [[ ! -d $run || -z $(find "$run" -name '*.tmp-*') ]] || { lost "temporary files" && return 1; }
  if ((code != 0)); then
    code=0
    train "$run" "$([[ -d $run ]] && echo --resume || echo --quiet)" || code=$?
  fi
  ((code == 0)) || { lost "exit code $code" && return 1; }
  same_as_whole "$run"
}

# Trains on a small disk until it is full, and resumes when there is room.
soak_disk() {
  local run=$disk/run code=0
  mkdir -p "$disk"
  mount -t tmpfs tmpfs "$disk" -o "size=$((40 + $(random 500)))k" 2>/dev/null || return 2
  train "$run" || code=$?
  if ((code == 1)); then
    grep -q "free some space" "$work/log" || { lost "no reason" && code=9; }
  elif ((code != 0)); then
    lost "a full disk: exit code $code"
    code=9
  fi
  [[ -z $(find "$disk" -name '*.tmp-*') ]] || { lost "temporary files" && code=9; }
  mount -o remount,size=100m "$disk"
  if ((code == 1)); then
    code=0
    train "$run" --resume || code=$?
  fi
  ((code == 9)) || { ((code == 0)) && same_as_whole "$run" || code=9; }
  umount "$disk"
  ((code == 0)) || return 1
  sequent config reference >/dev/full 2>/dev/null && { lost "/dev/full: exit code 0" && return 1; }
  sequent --help >/dev/full 2>/dev/null && { lost "/dev/full: exit code 0" && return 1; }
  return 0
}

# Starts a second training into the same folder, and one after the first was killed.
soak_lock() {
  local run=$work/run pid code=0
  rm -rf "$run"
  sequent train "$work/c.json" --out "$run" >"$work/first" 2>&1 &
  pid=$!
  for _ in $(seq 500); do
    [[ -s $run/lock ]] && break
    sleep 0.01
  done
  train "$run" "$( (($(random 2))) && echo --resume || echo --overwrite)" || code=$?
  if is_running $pid; then  # otherwise, the first one had already finished
    ((code == 1)) || { lost "a second training: exit code $code" && return 1; }
    grep -q "is in use by process $pid " "$work/log" || { lost "no reason" && return 1; }
  fi
  if (($(random 2))); then
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    code=0
    train "$run" --resume || code=$?
  else
    code=0
    wait $pid || code=$?
  fi
  ((code == 0)) || { lost "exit code $code" && return 1; }
  same_as_whole "$run"
}

# Opens the archive $1 with the engine $2, which must give the answers of the undisturbed model, or
# exit code 4 and no answer, in at most a minute.
refused_or_same() {
  local code=0
  timeout 60 sequent-infer --engine "$2" "$1" "$work/texts" >"$work/found" 2>"$work/log" || code=$?
  if ((code == 4)); then
    grep -q "^error: " "$work/log" || { lost "no reason: $2" && return 1; }
    return 0
  fi
  ((code == 0)) || { lost "exit code $code: $2" && return 1; }
  cmp -s "$work/answers.$2" "$work/found" || { lost "other answers: $2" && return 1; }
}

# Flips a bit of an archive, or cuts it, and opens it with both engines.
soak_archive() {
  local model=$work/damaged.pt
  cp "$work/model.pt" "$model"
  if (($(random 5))); then
    flip "$model"
  else
    truncate -s "$(random "$(stat -c %s "$model")")" "$model"
  fi
  refused_or_same "$model" fused && refused_or_same "$model" torchscript
}

# Flips a bit of a file of a finished run, and exports the run. Only reports and the log of metrics
# may change without a word.
soak_folder() {
  local run=$work/run file
  rm -rf "$run" && cp -r "$work/whole" "$run"
  file=$(printf '%s\n' config.json vocabulary.txt labels.txt best.weights | shuf -n 1)
  flip "$run/$file"
  local code=0
  timeout 60 sequent -q export "$run" --out "$work/damaged.pt" --overwrite >"$work/log" 2>&1 ||
    code=$?
  # A config may still be valid: another name, seed or number of epochs changes no answer.
  ((code == 4 || code == 2)) && return 0
  ((code == 0)) || { lost "$file: exit code $code" && return 1; }
  refused_or_same "$work/damaged.pt" fused
}

# ---- the table ----------------------------------------------------------------------------------

say "preparing"
prepare
failed=0
table=$(printf '%-12s %8s %8s' section trials lost)
for section in "${sections[@]}"; do
  say "$section ($seconds s)"
  trials=0 losses=0 note=
  end=$((SECONDS + seconds))
  while ((SECONDS < end)); do
    code=0
    "soak_$section" || code=$?
    if ((code == 2)); then
      note=" skipped: only root can mount a small disk"
      break
    fi
    ((++trials))
    ((code == 0)) || ((++losses))
  done
  ((losses == 0)) || failed=1
  table+=$(printf '\n%-12s %8d %8d%s' "$section" "$trials" "$losses" "$note")
done
echo "$table"
exit $failed
