#!/usr/bin/env bash
# Pages per second and peak memory for a set of parametrised pages: one line chart, one 20-row table and three KPIs each.
# Usage: STOREBOOK=path tests/bench/run.sh [ITEMS …]     (default: 1000 10000)
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
storebook="${STOREBOOK:?set STOREBOOK to the program}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- 1000 10000
printf '%10s %10s %12s %10s %10s\n' pages seconds pages/s "cpu s" "peak MB"
for items in "$@"; do
  cp -r "$here/project" "$work/$items"
  cat > "$work/$items/storebook.toml" <<TOML
[site]
locales = ["en"]
[project]
currency = "EUR"
[publish]
max_files = 200000
[vars]
items = $items
TOML
  "$storebook" -q --project "$work/$items" query 'select 1' > /dev/null   # models computed once: the pages are measured
  "$storebook" --project "$work/$items" build --unsealed --today 2026-09-01 --json > "$work/report.json"
  python3 - "$work/report.json" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
took = dict(report["seconds"])
seconds = took["render the pages"] + took["publish"]
usage = report["usage"]
print(f'{report["pages"]:>10} {seconds:>10.2f} {report["pages"] / seconds:>12.0f} {usage["cpu_seconds"]:>10.2f} {usage["peak_memory_bytes"] / 1e6:>10.0f}')
PY
done
