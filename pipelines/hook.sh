#!/usr/bin/env bash
# The pre-commit hook `tophash-check`: builds the program of this version beside itself, once, and runs the check.
set -euo pipefail
. "$(dirname "$0")/program.sh"

exec "$(program "$project/.tophash")" check "$@"
