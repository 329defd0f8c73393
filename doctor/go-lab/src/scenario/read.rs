//! Reads the TOML of a scenario.

use super::error::{ScenarioError, ScenarioErrorKind as Kind};
use super::statement::{KNOWN, Names, Wrong};
use super::{
    MOST_BEFORE, MOST_GOROUTINES, MOST_KEYS, MOST_LOCKS, MOST_OPERATIONS, Scenario, locks,
};
use crate::keys::Keys;
use crate::program::{LockKind, Operation, Program};
use crate::shape::MapType;
use go_runtime::classic::Release;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Result<T> = std::result::Result<T, ScenarioError>;
type Value<'t> = &'t Spanned<DeValue<'t>>;

/// A file that is being read.
struct Reader<'t> {
    text: &'t str,
}

/// A table, all of whose keys are known.
struct Table<'t> {
    reader: &'t Reader<'t>,
    table: &'t DeTable<'t>,
    span: Range<usize>,
}

/// Operations, as written, and their lines.
#[derive(Default)]
struct Written {
    operations: Vec<Operation>,
    statements: Vec<String>,
    lines: Vec<usize>,
}

pub(super) fn scenario(name: &str, text: &str) -> Result<Scenario> {
    let reader = Reader { text };
    let document = DeTable::parse(text).map_err(|error| {
        let what = error.message().replace('\n', ", ");
        let error = reader.error(Kind::Format, error.span().unwrap_or(0..0), what);
        error.hint("the format is that of https://toml.io; docs/lab.md of the source has examples")
    })?;
    let known = [
        "title",
        "about",
        "go",
        "map",
        "values",
        "pointers",
        "start",
        "keys",
        "locks",
        "before",
        "goroutine",
    ];
    let table = reader.table(document.get_ref(), document.span(), &known)?;
    let (keys, hashes) = keys(&table)?;
    let (locks, kinds) = locks_of(&table)?;
    let names = Names { keys: &keys, locks: &locks };
    let before = table.operations("before", &names, MOST_BEFORE)?;
    let mut scenario = Scenario {
        name: name.to_owned(),
        title: table.string("title")?.unwrap_or_default(),
        about: table.string("about")?.unwrap_or_default().trim().to_owned(),
        program: Program {
            map: map_type(&table)?,
            keys: Keys::given(hashes),
            is_nil: is_nil(&table)?,
            hint: 0,
            seed: 0,
            start: table.number("start", 255)?.unwrap_or(0),
            locks: kinds,
            before: before.operations,
            goroutines: Vec::new(),
        },
        goroutines: Vec::new(),
        statements: Vec::new(),
        before: before.statements,
        keys: Vec::new(),
        locks: Vec::new(),
        lines: before.lines,
    };
    goroutines(&table, &names, &mut scenario)?;
    scenario.keys = keys;
    scenario.locks = locks;
    Ok(scenario)
}

fn goroutines(table: &Table<'_>, names: &Names<'_>, scenario: &mut Scenario) -> Result<()> {
    let missing = || table.error(Kind::Format, table.span.clone(), "it has no [[goroutine]]");
    let value = table.get("goroutine").ok_or_else(missing)?;
    let list = value.get_ref().as_array().ok_or_else(missing)?;
    for (place, item) in list.iter().enumerate() {
        if place >= MOST_GOROUTINES {
            let what = format!("more than {MOST_GOROUTINES} goroutines: there are {}", list.len());
            let error = table.error(Kind::TooMuch, item.span(), what);
            return Err(error.hint("two or three show what can happen; more only make it likelier"));
        }
        let Some(inner) = item.get_ref().as_table() else {
            return Err(table.error(Kind::Format, item.span(), "a goroutine is a table"));
        };
        let goroutine = table.reader.table(inner, item.span(), &["name", "does"])?;
        let written = goroutine.operations("does", names, MOST_OPERATIONS)?;
        if written.operations.is_empty() {
            return Err(table.error(Kind::Format, item.span(), "this goroutine does nothing"));
        }
        let kinds = &scenario.program.locks;
        if let Some((at, why)) = locks::contradiction(&written.operations, kinds, names.locks) {
            let line = written.lines.get(at).copied().unwrap_or(1);
            return Err(ScenarioError::new(Kind::Locks, line, why));
        }
        let number = place.saturating_add(1);
        let name = goroutine.string("name")?.unwrap_or_else(|| format!("goroutine {number}"));
        scenario.goroutines.push(name);
        scenario.program.goroutines.push(written.operations);
        scenario.statements.push(written.statements);
    }
    Ok(())
}

fn map_type(table: &Table<'_>) -> Result<MapType> {
    let release = match table.string("go")? {
        None => Release::Go1_23,
        Some(name) => Release::find(&name).ok_or_else(|| {
            let error = table.error_at("go", &format!("Go {name} is not modelled"));
            error.hint("the classic map is that of Go 1.21, 1.22 and 1.23")
        })?,
    };
    let words = match table.string("values")?.as_deref() {
        None | Some("one word") => 1,
        Some("two words") => 2,
        Some(_) => {
            let error = table.error_at("values", "values have \"one word\" or \"two words\"");
            return Err(error.hint("a string or an interface has two, and can tear"));
        }
    };
    let pointers = match table.get("pointers").map(|value| value.get_ref().as_bool()) {
        None => false,
        Some(Some(pointers)) => pointers,
        Some(None) => return Err(table.error_at("pointers", "pointers is true or false")),
    };
    Ok(MapType::small(release, words, pointers))
}

fn is_nil(table: &Table<'_>) -> Result<bool> {
    match table.string("map")?.as_deref() {
        None | Some("made") => Ok(false),
        Some("nil") => Ok(true),
        Some(_) => Err(table.error_at("map", "map is \"made\" or \"nil\"")),
    }
}

/// The names of the keys, and the hashes of all keys, that of an empty cell first.
fn keys(table: &Table<'_>) -> Result<(Vec<String>, Vec<u64>)> {
    let (mut names, mut hashes) = (Vec::new(), vec![0]);
    let Some(value) = table.get("keys") else { return Ok((names, hashes)) };
    let Some(inner) = value.get_ref().as_table() else {
        return Err(table.error(Kind::Format, value.span(), "keys is a table: keys = { a = 0 }"));
    };
    let mut items: Vec<_> = inner.iter().collect();
    items.sort_by_key(|(name, _)| name.span().start);
    for (place, (name, value)) in items.into_iter().enumerate() {
        if place >= MOST_KEYS {
            let what = format!("more than {MOST_KEYS} keys");
            return Err(table.error(Kind::TooMuch, name.span(), what));
        }
        let number = value.get_ref().as_integer();
        let low = number.and_then(|number| number.as_str().parse::<u64>().ok());
        let Some(low) = low.filter(|low| *low < 256) else {
            let what = "the hash of a key ends in a number from 0 to 255, which chooses its bucket";
            return Err(table.error(Kind::Format, value.span(), what));
        };
        let name = name.get_ref().as_ref();
        // A letter as tophash, so that one sees whose it is.
        let top = name.bytes().next().unwrap_or(b'a').max(16);
        hashes.push((u64::from(top) << 56) | low);
        names.push(name.to_owned());
    }
    Ok((names, hashes))
}

fn locks_of(table: &Table<'_>) -> Result<(Vec<String>, Vec<LockKind>)> {
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    let Some(value) = table.get("locks") else { return Ok((names, kinds)) };
    let Some(inner) = value.get_ref().as_table() else {
        let what = "locks is a table: locks = { mu = \"sync.Mutex\" }";
        return Err(table.error(Kind::Format, value.span(), what));
    };
    for (name, value) in inner {
        kinds.push(match value.get_ref().as_str() {
            Some("sync.Mutex") => LockKind::Mutex,
            Some("sync.RWMutex") => LockKind::RwMutex,
            _ => {
                let what = "a lock is \"sync.Mutex\" or \"sync.RWMutex\"";
                return Err(table.error(Kind::Format, value.span(), what));
            }
        });
        names.push(name.get_ref().clone().into_owned());
        if names.len() > MOST_LOCKS {
            let what = format!("more than {MOST_LOCKS} locks");
            return Err(table.error(Kind::TooMuch, name.span(), what));
        }
    }
    Ok((names, kinds))
}

impl<'t> Reader<'t> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
    }

    fn error(&self, kind: Kind, at: Range<usize>, what: impl Into<String>) -> ScenarioError {
        ScenarioError::new(kind, self.line(at.start), what)
    }

    fn table(
        &'t self,
        table: &'t DeTable<'t>,
        span: Range<usize>,
        keys: &[&str],
    ) -> Result<Table<'t>> {
        let unknown = table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref()));
        if let Some(key) = unknown.min_by_key(|key| key.span().start) {
            let what = format!("there is no key '{}'", key.get_ref());
            let error = self.error(Kind::Format, key.span(), what);
            return Err(error.hint(format!("known here are {}", keys.join(", "))));
        }
        Ok(Table { reader: self, table, span })
    }
}

impl<'t> Table<'t> {
    fn get(&self, key: &str) -> Option<Value<'t>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn error(&self, kind: Kind, at: Range<usize>, what: impl Into<String>) -> ScenarioError {
        self.reader.error(kind, at, what)
    }

    fn error_at(&self, key: &str, what: &str) -> ScenarioError {
        let at = self.get(key).map_or(self.span.clone(), Spanned::span);
        self.error(Kind::Format, at, what)
    }

    fn string(&self, key: &str) -> Result<Option<String>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.get_ref().as_str().map(str::to_owned);
        text.map(Some).ok_or_else(|| self.error_at(key, &format!("{key} is a text")))
    }

    fn number(&self, key: &str, most: u64) -> Result<Option<u64>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| number.as_str().parse::<u64>().ok());
        match number.filter(|number| *number <= most) {
            Some(number) => Ok(Some(number)),
            None => Err(self.error_at(key, &format!("{key} is a number from 0 to {most}"))),
        }
    }

    fn operations(&self, key: &str, names: &Names<'_>, most: usize) -> Result<Written> {
        let mut written = Written::default();
        let Some(value) = self.get(key) else { return Ok(written) };
        let Some(list) = value.get_ref().as_array() else {
            return Err(self.error_at(key, &format!("{key} is a list of operations")));
        };
        for item in list {
            let Some(text) = item.get_ref().as_str() else {
                let what = "an operation is a text, such as \"m[a] = 1\"";
                return Err(self.error(Kind::Format, item.span(), what));
            };
            if written.operations.len() >= most {
                let what = format!("more than {most} operations: there are {}", list.len());
                return Err(self.error(Kind::TooMuch, item.span(), what));
            }
            let operation = names.operation(text);
            written.operations.push(operation.map_err(|wrong| self.wrong(item, text, wrong))?);
            written.statements.push(text.trim().to_owned());
            written.lines.push(self.reader.line(item.span().start));
        }
        Ok(written)
    }

    fn wrong(&self, item: Value<'_>, text: &str, wrong: Wrong) -> ScenarioError {
        let error = |kind, what: String| self.error(kind, item.span(), what);
        match wrong {
            Wrong::Operation => {
                error(Kind::UnknownOperation, format!("no operation '{text}'")).hint(KNOWN)
            }
            Wrong::Key(key) => error(Kind::Undeclared, format!("no key '{key}'"))
                .hint(format!("declare it: keys = {{ {key} = 0 }}")),
            Wrong::Lock(lock) => error(Kind::Undeclared, format!("no lock '{lock}'"))
                .hint(format!("declare it: locks = {{ {lock} = \"sync.Mutex\" }}")),
            Wrong::Value(value) => error(Kind::Format, format!("'{value}' is no number"))
                .hint("values are numbers, so that one sees whose they are"),
        }
    }
}
