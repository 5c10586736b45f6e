//! Darklang's `ProgramTypes`: an item with every name resolved, ready to be hashed, encoded and compiled.

pub mod inventory;
pub mod resolve;
pub mod tree;
pub mod lookup;
