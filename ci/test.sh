#!/usr/bin/env bash
# The fast tier: README's second command.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo xtask test
