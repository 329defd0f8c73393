//! What Go's compiler makes of maps.

/// The first minor release whose compiler looks up the bytes themselves in `s := string(b); v := m[s]`, where nothing stands
/// between and the text has no other use. In `m[string(b)]` all releases do.
///
/// Read from `cmd/compile/internal/ssa/_gen/generic.rules` of Go 1.27 (`slicebytetostring`); tested on programs of Go 1.24,
/// which allocates, and of Go 1.25, 1.26 and 1.27, which do not.
pub const LOOKS_UP_BYTES_OF_VARIABLES: u32 = 25;
