#!/usr/bin/env bash
# The tests of the maps under a checker of memory or of races: bash ci/sanitize.sh address|thread|miri.
# Each begins with a fault that was planted on purpose, which the checker must see: one that sees nothing finds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

require() { # what, why
  if [ "${TOPHASH_REQUIRE:-}" = all ]; then
    echo "error: $1 is needed: $2" >&2
    exit 1
  fi
  echo "SKIPPED $1: $2"
  exit 0
}

planted() { # what the checker must say, then a command that must fail
  local says=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "error: a planted fault was not seen, where '$says' was expected" >&2
    exit 1
  fi
  if ! grep -q "$says" <<<"$output"; then
    echo "error: a planted fault ended in something else than '$says':" >&2
    tail -n 40 <<<"$output" >&2
    exit 1
  fi
  echo "a planted fault was seen: $says"
}

component() { # toolchain, component: whether it is there or could be installed
  rustup component list --toolchain "$1" --installed 2>/dev/null | grep -q "^$2" ||
    rustup component add --toolchain "$1" "$2" 2>/dev/null
}

host=$(rustc -vV | sed -n 's/^host: //p')
# Capacities that nobody has are refused by the sanitizers' allocators as by others, rather than ending the process.
export ASAN_OPTIONS=allocator_may_return_null=1 TSAN_OPTIONS=allocator_may_return_null=1
# Frees what is still being read: the mutation of the raw table that the first planted fault is.
early_free=free-at-once@1
test="cargo test --locked --package tophash"

case "${1:-}" in
address)
  # With leaks, too. The stable compiler has it, behind the variable that lets it take unstable flags.
  export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address"
  export TOPHASH_MUTATION_AND_SEED=$early_free
  mutants="$test --target $host --target-dir target/address-mutants --test mutations"
  RUSTFLAGS="$RUSTFLAGS --cfg tophash_mutants" planted "heap-use-after-free" $mutants -- --ignored --exact child
  RUSTFLAGS="$RUSTFLAGS --cfg tophash_mutants" planted "detected memory leaks" $mutants -- --ignored --exact planted_leak
  # What a map without memory leaks is counted by the map, and asked for by that test.
  for name in $(cd maps/tophash/tests && ls -d *.rs bug_classes | sed 's/\.rs$//'); do
    leaks=1
    [ "$name" != allocation ] || leaks=0
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=$leaks $test --target "$host" --target-dir target/address --test "$name"
  done
  $test --target "$host" --target-dir target/address --lib
  ;;
thread)
  # The standard library has to be built for it as well; a race that it did not see would be taken for one of ours.
  # What fences order is ordered by other means under this cfg, so there is nothing to suppress. A race does not fail the
  # test that it is in: the process ends with the exit code 66.
  component stable rust-src || require rust-src "ThreadSanitizer needs the source of the standard library"
  export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=thread --cfg tophash_tsan"
  export TOPHASH_MUTATION_AND_SEED=$early_free
  RUSTFLAGS="$RUSTFLAGS --cfg tophash_mutants" planted "exit status: 66" \
    $test -Zbuild-std --target "$host" --target-dir target/thread-mutants --test mutations -- --ignored --exact child
  $test -Zbuild-std --target "$host" --target-dir target/thread --lib --tests
  ;;
miri)
  # An interpreter that knows the rules of references and of the memory model. Tests have sizes of their own for it.
  for part in miri rust-src; do
    component nightly "$part" || require "$part of a nightly compiler" "Miri interprets the tests with it"
  done
  miri="cargo +nightly miri test --locked --package tophash"
  # Boxed entries are words that were pointers, which is what exposed provenance is for.
  flags="-Zmiri-permissive-provenance -Zmiri-disable-isolation"
  RUSTFLAGS="--cfg tophash_mutants" MIRIFLAGS=$flags TOPHASH_MUTATION_AND_SEED=$early_free planted "Undefined Behavior" \
    $miri --target-dir target/miri-mutants --test mutations -- --ignored --exact child
  miri="$miri --target-dir target/miri"
  MIRIFLAGS=$flags $miri --test bug_classes
  MIRIFLAGS=$flags $miri --test plain
  MIRIFLAGS=$flags $miri --lib hazard
  # Other schedules, and other old values for loads that may have one.
  MIRIFLAGS="$flags -Zmiri-many-seeds=0..8" $miri --test bug_classes weak_ordering
  MIRIFLAGS="$flags -Zmiri-many-seeds=0..4" $miri --test bug_classes free_against_reacquire
  # As a program of 32 bits, which no processor of that kind is needed for.
  MIRIFLAGS=$flags $miri --target i686-unknown-linux-gnu --test bug_classes alignment conjured
  ;;
*)
  echo "usage: bash ci/sanitize.sh address|thread|miri" >&2
  exit 2
  ;;
esac
