//! Values as text, for a person to recognise: the shape of them alone, or as they are.

use crate::memory::{Memory, bytes, number, pointer};
use crate::walk::{Held, Reader};
use go_binary::{Form, GoKind, TypeId, Types};

/// Values of values are shown so deep.
const DEEPEST: u32 = 3;
/// Characters of a text that are shown.
const LONGEST: usize = 48;
/// Fields or elements that are shown.
const MOST: usize = 6;

/// Shows values.
pub(crate) struct Show<'s, M: ?Sized> {
    pub(crate) reader: &'s Reader<'s>,
    pub(crate) memory: &'s M,
    /// Whether letters are shown as `x` and digits as `9`.
    pub(crate) masked: bool,
}

/// A value in bytes that were read.
#[derive(Clone, Copy)]
struct Part<'a> {
    bytes: &'a [u8],
    offset: u64,
    type_id: TypeId,
    depth: u32,
}

impl<'s, M: Memory + ?Sized> Show<'s, M> {
    /// The value of a type at an address; `?` if it cannot be read.
    pub(crate) fn value(&self, address: u64, type_id: TypeId) -> String {
        self.at(address, type_id, DEEPEST)
    }

    fn types(&self) -> &'s Types<'s> {
        self.reader.program.types
    }

    fn at(&self, address: u64, type_id: TypeId, depth: u32) -> String {
        let read = bytes(self.memory, address, self.types().size(type_id));
        read.map_or_else(
            |_| "?".to_owned(),
            |bytes| self.part(Part { bytes: &bytes, offset: 0, type_id, depth }),
        )
    }

    fn part(&self, part: Part<'_>) -> String {
        let types = self.types();
        let Some(depth) = part.depth.checked_sub(1) else { return "…".to_owned() };
        let word = |size| number(part.bytes, part.offset, size);
        let size = types.size(part.type_id);
        match types.kind(part.type_id) {
            Some(GoKind::BOOL) => {
                return word(1)
                    .map_or("?", |bit| if bit == 0 { "false" } else { "true" })
                    .to_owned();
            }
            Some(GoKind::STRING) => return self.string(part),
            Some(GoKind::SLICE) => return self.slice(part, depth),
            Some(GoKind::INTERFACE) => return self.interface(part),
            Some(kind) if kind.is_signed() => {
                return word(size)
                    .map_or("?".to_owned(), |bits| self.mask(&signed(bits, size).to_string()));
            }
            Some(kind) if kind.is_unsigned() => {
                return word(size).map_or("?".to_owned(), |bits| self.mask(&bits.to_string()));
            }
            Some(GoKind::FLOAT32) => {
                let bits = word(4).and_then(|bits| u32::try_from(bits).ok()).unwrap_or_default();
                return self.mask(&f32::from_bits(bits).to_string());
            }
            Some(GoKind::FLOAT64) => {
                return self.mask(&f64::from_bits(word(8).unwrap_or_default()).to_string());
            }
            _ => {}
        }
        match types.form(part.type_id) {
            Some(Form::Map { .. }) => match pointer(part.bytes, part.offset) {
                Some(0) | None => "nil".to_owned(),
                Some(_) => "map".to_owned(),
            },
            Some(Form::Pointer(pointee)) => match (pointer(part.bytes, part.offset), pointee) {
                (Some(0) | None, _) => "nil".to_owned(),
                (Some(address), Some(pointee)) if depth > 0 => {
                    format!("&{}", self.at(address, *pointee, depth))
                }
                (Some(_), _) => "&…".to_owned(),
            },
            Some(Form::Struct(_)) => {
                let fields = types.fields(part.type_id);
                let shown = fields.iter().take(MOST).map(|field| {
                    let offset = part.offset.saturating_add(field.offset);
                    let inner = Part { offset, type_id: field.type_id, depth, ..part };
                    format!("{}: {}", field.name, self.part(inner))
                });
                list('{', shown, fields.len(), '}')
            }
            Some(Form::Array(of, count)) => {
                let shown = (0..(*count).min(MOST as u64)).map(|place| {
                    let skip = place.saturating_mul(types.size(*of));
                    let offset = part.offset.saturating_add(skip);
                    self.part(Part { offset, type_id: *of, depth, ..part })
                });
                list('[', shown, usize::try_from(*count).unwrap_or(usize::MAX), ']')
            }
            _ => types.get(part.type_id).map_or("?", |kind| kind.name).to_owned(),
        }
    }

    fn string(&self, part: Part<'_>) -> String {
        let [text, length] = self.types().fields(part.type_id) else { return "?".to_owned() };
        let at = |offset: u64| part.offset.saturating_add(offset);
        let address = pointer(part.bytes, at(text.offset)).unwrap_or_default();
        let length = number(part.bytes, at(length.offset), 8).unwrap_or_default();
        let Ok(read) = bytes(self.memory, address, length.min(LONGEST as u64)) else {
            return "?".to_owned();
        };
        let text = self.mask(&String::from_utf8_lossy(&read));
        let more = length.saturating_sub(LONGEST as u64);
        if more > 0 { format!("{text:?} and {more} bytes more") } else { format!("{text:?}") }
    }

    fn slice(&self, part: Part<'_>, depth: u32) -> String {
        let types = self.types();
        let word = |name| {
            let field = types.field(part.type_id, name)?;
            number(part.bytes, part.offset.saturating_add(field.offset), 8)
        };
        let of = types.field(part.type_id, "array").and_then(|array| types.pointee(array.type_id));
        let (Some(of), Some(array), Some(length)) = (of, word("array"), word("len")) else {
            return "?".to_owned();
        };
        if types.size(of) == 1 {
            return format!("{length} bytes");
        }
        let shown = (0..length.min(MOST as u64)).map(|place| {
            self.at(array.saturating_add(place.saturating_mul(types.size(of))), of, depth)
        });
        list('[', shown, usize::try_from(length).unwrap_or(usize::MAX), ']')
    }

    fn interface(&self, part: Part<'_>) -> String {
        let (types, interfaces) = (self.types(), &self.reader.interfaces);
        match interfaces.held(types, self.memory, part.type_id, part.bytes, part.offset) {
            Held::Nothing => "nil".to_owned(),
            Held::Unknown => "?".to_owned(),
            Held::At(address, type_id) => self.at(address, type_id, part.depth),
            Held::Itself(word, type_id) => {
                let bytes = word.to_le_bytes();
                let depth = part.depth.saturating_sub(1);
                self.part(Part { bytes: &bytes, offset: 0, type_id, depth })
            }
        }
    }

    /// Letters become `x` and digits `9`, where they are not to be seen.
    fn mask(&self, text: &str) -> String {
        if !self.masked {
            return text.to_owned();
        }
        let masked = text.chars().map(|c| match c {
            _ if c.is_uppercase() => 'X',
            _ if c.is_alphabetic() => 'x',
            _ if c.is_numeric() => '9',
            _ => c,
        });
        masked.collect()
    }
}

fn list(open: char, shown: impl Iterator<Item = String>, all: usize, close: char) -> String {
    let mut shown: Vec<String> = shown.collect();
    if shown.len() < all {
        shown.push(format!("… {all} in all"));
    }
    format!("{open}{}{close}", shown.join(", "))
}

/// The number of so many bytes with its sign.
fn signed(bits: u64, size: u64) -> i64 {
    let unused = 64_u64.saturating_sub(size.saturating_mul(8));
    let unused = u32::try_from(unused).unwrap_or_default();
    bits.checked_shl(unused)
        .and_then(|bits| bits.cast_signed().checked_shr(unused))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::signed;

    #[test]
    fn small_numbers_keep_their_sign() {
        assert_eq!(signed(0xff, 1), -1);
        assert_eq!(signed(0x7f, 1), 127);
        assert_eq!(signed(u64::MAX, 8), -1);
        assert_eq!(signed(0xffff_fffe, 4), -2);
    }
}
