#!/usr/bin/env bash
# Time and peak memory of `storebook inspect` and of loading one large file, in UTF-8 and in other encodings.
#   tests/bench/encodings/run.sh [MEGABYTES] [ENCODING…]     1,000 MB of UTF-8, and the same rows in GB18030
# STOREBOOK: the program (default: target/debug/storebook). The files are deleted afterwards.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
storebook=${STOREBOOK:-$here/../../../target/debug/storebook}
size=${1:-1000}
shift || true
[ $# -gt 0 ] || set -- utf-8 gb18030
work=$(mktemp -d "${TMPDIR:-/tmp}/storebook-encodings.XXXXXX")
trap 'rm -rf "$work"' EXIT
for encoding in "$@"; do
  mkdir -p "$work/$encoding/data"
  python3 "$here/make.py" "$work/$encoding/data/till.csv" "$encoding" "$size"
  printf '[project]\ncurrency = "CNY"\n' > "$work/$encoding/storebook.toml"
  cat "$work/$encoding/data/till.csv" > /dev/null
  measure() { python3 "$here/../measure.py" "$encoding: $1" "$storebook" --project "$work/$encoding" "${@:2}"; }
  measure inspect inspect
  # Loads the files, and runs no model.
  measure load models --sql order_lines --today 2026-11-05
  rm -rf "${work:?}/$encoding"
done
