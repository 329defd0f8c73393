# Where the program is, for the other scripts of this folder: `program FOLDER` prints its path, and builds it into the folder
# where it is not there. TOPHASH_PROGRAM names one that is installed already.

# The folder of this version of the project.
project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# The hash of all that the program is built from: what was built from the same is the same.
sources() {
  (cd "$project" && find Cargo.toml Cargo.lock cli doctor -type f ! -path '*/tests/*' ! -path '*/target/*' -print0 |
    LC_ALL=C sort -z | xargs -0 cat | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c 1-32)
}

program() {
  if [ -n "${TOPHASH_PROGRAM:-}" ]; then
    printf '%s\n' "$TOPHASH_PROGRAM"
    return
  fi
  local built="$1/bin/tophash"
  if [ ! -x "$built" ] && [ ! -x "$built.exe" ]; then
    if ! command -v cargo >/dev/null; then
      echo "error: there is no cargo, which builds tophash" >&2
      echo "  hint: install Rust 1.95 or newer (https://rustup.rs), or name an installed tophash by TOPHASH_PROGRAM" >&2
      return 2
    fi
    # Rust's files are of no use once the program is built.
    local files
    files="$(mktemp -d)"
    CARGO_TARGET_DIR="$files" cargo install --quiet --locked --path "$project/cli" --root "$1" >&2 || {
      rm -rf "$files"
      echo "error: tophash could not be built" >&2
      echo "  hint: it needs Rust 1.95 or newer: rustup update stable" >&2
      return 2
    }
    rm -rf "$files"
  fi
  printf '%s\n' "$built"
}
