//! The form in which an item is stored: `pt_def` blobs, and the payload of the op that adds it.
//!
//! | item | payload (`darklang/dark LibSerialization/Binary/Serializers/PT/Package*.fs`) |
//! |---|---|
//! | type | hash, type parameters, definition, description |
//! | value | hash, body, description |
//! | function | hash, body, type parameters, non-empty list of (name, type, ""), return type, description |
//! | name | list of the parts as written, then 0, target, optional location; or 1, error |
//! | location | owner, list of modules, name |

use super::ids::NodeIds;
use super::tags;
use super::walk::{self, Form};
use super::writer::{Unwatched, Watch, Writer};
use crate::base::hash::ContentHash;
use crate::base::location::Location;
use crate::program::lookup::ItemLookup;
use crate::program::tree::*;

/// Writes an item's payload: what its `pt_def` blob holds.
pub fn payload(
    out: &mut Writer,
    item: &Item<'_>,
    hash: ContentHash,
    lookup: &impl ItemLookup,
    ids: &impl NodeIds,
) {
    out.hash(hash);
    let mut form = Stored { out, lookup, ids };
    match &item.definition {
        Definition::Type(declaration) => walk::type_declaration(&mut form, declaration),
        Definition::Value(body) => walk::expr(&mut form, body),
        Definition::Fn(function) => walk::function(&mut form, function),
    }
    out.string(item.description);
}

pub fn location(out: &mut Writer, location: &Location) {
    out.string(location.owner());
    out.varint(location.modules().count());
    location.modules().for_each(|module| out.string(module));
    out.string(location.name());
}

struct Stored<'w, W, I> {
    out: &'w mut Writer,
    lookup: &'w W,
    ids: &'w I,
}

/// The stored form keeps every name as written, so scopes mean nothing to it.
impl<'a, W: ItemLookup, I: NodeIds> Form<'a> for Stored<'_, W, I> {
    type Watch = Unwatched;

    fn out(&mut self) -> &mut Writer {
        self.out
    }

    fn node(&mut self, node: NodeIndex) {
        self.out.node_id(self.ids.id(node));
    }

    fn name(&mut self, name: &NameRef<'a>, kind: ItemKind) {
        let out = &mut *self.out;
        out.list(name.written, |out, part| out.string(part));
        match name.resolved {
            Ok(Target::Item(item)) => {
                out.byte(tags::names::RESOLVED);
                out.byte(tags::package_name(kind));
                out.hash(self.lookup.hash(item));
                out.option(Some(self.lookup.location(item)), location);
            }
            Ok(Target::Builtin { name, version }) => {
                out.byte(tags::names::RESOLVED);
                builtin(out, name, version);
                out.option(None, location);
            }
            Err(error) => unresolved(out, error),
        }
    }

    fn parameter_name(&mut self, name: &str) {
        self.out.string(name);
    }

    fn part_description(&mut self) {
        self.out.string("");
    }

    fn binder(&mut self, name: &'a str) {
        self.out.string(name);
    }

    fn variable(&mut self, name: &'a str) {
        self.out.string(name);
    }

    fn let_binding(&mut self, pattern: &LetPattern<'a>, value: &Expr<'a>) {
        walk::let_pattern(self, pattern);
        walk::expr(self, value);
    }

    fn lambda_patterns(&mut self, patterns: &[LetPattern<'a>]) {
        walk::non_empty_list(self, patterns, walk::let_pattern);
    }

    fn case_pattern(&mut self, pattern: &MatchPattern<'a>) {
        walk::match_pattern(self, pattern);
    }

    fn mark(&self) -> usize {
        0
    }

    fn leave(&mut self, _: usize) {}
}

/// A built-in function or value, with its tag.
pub fn builtin<W: Watch>(out: &mut Writer<W>, name: &str, version: u32) {
    out.word(tags::names::TERM_BUILTIN, "builtin");
    out.string(name);
    out.u32(version);
}

/// What stands in for a name that means nothing.
pub fn unresolved<W: Watch>(out: &mut Writer<W>, error: NameError) {
    out.word(tags::names::UNRESOLVED, "unresolved");
    let reason = match error {
        NameError::NotFound => "not found",
        NameError::InvalidName => "invalid name",
    };
    out.word(tags::name_error(error), reason);
}
