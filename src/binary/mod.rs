//! Darklang's binary forms, byte for byte.

pub mod writer;
