//! Says which map fits a workload that was recorded, and why.
pub mod reader;
