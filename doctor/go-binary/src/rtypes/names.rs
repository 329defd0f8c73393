//! The names of types, as debugging information has them: with whole import paths, where a descriptor has only the last part
//! of one.

use super::{Name, RuntimeTypes};
use crate::types::{Form, GoKind, TypeId};

/// Names of types in types are put together so deep, and up to that length.
const DEEPEST: u32 = 8;
const LONGEST: usize = 400;

/// Gives types that are made of named ones their whole name.
pub(super) fn put_together(all: &mut RuntimeTypes) {
    for place in 0..all.types.len() {
        let id = TypeId(u32::try_from(place).unwrap_or(u32::MAX));
        let Some(whole) = whole(all, id, DEEPEST) else { continue };
        if let Some(raw) = all.types.get_mut(place) {
            raw.name = Name::Own(all.names.len());
            all.names.push(whole);
        }
    }
}

/// The whole name of a type, if it is another one than its descriptor has.
fn whole(all: &RuntimeTypes, id: TypeId, depth: u32) -> Option<String> {
    let deeper = depth.checked_sub(1)?;
    let raw = all.types.get(id.index())?;
    if let Name::Own(_) = raw.name {
        return Some(all.text(&raw.name).to_owned());
    }
    let Name::In(range) = &raw.name else { return None };
    if let Some(package) = all.packages.get(&id) {
        let (package, name) = (all.text(package), all.text(&raw.name));
        // The name of a package is not always the end of its path.
        let (_, own) = name.split_once('.')?;
        return Some(format!("{package}.{own}"));
    }
    let text = all.text(&Name::In(range.clone()));
    let part = |id| whole(all, id, deeper);
    let of = |id: TypeId| all.types.get(id.index()).map(|raw| all.text(&raw.name));
    let or = |id: TypeId, whole: Option<String>| Some(whole.unwrap_or(of(id)?.to_owned()));
    let name = match (raw.kind, &raw.form) {
        (Some(GoKind::POINTER), Form::Pointer(Some(to))) if text.starts_with('*') => {
            format!("*{}", part(*to)?)
        }
        (Some(GoKind::ARRAY), Form::Array(to, count)) if text.starts_with('[') => {
            format!("[{count}]{}", part(*to)?)
        }
        (Some(GoKind::SLICE), Form::Struct(fields)) if text.starts_with("[]") => {
            let (_, array, _) = all.fields.get(fields.start as usize)?;
            let Form::Pointer(Some(to)) = all.types.get(array.index())?.form else { return None };
            format!("[]{}", part(to)?)
        }
        (Some(GoKind::MAP), Form::Map { key, value, .. }) if text.starts_with("map[") => {
            let (first, second) = (part(*key), part(*value));
            if first.is_none() && second.is_none() {
                return None;
            }
            format!("map[{}]{}", or(*key, first)?, or(*value, second)?)
        }
        _ => return None,
    };
    (name.len() <= LONGEST).then_some(name)
}
