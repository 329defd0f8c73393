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

/// What stands between the segments of a path, Windows included.
const SEPARATORS: [char; 2] = ['/', '\\'];

impl Default for Options {
    fn default() -> Self {
        Self { path_map: Vec::new(), input: "crash.log".into(), source: ".".into() }
    }
}

impl Options {
    /// A printed path with the mapping applied. A prefix matches whole segments only: `/src/app` is
    /// not in front of `/src/app2/f.go`.
    pub(crate) fn mapped(&self, printed: &str) -> String {
        let under = |(from, to): &(String, String)| {
            let rest = printed.strip_prefix(from.as_str())?;
            let whole =
                from.is_empty() || from.ends_with(SEPARATORS) || rest.starts_with(SEPARATORS);
            let rest = rest.trim_start_matches(SEPARATORS);
            match (whole || rest.is_empty(), to.trim_end_matches(SEPARATORS)) {
                (false, _) => None,
                // The root of the file system is a prefix, too.
                (true, "") if !to.is_empty() => Some(format!("/{rest}")),
                (true, "") => Some(rest.to_owned()),
                (true, to) if rest.is_empty() => Some(to.to_owned()),
                (true, to) => Some(format!("{to}/{rest}")),
            }
        };
        self.path_map.iter().find_map(under).unwrap_or_else(|| printed.to_owned())
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

    fn mapped(from: &str, to: &str, printed: &str) -> String {
        Options { path_map: vec![(from.into(), to.into())], ..Options::default() }.mapped(printed)
    }

    #[test]
    fn a_prefix_ends_where_a_segment_does() {
        assert_eq!(mapped("/src/app", ".", "/src/app2/main.go"), "/src/app2/main.go");
        assert_eq!(mapped("/src/app", "x", "/src/app/main.go"), "x/main.go");
        assert_eq!(mapped("/src/app/", "x/", "/src/app/main.go"), "x/main.go");
        assert_eq!(mapped("C:\\src\\app", "x", "C:\\src\\app\\main.go"), "x/main.go");
        assert_eq!(mapped("C:\\src\\app", "x", "C:\\src\\apple\\f.go"), "C:\\src\\apple\\f.go");
        assert_eq!(mapped("/src/main.go", "cmd/main.go", "/src/main.go"), "cmd/main.go");
        assert_eq!(mapped("/src", "", "/src/main.go"), "main.go");
        assert_eq!(mapped("/build", "/", "/build/main.go"), "/main.go");
        assert_eq!(mapped("", "x", "main.go"), "x/main.go");
    }

    #[test]
    fn a_later_prefix_is_tried_where_an_earlier_one_ends_inside_a_segment() {
        let map = vec![("/src/app".into(), "one".into()), ("/src/app2".into(), "two".into())];
        let options = Options { path_map: map, ..Options::default() };
        assert_eq!(options.mapped("/src/app2/main.go"), "two/main.go");
    }
}
