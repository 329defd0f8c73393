//! The scenarios that come with the program.

use super::Scenario;

macro_rules! scenarios {
    ($($name:literal),* $(,)?) => {
        /// Name and text of each, in the order of the list.
        const BUNDLED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../scenarios/", $name, ".toml")))),*];
    };
}

scenarios!(
    "ghost-write",
    "ghost-write-by-delete",
    "ghost-write-while-iterating",
    "two-growths",
    "toggled-flags",
    "value-after-flag",
    "tophash-before-key",
    "read-during-growth",
    "same-bucket",
    "delete-under-a-reader",
    "torn-value",
    "iterate-while-growing",
    "iteration-writes-too",
    "write-under-rlock",
    "unlock-too-early",
    "clone-while-writing",
    "nil-map",
    "locked",
    "only-readers",
);

/// The names of the bundled scenarios.
pub fn bundled_names() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|(name, _)| *name)
}

/// The bundled scenario of a name.
pub fn bundled(name: &str) -> Option<Scenario> {
    let (name, text) = BUNDLED.iter().find(|(known, _)| *known == name)?;
    // A test reads them all.
    Scenario::parse(name, text).ok()
}
