//! Bounds on the parser's work: nesting, chains and steps.

use super::Parser;
use super::errors::code;
use crate::base::limits::MAX_DEPTH;

/// Darklang's cap on nested expressions, types and patterns.
const MAX_NESTING: u32 = 200;

/// Darklang's cap on strings that are interpolated in each other.
pub(super) const MAX_INTERPOLATIONS: u32 = 64;

/// Darklang's bound on the entries into expressions, types and patterns: a fixed part and one for each token.
const FIXED_STEPS: usize = 4000;
const STEPS_PER_TOKEN: usize = 300;

/// What a parse may still spend, and whether it has overspent.
pub(super) struct Budget {
    /// Set when a bound ends the parse; silences all further diagnostics.
    pub(super) abandoned: bool,
    /// How many interpolations are around this parse.
    pub(super) interpolations: u32,
    depth: u32,
    steps: usize,
    max_steps: usize,
    /// Nesting that `depth` does not count.
    nested: u32,
    /// All links of chains beyond the first `MAX_NESTING` of each: they are what makes a tree deep.
    pub(super) excess: u32,
}

impl Budget {
    pub(super) fn new(tokens: usize) -> Self {
        Budget {
            abandoned: false,
            interpolations: 0,
            depth: 0,
            steps: 0,
            max_steps: FIXED_STEPS + tokens * STEPS_PER_TOKEN,
            nested: 0,
            excess: 0,
        }
    }

    /// Goes on with what a parse around this one has used up: the body of an interpolation is a parse of its own.
    pub(super) fn inherit(&mut self, outer: &Budget) {
        self.interpolations = outer.interpolations + 1;
        self.nested = outer.nested;
        self.excess = outer.excess;
    }
}

impl Parser<'_, '_> {
    /// Enters an expression, type or pattern; false where a bound forbids it, and then the parse is over.
    /// To be paired with [`Self::leave`] when true.
    pub(super) fn enter(&mut self) -> bool {
        if self.budget.depth >= MAX_NESTING {
            self.abandon_too_deep(MAX_NESTING);
            return false;
        }
        self.budget.steps += 1;
        if self.budget.steps > self.budget.max_steps {
            let message = "internal parser error: step budget exhausted (parser loop?); parsing abandoned";
            self.report(code::INTERNAL_LOOP, self.at, message);
            self.budget.abandoned = true;
            self.go_to_end();
            return false;
        }
        self.budget.depth += 1;
        true
    }

    pub(super) fn leave(&mut self) {
        self.budget.depth -= 1;
    }

    /// Enters a construct whose nesting Darklang leaves to its stack: signs, `elif` chains, right-hand operands.
    /// To be paired with [`Self::leave_chain`] when true.
    pub(super) fn enter_chain(&mut self) -> bool {
        if !self.may_link(self.budget.nested as usize) {
            return false;
        }
        self.budget.nested += 1;
        true
    }

    pub(super) fn leave_chain(&mut self) {
        self.budget.nested -= 1;
    }

    /// Whether a chain of so many links may grow by another: each link deepens the tree by one, so a file may
    /// not have too many of them in all. Darklang has no such bound and overflows its stack instead.
    pub(super) fn may_link(&mut self, length: usize) -> bool {
        if length < MAX_NESTING as usize {
            return true;
        }
        self.budget.excess += 1;
        if self.budget.excess > MAX_DEPTH {
            self.abandon_too_deep(MAX_DEPTH);
        }
        self.budget.excess <= MAX_DEPTH
    }

    fn abandon_too_deep(&mut self, levels: u32) {
        let message = format!("nesting too deep (over {levels} levels); parsing abandoned");
        self.report(code::TOO_DEEP, self.at, message);
        self.budget.abandoned = true;
        self.go_to_end();
    }
}
