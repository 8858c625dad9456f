#!/bin/sh
# A backup against `tar | age` and `tar | zstd | age` on the same files: the first one, and one after a line was added to
# one file. Prints the least of the rounds for each, in seconds. Needs age, zstd and Python 3.
#
#   STOREBOOK=target/debug/storebook tests/bench/backup/run.sh [FOLDER] [ROUNDS]
set -eu
storebook=$(realpath "${STOREBOOK:-target/debug/storebook}")
folder=${1:-$(mktemp -d)}
rounds=${2:-7}
mkdir -p "$folder"
cd "$folder"

# 60 files of 70,000 sales each, 350 MB; the same every time.
[ -d chain/data ] || python3 - <<'END'
import os, random
random.seed(7)
os.makedirs("chain/data")
open("chain/storebook.toml", "w").write('[site]\nlocales = ["en"]\n')
for file in range(60):
    with open(f"chain/data/{file:03}.csv", "w") as out:
        out.write("transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount\n")
        for line in range(70_000):
            r = random.randint
            out.write(
                f"T{file:03}{line:06},2026-{r(1, 10):02}-{r(1, 28):02} {r(8, 21):02}:{r(0, 59):02}:{r(0, 59):02},"
                f"S{r(1, 300):03},R{r(1, 900_000):06},A{r(1, 4000):04},Product {r(1, 4000)},category {r(1, 40)},"
                f"{r(1, 5)},{r(100, 99_999) / 100:.2f}\n"
            )
END
[ -f me.key ] || age-keygen -o me.key 2>/dev/null
me=$(age-keygen -y me.key)
cat chain/data/* >/dev/null
: >times

# Name, then the command; what it wrote is on the disk when it ends.
timed() {
    name=$1
    shift
    begin=$(date +%s%N)
    "$@"
    echo "$name $((($(date +%s%N) - begin) / 1000000))" >>times
}
back_up() { "$storebook" --project chain backup repository --recipient "$me" --quiet; }
tar_age() { tar cf - chain/data chain/storebook.toml | age -r "$me" >plain.age && sync plain.age; }
tar_zstd_age() { tar cf - chain/data chain/storebook.toml | zstd -q | age -r "$me" >packed.age && sync packed.age; }

for round in $(seq "$rounds"); do
    rm -rf repository chain/.storebook plain.age packed.age
    timed first back_up
    timed unchanged back_up
    echo "TX$round,2026-10-31 10:00:00,S001,R1,A1,Product 1,category 1,1,1.00" >>chain/data/030.csv
    timed one-file back_up
    timed tar-age tar_age
    timed tar-zstd-age tar_zstd_age
done
for name in first unchanged one-file tar-age tar-zstd-age; do
    awk -v name="$name" '$1 == name && (!least || $2 < least) { least = $2 } END { printf "%-13s %.2f s\n", name, least / 1000 }' times
done
du -sb --total chain/data repository plain.age packed.age | awk '{ printf "%-13s %.0f MB\n", $2, $1 / 1000000 }'
