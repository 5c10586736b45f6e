//! Resolves an unlinked item into a tree.
