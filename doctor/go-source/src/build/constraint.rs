//! `//go:build` expressions and the older `// +build` lines.
//!
//! A constraint stands before the package clause, among blank lines and line comments only. Where a
//! `//go:build` line is present the older lines say nothing.

use super::Tags;

/// Parentheses and negations nested deeper than this make the expression unreadable.
const MAX_DEPTH: u32 = 200;

/// True when the head of the file allows it into the build. A constraint that cannot be parsed
/// excludes the file, as it does in the Go tool.
pub(crate) fn header_allows(text: &str, tags: &Tags) -> bool {
    let mut older = true;
    for line in header(text) {
        let Some(comment) = line.strip_prefix("//") else { continue };
        if let Some(expression) = comment.strip_prefix("go:build") {
            if expression.starts_with([' ', '\t']) {
                return evaluate(expression, tags).unwrap_or(false);
            }
        } else if let Some(options) = comment.trim_start().strip_prefix("+build") {
            if options.is_empty() || options.starts_with([' ', '\t']) {
                older = older
                    && options.split_ascii_whitespace().any(|option| older_option(option, tags));
            }
        }
    }
    older
}

/// The lines before the package clause that are comments, without those inside `/* … */`.
fn header(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().map(str::trim).take_while(|line| !line.starts_with("package ")).filter(
        move |line| {
            if inside {
                inside = !line.contains("*/");
                return false;
            }
            if line.starts_with("/*") {
                inside = !line.contains("*/");
                return false;
            }
            true
        },
    )
}

/// `a,!b`: all terms must hold.
fn older_option(option: &str, tags: &Tags) -> bool {
    option.split(',').all(|term| match term.strip_prefix('!') {
        Some(tag) => !tags.holds(tag),
        None => tags.holds(term),
    })
}

/// The value of an expression, or `None` where it does not parse.
fn evaluate(expression: &str, tags: &Tags) -> Option<bool> {
    let mut parser = Parser { rest: expression, tags, depth: 0 };
    let value = parser.any()?;
    parser.skip_blank();
    parser.rest.is_empty().then_some(value)
}

/// Parses and evaluates at once; both sides of `||` and `&&` are always read.
struct Parser<'a> {
    rest: &'a str,
    tags: &'a Tags,
    depth: u32,
}

impl Parser<'_> {
    fn any(&mut self) -> Option<bool> {
        let mut value = self.all()?;
        while self.eat("||") {
            value |= self.all()?;
        }
        Some(value)
    }

    fn all(&mut self) -> Option<bool> {
        let mut value = self.one()?;
        while self.eat("&&") {
            value &= self.one()?;
        }
        Some(value)
    }

    fn one(&mut self) -> Option<bool> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= MAX_DEPTH)?;
        let value = if self.eat("!") {
            !self.one()?
        } else if self.eat("(") {
            let value = self.any()?;
            self.eat(")").then_some(value)?
        } else {
            self.tag()?
        };
        self.depth = self.depth.saturating_sub(1);
        Some(value)
    }

    fn tag(&mut self) -> Option<bool> {
        self.skip_blank();
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(self.rest.len());
        let (tag, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!tag.is_empty()).then(|| self.tags.holds(tag))
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_blank();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoadOptions;

    fn tags() -> Tags {
        Tags::new(&LoadOptions {
            tags: vec!["integration".into()],
            go_minor: Some(21),
            ..LoadOptions::default()
        })
    }

    #[test]
    fn expressions_follow_the_target_and_the_release() {
        let table = [
            ("linux", Some(true)),
            ("!linux", Some(false)),
            ("linux && !amd64", Some(false)),
            ("windows || (linux && cgo)", Some(true)),
            ("unix && go1.21", Some(true)),
            ("go1.22", Some(false)),
            ("integration", Some(true)),
            ("ignore", Some(false)),
            ("!(windows||darwin)", Some(true)),
            ("linux &&", None),
            ("(linux", None),
            ("linux amd64", None),
            ("", None),
        ];
        for (expression, expected) in table {
            assert_eq!(evaluate(expression, &tags()), expected, "{expression}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}linux{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(evaluate(&deep, &tags()), None);
        assert_eq!(evaluate(&"!".repeat(100_000), &tags()), None);
    }

    #[test]
    fn the_new_line_overrules_the_old_and_comments_do_not_count() {
        assert!(!header_allows(
            "// Copyright\n\n//go:build ignore\n// +build linux\n\npackage x\n",
            &tags()
        ));
        assert!(!header_allows("// +build linux,!amd64 windows\n\npackage x\n", &tags()));
        assert!(!header_allows("// +build linux\n// +build ignore\n\npackage x\n", &tags()));
        assert!(header_allows("/*\n//go:build ignore\n*/\npackage x\n", &tags()));
        assert!(header_allows("package x\n\n//go:build ignore\n", &tags()));
        assert!(header_allows("//go:builder ignore\npackage x\n", &tags()));
    }
}
