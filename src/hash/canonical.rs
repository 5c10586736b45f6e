//! The canonical form of an item: what is hashed.
//!
//! It is the stored form without ids, descriptions, parameter names, locations and names as written, with every
//! bound variable called `$0`, `$1`, … in order of binding, and a tag in front: 0 type, 1 function, 2 value.
//! (`darklang/dark LibSerialization/Hashing/{Canonical,Hashing}.fs`)

use crate::binary::stored;
use crate::binary::tags::{self, Tag};
use crate::binary::walk::{self, Form};
use crate::binary::writer::{Watch, Writer};
use crate::program::lookup::ItemId;
use crate::program::tree::*;

const TYPE: Tag = Tag(0, "type");
const FN: Tag = Tag(1, "fn");
const VALUE: Tag = Tag(2, "value");

/// An item's canonical form with its references cut out, as an object file has its symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canonical {
    /// Everything but the references.
    pub bytes: Box<[u8]>,
    /// Ascending by offset.
    pub references: Box<[Reference]>,
}

/// A mention of a package item, which belongs in front of the byte at `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    pub offset: u32,
    pub item: ItemId,
    /// What stands in that place: what the item is.
    pub kind: ItemKind,
}

impl Canonical {
    /// Every item that this one mentions, itself included, ascending: the edges of the dependency graph.
    /// (`darklang/dark LibDB/DependencyExtractor.fs`; built-ins and unresolved names are no dependencies)
    pub fn dependencies(&self) -> Vec<ItemId> {
        let mut items: Vec<ItemId> = self.references.iter().map(|reference| reference.item).collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    /// The same items in order of first mention: the order in which `package_dependencies` gets its rows, one
    /// for each.
    pub fn mentions(&self) -> Vec<ItemId> {
        let mut by_item: Vec<(ItemId, u32)> =
            (0..).zip(&*self.references).map(|(place, reference)| (reference.item, place)).collect();
        by_item.sort_unstable();
        by_item.dedup_by_key(|(item, _)| *item);
        by_item.sort_unstable_by_key(|(_, place)| *place);
        by_item.into_iter().map(|(item, _)| item).collect()
    }
}

/// Returns an item in canonical form.
pub fn canonicalize(item: &Item<'_>) -> Canonical {
    let (mut out, mut references) = (Writer::new(), Vec::new());
    write(&mut out, &mut references, item);
    Canonical { bytes: out.into_bytes().into(), references: references.into() }
}

/// Writes an item's canonical form, references left open.
pub(super) fn write<W: Watch>(out: &mut Writer<W>, references: &mut Vec<Reference>, item: &Item<'_>) {
    let mut form = CanonicalForm { out, references, scope: Vec::new(), bound: 0, digits: String::new() };
    let tag = match &item.definition {
        Definition::Type(_) => TYPE,
        Definition::Fn(_) => FN,
        Definition::Value(_) => VALUE,
    };
    form.out.enter(tag);
    match &item.definition {
        Definition::Type(declaration) => walk::type_declaration(&mut form, declaration),
        Definition::Fn(function) => walk::function(&mut form, function),
        Definition::Value(body) => walk::expr(&mut form, body),
    }
    form.out.leave();
}

/// The canonical form while it is being written, with references open.
struct CanonicalForm<'w, 'a, W> {
    out: &'w mut Writer<W>,
    references: &'w mut Vec<Reference>,
    /// The bound variables and their numbers, innermost last.
    scope: Vec<(&'a str, u32)>,
    /// How many variables have been bound so far; scopes that have ended count.
    bound: u32,
    digits: String,
}

impl<'a, W: Watch> CanonicalForm<'_, 'a, W> {
    /// Numbers the variables that were put on the scope since it was `start` long.
    fn number_from(&mut self, start: usize) {
        for (_, number) in &mut self.scope[start..] {
            *number = self.bound;
            self.bound += 1;
        }
    }

    fn collect_let(&mut self, pattern: &LetPattern<'a>) {
        match &pattern.kind {
            LetPatternKind::Unit | LetPatternKind::Wildcard => {}
            LetPatternKind::Variable(name) => self.scope.push((name, 0)),
            LetPatternKind::Tuple(parts) => parts.iter().for_each(|part| self.collect_let(part)),
        }
    }

    /// The alternatives of an or-pattern bind the same variables, which count once.
    fn collect_match(&mut self, pattern: &MatchPattern<'a>) {
        match &pattern.kind {
            MatchPatternKind::Variable(name) => self.scope.push((name, 0)),
            MatchPatternKind::Enum { fields: parts, .. }
            | MatchPatternKind::Tuple(parts)
            | MatchPatternKind::List(parts) => parts.iter().for_each(|part| self.collect_match(part)),
            MatchPatternKind::Cons(head, tail) => {
                self.collect_match(head);
                self.collect_match(tail);
            }
            MatchPatternKind::Or(parts) => {
                let start = self.scope.len();
                parts.iter().for_each(|part| self.collect_match(part));
                let mut kept = start;
                for next in start..self.scope.len() {
                    let binding = self.scope[next];
                    if !self.scope[start..kept].contains(&binding) {
                        self.scope[kept] = binding;
                        kept += 1;
                    }
                }
                self.scope.truncate(kept);
            }
            MatchPatternKind::Unit
            | MatchPatternKind::Bool(_)
            | MatchPatternKind::Int(_)
            | MatchPatternKind::Float(_)
            | MatchPatternKind::Char(_)
            | MatchPatternKind::String(_) => {}
        }
    }
}

impl<'a, W: Watch> Form<'a> for CanonicalForm<'_, 'a, W> {
    type Watch = W;

    fn out(&mut self) -> &mut Writer<W> {
        self.out
    }

    fn node(&mut self, _: NodeIndex) {}

    fn name(&mut self, name: &NameRef<'a>, kind: ItemKind) {
        match name.resolved {
            Ok(Target::Item(item)) => {
                self.out.byte(tags::names::RESOLVED);
                let offset = self.out.bytes().len() as u32;
                self.out.reference();
                self.references.push(Reference { offset, item, kind });
            }
            Ok(Target::Builtin { name, version }) => {
                self.out.byte(tags::names::RESOLVED);
                stored::builtin(self.out, name, version);
            }
            Err(error) => stored::unresolved(self.out, error),
        }
    }

    fn parameter_name(&mut self, _: &str) {}

    fn part_description(&mut self) {}

    /// A name that a pattern has twice is, both times, the later of its two numbers.
    fn binder(&mut self, name: &'a str) {
        self.variable(name);
    }

    /// A variable that nothing binds keeps its name.
    fn variable(&mut self, name: &'a str) {
        match self.scope.iter().rev().find(|(bound, _)| *bound == name) {
            None => self.out.string(name),
            Some((_, number)) => {
                use std::fmt::Write;
                self.digits.clear();
                // Writing to a string cannot fail.
                let _ = write!(self.digits, "${number}");
                self.out.string(&self.digits);
            }
        }
    }

    /// Variables that the value binds are numbered before the pattern's, yet the pattern's bytes come first: so
    /// the value is written first, and the two are swapped.
    fn let_binding(&mut self, pattern: &LetPattern<'a>, value: &Expr<'a>) {
        let (start, first_reference) = (self.out.bytes().len(), self.references.len());
        walk::expr(self, value);
        let middle = self.out.bytes().len();
        let mark = self.mark();
        self.collect_let(pattern);
        self.number_from(mark);
        walk::let_pattern(self, pattern);
        let pattern_length = self.out.rotate(start, middle);
        for reference in &mut self.references[first_reference..] {
            reference.offset += pattern_length as u32;
        }
    }

    fn lambda_patterns(&mut self, patterns: &[LetPattern<'a>]) {
        let mark = self.mark();
        patterns.iter().for_each(|pattern| self.collect_let(pattern));
        self.number_from(mark);
        walk::non_empty_list(self, patterns, walk::let_pattern);
    }

    fn case_pattern(&mut self, pattern: &MatchPattern<'a>) {
        let mark = self.mark();
        self.collect_match(pattern);
        self.number_from(mark);
        walk::match_pattern(self, pattern);
    }

    fn mark(&self) -> usize {
        self.scope.len()
    }

    fn leave(&mut self, mark: usize) {
        self.scope.truncate(mark);
    }
}
