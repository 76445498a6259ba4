#!/bin/sh
# Counts the instructions of one head, body, lookup or answer with callgrind: the difference of
# 2,000 and 1,000 of them. Fails if one is above its budget.
#
#   crates/kargo-http/measure.sh
set -eu
cd "$(dirname "$0")"
command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind"; exit 1; }
cargo build --quiet --release --example measure
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The instructions of a whole run: WHAT, COUNT.
count() {
    valgrind --tool=callgrind --callgrind-out-file="$scratch/out" \
        "$target/release/examples/measure" "$1" "$2" 2>"$scratch/log" \
        || { cat "$scratch/log"; exit 1; }
    sed -n 's/^summary: //p' "$scratch/out"
}

status=0
# WHAT, BUDGET.
measure() {
    twice=$(count "$1" 2000)
    once=$(count "$1" 1000)
    last=$(((twice - once) / 1000 - around))
    verdict=ok
    [ "$last" -le "$2" ] || { verdict="TOO MANY"; status=1; }
    printf '%-24s %7d instructions (budget %d) %s\n' "$1" "$last" "$2" "$verdict"
}

around=0
measure nothing 40
around=$last
measure head-get 600
whole=$last
measure head-get-bytewise $((whole * 10))
measure head-browser 4000
whole=$last
measure head-browser-bytewise $((whole * 10))
measure body-length 150
measure body-chunked 600
measure route-static 150
measure route-param 800
measure route-escaped 1200
measure answer-plain 200
measure answer-headers 900
exit $status
