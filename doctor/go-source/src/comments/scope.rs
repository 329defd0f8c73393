//! Which lock a name in a comment means.

use super::phrases::Mention;
use finding::Site;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The locks that a program takes, by their declarations.
pub(super) struct Scope<'l> {
    locks: &'l BTreeMap<Arc<str>, Site>,
}

impl<'l> Scope<'l> {
    pub(super) fn new(locks: &'l BTreeMap<Arc<str>, Site>) -> Self {
        Self { locks }
    }

    /// The locks that an owner has itself: the fields of a struct, the variables of a package.
    pub(super) fn beside(&self, owner: &str) -> impl Iterator<Item = (&'l Arc<str>, &'l Site)> {
        let prefix: Arc<str> = format!("{owner}.").into();
        let locks = self.locks.range(Arc::clone(&prefix)..);
        let length = prefix.len();
        locks.take_while(move |(name, _)| name.starts_with(&*prefix)).filter(move |(name, _)| {
            name.get(length..).is_some_and(|rest| !rest.contains(['.', '/']))
        })
    }

    /// The locks that a sentence names, as seen from inside an owner. `text` declares what names there have for types.
    pub(super) fn resolve(
        &self,
        package: &str,
        owner: &str,
        mention: &Mention<'_>,
        text: &dyn Fn() -> String,
    ) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        for exact in [true, false] {
            for word in &mention.words {
                let lock = self.named(package, owner, word, exact, text);
                found.extend(lock.filter(|lock| !found.contains(lock)));
            }
            if !found.is_empty() {
                return found;
            }
        }
        if mention.the_lock { self.only(owner).into_iter().collect() } else { Vec::new() }
    }

    /// The lock of an owner that has no other.
    fn only(&self, owner: &str) -> Option<Arc<str>> {
        let mut beside = self.beside(owner);
        let one = beside.next()?;
        beside.next().is_none().then(|| Arc::clone(one.0))
    }

    fn named(
        &self,
        package: &str,
        owner: &str,
        word: &str,
        exact: bool,
        text: &dyn Fn() -> String,
    ) -> Option<Arc<str>> {
        let mut parts: Vec<&str> = word.split('.').filter(|part| !part.is_empty()).collect();
        let operation = |part: &&str| {
            let name = part.trim_end_matches(['(', ')']);
            matches!(name, "Lock" | "RLock" | "Unlock" | "RUnlock")
        };
        let taken = parts.len() > 1 && parts.last().is_some_and(operation);
        if taken {
            parts.pop();
        }
        let one = |owner: &str, name: &str| {
            let found = if exact {
                self.locks.get_key_value(&*format!("{owner}.{name}")).map(|(name, _)| name)
            } else {
                let ends = |lock: &str| {
                    lock.rsplit_once('.').is_some_and(|(_, last)| last.eq_ignore_ascii_case(name))
                };
                self.beside(owner).find(|(lock, _)| ends(lock)).map(|(lock, _)| lock)
            };
            found.map(Arc::clone)
        };
        match parts.as_slice() {
            // `c.Lock` of a type that embeds its lock.
            [name] if taken => {
                let text = text();
                let ty = type_of(&text, name)?;
                self.only(&format!("{package}.{ty}"))
            }
            [name] => {
                // What is declared in a struct inside of another is guarded by the locks of both.
                let mut at = owner;
                loop {
                    if let Some(lock) = one(at, name) {
                        return Some(lock);
                    }
                    if at.len() <= package.len() {
                        return None;
                    }
                    at = at.rsplit_once('.')?.0;
                }
            }
            [first, name] => match type_of(&text(), first) {
                Some(ty) => one(&format!("{package}.{ty}"), name),
                // `Cache.mu`, or by the name that methods have for their receiver.
                None => one(&format!("{package}.{first}"), name).or_else(|| {
                    let own = owner.rsplit('.').next().unwrap_or_default();
                    let begins = |c: Option<char>| c.map(|c| c.to_ascii_lowercase());
                    let short = first.len() <= 2
                        && first.chars().all(char::is_lowercase)
                        && begins(first.chars().next()) == begins(own.chars().next());
                    let own = own.eq_ignore_ascii_case(first);
                    if short || own { one(owner, name) } else { None }
                }),
            },
            _ => None,
        }
    }
}

/// The type of a method's receiver, by the method's symbol: `Cache` of `example.com/status.(*Cache).Put`.
pub(super) fn receiver(symbol: &str) -> Option<&str> {
    let (_, method) = symbol.rsplit('/').next()?.split_once('.')?;
    let (ty, _) = method.trim_start_matches("(*").split_once(['.', ')', '['])?;
    Some(ty)
}

/// The type that a text declares a name with: `Cache` for `c` in `(c *Cache)`; empty where it is one of another package.
fn type_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0usize;
    while let Some(at) = text.get(from..)?.find(name).and_then(|at| at.checked_add(from)) {
        let end = at.saturating_add(name.len());
        from = end;
        let before = text.get(..at)?.chars().next_back();
        let after = text.get(end..)?;
        if before.is_some_and(|c| is_part(c) || c == '.') || after.starts_with(is_part) {
            continue;
        }
        // `a, b *Cache`: further names of the same type come between.
        let mut rest = after.trim_start_matches([' ', '\t']);
        while let Some(more) = rest.strip_prefix(',') {
            rest = more.trim_start().trim_start_matches(is_part).trim_start_matches([' ', '\t']);
        }
        let ty = rest.trim_start_matches('*');
        let length = ty.find(|c| !is_part(c)).unwrap_or(ty.len());
        let (ty, rest) = ty.split_at_checked(length)?;
        if !ty.is_empty() && ty != "struct" && ty != "map" {
            return Some(if rest.starts_with('.') { "" } else { ty });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use finding::LockMode;

    fn resolve(owner: &str, word: &str, text: &str) -> Vec<String> {
        let names = ["p.C.mu", "p.C.other", "p.D.RWMutex", "p.globalMu", "p.C.in.deep"];
        let locks: BTreeMap<Arc<str>, Site> =
            names.iter().map(|name| (Arc::from(*name), Site::line("c.go", 1))).collect();
        let mention =
            Mention { words: vec![word], the_lock: word == "lock", mode: LockMode::Write };
        let found = Scope::new(&locks).resolve("p", owner, &mention, &|| text.to_owned());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_are_looked_up_from_the_inside_out() {
        assert_eq!(resolve("p.C", "mu", ""), ["p.C.mu"]);
        assert_eq!(resolve("p.C", "Mu", ""), ["p.C.mu"]);
        assert_eq!(resolve("p.C.in", "mu", ""), ["p.C.mu"]);
        assert_eq!(resolve("p.C", "globalMu", ""), ["p.globalMu"]);
        assert_eq!(resolve("p.C", "elsewhere", ""), [] as [&str; 0]);
    }

    #[test]
    fn paths_go_by_the_types_of_their_first_name() {
        assert_eq!(resolve("p.D", "c.mu", "func (d *D) f(a, c *C)"), ["p.C.mu"]);
        assert_eq!(resolve("p.D", "C.mu", ""), ["p.C.mu"]);
        assert_eq!(resolve("p.C", "c.mu", ""), ["p.C.mu"]);
        assert_eq!(resolve("p.C", "c.mu", "\tc *other.C\n"), [] as [&str; 0]);
        assert_eq!(resolve("p.D", "d.Lock", "func (d *D) f()"), ["p.D.RWMutex"]);
    }

    #[test]
    fn the_lock_is_the_only_one() {
        assert_eq!(resolve("p.D", "lock", ""), ["p.D.RWMutex"]);
        assert_eq!(resolve("p.C", "lock", ""), [] as [&str; 0]);
    }

    #[test]
    fn receivers_are_part_of_symbols() {
        assert_eq!(receiver("example.com/status.(*Cache).Put"), Some("Cache"));
        assert_eq!(receiver("example.com/status.Cache.Put"), Some("Cache"));
        assert_eq!(receiver("example.com/status.(*Cache[...]).Put"), Some("Cache"));
        assert_eq!(receiver("example.com/status.Put"), None);
    }
}
