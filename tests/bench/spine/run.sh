#!/usr/bin/env bash
# Load and models of storebook, cold, against DuckDB alone doing the same (peer.py), one after the other.
#   tests/bench/spine/run.sh [CHAIN]       the chain is made if it is not there: 300 stores, 500,000 customers, 5.47 million rows
# STOREBOOK: the program (default: target/debug/storebook). STORES, CUSTOMERS: a smaller chain.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
storebook=${STOREBOOK:-$here/../../../target/debug/storebook}
chain=${1:-/tmp/storebook-chain}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -e "$chain/storebook.toml" ] || "$storebook" demo "$chain" --stores "${STORES:-300}" --customers "${CUSTOMERS:-500000}" --days 600 --seed 7
# Both read the files from memory: what the disk takes is the same for both, and differs from run to run.
warm() { find "$chain/data" -type f -exec cat {} + > /dev/null; }
rm -rf "$chain/.storebook"
warm
"$storebook" --project "$chain" build --dry-run --unsealed --today 2026-11-01 --only index --json > "$work/cold.json"
# One store's file changes: a line is given again, as a correction would be.
touched=$(find "$chain/data/transactions" -name '*.csv' | sort | tail -n 1)
cp -p "$touched" "$work/kept.csv"
sed -i '2s/,store,/,wechat,/;3s/,store,/,wechat,/' "$touched"
"$storebook" --project "$chain" build --dry-run --unsealed --today 2026-11-01 --only index --json > "$work/warm.json"
cp -p "$work/kept.csv" "$touched"
"$storebook" --project "$chain" models --sql --today 2026-11-01 > "$work/models.sql"
warm
python3 "$here/peer.py" "$chain" "$work/models.sql" | tee "$work/peer.txt"
python3 - "$work" <<'P'
import json, re, sys
work = sys.argv[1]
cold, warm = (json.load(open(f"{work}/{name}.json")) for name in ("cold", "warm"))
load, models = (dict(map(tuple, cold["seconds"]))[name] for name in ("load the sources", "run the models"))
peer = re.search(r"^all\s+([\d.]+) s\s+([\d.]+) CPU s, at most (\d+) MB", open(f"{work}/peer.txt").read(), re.M)
seconds, cpu = float(peer[1]), float(peer[2])
usage = cold["usage"]
print(f"storebook: load {load:.1f} s, models {models:.1f} s, {usage['cpu_seconds']:.1f} CPU s with planning, at most {usage['peak_memory_bytes'] / 1e6:.0f} MB")
print(f"ratio to DuckDB alone: {(load + models) / seconds:.2f} by the clock, {usage['cpu_seconds'] / cpu:.2f} by CPU")
print("one store's file changed:", ", ".join(f"{name} {took:.2f} s" for name, took in warm["seconds"]), "; models computed:", warm["models"]["computed"])
for name, took in cold["steps"][:20]:
    print(f"  {name:40s} {took:7.2f} s")
P
