//! Reads Go crash texts: fatal errors, panics, goroutine dumps, race reports.
