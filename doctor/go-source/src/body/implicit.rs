//! Maps that code goes over because it goes over whatever it is given: printing, encoding, comparing.
//!
//! A map is given itself, or is a field of a struct that is given, which the text does not name. Functions are known by
//! import path, receiver and name; what each does to fields was read from Go 1.27: `fmt/print.go` (`printValue`: fields
//! of any name, pointers at the top alone), `encoding/json/encode.go` (exported fields, any pointers), `reflect/deepequal.go`
//! (all fields, any pointers).

use super::facts::Walk;
use super::map_place::MapPlace;
use super::walker::{Walker, narrow};
use crate::Shape;
use crate::hir::{ExprId, ExprKind, Literal};
use crate::types::{FieldInfo, Kind, Ty};
use finding::{DeclKind, MapKind, Operation};

/// How a function goes over what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As `fmt` prints values.
    Prints,
    /// As `encoding/json` does.
    Encodes,
    /// As `reflect.DeepEqual` does.
    Compares,
    /// It goes over maps; what it does to structs depends on what it is told.
    Maps,
}

/// A function that goes over its arguments.
struct Goer {
    packages: &'static [&'static str],
    receivers: &'static [&'static str],
    names: &'static [&'static str],
    /// The first argument that it goes over.
    from: usize,
    /// Whether the argument before is a format that says how.
    format: bool,
    way: Way,
}

const fn goer(
    packages: &'static [&'static str],
    receivers: &'static [&'static str],
    names: &'static [&'static str],
    from: usize,
    format: bool,
    way: Way,
) -> Goer {
    Goer { packages, receivers, names, from, format, way }
}

const FMT: &[&str] = &["fmt"];
const LOG: &[&str] = &["log"];
const SLOG: &[&str] = &["log/slog"];
const LOGRUS: &[&str] = &["github.com/sirupsen/logrus"];
const KLOG: &[&str] = &["k8s.io/klog", "k8s.io/klog/v2", "github.com/golang/glog"];
const YAML: &[&str] = &[
    "sigs.k8s.io/yaml",
    "gopkg.in/yaml.v2",
    "gopkg.in/yaml.v3",
    "go.yaml.in/yaml/v2",
    "go.yaml.in/yaml/v3",
    "github.com/ghodss/yaml",
    "github.com/goccy/go-yaml",
];
const JSON: &[&str] = &["encoding/json", "encoding/json/v2", "github.com/goccy/go-json"];
const TEMPLATES: &[&str] = &["html/template", "text/template"];
const FUNCTION: &[&str] = &[""];
const ANY: &[&str] = &["", "Logger", "Entry", "SugaredLogger"];
const LEVELS: &[&str] = &["Debug", "Error", "Info", "Warn"];
const LEVELS_CONTEXT: &[&str] = &["DebugContext", "ErrorContext", "InfoContext", "WarnContext"];
const LOGS: &[&str] = &[
    "Debug",
    "Debugln",
    "Error",
    "Errorln",
    "Fatal",
    "Fatalln",
    "Info",
    "Infoln",
    "Panic",
    "Panicln",
    "Print",
    "Println",
    "Trace",
    "Traceln",
    "Warn",
    "Warning",
    "Warningln",
    "Warnln",
];
const LOGS_FORMAT: &[&str] =
    &["Debugf", "Errorf", "Fatalf", "Infof", "Panicf", "Printf", "Tracef", "Warnf", "Warningf"];

const GOERS: &[Goer] = {
    use Way::{Compares, Encodes, Maps, Prints};
    &[
        goer(FMT, FUNCTION, &["Print", "Println", "Sprint", "Sprintln"], 0, false, Prints),
        goer(FMT, FUNCTION, &["Errorf", "Printf", "Sprintf"], 1, true, Prints),
        goer(FMT, FUNCTION, &["Append", "Appendln", "Fprint", "Fprintln"], 1, false, Prints),
        goer(FMT, FUNCTION, &["Appendf", "Fprintf"], 2, true, Prints),
        goer(LOG, ANY, LOGS, 0, false, Prints),
        goer(LOG, ANY, LOGS_FORMAT, 1, true, Prints),
        goer(LOGRUS, ANY, LOGS, 0, false, Prints),
        goer(LOGRUS, ANY, LOGS_FORMAT, 1, true, Prints),
        goer(KLOG, FUNCTION, LOGS, 0, false, Prints),
        goer(KLOG, FUNCTION, LOGS_FORMAT, 1, true, Prints),
        goer(SLOG, ANY, LEVELS, 1, false, Maps),
        goer(SLOG, ANY, LEVELS_CONTEXT, 2, false, Maps),
        goer(SLOG, ANY, &["Log"], 3, false, Maps),
        goer(SLOG, FUNCTION, &["Any"], 1, false, Maps),
        goer(JSON, FUNCTION, &["Marshal"], 0, false, Encodes),
        goer(&["encoding/json"], FUNCTION, &["MarshalIndent"], 0, false, Encodes),
        goer(&["encoding/json", "encoding/gob"], &["Encoder"], &["Encode"], 0, false, Encodes),
        goer(YAML, FUNCTION, &["Marshal"], 0, false, Maps),
        goer(&["reflect"], FUNCTION, &["DeepEqual"], 0, false, Compares),
        goer(TEMPLATES, &["Template"], &["Execute"], 1, false, Maps),
        goer(TEMPLATES, &["Template"], &["ExecuteTemplate"], 2, false, Maps),
    ]
};

/// Any method of a logger that takes a format.
const LOGGER: Goer = goer(&[], &[], LOGS_FORMAT, 1, true, Way::Prints);

/// Structs in structs that are followed, at most.
const MAX_DEPTH: u32 = 3;

impl<'w> Walker<'w> {
    /// Notes maps among the arguments of a function that goes over them.
    pub(super) fn walked(&mut self, call: ExprId, identity: (&str, &str, &str), args: &[ExprId]) {
        let (import, receiver, name) = identity;
        let goer = GOERS.iter().find(|goer| {
            goer.names.contains(&name)
                && goer.receivers.contains(&receiver)
                && goer.packages.contains(&import)
        });
        // Loggers of all kinds have these names, and a format that is written out.
        let logger = || LOGS_FORMAT.contains(&name).then_some(&LOGGER);
        let Some(goer) = goer.or_else(logger) else { return };
        let format = goer.from.checked_sub(1).and_then(|at| args.get(at)).filter(|_| goer.format);
        let verbs = format.and_then(|format| self.verbs(*format));
        if verbs.is_none() && goer.packages.is_empty() {
            return;
        }
        for (at, arg) in args.iter().skip(goer.from).enumerate() {
            let verb = verbs.as_ref().and_then(|verbs| verbs.get(at).copied());
            if !matches!(verb, Some('p' | 'T')) {
                self.goes_over(call, *arg, goer.way);
            }
        }
    }

    /// One argument: a map, or what holds maps.
    fn goes_over(&mut self, call: ExprId, arg: ExprId, way: Way) {
        let ty = self.types.get(&arg).copied().unwrap_or(Ty::UNKNOWN);
        let whole = self.r.hir().expr(call).span;
        let under = self.r.under(ty);
        if let Kind::Map { .. } = self.r.types.kind(under) {
            if self.speaks_for_itself(ty, way) {
                return;
            }
            let before = self.facts.accesses.len();
            self.access(arg, Operation::Iterate, Shape::Call, whole, call);
            if let Some(access) = self.facts.accesses.get_mut(before) {
                access.walk = Walk::Implicit;
            }
        } else if way != Way::Maps {
            self.goes_over_fields(call, arg, ty, way);
        }
    }

    /// The maps among the fields of a struct that is handed over.
    fn goes_over_fields(&mut self, call: ExprId, arg: ExprId, ty: Ty, way: Way) {
        let hir = self.r.hir();
        let whole = hir.expr(call).span;
        let mut named = hir.unparen(arg);
        while let ExprKind::Unary { op: crate::hir::UnaryOp::Address, x } | ExprKind::Star(x) =
            hir.expr(named).kind
        {
            named = hir.unparen(x);
        }
        if !matches!(hir.expr(named).kind, ExprKind::Name | ExprKind::Selector { .. }) {
            return;
        }
        let local = self.r.local(self.r.text(hir.expr(named).span));
        let owner = local.filter(|_| hir.expr(named).kind == ExprKind::Name);
        let base = self.base_of(named);
        let object = self.lock_path(named, &[]).map(|path| path.text);
        let mut todo = vec![(String::new(), ty, 0u32, true)];
        while let Some((path, ty, depth, own)) = todo.pop() {
            let pointed = self.r.deref(ty);
            if depth > MAX_DEPTH || self.speaks_for_itself(ty, way) {
                continue;
            }
            let under = self.r.under(pointed);
            let Kind::Struct(fields) = self.r.types.kind(under) else { continue };
            for field in self.r.types.fields(fields).to_vec() {
                if !self.is_visited(&field, way) {
                    continue;
                }
                let selected = match path.as_str() {
                    "" => field.name.to_owned(),
                    path => format!("{path}.{}", field.name),
                };
                let pointer = matches!(self.r.types.kind(field.ty), Kind::Pointer(_));
                let map = self.map_kind(field.ty) == Some(MapKind::Builtin);
                if map && !(pointer && way == Way::Prints) {
                    if self.speaks_for_itself(field.ty, way) {
                        continue;
                    }
                    let written = Some(field.written);
                    self.declare_map(field.def, field.ty, DeclKind::Field, None, written);
                    let place = MapPlace::of(field.def, owner.filter(|_| own));
                    let span = hir.expr(named).span;
                    self.access_at(&place, Operation::Iterate, Shape::Call, span, whole, call);
                    self.begins_with(base);
                    if let Some(access) = self.facts.accesses.last_mut() {
                        access.walk = Walk::Within;
                        access.object = object.as_ref().map(|object| match path.as_str() {
                            "" => object.clone(),
                            path => format!("{object}.{path}"),
                        });
                        access.field = Some(selected);
                    }
                } else if !(pointer && way == Way::Prints) {
                    // Below the first, `fmt` prints pointers as addresses.
                    let depth = depth.saturating_add(1);
                    todo.push((selected, field.ty, depth, own && !pointer));
                }
            }
        }
    }

    /// Whether a field is among those that are visited.
    fn is_visited(&self, field: &FieldInfo<'w>, way: Way) -> bool {
        if way != Way::Encodes {
            return true;
        }
        let exported = field.name.chars().next().is_some_and(char::is_uppercase);
        let rest = self.r.world.file(field.def.file).map_or("", |file| {
            let end = crate::Span { start: field.written.end, end: narrow(file.text.len()) };
            file.slice(end).lines().next().unwrap_or_default()
        });
        (exported || field.embedded) && !rest.contains("json:\"-\"")
    }

    /// Whether a type says itself how it is printed or encoded, or may do so.
    fn speaks_for_itself(&mut self, ty: Ty, way: Way) -> bool {
        let methods: &[&str] = match way {
            Way::Prints => &["String", "Error", "Format", "GoString"],
            Way::Encodes => &["MarshalJSON", "MarshalText", "GobEncode", "MarshalBinary"],
            Way::Compares => return false,
            Way::Maps => {
                &["String", "Error", "MarshalJSON", "MarshalText", "LogValue", "MarshalYAML"]
            }
        };
        methods.iter().any(|method| self.r.select(ty, method).is_some())
    }

    /// The verbs of a format that is written out, one for each argument; `None` where they cannot be told.
    fn verbs(&self, format: ExprId) -> Option<Vec<char>> {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(format));
        let ExprKind::Literal(Literal::String) = expr.kind else { return None };
        verbs(self.r.text(expr.span))
    }
}

/// The verbs of a format, with a `*` for each width or precision that is an argument.
fn verbs(format: &str) -> Option<Vec<char>> {
    let mut found = Vec::new();
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            continue;
        }
        for char in chars.by_ref() {
            match char {
                // Arguments by number.
                '[' => return None,
                '*' => found.push('*'),
                '+' | '-' | '#' | ' ' | '.' | '0'..='9' => continue,
                '%' => break,
                verb => {
                    found.push(verb);
                    break;
                }
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::verbs;

    #[test]
    fn verbs_stand_for_arguments_in_order() {
        assert_eq!(verbs("a %s of %+v, 100%% %-5.2f"), Some(vec!['s', 'v', 'f']));
        assert_eq!(verbs("%*d %p"), Some(vec!['*', 'd', 'p']));
        assert_eq!(verbs("%[2]v"), None);
        assert_eq!(verbs("%"), Some(Vec::new()));
    }
}
