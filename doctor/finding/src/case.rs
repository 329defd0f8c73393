//! A case: everything known about one map, with a verdict and the five steps that follow.

use serde::Serialize;

/// All that is known about one map.
#[derive(Clone, Debug, Serialize)]
pub struct Case {}
