//! Whether a lock belongs to the object whose map an access touches.

use crate::{Held, Touch};

impl Touch<'_> {
    /// Whether a lock may be that of the object whose map the access touches: by its path, or by what holds it. Where the
    /// access does not tell its object, any lock may.
    pub fn is_of_its_object(&self, held: &Held) -> bool {
        let Some(object) = self.source.object.as_deref() else { return true };
        let (owner, name) = held.guard.rsplit_once('.').unwrap_or_default();
        // An embedded lock is taken by the name of the object itself.
        let of = held.path.strip_suffix(name).and_then(|path| path.strip_suffix('.'));
        let of = of.unwrap_or(&held.path);
        // Where the type is embedded, `s.mu` and `s.Tally.mu` are one.
        let ty = owner.rsplit('.').next().unwrap_or_default();
        let plain =
            |path: &str| path.split('.').filter(|part| *part != ty).collect::<Vec<_>>().join(".");
        let (of, object) = (plain(of), plain(object));
        // What is reached from an object of a type and is of that type itself is another object.
        let reached = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
        };
        if of == object {
            return true;
        }
        // An element may be what a variable holds.
        let element = of.contains('[') || object.contains('[');
        element && !reached(&of, &object) && !reached(&object, &of)
    }
}
