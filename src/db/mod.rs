//! The SQLite package store.
