//! The five steps: detect, stop, repair, verify, watch, with the patch where it belongs.

use super::Page;
use crate::style::paint;
use crate::text::{clean, clean_block};
use crate::words::place;
use finding::{Case, Command, Repair, Step};

impl Page<'_> {
    pub(super) fn steps(&mut self, case: &Case) {
        self.title("What to do");
        for (index, (name, step)) in case.steps.in_order().into_iter().enumerate() {
            let label = format!("{} {name}", index.saturating_add(1));
            let painted = paint(self.styles.action, &label);
            self.blank();
            self.line(&format!("  {painted}"));
            self.step(step);
            if name == "stop"
                && let Some(repair) = &case.repair
            {
                self.patch(repair, &step.text);
            }
            if name == "repair"
                && let Some(repair) = &case.repair
            {
                self.choices(repair);
            }
        }
    }

    fn step(&mut self, step: &Step) {
        for paragraph in &step.text {
            self.hanging("    ", 4, paragraph);
        }
        for command in &step.commands {
            self.command(command);
        }
        if let Some(code) = &step.code {
            let file = paint(self.styles.dim, clean(&code.file));
            self.line(&format!("      {file}"));
            for line in clean_block(&code.text).lines() {
                self.line(format!("      {}", line.replace('\t', "    ")).trim_end());
            }
        }
    }

    /// A command is never cut or wrapped: it is there to be copied.
    fn command(&mut self, command: &Command) {
        let run = format!("      $ {}", clean(&command.run));
        let used = run.chars().count();
        self.out.push_str(&run);
        if command.shows.is_empty() {
            self.out.push('\n');
            return;
        }
        let shows = paint(self.styles.dim, format!("# {}", clean(&command.shows)));
        let fits =
            used.saturating_add(command.shows.chars().count()).saturating_add(4) <= self.width;
        self.line(&if fits { format!("  {shows}") } else { format!("\n        {shows}") });
    }

    fn patch(&mut self, repair: &Repair, said: &[String]) {
        if let Some(patch) = &repair.patch {
            // The step itself may have said it.
            if !said.iter().any(|paragraph| paragraph.contains(&patch.summary)) {
                self.hanging("    ", 4, &patch.summary);
            }
            self.blank();
            for line in clean_block(&patch.diff).lines() {
                let style = match line.as_bytes().first() {
                    Some(b'+') => self.styles.added,
                    Some(b'-') => self.styles.removed,
                    _ => self.styles.dim,
                };
                let painted = if line.is_empty() { String::new() } else { paint(style, line) };
                self.line(&painted);
            }
        }
        if !repair.by_hand.is_empty() {
            self.blank();
            self.line("    By hand:");
            for hand in &repair.by_hand {
                self.hanging(
                    "    - ",
                    6,
                    &format!("{}: {}: {}", place(&hand.site), hand.why, hand.todo),
                );
            }
        }
    }

    fn choices(&mut self, repair: &Repair) {
        if repair.choices.is_empty() {
            return;
        }
        self.blank();
        for choice in &repair.choices {
            let mark =
                if choice.taken { paint(self.styles.action, "=> ") } else { "   ".to_owned() };
            self.hanging(
                &format!("    {mark}"),
                7,
                &format!("{}: {}. {}", choice.what, choice.when, choice.how),
            );
        }
    }
}
