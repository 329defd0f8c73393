#!/usr/bin/env bash
# A soak of the maps: bash ci/soak.sh [HOURS], a bit more than a minute unless told otherwise.
# Four threads for each processor, some of them stalled for 200 ms and more in the middle of an operation.
# Ends with an error if anything panicked, hung or answered wrongly, or if there were too few operations for the goal.
set -euo pipefail
cd "$(dirname "$0")/.."

soak="cargo run --locked --quiet --release --package tophash --example soak --"

# One write is lost on purpose first: a soak that does not notice is worth nothing.
if planted=$($soak 0.001 planted) || ! grep -q "^WRONG: " <<<"$planted"; then
  echo "error: a planted fault was not seen by the soak:" >&2
  echo "$planted" >&2
  exit 1
fi
$soak "${1:-0.02}"
