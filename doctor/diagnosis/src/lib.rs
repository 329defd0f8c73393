//! Resolves clues to maps and joins them into cases.
