//! `tophash::observe`: what an observed map tells, and at what time.
#![cfg(feature = "std")]

mod counts;
mod text;
