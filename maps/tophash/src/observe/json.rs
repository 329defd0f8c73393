//! Reports as a tree of plain values: the one shape that dumps, `to_json` and, with the feature, `serde` write.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A value of JSON.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Json<'t> {
    Null,
    Count(u64),
    Number(f64),
    Text(Cow<'t, str>),
    List(Vec<Json<'t>>),
    Object(Vec<(&'static str, Json<'t>)>),
}

impl<'t> From<&'t str> for Json<'t> {
    fn from(text: &'t str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Json<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Json<'_> {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<f64> for Json<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl<'t, T: Into<Self>> From<Option<T>> for Json<'t> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

impl<'t> FromIterator<Json<'t>> for Json<'t> {
    fn from_iter<I: IntoIterator<Item = Json<'t>>>(values: I) -> Self {
        Self::List(values.into_iter().collect())
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Count(count) => write!(f, "{count}"),
            // JSON has no other numbers.
            Self::Number(number) if number.is_finite() => write!(f, "{number}"),
            Self::Number(_) => f.write_str("null"),
            Self::Text(text) => quote(text, f),
            Self::List(values) => {
                f.write_char('[')?;
                for (turn, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if turn == 0 { "" } else { "," })?;
                }
                f.write_char(']')
            }
            Self::Object(fields) => {
                f.write_char('{')?;
                for (turn, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}\"{name}\":{value}", if turn == 0 { "" } else { "," })?;
                }
                f.write_char('}')
            }
        }
    }
}

fn quote(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            char if char.is_control() && u32::from(char) < 0x20 => {
                write!(f, "\\u{:04x}", u32::from(char))?;
            }
            char => f.write_char(char)?,
        }
    }
    f.write_char('"')
}

#[cfg(feature = "serde")]
impl serde::Serialize for Json<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    #[test]
    fn it_is_json() {
        let json = Json::Object(vec![
            ("text", Json::from("a \"b\" \\ \n \u{1} é")),
            (
                "list",
                [Json::Null, Json::from(1.5), Json::from(f64::NAN), Json::from(7u64)]
                    .into_iter()
                    .collect(),
            ),
            ("none", Json::Object(Vec::new())),
        ]);
        let read: serde_json::Value = serde_json::from_str(&json.to_string()).unwrap();
        let meant = serde_json::json!({
            "text": "a \"b\" \\ \n \u{1} é", "list": [null, 1.5, null, 7], "none": {}
        });
        assert_eq!(read, meant);
    }
}
