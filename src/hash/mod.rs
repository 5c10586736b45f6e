//! Content hashes: canonical form, SCC groups, SHA-256.
