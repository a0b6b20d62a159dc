#!/usr/bin/env bash
# Makes docs/images/report.png: the report page of the sample run, as scripts/quickstart.sh trains it.
# Needs Chromium.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
page=runs/sample-sentiment/run/report.html
[[ -f "$page" ]] || die "$page does not exist; run scripts/quickstart.sh first"
command -v chromium >/dev/null || die "chromium is not installed"
mkdir -p docs/images
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
  --window-size=1000,1250 --screenshot="$root/docs/images/report.png" "file://$root/$page" \
  >/dev/null 2>&1
say "wrote docs/images/report.png"
