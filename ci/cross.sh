#!/usr/bin/env bash
# The program type-checks for the other systems it claims, the maps for 32 bits and as they are built for checkers, and
# the library crates for the oldest Rust.
set -euo pipefail
cd "$(dirname "$0")/.."

require() { # what, why
  if [ "${TOPHASH_REQUIRE:-}" = all ]; then
    echo "error: $1 is needed: $2" >&2
    exit 1
  fi
  echo "SKIPPED $1: $2"
}

if ! command -v rustup >/dev/null; then
  require rustup "other targets and older compilers are installed through it"
  exit 0
fi

for target in x86_64-pc-windows-gnu aarch64-apple-darwin aarch64-unknown-linux-gnu; do
  if rustup target list --installed | grep -qx "$target" || rustup target add "$target" 2>/dev/null; then
    echo "checking for $target"
    cargo check --locked --quiet --package tophash-cli --package tophash --target "$target"
  else
    require "$target" "its standard library could not be installed"
  fi
done

# Words of 32 bits; the deep tier interprets the maps' tests as such a program.
target=i686-unknown-linux-gnu
if rustup target list --installed | grep -qx "$target" || rustup target add "$target" 2>/dev/null; then
  echo "checking the maps for $target"
  cargo check --locked --quiet --package tophash --target "$target"
else
  require "$target" "its standard library could not be installed"
fi

# The maps without the standard library, and as the deep tier builds them.
echo "checking the maps without std, for loom, for ThreadSanitizer and with mutations"
cargo check --locked --quiet --package tophash --no-default-features
RUSTFLAGS="--cfg loom" cargo check --locked --quiet --package tophash --lib --profile test --target-dir target/loom
RUSTFLAGS="--cfg tophash_tsan" cargo check --locked --quiet --package tophash --target-dir target/tophash_tsan
RUSTFLAGS="--cfg tophash_mutants" cargo check --locked --quiet --package tophash --tests --target-dir target/tophash_mutants

# The oldest compiler that the library crates promise (rust-version in Cargo.toml).
msrv=1.85
if rustup toolchain list | grep -q "^$msrv" || rustup toolchain install "$msrv" --profile minimal 2>/dev/null; then
  echo "checking the library crates with Rust $msrv"
  cargo "+$msrv" check --locked --quiet \
    -p tophash -p tophash-verify -p finding -p go-runtime -p go-syntax -p go-source -p go-locks \
    -p go-lint -p go-repair -p go-crash -p go-reports -p diagnosis
else
  require "rust $msrv" "the oldest supported compiler could not be installed"
fi

# Those whose dependencies need a newer one.
msrv=1.88
if rustup toolchain list | grep -q "^$msrv" || rustup toolchain install "$msrv" --profile minimal 2>/dev/null; then
  echo "checking those that need Rust $msrv"
  cargo "+$msrv" check --locked --quiet -p report -p go-binary -p go-memory
else
  require "rust $msrv" "the oldest supported compiler could not be installed"
fi
