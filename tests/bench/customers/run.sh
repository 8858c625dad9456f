#!/usr/bin/env bash
# A whole build of a chain with a million customer records, half of whom bought once: steps, time and peak memory.
#   tests/bench/customers/run.sh [RECORDS]
# STOREBOOK: the program (default: target/debug/storebook). The chain is deleted afterwards.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
storebook=${STOREBOOK:-$here/../../../target/debug/storebook}
work=$(mktemp -d "${TMPDIR:-/tmp}/storebook-customers.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/data"
printf '[project]\ncurrency = "CNY"\n' > "$work/storebook.toml"
python3 "$here/make.py" "$work/data" "${1:-1000000}"
"$storebook" --project "$work" build --unsealed --today 2026-11-05 --json > "$work/report.json" || { tail -c 3000 "$work/report.json"; exit 1; }
python3 - "$work/report.json" <<'P'
import json, os, sys
report = json.load(open(sys.argv[1]))
usage = report["usage"]
print(f"{report['rows']['loaded']} rows, {report['pages']} pages: {usage['cpu_seconds']:.0f} CPU s, at most {usage['peak_memory_bytes'] / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f}")
for name, took in [*report["seconds"], *sorted(report["steps"], key=lambda step: -step[1])[:25]]:
    print(f"  {name:44} {took:8.1f} s")
P
