//! How many bytes values of a type take, where every pointer takes eight.

use super::{Kind, Resolver, Ty};
use crate::world::Part;

const WORD: u64 = 8;

/// Size and alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    size: u64,
    align: u64,
}

/// Types whose declarations seldom are in the tree, by import path and name.
const KNOWN: [(&str, &str, u64, u64); 3] =
    [("sync", "Mutex", 8, 4), ("sync", "RWMutex", 24, 4), ("time", "Time", 24, 8)];

impl Resolver<'_> {
    /// The size of values of a type on 64-bit targets; `None` where a part of it is not known.
    pub(crate) fn size(&mut self, ty: Ty) -> Option<u64> {
        self.layout(ty).map(|layout| layout.size)
    }

    fn layout(&mut self, ty: Ty) -> Option<Layout> {
        self.deeper(None, |this| this.layout_of(ty))
    }

    fn layout_of(&mut self, ty: Ty) -> Option<Layout> {
        let words = |number: u64| Some(Layout { size: number.saturating_mul(WORD), align: WORD });
        let same = |size: u64| Some(Layout { size, align: size });
        if let Some(known) = self.known_layout(ty) {
            return known;
        }
        let under = self.under(ty);
        match self.types.kind(under) {
            Kind::Basic(name) => match name {
                "bool" | "int8" | "uint8" => same(1),
                "int16" | "uint16" => same(2),
                "int32" | "uint32" | "float32" => same(4),
                "int64" | "uint64" | "float64" | "int" | "uint" | "uintptr" | "Pointer" => words(1),
                "complex64" => Some(Layout { size: WORD, align: 4 }),
                "complex128" | "string" | "error" => words(2),
                _ => None,
            },
            Kind::Pointer(_) | Kind::Map { .. } | Kind::Chan(_) | Kind::Func { .. } => words(1),
            Kind::Slice(_) => words(3),
            Kind::Interface(_) => words(2),
            Kind::Array(elem, len) => {
                let (len, elem) = (len?, self.layout(elem)?);
                Some(Layout { size: elem.size.checked_mul(len)?, align: elem.align })
            }
            Kind::Struct(id) => {
                let fields: Vec<Ty> = self.types.fields(id).iter().map(|field| field.ty).collect();
                let mut whole = Layout { size: 0, align: 1 };
                let mut last = 1;
                for field in fields {
                    let field = self.layout(field)?;
                    let at = whole.size.checked_next_multiple_of(field.align)?;
                    whole.size = at.checked_add(field.size)?;
                    whole.align = whole.align.max(field.align);
                    last = field.size;
                }
                // A pointer to a last field without size must not lead out of the struct.
                if last == 0 && whole.size > 0 {
                    whole.size = whole.size.checked_add(1)?;
                }
                whole.size = whole.size.checked_next_multiple_of(whole.align)?;
                Some(whole)
            }
            _ => None,
        }
    }

    /// The layout of a named type that comes with this crate: of its fields only what matters to maps is written down.
    fn known_layout(&mut self, ty: Ty) -> Option<Option<Layout>> {
        let Kind::Named { decl, .. } = self.types.kind(ty) else { return None };
        let (package, name) = self.type_name(decl)?;
        let package = self.world.package(package)?;
        let known =
            KNOWN.iter().find(|(import, of, ..)| (*import, *of) == (&*package.import, name));
        if let Some((.., size, align)) = known {
            return Some(Some(Layout { size: *size, align: *align }));
        }
        let under = self.under(ty);
        let told = !matches!(self.types.kind(under), Kind::Struct(_) | Kind::Array(..));
        (package.part == Part::Model && !told).then_some(None)
    }
}
