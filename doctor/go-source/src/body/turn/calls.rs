//! What calls do with what they are given, as far as the order of elements matters.

use super::super::walker::Walker;
use super::fate::Uses;
use crate::hir::{ExprId, ExprKind};
use crate::turn::Sink;
use crate::types::Ty;
use crate::world::{FuncRef, Import};

/// What a call does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Its result holds them: conversions, `strings.Join`, `fmt.Sprint`.
    Carries,
    /// Its result does not depend on their order: `len`.
    Measures,
    /// It sorts them, or makes a set of them.
    Sorts,
    /// They end there.
    Sinks(Sink),
    /// `w.Write(x)`, `fmt.Fprint(w, x)`: they go into the writer.
    WritesTo(ExprId),
    Unknown,
}

/// A writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer<'w> {
    /// A buffer of the function's own.
    Buffer(&'w str),
    Goes(Sink),
    Unknown,
}

/// Packages whose values hash what is written to them.
const HASHES: [&str; 6] = [
    "crypto/",
    "hash",
    "golang.org/x/crypto/",
    "github.com/cespare/xxhash",
    "lukechampine.com/blake3",
    "github.com/minio/sha256-simd",
];

/// Names of functions that log, or make errors.
const LOGS: [&str; 30] = [
    "Log", "Logf", "Info", "Infof", "Infoln", "Infow", "Warn", "Warnf", "Warning", "Warningf",
    "Error", "Errorf", "Errorw", "Debug", "Debugf", "Debugw", "Trace", "Tracef", "Fatal", "Fatalf",
    "Panic", "Panicf", "Skip", "Skipf", "Notice", "Noticef", "InfoS", "ErrorS", "Wrap", "Wrapf",
];

fn is_hash(import: &str) -> bool {
    HASHES.iter().any(|package| {
        import == *package
            || import.starts_with(package)
                && (package.ends_with('/') || import.as_bytes().get(package.len()) == Some(&b'/'))
    }) || import.ends_with("/sha256-simd")
}

fn sorts_by_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["sort", "uniq", "canonical", "normalize", "dedup", "shuffle"]
        .iter()
        .any(|word| lower.contains(word))
        || name.contains("Set")
        || lower == "elementsmatch"
}

impl<'w> Walker<'w> {
    /// The import path of a name that is a package.
    pub(super) fn imported(&self, base: ExprId) -> Option<&'w str> {
        let hir = self.r.hir();
        let expr = hir.expr(base);
        // A package that is not there is walked as a name of which nothing is known.
        let known = self.types.get(&base).is_some_and(|ty| !ty.is_unknown());
        if expr.kind != ExprKind::Name || known {
            return None;
        }
        match self.r.index.import(self.r.env.file, self.r.text(expr.span))? {
            Import::Package(package) => {
                self.r.world.package(package).map(|package| &*package.import)
            }
            Import::Missing(path) => Some(self.r.file().unquoted(path)),
        }
    }

    /// What a call does with its arguments.
    pub(super) fn class_of(
        &mut self,
        id: ExprId,
        fun: ExprId,
        args: &[ExprId],
        uses: &Uses<'w>,
    ) -> Class {
        let hir = self.r.hir();
        let fun = hir.unparen(fun);
        match hir.expr(fun).kind {
            ExprKind::Selector { base, name } => {
                let name = self.r.text(name);
                match self.imported(base) {
                    Some(import) => self.class_in(import, name, args),
                    None => self.class_of_method(base, name, args),
                }
            }
            ExprKind::Name => match self.r.text(hir.expr(fun).span) {
                "len" | "cap" | "delete" | "copy" | "clear" => Class::Measures,
                "append" | "string" | "min" | "max" | "new" => Class::Carries,
                "panic" | "print" | "println" => Class::Sinks(Sink::Log),
                name if sorts_by_name(name) => Class::Sorts,
                _ => Class::Unknown,
            },
            ExprKind::SliceOf(_) | ExprKind::Array { .. } | ExprKind::Star(_) => Class::Carries,
            _ => Class::Unknown,
        }
        .or_sorts(|| uses.called.get(&id).is_some_and(|func| self.sorts_inside(*func)))
    }

    fn class_in(&self, import: &str, name: &str, args: &[ExprId]) -> Class {
        let first = args.first().copied();
        match (import, name) {
            ("sort", _) => Class::Sorts,
            ("slices", "Equal" | "EqualFunc" | "Compare")
            | ("reflect", "DeepEqual")
            | ("bytes", "Equal") => Class::Sinks(Sink::Comparison),
            (
                "slices",
                "Contains" | "ContainsFunc" | "Index" | "Max" | "Min" | "MaxFunc" | "MinFunc",
            ) => Class::Measures,
            ("slices", _) if !sorts_by_name(name) => Class::Carries,
            ("fmt", "Errorf") | ("errors", _) | ("log" | "log/slog", _) => Class::Sinks(Sink::Log),
            ("fmt", "Print" | "Printf" | "Println") => Class::Sinks(Sink::Output),
            ("fmt", "Fprint" | "Fprintf" | "Fprintln")
            | ("io", "WriteString")
            | ("encoding/binary", "Write") => first.map_or(Class::Unknown, Class::WritesTo),
            ("fmt", _) => Class::Carries,
            (
                "strings" | "bytes",
                "Contains" | "Index" | "Count" | "HasPrefix" | "HasSuffix" | "EqualFold",
            ) => Class::Measures,
            ("strings" | "bytes", _) => Class::Carries,
            ("encoding/json" | "encoding/xml" | "encoding/gob" | "encoding/asn1", _)
                if name.starts_with("Marshal") =>
            {
                Class::Sinks(Sink::Encoder)
            }
            _ if is_hash(import)
                && (name.starts_with("Sum")
                    || name.starts_with("Sign")
                    || name.starts_with("Hash")
                    || name == "MD5"
                    || name == "Checksum"
                    || name == "ChecksumIEEE") =>
            {
                Class::Sinks(Sink::Hash)
            }
            _ if sorts_by_name(name) || sorts_by_name(import) => Class::Sorts,
            _ if LOGS.contains(&name) => Class::Sinks(Sink::Log),
            _ if name.starts_with("Marshal") => Class::Sinks(Sink::Encoder),
            _ => Class::Unknown,
        }
    }

    fn class_of_method(&self, base: ExprId, name: &str, args: &[ExprId]) -> Class {
        match name {
            "String" | "Bytes" if args.is_empty() => Class::Carries,
            "WriteString" | "WriteByte" | "WriteRune" | "Write" if args.len() == 1 => {
                Class::WritesTo(base)
            }
            "Encode" if args.len() == 1 && self.is_encoder(base) => Class::Sinks(Sink::Encoder),
            _ if LOGS.contains(&name) => Class::Sinks(Sink::Log),
            _ if sorts_by_name(name) => Class::Sorts,
            _ => Class::Unknown,
        }
    }

    fn is_encoder(&self, base: ExprId) -> bool {
        let ty = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
        self.r.render(ty, self.r.package()).ends_with(".Encoder")
            || self.written(base).to_ascii_lowercase().contains("enc")
    }

    /// Whether a function of the program sorts something itself. Looked up by its text once.
    pub(super) fn sorts_inside(&mut self, func: FuncRef) -> bool {
        if let Some(known) = self.sorters.get(&func) {
            return *known;
        }
        let sorts = self.r.world.file(func.file).is_some_and(|file| {
            let text = file.slice(file.hir.func(func.func).body_span);
            ["sort.", "slices.Sort", ".Sort(", "Sorted(", ".sort("]
                .iter()
                .any(|word| text.contains(word))
        });
        self.sorters.insert(func, sorts);
        sorts
    }

    /// What a writer is.
    pub(super) fn writer(&self, id: ExprId, uses: &Uses<'w>) -> Writer<'w> {
        let written = self.written(id);
        match written {
            "os.Stderr" => return Writer::Goes(Sink::Log),
            "os.Stdout" => return Writer::Goes(Sink::Output),
            _ => {}
        }
        let hir = self.r.hir();
        let mut bare = hir.unparen(id);
        if let ExprKind::Unary { x, .. } = hir.expr(bare).kind {
            bare = hir.unparen(x);
        }
        let ty =
            [id, bare].iter().find_map(|id| self.types.get(id)).copied().unwrap_or(Ty::UNKNOWN);
        let mut name = self.r.render(ty, self.r.package());
        let own = uses.declared.contains(written);
        if let Some(made) =
            uses.inits.get(written).filter(|_| ty.is_unknown() || name == "?" || name == "*?")
        {
            name = self.made_by(*made);
        }
        let name = name.trim_start_matches('*');
        match name {
            "strings.Builder" | "bytes.Buffer" if own => Writer::Buffer(written),
            "strings.Builder" | "bytes.Buffer" => Writer::Goes(Sink::Output),
            _ if name.starts_with("hash.")
                || name.starts_with("maphash.")
                || name == "xxhash.Digest" =>
            {
                Writer::Goes(Sink::Hash)
            }
            "" | "?" => Writer::Unknown,
            _ if name.to_ascii_lowercase().contains("log") => Writer::Goes(Sink::Log),
            _ => Writer::Goes(Sink::Output),
        }
    }

    /// A word for what an initialiser makes, where no type is known.
    fn made_by(&self, value: ExprId) -> String {
        let hir = self.r.hir();
        let value = hir.unparen(value);
        match hir.expr(value).kind {
            ExprKind::Call { fun, .. } => {
                let fun = hir.unparen(fun);
                if let ExprKind::Selector { base, name } = hir.expr(fun).kind {
                    let name = self.r.text(name);
                    return match self.imported(base) {
                        Some("bytes") => "bytes.Buffer".to_owned(),
                        Some(import) if is_hash(import) && !import.ends_with("/cipher") => {
                            "hash.Hash".to_owned()
                        }
                        Some("bufio" | "text/tabwriter" | "os" | "compress/gzip") => {
                            format!("io.{name}")
                        }
                        _ => String::new(),
                    };
                }
                let text = self.r.text(hir.expr(value).span);
                if text == "new(bytes.Buffer)" { "bytes.Buffer".to_owned() } else { String::new() }
            }
            ExprKind::Unary { x, .. } => self.made_by(x),
            ExprKind::Composite { ty: Some(ty), .. } => self.r.text(hir.expr(ty).span).to_owned(),
            _ => String::new(),
        }
    }
}

impl Class {
    fn or_sorts(self, sorts: impl FnOnce() -> bool) -> Self {
        match self {
            Self::Unknown if sorts() => Self::Sorts,
            class => class,
        }
    }
}
