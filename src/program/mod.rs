//! Darklang's `ProgramTypes`: an item with every name resolved, ready to be hashed, encoded and compiled.

pub mod find;
pub mod inventory;
pub mod resolve;
pub mod similar;
pub mod tree;
pub mod lookup;
