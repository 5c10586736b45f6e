//! From syntax tree to unlinked items: scopes are settled, names are collected.
