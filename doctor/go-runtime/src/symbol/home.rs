//! Whose code a frame runs: the runtime's, the standard library's, a dependency's, the program's.

use super::Symbol;

/// Whose code a frame runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Home {
    /// The runtime and what it is made of: `runtime`, `internal/runtime/…`, `runtime/…`.
    Runtime,
    /// The rest of the standard library, its vendored packages included.
    StandardLibrary,
    /// A module that is not the program's own.
    Dependency,
    /// The program's own, or nothing tells otherwise.
    Program,
}

/// First path elements of the standard library's packages, read from GOROOT/src of Go 1.21 to
/// 1.27, with `pkg`-era names that older releases had.
const STANDARD: &[&str] = &[
    "archive",
    "arena",
    "bufio",
    "builtin",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "type",
    "unicode",
    "unique",
    "unsafe",
    "uuid",
    "vendor",
    "weak",
];

/// True when a package of this import path would be the standard library's.
///
/// The first element has no dot and is one of the library's own: modules without a dot in their
/// name (`orders/status`, `open_im_sdk`) are not the library.
pub fn is_standard(package: &str) -> bool {
    let first = package.split('/').next().unwrap_or(package);
    STANDARD.binary_search(&first).is_ok()
}

/// Whose code a frame runs, by its symbol and the file printed with it; either may be empty.
///
/// A file in the module cache or below `/vendor/` is a dependency, unless the toolchain itself
/// lives in the module cache. A package named like the library's is the library's unless the file
/// contradicts: a program's own `log/` directory is not Go's `log`.
pub fn home(symbol: &str, file: &str) -> Home {
    if symbol.is_empty() {
        return home_of_file(file);
    }
    if symbol == "panic" || symbol == "runtime" {
        return Home::Runtime;
    }
    let package = Symbol::parse(symbol).package;
    if is_standard(package) {
        if !contradicts(package, file) {
            return standard(package);
        }
        return Home::Program;
    }
    if inlined_from_library(package, file) {
        return Home::StandardLibrary;
    }
    if package.contains("/vendor/") || in_dependency(file) || package.starts_with("golang.org/x/") {
        return if package == "main" { Home::Program } else { Home::Dependency };
    }
    Home::Program
}

/// Packages of the library whose functions take functions, so that the compiler may copy their
/// closures into a caller: `main.(*T).names.Keys[...].func1` at maps/iter.go.
const INLINED: [&str; 12] = [
    "bytes",
    "cmp",
    "context",
    "errors",
    "iter",
    "maps",
    "reflect",
    "slices",
    "sort",
    "strings",
    "sync",
    "sync/atomic",
];

/// True when the symbol is the program's but the code is the library's, copied by the compiler.
fn inlined_from_library(package: &str, file: &str) -> bool {
    let Some((directory, _)) = file.rsplit_once(['/', '\\']) else {
        return false;
    };
    let below = if is_absolute(file) { below_source_root(directory) } else { Some(directory) };
    let Some(below) = below.filter(|below| INLINED.contains(below)) else {
        return false;
    };
    // A package of the program may have such a name, and a build system may cut its path short.
    package != below && !package.strip_suffix(below).is_some_and(|head| head.ends_with('/'))
}

fn standard(package: &str) -> Home {
    if package == "runtime"
        || package == "type"
        || package.starts_with("runtime/")
        || package.starts_with("internal/runtime")
    {
        Home::Runtime
    } else {
        Home::StandardLibrary
    }
}

/// True when the file cannot belong to the standard library's package of this name.
fn contradicts(package: &str, file: &str) -> bool {
    let Some((directory, _)) = file.rsplit_once(['/', '\\']) else {
        return false;
    };
    // Functions of one package are compiled from others' files by linkname and assembly, so it is
    // enough that the file lies in some package of the library.
    let below = match below_source_root(directory) {
        Some(below) => below,
        None if is_absolute(file) => return true,
        None => directory,
    };
    let below = below.strip_prefix("pkg/").unwrap_or(below);
    !is_standard(below) && below != package
}

/// The part of a path after its last `/src/` that leads into the standard library.
fn below_source_root(directory: &str) -> Option<&str> {
    let mut rest = directory;
    let mut found = None;
    while let Some((_, after)) = rest.split_once("/src/").or_else(|| rest.split_once("\\src\\")) {
        let candidate = after.strip_prefix("pkg/").unwrap_or(after);
        if is_standard(candidate.split(['/', '\\']).next().unwrap_or(candidate)) {
            found = Some(candidate);
        }
        rest = after;
    }
    found
}

fn is_absolute(file: &str) -> bool {
    let mut chars = file.chars();
    match (chars.next(), chars.next()) {
        (Some('/' | '\\'), _) => true,
        (Some(drive), Some(':')) => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

fn in_dependency(file: &str) -> bool {
    if file.contains("/pkg/mod/")
        || file.contains("\\pkg\\mod\\")
        || file.contains("/vendor/")
        || file.contains("\\vendor\\")
    {
        return true;
    }
    // `-trimpath` prints `module@version/path/file.go`. The module `v0.0.0-00010101000000-000000000000`
    // is a local replacement, so part of the program's own tree.
    match file.split_once("@v") {
        Some((_, version)) => {
            version.starts_with(|c: char| c.is_ascii_digit())
                && !version.contains("-00010101000000-000000000000")
        }
        None => false,
    }
}

fn home_of_file(file: &str) -> Home {
    let directory = file.rsplit_once(['/', '\\']).map_or("", |(directory, _)| directory);
    if let Some(below) = below_source_root(directory) {
        return standard(below);
    }
    if !is_absolute(file) && !directory.is_empty() && is_standard(directory) {
        return standard(directory);
    }
    if in_dependency(file) { Home::Dependency } else { Home::Program }
}
