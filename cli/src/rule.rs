//! `tophash rule`: the pages of the rules of `check`.

use crate::args::Rule;
use crate::error::{Error, Result};
use crate::{exit, output};
use go_lint::RULES;

/// Prints the page of a rule, or the list of all.
pub(crate) fn run(arguments: &Rule) -> Result<u8> {
    let Some(code) = &arguments.code else {
        let mut list = String::new();
        let mut rules: Vec<_> = RULES.iter().collect();
        rules.sort_by_key(|rule| rule.code);
        for rule in rules {
            let when = if rule.only_when_selected() { " (only when selected)" } else { "" };
            list.push_str(&format!("{}  {:<26} {}{when}\n", rule.code, rule.name, rule.summary));
        }
        output::data(&list)?;
        return Ok(exit::EXPLAINED);
    };
    let page = go_lint::page(code).ok_or_else(|| {
        Error::new(format!("there is no rule {code}")).hint("tophash rule lists them")
    })?;
    output::data(&page)?;
    Ok(exit::EXPLAINED)
}
