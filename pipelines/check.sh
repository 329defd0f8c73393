#!/usr/bin/env bash
# The last step of the GitHub Action: runs `tophash check` by the inputs, which stand in variables, and sets the outputs.
#
# On a pull request it shows what is new since the commit that the branch began at. It exits as the check does: with 1 where
# there are findings.
set -euo pipefail
. "$(dirname "$0")/program.sh"

# Each line of a text, as an argument of its own: nothing in it is read by the shell.
lines() {
  local line
  arguments=()
  while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then arguments+=("$line"); fi
  done <<<"$1"
}

# The commit that the branch of a pull request began at. A shallow clone, which actions/checkout makes, gets what is missing.
merge_base() {
  local base parents
  # GitHub merges the branch into its base to try it: the first parent is the base as it was then.
  parents=$(git cat-file commit HEAD | sed -n '/^$/q; s/^parent //p')
  if [[ "${GITHUB_REF:-}" == refs/pull/*/merge && $(wc -l <<<"$parents") -eq 2 ]]; then
    base="${parents%%$'\n'*}"
    git cat-file -e "$base^{commit}" 2>/dev/null || git fetch --quiet --no-tags --depth=1 origin "$base"
  else
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then git fetch --quiet --no-tags --unshallow origin; fi
    git fetch --quiet --no-tags origin "+refs/heads/$GITHUB_BASE_REF:refs/remotes/origin/$GITHUB_BASE_REF"
    base=$(git merge-base "refs/remotes/origin/$GITHUB_BASE_REF" HEAD)
  fi
  printf '%s\n' "$base"
}

cd "$INPUT_WORKING_DIRECTORY"
tophash="$(program "${RUNNER_TEMP:?is set by GitHub}/tophash")"
# The runs below are of one tree: all but the first take the findings from the cache.
export TOPHASH_CACHE_DIR="${TOPHASH_CACHE_DIR:-$RUNNER_TEMP/tophash-cache}"

check=(check)
if [ -n "$INPUT_GRADE" ]; then check+=(--grade "$INPUT_GRADE"); fi
if [ -n "$INPUT_BASELINE" ]; then check+=(--baseline "$INPUT_BASELINE"); fi
case "$INPUT_NEW_FROM_REV" in
  '') ;;
  auto)
    if [ -n "${GITHUB_BASE_REF:-}" ]; then
      rev="$(merge_base)" || {
        echo "::error title=tophash::cannot tell where the pull request began; set new-from-rev, or fetch-depth: 0 of actions/checkout"
        exit 2
      }
      check+=(--new-from-rev "$rev")
    fi
    ;;
  *) check+=(--new-from-rev "$INPUT_NEW_FROM_REV") ;;
esac
lines "$INPUT_ARGS"
check+=(${arguments[@]+"${arguments[@]}"})
lines "$INPUT_PATHS"
paths=(${arguments[@]+"${arguments[@]}"})

code=0
"$tophash" "${check[@]}" --format "$INPUT_FORMAT" -- ${paths[@]+"${paths[@]}"} || code=$?
if [ "$code" -gt 1 ]; then exit "$code"; fi

count="$("$tophash" "${check[@]}" --format concise --exit-zero -- ${paths[@]+"${paths[@]}"} 2>/dev/null | wc -l)"
printf 'findings=%d\n' "$count" >>"$GITHUB_OUTPUT"
if [ -n "$INPUT_SARIF" ]; then
  "$tophash" "${check[@]}" --format sarif --exit-zero -- ${paths[@]+"${paths[@]}"} 2>/dev/null >"$INPUT_SARIF"
  case "$INPUT_SARIF" in
    /* | ?:*) sarif="$INPUT_SARIF" ;;
    *) sarif="$PWD/$INPUT_SARIF" ;;
  esac
  printf 'sarif=%s\n' "$sarif" >>"$GITHUB_OUTPUT"
fi
exit "$code"
