//! Finds the package files, in bytewise path order.
