//! What comments are for: the declaration they stand above, or a tool that reads them.

use crate::file::File;
use crate::node::Node;
use crate::span::Span;

/// A comment that tools read: `//go:build linux` has the tool `go`, the name `build` and the
/// arguments `linux`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Directive<'a> {
    /// What stands before the colon.
    pub tool: &'a str,
    /// What stands behind the colon, up to a space.
    pub name: &'a str,
    /// The rest of the line, without surrounding space.
    pub args: &'a str,
    /// The whole comment.
    pub span: Span,
}

impl File {
    /// What a comment says: without its delimiters and surrounding space.
    #[must_use]
    pub fn comment_text(&self, comment: Span) -> &str {
        let text = self.text(comment);
        let inner = match text.strip_prefix("//") {
            Some(inner) => inner,
            None => text.trim_start_matches("/*").trim_end_matches("*/"),
        };
        inner.trim()
    }

    /// The comments directly above `node`: the last of them ends on the line before the node, and
    /// no empty line or code separates them. None if code precedes the node on its line.
    #[must_use]
    pub fn doc(&self, node: Node<'_>) -> &[Span] {
        let start = node.start();
        if !self.starts_its_line(start) {
            return &[];
        }
        let all = self.comments.spans();
        let behind = all.partition_point(|comment| comment.end <= start);
        let mut below = self.line_col(start).line;
        let mut first = behind;
        while let Some(comment) = first.checked_sub(1).and_then(|at| all.get(at)) {
            let last_line = self.line_col(comment.end).line;
            let adjacent =
                last_line.saturating_add(1) == below || (first < behind && last_line == below);
            if !adjacent || !self.starts_its_line(comment.start) {
                break;
            }
            below = self.line_col(comment.start).line;
            first = first.saturating_sub(1);
        }
        all.get(first..behind).unwrap_or_default()
    }

    /// The comment behind `node` on the line where the node ends.
    #[must_use]
    pub fn line_comment(&self, node: Node<'_>) -> Option<Span> {
        let end = node.end();
        let all = self.comments.spans();
        let comment = *all.get(all.partition_point(|comment| comment.start < end))?;
        let between = self.bytes(Span::new(end, comment.start));
        between.iter().all(|byte| b" \t\r;,".contains(byte)).then_some(comment)
    }

    /// The `//tool:name` comments, by position: `//go:build`, `//go:linkname`, `//nolint:…` and so on.
    pub fn directives(&self) -> impl Iterator<Item = Directive<'_>> {
        self.comments.spans().iter().filter_map(|&span| self.directive(span))
    }

    /// What a comment tells a tool, if it is a directive: `//`, then without space a lower-case
    /// word, a colon, and a word.
    #[must_use]
    pub fn directive(&self, comment: Span) -> Option<Directive<'_>> {
        let body = self.text(comment).strip_prefix("//")?;
        let (tool, rest) = body.split_once(':')?;
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if tool.is_empty()
            || !tool.bytes().all(is_word)
            || !rest.starts_with(|c: char| is_word_start(c))
        {
            return None;
        }
        let (name, args) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        Some(Directive { tool, name: name.trim_end(), args: args.trim(), span: comment })
    }

    /// The expression of the `//go:build` line, which counts only above the package clause.
    #[must_use]
    pub fn build_constraint(&self) -> Option<&str> {
        let mut above = self.header_comments().iter().filter_map(|&span| self.directive(span));
        above
            .find(|directive| directive.tool == "go" && directive.name == "build")
            .map(|found| found.args)
    }

    /// Whether a line above the package clause says `// Code generated … DO NOT EDIT.`
    #[must_use]
    pub fn is_generated(&self) -> bool {
        const START: &str = "// Code generated ";
        const END: &str = " DO NOT EDIT.";
        let says_so = |line: &str| line.strip_prefix(START).is_some_and(|rest| rest.ends_with(END));
        self.header_comments().iter().any(|&span| {
            let text = self.text(span);
            // Go reads comments without their carriage returns.
            if text.contains('\r') {
                text.replace('\r', "").split('\n').any(says_so)
            } else {
                text.split('\n').any(says_so)
            }
        })
    }

    /// The comments above the package clause.
    #[must_use]
    pub fn header_comments(&self) -> &[Span] {
        let package = self.root().start();
        let below = self.comments.spans().partition_point(|comment| comment.start < package);
        self.comments.spans().get(..below).unwrap_or_default()
    }

    /// Whether only space and comments precede `offset` on its line.
    fn starts_its_line(&self, offset: u32) -> bool {
        let line_start = self.lines.line_start(self.line_col(offset).line).unwrap_or(0);
        self.token_at(line_start) >= offset
    }
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}
