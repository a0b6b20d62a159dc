#!/usr/bin/env bash
# Goes from a fresh clone to predictions: installs missing packages, builds, generates sample data,
# trains, evaluates, exports and predicts. All output goes to runs/sample-sentiment/.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
config=configs/sample-sentiment.json
folder=runs/sample-sentiment
bin=build/release

scripts/setup.sh
scripts/build.sh release

mkdir -p "$folder"
if [[ ! -f "$folder/data/README.txt" ]]; then
  say "generating sample data: reviews in which word order decides the label"
  "$bin/sequent" sample sentiment --out "$folder/data" --overwrite
fi

if [[ -f "$folder/run/manifest.json" ]]; then
  say "already trained: $folder/run (remove it to train again)"
else
  say "training $config (under a minute on two idle cores)"
  "$bin/sequent" train "$config" --out "$folder/run" --resume
fi

say "evaluating on the test rows"
"$bin/sequent" evaluate "$folder/run" "$folder/data/test.tsv"

say "exporting $folder/model.pt"
"$bin/sequent" export "$folder/run" --out "$folder/model.pt" --overwrite

say "running sequent-infer on $folder/texts.txt"
cat >"$folder/texts.txt" <<'TEXTS'
The acting is good, but the plot is dull.
The plot is dull, but the acting is good.
It was not as bad as I had feared.
It was not as good as I had hoped.
My friend hated it. I loved it.
TEXTS
"$bin/sequent-infer" "$folder/model.pt" "$folder/texts.txt" --output "$folder/predictions.jsonl" \
  --overwrite
cat "$folder/predictions.jsonl"

cat <<NEXT
== done. Try next:
  $bin/sequent-infer $folder/model.pt --interactive
  $bin/sequent inspect $folder/model.pt
  $bin/sequent config show $config
  $bin/sequent train $config --out runs/mine --set training.epochs=3
  and open $folder/run/report.html in a browser
NEXT
