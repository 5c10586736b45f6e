//! A file's unlinked items, from its sidecar when that is valid and from its source otherwise.
