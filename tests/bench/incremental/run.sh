#!/usr/bin/env bash
# A chain of 300 stores and a book of over 10,000 pages: cold build, a build without a change, one line more in one
# store's file. For each: seconds of each step, models computed, pages rendered.
# Usage: STOREBOOK=path tests/bench/incremental/run.sh [CUSTOMERS]     (default: 50000)
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
storebook="${STOREBOOK:?set STOREBOOK to the program}"
work="$(mktemp -d)"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
[ -z "${KEEP:-}" ] || echo "kept: $work"
"$storebook" -q demo "$work/chain" --stores 300 --customers "${1:-50000}" --days 400 --end 2026-10-31 --seed 7
cp -r "$here/content" "$here/models" "$work/chain/"
printf '\n[publish]\nmax_files = 100000\n' >> "$work/chain/storebook.toml"
build() {
  "$storebook" --project "$work/chain" build --unsealed --today 2026-11-02 --as-of 2026-10-31 --json > "$work/report.json"
  python3 - "$1" "$work/report.json" <<'PY'
import json, sys
report = json.load(open(sys.argv[2]))
seconds = {name: round(value, 2) for name, value in report["seconds"]}
print(f'{sys.argv[1]:<24} {sum(seconds.values()):6.2f} s; lines {report["rows"]["loaded"]}; models {report["models"]["computed"]} of {report["models"]["all"]}; '
      f'pages {report["pages"] - report["reused"]} of {report["pages"]}; {seconds}; peak {report["usage"]["peak_memory_bytes"] / 1e6:.0f} MB')
PY
}
build cold
build "after the first release"
build "no change"
file="$(ls "$work"/chain/data/transactions/* | sed -n 150p)"
python3 - "$file" <<'PY'
import sys
# The amount of the last sale of this file, one cent more.
lines = open(sys.argv[1], encoding="utf-8").read().splitlines(keepends=True)
header = lines[0].strip().split(",")
fields = lines[-1].rstrip("\n").split(",")
at = header.index("amount")
fields[at] = f"{float(fields[at]) + 0.01:.2f}"
lines[-1] = ",".join(fields) + "\n"
open(sys.argv[1], "w", encoding="utf-8").writelines(lines)
PY
build "one store changed"
build "no change"
