//! Which register each variable in scope is in.

use std::cmp::Ordering;

use super::Register;

/// The variables of the open frames, innermost last; a later one shadows an earlier one of its name.
#[derive(Debug, Default)]
pub struct Symbols<'t> {
    bound: Vec<(&'t str, Register)>,
    /// Where the innermost frame starts: variables before it are out of reach.
    frame: usize,
}

/// A place to come back to when a scope ends.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    bound: usize,
    frame: usize,
}

impl<'t> Symbols<'t> {
    pub fn bind(&mut self, name: &'t str, register: Register) {
        self.bound.push((name, register));
    }

    pub fn lookup(&self, name: &str) -> Option<Register> {
        find(&self.bound[self.frame..], name)
    }

    pub fn mark(&self) -> Mark {
        Mark { bound: self.bound.len(), frame: self.frame }
    }

    pub fn leave(&mut self, mark: Mark) {
        self.bound.truncate(mark.bound);
        self.frame = mark.frame;
    }

    /// Starts a frame that has only what is bound from here on.
    pub fn enter_frame(&mut self) {
        self.frame = self.bound.len();
    }

    /// What `name` is in the frame around the innermost one, which was entered at `outer`.
    pub fn lookup_outside(&self, outer: Mark, name: &str) -> Option<Register> {
        find(&self.bound[outer.frame..outer.bound], name)
    }
}

pub fn find(bound: &[(&str, Register)], name: &str) -> Option<Register> {
    bound.iter().rev().find(|(candidate, _)| *candidate == name).map(|(_, register)| *register)
}

/// The order of F#'s sets and maps of strings: by UTF-16 code unit.
pub fn ordinal(left: &str, right: &str) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}
