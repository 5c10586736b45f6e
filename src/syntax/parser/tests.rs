//! What breaks first: offside rule, precedence, recovery.
