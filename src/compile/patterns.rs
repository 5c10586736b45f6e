//! Patterns: which registers their variables get, and their bytes.
//!
//! | tag | let pattern | then |
//! |---|---|---|
//! | 0 | variable | `i32` register |
//! | 1 | tuple | first, second, list of the others |
//! | 2, 3 | unit, wildcard | |
//!
//! | tag | match pattern | then |
//! |---|---|---|
//! | 0–14 | literals, see [`super::constants`] | |
//! | 15 | list | list of patterns |
//! | 16 | cons | head, tail |
//! | 17 | tuple | first, second, list of the others |
//! | 18 | enum | string, list of patterns |
//! | 19 | variable | `i32` register |
//! | 20 | or | non-empty list of patterns |
//! | 21 | Int | decimal string |

use crate::binary::writer::Writer;
use crate::program::tree::{LetPattern, LetPatternKind, MatchPattern, MatchPatternKind};

use super::Register;
use super::constants::{Constant, int};
use super::symbols::{Symbols, find, ordinal};

pub mod let_tag {
    pub const VARIABLE: u8 = 0;
    pub const TUPLE: u8 = 1;
    pub const UNIT: u8 = 2;
    pub const WILDCARD: u8 = 3;
}

pub mod match_tag {
    pub const LIST: u8 = 15;
    pub const CONS: u8 = 16;
    pub const TUPLE: u8 = 17;
    pub const ENUM: u8 = 18;
    pub const VARIABLE: u8 = 19;
    pub const OR: u8 = 20;
    pub const INT: u8 = 21;
}

/// Binds a let pattern's variables to the registers from `next` on, in the order in which they are written.
pub fn bind_let_pattern<'t>(symbols: &mut Symbols<'t>, pattern: &'t LetPattern<'t>, next: &mut Register) {
    match &pattern.kind {
        LetPatternKind::Unit | LetPatternKind::Wildcard => {}
        LetPatternKind::Variable(name) => {
            symbols.bind(name, *next);
            *next += 1;
        }
        LetPatternKind::Tuple(parts) => {
            parts.iter().for_each(|part| bind_let_pattern(symbols, part, next));
        }
    }
}

/// Numbers variables exactly as [`bind_let_pattern`] does.
pub fn write_let_pattern(out: &mut Writer, pattern: &LetPattern<'_>, next: &mut Register) {
    match &pattern.kind {
        LetPatternKind::Unit => out.byte(let_tag::UNIT),
        LetPatternKind::Wildcard => out.byte(let_tag::WILDCARD),
        LetPatternKind::Variable(_) => {
            out.byte(let_tag::VARIABLE);
            out.i32(*next as i32);
            *next += 1;
        }
        LetPatternKind::Tuple(parts) => {
            out.byte(let_tag::TUPLE);
            let (two, rest) = parts.split_at(parts.len().min(2));
            two.iter().for_each(|part| write_let_pattern(out, part, next));
            out.list(rest, |out, part| write_let_pattern(out, part, next));
        }
    }
}

/// The registers of one match pattern.
#[derive(Debug, Default)]
pub struct MatchRegisters<'t> {
    /// One for each place where a variable is written, in that order.
    pub places: Vec<Register>,
    /// What the case's body sees.
    pub bound: Vec<(&'t str, Register)>,
    /// The first register after the pattern's.
    pub next: Register,
}

impl<'t> MatchRegisters<'t> {
    /// Allocates registers from `first` on.
    pub fn assign(pattern: &'t MatchPattern<'t>, first: Register) -> Self {
        let mut registers = MatchRegisters { next: first, ..MatchRegisters::default() };
        registers.pattern(pattern);
        registers
    }

    fn pattern(&mut self, pattern: &'t MatchPattern<'t>) {
        match &pattern.kind {
            MatchPatternKind::Variable(name) => {
                self.places.push(self.next);
                self.bound.push((name, self.next));
                self.next += 1;
            }
            MatchPatternKind::Enum { fields: parts, .. }
            | MatchPatternKind::Tuple(parts)
            | MatchPatternKind::List(parts) => parts.iter().for_each(|part| self.pattern(part)),
            MatchPatternKind::Cons(head, tail) => {
                self.pattern(head);
                self.pattern(tail);
            }
            MatchPatternKind::Or(alternatives) => self.alternatives(alternatives),
            MatchPatternKind::Unit
            | MatchPatternKind::Bool(_)
            | MatchPatternKind::Int(_)
            | MatchPatternKind::Float(_)
            | MatchPatternKind::Char(_)
            | MatchPatternKind::String(_) => {}
        }
    }

    /// Variables that every alternative binds share a register, in order of their names; no other variable of
    /// the alternatives is visible. As in Darklang, variables bound before an or-pattern are forgotten too.
    fn alternatives(&mut self, alternatives: &'t [MatchPattern<'t>]) {
        let assigned: Vec<_> =
            alternatives.iter().map(|alternative| Self::assign(alternative, self.next)).collect();
        let Some((first, others)) = assigned.split_first() else { return };

        let mut shared: Vec<&str> = first.bound.iter().map(|(name, _)| *name).collect();
        shared.retain(|name| others.iter().all(|other| find(&other.bound, name).is_some()));
        shared.sort_unstable_by(|left, right| ordinal(left, right));
        shared.dedup();
        self.bound = shared.into_iter().zip(self.next..).collect();

        for alternative in &assigned {
            self.places.extend(alternative.places.iter().map(|place| {
                alternative.name_in(*place).and_then(|name| find(&self.bound, name)).unwrap_or(*place)
            }));
            self.next = self.next.max(alternative.next);
        }
    }

    /// The variable that the body finds in a register.
    fn name_in(&self, register: Register) -> Option<&'t str> {
        let (name, _) = self
            .bound
            .iter()
            .find(|(name, place)| *place == register && find(&self.bound, name) == Some(register))?;
        Some(name)
    }
}

/// `places` has a register for each place where a variable is written.
pub fn write_match_pattern(
    out: &mut Writer,
    pattern: &MatchPattern<'_>,
    places: &mut impl Iterator<Item = Register>,
) {
    match &pattern.kind {
        MatchPatternKind::Unit => Constant::Unit.write(out),
        MatchPatternKind::Bool(value) => Constant::Bool(*value).write(out),
        MatchPatternKind::Int(literal) => int(out, literal, match_tag::INT),
        MatchPatternKind::Float(literal) => Constant::Float(literal).write(out),
        MatchPatternKind::Char(text) => Constant::Char(text).write(out),
        MatchPatternKind::String(text) => Constant::String(text).write(out),
        MatchPatternKind::Variable(_) => {
            out.byte(match_tag::VARIABLE);
            out.i32(places.next().unwrap_or_default() as i32);
        }
        MatchPatternKind::Enum { case, fields } => {
            out.byte(match_tag::ENUM);
            out.string(case);
            out.list(fields, |out, field| write_match_pattern(out, field, places));
        }
        MatchPatternKind::Tuple(parts) => {
            out.byte(match_tag::TUPLE);
            let (two, rest) = parts.split_at(parts.len().min(2));
            two.iter().for_each(|part| write_match_pattern(out, part, places));
            out.list(rest, |out, part| write_match_pattern(out, part, places));
        }
        MatchPatternKind::List(parts) => {
            out.byte(match_tag::LIST);
            out.list(parts, |out, part| write_match_pattern(out, part, places));
        }
        MatchPatternKind::Cons(head, tail) => {
            out.byte(match_tag::CONS);
            write_match_pattern(out, head, places);
            write_match_pattern(out, tail, places);
        }
        MatchPatternKind::Or(alternatives) => {
            out.byte(match_tag::OR);
            out.non_empty_list(alternatives, |out, part| write_match_pattern(out, part, places));
        }
    }
}
