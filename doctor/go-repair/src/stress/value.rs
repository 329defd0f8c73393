//! Values for arguments, by their types as written.

use go_syntax::ast::FuncDecl;
use go_syntax::{File, Kind, View};
use std::collections::BTreeSet;

/// Values made so far, with the packages they need.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) imports: BTreeSet<String>,
}

impl Values {
    /// The arguments of a call; `None` where one cannot be made.
    pub(super) fn arguments(&mut self, file: &File, function: FuncDecl<'_>) -> Option<String> {
        let mut arguments = Vec::new();
        for field in function.signature().params().fields() {
            let ty = field.ty().node();
            if ty.kind() == Kind::Ellipsis {
                // One value, so that a loop over them does something; none where none can be made.
                let mut own = self.clone();
                if let Some(value) = own.of(file, ty.text().trim_start_matches('.').trim()) {
                    *self = own;
                    arguments.push(value);
                }
                continue;
            }
            let value = self.of(file, ty.text())?;
            let count = field.names().count().max(1);
            arguments.extend(std::iter::repeat_n(value, count));
        }
        Some(arguments.join(", "))
    }

    fn of(&mut self, file: &File, ty: &str) -> Option<String> {
        let value = match ty {
            "string" => "\"key\"",
            "bool" => "true",
            "error" => "nil",
            "any" | "interface{}" => "any(\"key\")",
            "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16"
            | "uint32" | "uint64" | "byte" | "rune" | "float32" | "float64" | "uintptr" => "1",
            "context.Context" => self.from("context", "context.Background()"),
            "time.Time" => self.from("time", "time.Now()"),
            "time.Duration" => self.from("time", "time.Minute"),
            "http.ResponseWriter" => self.from("net/http/httptest", "httptest.NewRecorder()"),
            "*http.Request" => {
                self.from("net/http/httptest", "httptest.NewRequest(\"GET\", \"/\", nil)")
            }
            "io.Writer" => self.from("io", "io.Discard"),
            _ => return self.other(file, ty),
        };
        Some(value.to_owned())
    }

    fn from<'v>(&mut self, import: &str, value: &'v str) -> &'v str {
        self.imports.insert(import.to_owned());
        value
    }

    fn other(&mut self, file: &File, ty: &str) -> Option<String> {
        // A nil function or channel is worse than none: the call would not return.
        if ty.starts_with("func") || ty.contains("chan ") {
            return None;
        }
        if let Some(element) = ty.strip_prefix("[]") {
            // A loop over nothing would touch nothing.
            let mut own = self.clone();
            return Some(match own.of(file, element) {
                Some(value) => {
                    *self = own;
                    format!("{ty}{{{value}}}")
                }
                None => "nil".into(),
            });
        }
        if ty.starts_with("map[") {
            return Some("nil".into());
        }
        let name = ty.trim_start_matches('*');
        let plain =
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if !plain || ty.starts_with("**") {
            return None;
        }
        if let Some((qualifier, _)) = name.split_once('.') {
            self.imports.insert(import_of(file, qualifier)?);
        }
        Some(if ty.starts_with('*') { format!("new({name})") } else { format!("*new({name})") })
    }
}

/// The import path behind a name used in a file; only imports without a name of their own.
fn import_of(file: &File, qualifier: &str) -> Option<String> {
    let mut imports = file.imports().filter(|import| import.name().is_none());
    let found = imports.find(|import| import.path_text().rsplit('/').next() == Some(qualifier))?;
    Some(found.path_text().to_owned())
}
