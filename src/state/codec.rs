//! The bytes of the stored state.
