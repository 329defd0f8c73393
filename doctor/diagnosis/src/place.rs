//! From a frame of the text to the file, the function and the line of the tree.

use crate::Options;
use finding::Site;
use go_source::{Function, FunctionId, Program, SourceAccess};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Where a frame lies in the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place<'p> {
    /// Files the printed path may mean; with the function known, only those that hold it.
    pub(crate) files: Vec<Arc<str>>,
    /// Functions that answer to the symbol, in those files.
    pub(crate) functions: Vec<&'p Function>,
    /// Accesses on the line, those of the function where the symbol is known there.
    pub(crate) on_line: Vec<&'p SourceAccess>,
    /// Accesses directly in those functions.
    pub(crate) in_functions: Vec<&'p SourceAccess>,
}

/// The places of a text's frames, each found once: thousands of stacks share a few frames.
#[derive(Debug, Default)]
pub(crate) struct Places<'p> {
    known: RefCell<HashMap<Key, Rc<Place<'p>>>>,
}

/// File, line and function of a frame.
type Key = (Arc<str>, u32, Option<Arc<str>>);

impl<'p> Places<'p> {
    /// Finds a frame in the tree; hashed from the second time on.
    pub(crate) fn find(
        &self,
        program: &'p Program,
        options: &Options,
        site: &Site,
    ) -> Rc<Place<'p>> {
        let key = (Arc::clone(&site.file), site.line, site.function.clone());
        if let Some(known) = self.known.borrow().get(&key) {
            return Rc::clone(known);
        }
        let place = Rc::new(Place::find(program, options, site));
        self.known.borrow_mut().insert(key, Rc::clone(&place));
        place
    }
}

impl<'p> Place<'p> {
    /// Finds a frame in the tree.
    pub(crate) fn find(program: &'p Program, options: &Options, site: &Site) -> Self {
        let named = site
            .function
            .as_deref()
            .map(|symbol| program.functions_named(symbol))
            .unwrap_or_default();
        let mut files: Vec<_> = if site.file.is_empty() {
            Vec::new()
        } else {
            program
                .resolve_path(&options.mapped(&site.file))
                .into_iter()
                .map(|candidate| candidate.file)
                .collect()
        };
        let holding: Vec<_> = files
            .iter()
            .filter(|file| named.iter().any(|function| function.site.file == **file))
            .cloned()
            .collect();
        if !holding.is_empty() {
            files = holding;
        } else if !named.is_empty() && (files.is_empty() || !plausible(program, &files, site)) {
            files = named.iter().map(|function| Arc::clone(&function.site.file)).collect();
            files.dedup();
        }
        let functions: Vec<_> =
            named.into_iter().filter(|function| files.contains(&function.site.file)).collect();
        let mut on_line: Vec<_> =
            files.iter().flat_map(|file| program.accesses_at(file, site.line)).collect();
        let own: Vec<_> =
            on_line.iter().copied().filter(|access| in_any(access.function, &functions)).collect();
        if !own.is_empty() {
            on_line = own;
        }
        let in_functions =
            functions.iter().flat_map(|function| program.accesses_in(function.id)).collect();
        Self { files, functions, on_line, in_functions }
    }
}

/// True when some function of the files spans the line: a symbol the tree spells another way.
fn plausible(program: &Program, files: &[Arc<str>], site: &Site) -> bool {
    files.iter().any(|file| program.function_at(file, site.line).is_some())
}

fn in_any(function: Option<FunctionId>, functions: &[&Function]) -> bool {
    function.is_some_and(|id| functions.iter().any(|function| function.id == id))
}
