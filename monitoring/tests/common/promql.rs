//! Which metrics a query in PromQL names, and by which labels. That the query is one is for `promtool` to say.

use std::iter::Peekable;

/// A metric that a query names, and the labels that it is chosen by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    pub(crate) metric: String,
    pub(crate) labels: Vec<String>,
}

/// What a query is about.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) selectors: Vec<Selector>,
    /// The labels that it groups or joins by.
    pub(crate) grouped: Vec<String>,
}

/// What stands before a list of labels.
const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
/// Words that are neither metrics nor functions.
const OPERATORS: [&str; 8] = ["and", "or", "unless", "atan2", "bool", "offset", "inf", "nan"];

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text,
    Sign(char),
}

/// Reads a query.
pub(crate) fn names(query: &str) -> Names {
    let mut tokens = tokens(query).into_iter().peekable();
    let mut names = Names::default();
    while let Some(token) = tokens.next() {
        let word = match token {
            Token::Word(word) => word,
            // A range, which has durations alone.
            Token::Sign('[') => {
                while tokens.next_if(|next| *next != Token::Sign(']')).is_some() {}
                continue;
            }
            Token::Sign('{') => panic!("a selector without a metric: {query}"),
            _ => continue,
        };
        let lower = word.to_ascii_lowercase();
        if GROUPINGS.contains(&lower.as_str()) {
            if tokens.next_if_eq(&Token::Sign('(')).is_some() {
                names.grouped.extend(words(&mut tokens, ')'));
            }
        } else if OPERATORS.contains(&lower.as_str()) || is_call(tokens.peek()) {
            // What it is applied to follows.
        } else {
            let braced = tokens.next_if_eq(&Token::Sign('{')).is_some();
            let labels = if braced { words(&mut tokens, '}') } else { Vec::new() };
            names.selectors.push(Selector { metric: word, labels });
        }
    }
    names
}

/// A function is followed by its arguments, an aggregation by them or by labels.
fn is_call(next: Option<&Token>) -> bool {
    match next {
        Some(Token::Sign('(')) => true,
        Some(Token::Word(word)) => ["by", "without"].contains(&word.to_ascii_lowercase().as_str()),
        _ => false,
    }
}

/// The words up to a closing sign: in braces only labels are words, what they are compared with is text.
fn words(tokens: &mut Peekable<impl Iterator<Item = Token>>, end: char) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens.take_while(|token| *token != Token::Sign(end)) {
        if let Token::Word(word) = token {
            found.push(word);
        }
    }
    found
}

fn tokens(query: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut chars = query.chars().peekable();
    let part = |char: &char| char.is_ascii_alphanumeric() || "_:".contains(*char);
    while let Some(char) = chars.next() {
        match char {
            '"' | '\'' | '`' => {
                while let Some(next) = chars.next().filter(|next| *next != char) {
                    if next == '\\' && char != '`' {
                        chars.next();
                    }
                }
                found.push(Token::Text);
            }
            '#' => while chars.next_if(|next| *next != '\n').is_some() {},
            // Numbers and durations.
            '0'..='9' | '.' => while chars.next_if(|next| part(next) || *next == '.').is_some() {},
            _ if part(&char) => {
                let mut word = String::from(char);
                while let Some(next) = chars.next_if(part) {
                    word.push(next);
                }
                found.push(Token::Word(word));
            }
            _ if char.is_whitespace() => {}
            _ => found.push(Token::Sign(char)),
        }
    }
    found
}

#[test]
fn metrics_are_told_from_functions_labels_and_words() {
    let query = r#"
        histogram_quantile(0.99, sum by (le, map) (rate(a_seconds_bucket{map=~"x|y", op!="b{c}"}[5m])))
          > bool 1e3 # of_no_matter
          and on (map) group_left (version) b_info offset 1h
          unless SUM(c:d:e{mode='sa\'y'}) without (f)"#;
    let Names { selectors, grouped } = names(query);
    let found: Vec<(&str, Vec<&str>)> = selectors
        .iter()
        .map(|selector| (&*selector.metric, selector.labels.iter().map(|label| &**label).collect()))
        .collect();
    let expected =
        [("a_seconds_bucket", vec!["map", "op"]), ("b_info", vec![]), ("c:d:e", vec!["mode"])];
    assert_eq!(found, expected);
    assert_eq!(grouped, ["le", "map", "map", "version", "f"]);
}
