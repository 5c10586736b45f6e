//! What darkc reads of a Darklang checkout: the F# sources that register package references and built-ins, and
//! the file of package reference hashes.
//!
//! All functions here are pure: text in, values out. `discover::checkout` finds, reads and writes the files.

pub mod builtins;
mod fsharp;
pub mod package_refs;
pub mod refs_file;
pub mod signatures;
