//! Whatever stands in a text or a file, no renderer panics and none passes on control characters.

use crate::sample;

use proptest::prelude::*;
use report::{FullOptions, concise, full, json, markdown};

proptest! {
    #[test]
    fn any_text_anywhere(
        text in "\\PC*|[\\x00-\\x7f]{0,200}",
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        line in any::<u32>(),
        column in any::<u32>(),
        width in any::<usize>(),
    ) {
        let mut diagnosis = sample::diagnosis();
        let case = &mut diagnosis.cases[0];
        case.verdict.sentence = text.clone();
        case.next = text.clone();
        let fault = case.fault.as_mut().unwrap();
        fault.message = text.as_str().into();
        for row in &mut case.accesses {
            row.access.expression = text.as_str().into();
        }
        let access = case.faulting.as_mut().unwrap().access.as_mut().unwrap();
        access.site.line = line % 12;
        access.site.column = column;
        access.expression = text.as_str().into();
        case.goroutines[0].state = text.as_str().into();
        case.other_sides[0].site.line = line;
        let source = |_: &str| Some(bytes.clone());
        let shown = full(&diagnosis, &source, &FullOptions { width, ..FullOptions::default() });
        prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        let shown = concise(&diagnosis);
        prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'));
        let _ = markdown(&diagnosis, &source);
        let _ = json(&diagnosis).unwrap();
    }
}
