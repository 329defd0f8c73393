//! `tophash::observe`: what an observed map tells, and at what time.
#![cfg(feature = "std")]

mod counts;
mod dumps;
mod gate;
mod hot;
mod locks;
mod report;
mod spans;
mod text;
