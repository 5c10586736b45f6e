//! Small plain types that every stage shares: positions, diagnostics, hashes and locations.

pub mod amounts;
pub mod diagnostic;
pub mod hash;
pub mod limits;
pub mod location;
pub mod parallel;
pub mod text;
pub mod timing;
