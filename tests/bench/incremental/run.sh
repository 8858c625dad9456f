#!/usr/bin/env bash
# A chain of 300 stores and a book of over 10,000 pages: cold build, builds without a change, one amount changed in one
# store's file, nine times (from the seventh release on, an old one is given up with every publish, and the new site
# grows on its folders). For each: seconds of each step, models computed, pages rendered. Last, what the last three cost
# beyond the models that changed, and beyond the pages that did (what "render the pages" took longer than in a build
# without a change).
# Usage: STOREBOOK=path tests/bench/incremental/run.sh [CUSTOMERS]     (default: 50000)
# KEEP=1 keeps the chain.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
storebook="${STOREBOOK:?set STOREBOOK to the program}"
work="$(mktemp -d)"
if [ -n "${KEEP:-}" ]; then echo "kept: $work"; else trap 'rm -rf "$work"' EXIT; fi
"$storebook" -q demo "$work/chain" --stores 300 --customers "${1:-50000}" --days 400 --end 2026-10-31 --seed 7
cp -r "$here/content" "$here/models" "$work/chain/"
printf '\n[publish]\nmax_files = 100000\n' >> "$work/chain/storebook.toml"
build() {
  "$storebook" --project "$work/chain" build --unsealed --today 2026-11-02 --as-of 2026-10-31 --json > "$work/$1.json"
  python3 - "$2" "$work/$1.json" <<'PY'
import json, sys
report = json.load(open(sys.argv[2]))
seconds = {name: round(value, 2) for name, value in report["seconds"]}
print(f'{sys.argv[1]:<24} {sum(seconds.values()):6.2f} s; lines {report["rows"]["loaded"]}; models {report["models"]["computed"]} of {report["models"]["all"]}; '
      f'pages {report["pages"] - report["reused"]} of {report["pages"]}; {seconds}; peak {report["usage"]["peak_memory_bytes"] / 1e6:.0f} MB')
PY
}
change() {
  python3 - "$(ls "$work"/chain/data/transactions/* | sed -n "$1p")" <<'PY'
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
}
build cold cold
build second "after the first release"
build same "no change"
for store in 150 400 700 1000 1300 1600 2000 2500 3000; do
  change "$store"
  build "one$store" "one store changed"
done
build same "no change"
python3 - "$work" <<'PY'
import json, statistics, sys
read = lambda name: dict(json.load(open(f"{sys.argv[1]}/{name}.json"))["seconds"])
same, cold = read("same"), sum(read("cold").values())
beyond, all_ = [], []
for store in (2000, 2500, 3000):
    one = read(f"one{store}")
    pages = max(0.0, one["render the pages"] - same["render the pages"])
    beyond.append(sum(one.values()) - one["run the models"] - pages)
    all_.append(sum(one.values()))
print(f"one store: {statistics.median(all_):.2f} s in all, {statistics.median(all_) / cold:.2f} of the cold build; {statistics.median(beyond):.2f} s beyond models and pages that changed (medians of three)")
PY
