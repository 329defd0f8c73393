//! Any bytes are a trace, or are told why not; what can be read of one is no more than is there, and is advised on.
//!
//! ```text
//! cargo +nightly fuzz run trace fuzz/corpus/trace fixtures/traces
//! ```

#![no_main]

use libfuzzer_sys::fuzz_target;
use tophash_advise::reader::{Limits, read};
use tophash_advise::{advise, text, workload};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(trace) = read(bytes, Limits::default()) {
        assert!(trace.records.len() <= bytes.len());
        assert!(trace.records.is_sorted_by_key(|record| record.at));
        assert!(trace.damage.iter().all(|damage| damage.offset() <= bytes.len() as u64));
        if let Some(advice) = advise(&workload::from_trace(&trace)) {
            assert!(!text::write(&advice, 80).is_empty());
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let maps = workload::from_dump(&text).or_else(|_| workload::from_text(&text));
    maps.iter().flatten().filter_map(advise).for_each(|advice| {
        assert!(!text::write(&advice, 1).is_empty());
    });
});
