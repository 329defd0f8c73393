//! Whatever stands in a text or a file, no renderer panics and none passes on control characters.

use crate::sample;

use proptest::prelude::*;
use report::{FullOptions, concise, findings_concise, findings_full, full, json, markdown};

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

    #[test]
    fn any_text_anywhere_in_findings(
        text in "\\PC*|[\\x00-\\x7f]{0,200}",
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        line in any::<u32>(),
        column in any::<u32>(),
        width in any::<usize>(),
    ) {
        let mut findings = sample::findings();
        let finding = &mut findings.findings[0];
        finding.message = text.clone();
        finding.help = text.clone();
        finding.because.push(text.clone());
        finding.access.expression = text.as_str().into();
        finding.access.site.line = line % 12;
        finding.access.site.column = column;
        finding.related[0].label = text.clone();
        finding.related[1].site.line = line;
        finding.related[2].site.file = text.as_str().into();
        let source = |_: &str| Some(bytes.clone());
        let shown = findings_full(&findings, &source, &FullOptions { width, ..FullOptions::default() });
        prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        let shown = findings_concise(&findings);
        prop_assert_eq!(shown.lines().count(), 1);
        prop_assert!(!shown.trim_end().chars().any(char::is_control));
    }
}
