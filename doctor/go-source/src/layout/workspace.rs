//! What `go.work` and `replace` directives say of the modules of the tree.
//!
//! Every module of the tree takes part, whether a workspace uses it or not. The directives decide
//! between modules of one path, and under which other paths a module is imported.

use super::{Module, normalise};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// The directives of a tree, followed to the modules they mean.
#[derive(Debug, Default)]
pub(super) struct Directives {
    /// Directories of modules that a `use` or a `replace` names: of two modules with one path, the
    /// one that is built.
    pub(super) named: FxHashSet<String>,
    /// Other paths of modules: import prefix, and the path of the module that stands in. Those of
    /// workspaces come first, as they override those of modules.
    pub(super) aliases: Vec<(String, String)>,
    /// What workspaces use that is no module of the tree, by the directory of the workspace.
    pub(super) missing: BTreeMap<String, Vec<String>>,
}

/// Follows the directives of all workspaces and modules. `workspaces` are `go.work` files by their
/// directory, as `modules` are.
pub(super) fn follow(
    workspaces: &BTreeMap<String, Module>,
    modules: &BTreeMap<String, Module>,
) -> Directives {
    let mut found = Directives::default();
    for workspace in workspaces.values() {
        for used in &workspace.manifest.uses {
            match normalise(&workspace.directory, used).filter(|at| modules.contains_key(at)) {
                Some(at) => {
                    found.named.insert(at);
                }
                None => {
                    let list = found.missing.entry(workspace.directory.clone()).or_default();
                    list.push(used.clone());
                }
            }
        }
    }
    for manifest in workspaces.values().chain(modules.values()) {
        for replace in &manifest.manifest.replaces {
            let target = replace.directory().and_then(|to| normalise(&manifest.directory, to));
            let Some(module) = target.as_ref().and_then(|target| modules.get(target)) else {
                continue;
            };
            found.named.extend(target);
            let path = &module.manifest.module;
            let alias = (replace.old.clone(), path.clone());
            if *path != replace.old && !path.is_empty() && !found.aliases.contains(&alias) {
                found.aliases.push(alias);
            }
        }
    }
    found
}
