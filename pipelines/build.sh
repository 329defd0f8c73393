#!/usr/bin/env bash
# The first steps of the GitHub Action: says where the program belongs and under which key it is kept (`build.sh key`), or
# builds it there (`build.sh`).
set -euo pipefail
. "$(dirname "$0")/program.sh"

folder="${RUNNER_TEMP:?is set by GitHub}/tophash"
if [ "${1:-}" = key ]; then
  {
    printf 'folder=%s\n' "$folder"
    printf 'key=tophash-%s-%s-%s\n' "$RUNNER_OS" "$RUNNER_ARCH" "$(sources)"
  } >>"$GITHUB_OUTPUT"
else
  program "$folder" >/dev/null
fi
