#!/usr/bin/env bash
# Formatting, lints, documentation, the panic surface, and what may enter the dependency tree.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
export RUSTDOCFLAGS="-D warnings"
cargo doc --workspace --no-deps --document-private-items --locked --quiet
cargo doc --package tophash --features locked,rayon,serde --no-deps --document-private-items --locked --quiet
cargo doc --package tophash-cli --bin tophash --no-deps --document-private-items --locked --quiet --target-dir target/doc-cli
cargo xtask panic-surface

# cargo-deny takes several minutes to build, so it is used where it is, and said where it is not.
if cargo deny --version >/dev/null 2>&1; then
  cargo deny --offline check licenses bans sources
else
  echo "SKIPPED cargo-deny: not installed; 'cargo install --locked cargo-deny' makes this step run"
fi
