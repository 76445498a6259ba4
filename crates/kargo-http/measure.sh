#!/bin/sh
# Counts the instructions of one head, body, lookup or answer with callgrind: the difference of
# so many and twice as many of them. Fails if one is above its budget.
#
#   crates/kargo-http/measure.sh
set -eu
cd "$(dirname "$0")"
command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind"; exit 1; }
cargo build --quiet --locked --release --example measure
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

# The instructions of one: WHAT, COUNT.
difference() { echo $((($(count "$1" $(($2 * 2))) - $(count "$1" "$2")) / $2)); }

# WHAT, BUDGET, and if given LOOP, whose instructions are taken off, and COUNT.
measure() {
    last=$(difference "$1" "${4:-1000}")
    [ -z "${3:-}" ] || last=$((last - $(difference "$3" "${4:-1000}")))
    verdict=ok
    [ "$last" -le "$2" ] || { verdict="TOO MANY"; status=1; }
    printf '%-24s %7d instructions (budget %d) %s\n' "$1" "$last" "$2" "$verdict"
}

# A head fed byte by byte costs at most ten times the head in one slice.
measure head-get 650 loop
measure head-get-bytewise $((last * 10)) loop-get-bytewise
measure head-browser 4000 loop
measure head-browser-bytewise $((last * 10)) loop-browser-bytewise
measure head-large 164000 loop 10
measure head-large-bytewise $((last * 10)) loop-large-bytewise 10
measure body-length 150
measure body-chunked 600
measure route-static 160
measure route-param 800
measure route-escaped 1500
measure answer-plain 200
measure answer-headers 980
exit $status
