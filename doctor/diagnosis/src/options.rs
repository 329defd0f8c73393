//! What the caller knows beside the text and the tree.

/// What the caller knows beside the text and the tree. All of it serves wording and paths only.
#[derive(Clone, Debug)]
pub struct Options {
    /// Prefixes of printed paths and what they stand for in the tree, the first match wins.
    pub path_map: Vec<(String, String)>,
    /// How the text is named in commands: the file's name, or `-`.
    pub input: String,
    /// How the source tree is named in commands.
    pub source: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { path_map: Vec::new(), input: "crash.log".into(), source: ".".into() }
    }
}

impl Options {
    /// A printed path with the mapping applied.
    pub(crate) fn mapped(&self, printed: &str) -> String {
        for (from, to) in &self.path_map {
            if let Some(rest) = printed.strip_prefix(from.as_str()) {
                let rest = rest.trim_start_matches(['/', '\\']);
                return if to.is_empty() {
                    rest.to_owned()
                } else {
                    format!("{}/{rest}", to.trim_end_matches('/'))
                };
            }
        }
        printed.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_prefix_that_matches_is_replaced() {
        let options = Options {
            path_map: vec![("/build/src".into(), "services/orders".into())],
            ..Options::default()
        };
        assert_eq!(options.mapped("/build/src/main.go"), "services/orders/main.go");
        assert_eq!(options.mapped("/elsewhere/main.go"), "/elsewhere/main.go");
    }
}
