//! A map's identity: the declaration in source, and the stable name of it.

use crate::Site;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The stable name of a declared map: the package's import path, then the path to the map.
///
/// `example.com/orders/status.statusCache` is a package-level variable, `….Registry.conns` a field
/// of a type, `….Serve.func1.seen` a local variable of a closure. Two maps of one name in one
/// function (shadowing) are told apart by `#2`, `#3`, in source order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MapId(Arc<str>);

impl MapId {
    /// Joins an import path and the path inside the package.
    pub fn new(package: &str, path: &str) -> Self {
        Self(format!("{package}.{path}").into())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of thing the declaration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclKind {
    /// A package-level variable.
    PackageVar,
    /// A field of a struct type.
    Field,
    /// A variable of a function or closure.
    Local,
    /// A parameter, receiver or named result.
    Parameter,
    /// A map inside another value: an element of a slice, or of another map, with no name of its own.
    Element,
}

/// Which of Go's maps it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    /// The built-in `map[K]V`, or a named type of it.
    Builtin,
    /// `sync.Map`.
    SyncMap,
}

/// A map's type as the source writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MapType {
    /// Built-in map or `sync.Map`.
    pub kind: MapKind,
    /// The type as written, such as `map[string]*Session` or `matcherCache`.
    pub text: Arc<str>,
    /// The key type as written; empty for `sync.Map` and where it could not be resolved.
    pub key: Arc<str>,
    /// The value type as written; empty for `sync.Map` and where it could not be resolved.
    pub value: Arc<str>,
}

/// A map as the program declares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MapDecl {
    /// Its stable name.
    pub id: MapId,
    /// Import path of the package that declares it.
    pub package: Arc<str>,
    /// Path inside the package: `statusCache`, `Registry.conns`, `Serve.func1.seen`.
    pub path: Arc<str>,
    /// What kind of declaration it is.
    pub decl: DeclKind,
    /// Its type.
    #[serde(rename = "type")]
    pub map_type: MapType,
    /// Where its name stands in the source.
    pub site: Site,
}
