//! A type as Go source would write it, seen from one package.

use super::{Kind, Resolver, Ty, Tys};
use crate::world::PackageId;

/// Types nested deeper than this end in `…`.
const MAX_DEPTH: u32 = 12;

impl Resolver<'_> {
    /// The type as text; types of other packages carry their package's name.
    pub(crate) fn render(&self, ty: Ty, from: PackageId) -> String {
        let mut out = String::new();
        self.write(ty, from, 0, &mut out);
        out
    }

    fn write(&self, ty: Ty, from: PackageId, depth: u32, out: &mut String) {
        if depth > MAX_DEPTH {
            out.push('…');
            return;
        }
        let depth = depth.saturating_add(1);
        match self.types.kind(ty) {
            Kind::Unknown => out.push('?'),
            Kind::Basic("Pointer") => out.push_str("unsafe.Pointer"),
            Kind::Basic(name) => out.push_str(name),
            Kind::Named { decl, args } => {
                if let Some((package, name)) = self.type_name(decl) {
                    if package != from {
                        if let Some(package) = self.world.package(package) {
                            out.push_str(&package.name);
                            out.push('.');
                        }
                    }
                    out.push_str(name);
                }
                if !self.types.list(args).is_empty() {
                    self.write_list(args, ('[', ']'), from, depth, out);
                }
            }
            Kind::Pointer(to) => self.write_after("*", to, from, depth, out),
            Kind::Slice(elem) => self.write_after("[]", elem, from, depth, out),
            Kind::Array(elem, _) => self.write_after("[…]", elem, from, depth, out),
            Kind::Chan(elem) => self.write_after("chan ", elem, from, depth, out),
            Kind::Map { key, value } => {
                self.write_after("map[", key, from, depth, out);
                self.write_after("]", value, from, depth, out);
            }
            Kind::Struct(id) if self.types.fields(id).is_empty() => out.push_str("struct{}"),
            Kind::Struct(_) => out.push_str("struct{…}"),
            Kind::Interface(id) => match self.types.interface(id) {
                Some(info) if info.methods.is_empty() && info.embeds.is_empty() => {
                    out.push_str("any");
                }
                _ => out.push_str("interface{…}"),
            },
            Kind::Func { params, results, .. } => {
                out.push_str("func");
                self.write_list(params, ('(', ')'), from, depth, out);
                match self.types.list(results) {
                    [] => {}
                    [one] => self.write_after(" ", *one, from, depth, out),
                    _ => {
                        out.push(' ');
                        self.write_list(results, ('(', ')'), from, depth, out);
                    }
                }
            }
            Kind::Tuple(list) => self.write_list(list, ('(', ')'), from, depth, out),
            Kind::Foreign(id) => out.push_str(self.types.foreign(id)),
            Kind::Param(def) => {
                out.push_str(self.world.file(def.file).map_or("?", |file| file.slice(def.name)));
            }
        }
    }

    fn write_after(&self, head: &str, ty: Ty, from: PackageId, depth: u32, out: &mut String) {
        out.push_str(head);
        self.write(ty, from, depth, out);
    }

    fn write_list(
        &self,
        list: Tys,
        (open, close): (char, char),
        from: PackageId,
        depth: u32,
        out: &mut String,
    ) {
        out.push(open);
        for (at, ty) in self.types.list(list).iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.write(*ty, from, depth, out);
        }
        out.push(close);
    }
}
