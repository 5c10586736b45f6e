//! Looks every name up as Darklang does.
