//! What a file's name alone says about the build it belongs to.

use super::Tags;

/// Every `GOOS` there is or was. Go 1.27, `src/internal/syslist/syslist.go`.
const SYSTEMS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// Every `GOARCH` there is or was. Go 1.27, `src/internal/syslist/syslist.go`.
const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// True for `x_test.go`.
pub(crate) fn is_test(name: &str) -> bool {
    name.ends_with("_test.go")
}

/// True when the name's `_GOOS`, `_GOARCH` or `_GOOS_GOARCH` ending, if it has one, is met.
///
/// What stands before the first underscore never counts: `linux.go` belongs to every build.
pub(crate) fn name_allows(name: &str, tags: &Tags) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let Some((_, tail)) = stem.split_once('_') else { return true };
    let mut words = tail.rsplit('_').peekable();
    if words.peek() == Some(&"test") {
        words.next();
    }
    let Some(last) = words.next() else { return true };
    if is_architecture(last) {
        let system = words.next().filter(|word| is_system(word));
        return tags.holds(last) && system.is_none_or(|system| tags.holds(system));
    }
    !is_system(last) || tags.holds(last)
}

fn is_system(word: &str) -> bool {
    SYSTEMS.contains(&word)
}

fn is_architecture(word: &str) -> bool {
    ARCHITECTURES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoadOptions;

    #[test]
    fn names_select_the_target() {
        let tags = Tags::new(&LoadOptions::default());
        let table = [
            ("cache.go", true),
            ("linux.go", true),
            ("cache_linux.go", true),
            ("cache_windows.go", false),
            ("cache_amd64.go", true),
            ("cache_linux_arm64.go", false),
            ("cache_darwin_amd64.go", false),
            ("cache_linux_amd64_test.go", true),
            ("cache_windows_test.go", false),
            ("a_b_amd64.go", true),
            ("zz_generated.deepcopy.go", true),
            ("x_unix.go", true),
            ("_linux.go", true),
            ("x_zos.go", false),
        ];
        for (name, expected) in table {
            assert_eq!(name_allows(name, &tags), expected, "{name}");
        }
    }
}
