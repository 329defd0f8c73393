//! Renders cases, one file a format.
