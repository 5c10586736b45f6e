//! What darkc remembers between runs.
