//! Values of a settings file, and what is said of those that nobody understands: the file, the line, and the nearest word
//! that is known.

use super::codes;
use crate::error::{Error, Result};
use clap::ValueEnum;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text, and where it stands.
pub(super) type Text = (String, Range<usize>);

/// A file that is being read.
pub(super) struct Reader<'f> {
    path: &'f Path,
    text: &'f str,
}

/// A table of the file, whose keys are all known.
pub(super) struct Table<'f> {
    pub(super) reader: &'f Reader<'f>,
    /// Where it stands.
    pub(super) span: Range<usize>,
    table: &'f DeTable<'f>,
}

impl<'f> Reader<'f> {
    pub(super) fn new(path: &'f Path, text: &'f str) -> Self {
        Self { path, text }
    }

    /// The document.
    pub(super) fn parse(&'f self) -> Result<Spanned<DeTable<'f>>> {
        DeTable::parse(self.text).map_err(|error| {
            // Some messages take two lines: what, and what was expected.
            let what = error.message().replace('\n', ", ");
            self.error(error.span().unwrap_or(0..0), &what)
                .hint("the format is that of https://toml.io")
        })
    }

    /// A table that has no other keys than these.
    pub(super) fn table(
        &'f self,
        table: &'f Spanned<DeTable<'f>>,
        keys: &[&str],
    ) -> Result<Table<'f>> {
        self.known(table.span(), table.get_ref(), keys)
    }

    fn known(
        &'f self,
        span: Range<usize>,
        table: &'f DeTable<'f>,
        keys: &[&str],
    ) -> Result<Table<'f>> {
        // The first in the file, not in the alphabet.
        let unknown = table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref()));
        if let Some(key) = unknown.min_by_key(|key| key.span().start) {
            let name = key.get_ref();
            let error = self.error(key.span(), &format!("there is no key '{name}'"));
            return Err(error.hint(instead(name, keys)));
        }
        Ok(Table { reader: self, span, table })
    }

    /// Something is wrong at a place of the file.
    pub(super) fn error(&self, at: Range<usize>, what: &str) -> Error {
        let before = self.text.as_bytes().get(..at.start).unwrap_or(self.text.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        Error::new(format!("{}:{line}: {what}", self.path.display()))
    }
}

impl<'f> Table<'f> {
    fn get(&self, key: &str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// A value of another type than the key has.
    fn other(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Error {
        let found = value.get_ref().type_str();
        self.reader.error(value.span(), &format!("{key} is a TOML {found}")).hint(expected)
    }

    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let hint = format!("write {key} = true or {key} = false");
        value.get_ref().as_bool().map(Some).ok_or_else(|| self.other(key, value, &hint))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>> {
        Ok(self.spanned_text(key)?.map(|(text, _)| text))
    }

    pub(super) fn spanned_text(&self, key: &str) -> Result<Option<Text>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) => Ok(Some((text.to_owned(), value.span()))),
            None => Err(self.other(key, value, &format!("write {key} = \"…\""))),
        }
    }

    /// A word out of a fixed set.
    pub(super) fn word<W: ValueEnum>(&self, key: &str) -> Result<Option<W>> {
        let Some((text, span)) = self.spanned_text(key)? else { return Ok(None) };
        W::from_str(&text, false).map(Some).map_err(|_| {
            let known = W::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.reader
                .error(span, &format!("there is no {key} '{text}'"))
                .hint(instead(&text, &known))
        })
    }

    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<Text>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let hint = format!("write {key} = [\"…\", \"…\"]");
        let list = value.get_ref().as_array().ok_or_else(|| self.other(key, value, &hint))?;
        let text = |value: &Spanned<DeValue<'_>>| match value.get_ref().as_str() {
            Some(text) => Ok((text.to_owned(), value.span())),
            None => Err(self.other(&format!("a value of {key}"), value, &hint)),
        };
        list.iter().map(text).collect::<Result<_>>().map(Some)
    }

    /// Codes of rules, or their beginnings.
    pub(super) fn codes(&self, key: &str) -> Result<Option<Vec<String>>> {
        let Some(texts) = self.texts(key)? else { return Ok(None) };
        let code = |(text, span): Text| {
            codes::code(&text)
                .ok_or_else(|| self.reader.error(span, &codes::unknown(&text)).hint(codes::HINT))
        };
        texts.into_iter().map(code).collect::<Result<_>>().map(Some)
    }

    /// Tables, each of them headed by `[[key]]`.
    pub(super) fn tables(&self, key: &str, keys: &[&str]) -> Result<Vec<Table<'f>>> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let hint = format!("write [[{key}]] above each");
        let list = value.get_ref().as_array().ok_or_else(|| self.other(key, value, &hint))?;
        list.iter()
            .map(|value| match value.get_ref() {
                DeValue::Table(table) => self.reader.known(value.span(), table, keys),
                _ => Err(self.other(&format!("a value of {key}"), value, &hint)),
            })
            .collect()
    }
}

/// What may have been meant: the nearest word that is known, or all of them.
fn instead(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&word.to_lowercase(), known), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3));
    match nearest {
        Some((_, known)) => format!("did you mean '{known}'?"),
        None => format!("known are {}", known.join(", ")),
    }
}
