//! Modules, packages, declarations and types of a Go source tree, and where each map is touched.
