//! Every format on a case built by hand.

mod findings;
mod findings_xml;
mod golden;
mod goroutines;
mod odd_input;
mod overview;
mod sample;
mod schema;
