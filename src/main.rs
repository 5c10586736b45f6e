//! The `darkc` program.

fn main() {}
