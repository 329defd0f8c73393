//! The operations of a scenario, written as in Go: `m[a] = 1`, `v, ok := m[a]`, `delete(m, a)`, `for range m`.

use crate::program::Operation;

/// What an operation could not be read for.
pub(super) enum Wrong {
    /// It is none that is known.
    Operation,
    /// No such key.
    Key(String),
    /// No such mutex.
    Lock(String),
    /// A value that is no number.
    Value(String),
}

/// The operations, for a message.
pub(super) const KNOWN: &str = "m[k] = 1, m[k], delete(m, k), clear(m), len(m), for range m, maps.Clone(m), mu.Lock(), mu.Unlock(), mu.RLock() and mu.RUnlock() are known";

/// The names that operations may use.
pub(super) struct Names<'a> {
    pub(super) keys: &'a [String],
    pub(super) locks: &'a [String],
}

impl Names<'_> {
    /// Reads an operation.
    pub(super) fn operation(&self, text: &str) -> Result<Operation, Wrong> {
        let text = text.trim();
        if let Some(call) = text.strip_suffix("()") {
            return self.lock(call);
        }
        if let Some(header) = text.strip_prefix("for ") {
            let over = header.trim_end_matches(['{', '}', ' ']);
            let over = over.rsplit_once("range ").map(|(_, map)| map.trim());
            return if over == Some("m") { Ok(Operation::Iterate) } else { Err(Wrong::Operation) };
        }
        if let Some(arguments) = call(text, "delete") {
            let (map, key) = arguments.split_once(',').ok_or(Wrong::Operation)?;
            return if map.trim() == "m" {
                Ok(Operation::Delete(self.key(key)?))
            } else {
                Err(Wrong::Operation)
            };
        }
        for (name, operation) in [
            ("clear", Operation::Clear),
            ("len", Operation::Length),
            ("maps.Clone", Operation::Clone),
        ] {
            if let Some(argument) = call(right(text), name) {
                return if argument.trim() == "m" { Ok(operation) } else { Err(Wrong::Operation) };
            }
        }
        self.index(text)
    }

    /// `m[k]`, alone, on the right or on the left of an assignment.
    fn index(&self, text: &str) -> Result<Operation, Wrong> {
        if let Some(key) = index_of(right(text)) {
            return Ok(Operation::Read(self.key(key)?));
        }
        let (left, value) = text.split_once('=').ok_or(Wrong::Operation)?;
        let key = index_of(left).ok_or(Wrong::Operation)?;
        let value = value.trim();
        let number = value.parse().map_err(|_| Wrong::Value(value.to_owned()))?;
        Ok(Operation::Assign(self.key(key)?, number))
    }

    fn lock(&self, call: &str) -> Result<Operation, Wrong> {
        let (name, method) = call.rsplit_once('.').ok_or(Wrong::Operation)?;
        let make = match method {
            "Lock" => Operation::Lock,
            "Unlock" => Operation::Unlock,
            "RLock" => Operation::RLock,
            "RUnlock" => Operation::RUnlock,
            _ => return Err(Wrong::Operation),
        };
        let place = self.locks.iter().position(|lock| lock == name.trim());
        place.map(make).ok_or_else(|| Wrong::Lock(name.trim().to_owned()))
    }

    fn key(&self, text: &str) -> Result<u64, Wrong> {
        let name = text.trim().trim_matches('"');
        let place = self.keys.iter().position(|key| key == name);
        // Key 0 is what an empty cell holds.
        let key = place.and_then(|place| u64::try_from(place.checked_add(1)?).ok());
        key.ok_or_else(|| Wrong::Key(name.to_owned()))
    }
}

/// The arguments of a call of that name.
fn call<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.trim().strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')')
}

/// The key of `m[key]`.
fn index_of(text: &str) -> Option<&str> {
    text.trim().strip_prefix("m[")?.strip_suffix(']')
}

/// What is on the right of an assignment; the whole where there is none.
fn right(text: &str) -> &str {
    text.split_once('=').map_or(text, |(_, right)| right).trim()
}
