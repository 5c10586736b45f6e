//! Where the parts of each item stand in the source, for what is found out about an item after it was lowered.
//!
//! Sidecars hold no positions of expressions: only what is reported needs them, and the file that it is reported
//! of is parsed again for that.

use std::collections::HashMap;

use bumpalo::Bump;

use super::{Lowering, inside};
use crate::base::text::{LineIndex, Position, Span};
use crate::syntax::ast::{self, Declaration, FnParam, TypeDefinition};

/// A range of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// The places of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    pub name: Range,
    pub params: Vec<Range>,
    /// The result type of a function.
    pub result: Option<Range>,
    /// A record's fields or an enum's cases.
    pub members: Vec<Range>,
    /// Expressions, patterns and pipe parts in a pre-order walk of the unlinked code.
    pub nodes: Vec<Node<Range>>,
}

/// The places of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node<R> {
    pub whole: R,
    /// The name of the field or case that the node mentions.
    pub name: Option<R>,
    /// The name of the field that the node is the value of.
    pub label: Option<R>,
}

/// The nodes of an item that is being lowered.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    nodes: Vec<Node<Span>>,
    /// For the next node.
    label: Option<Span>,
}

/// The places of all items of a file, by fully qualified name; of two of one name, the last one's.
pub fn places(text: &str, file: &ast::SourceFile<'_>) -> HashMap<String, Places> {
    let arena = Bump::new();
    let lines = LineIndex::new(text);
    let mut collector = Collector { arena: &arena, lines: &lines, found: HashMap::new() };
    collector.declarations("", file.declarations);
    collector.found
}

struct Collector<'t, 'a> {
    arena: &'a Bump,
    lines: &'t LineIndex<'t>,
    found: HashMap<String, Places>,
}

impl<'t, 'a: 't> Collector<'t, 'a> {
    fn range(&self, span: Span) -> Range {
        Range { start: self.lines.position(span.start), end: self.lines.position(span.end) }
    }

    /// The places of what is lowered.
    fn nodes(&self, lower: impl FnOnce(&mut Lowering<'t, 'a>)) -> Vec<Node<Range>> {
        let mut lowering = Lowering::new(self.arena, self.lines);
        lowering.nodes = Some(Nodes::default());
        lower(&mut lowering);
        let nodes = lowering.nodes.unwrap_or_default().nodes.into_iter();
        let ranges = |node: Node<Span>| Node {
            whole: self.range(node.whole),
            name: node.name.map(|span| self.range(span)),
            label: node.label.map(|span| self.range(span)),
        };
        nodes.map(ranges).collect()
    }

    fn declarations(&mut self, path: &str, declarations: &'t [Declaration<'t>]) {
        for declaration in declarations {
            let (name, places) = match declaration {
                Declaration::Module(module) => {
                    self.declarations(&inside(path, module), module.declarations);
                    continue;
                }
                Declaration::Fn(decl) => {
                    let param = |param: &FnParam<'_>| match param {
                        FnParam::Unit(span) | FnParam::Normal { span, .. } => self.range(*span),
                    };
                    let places = Places {
                        params: decl.params.iter().map(param).collect(),
                        result: Some(self.range(decl.return_type.span)),
                        nodes: self.nodes(|lowering| {
                            lowering.function(decl);
                        }),
                        ..Places::default()
                    };
                    (decl.name, places)
                }
                Declaration::Value(decl) => {
                    let nodes = self.nodes(|lowering| {
                        lowering.expr(&decl.body);
                    });
                    (decl.name, Places { nodes, ..Places::default() })
                }
                Declaration::Type(decl) => {
                    (decl.name, Places { members: self.members(decl), ..Places::default() })
                }
                Declaration::Expr(_) | Declaration::Db(_) | Declaration::Test(_) => continue,
            };
            let places = Places { name: self.range(name.span), ..places };
            self.found.insert(format!("{path}.{}", name.name), places);
        }
    }

    fn members(&self, decl: &ast::TypeDecl<'_>) -> Vec<Range> {
        match &decl.definition {
            TypeDefinition::Alias(_) => Vec::new(),
            TypeDefinition::Record(fields) => fields.iter().map(|field| self.range(field.span)).collect(),
            TypeDefinition::Enum(cases) => cases.iter().map(|case| self.range(case.span)).collect(),
        }
    }
}

impl Lowering<'_, '_> {
    /// Notes where the next node stands.
    pub(super) fn at(&mut self, whole: Span) {
        if let Some(nodes) = &mut self.nodes {
            let label = nodes.label.take();
            nodes.nodes.push(Node { whole, name: None, label });
        }
    }

    /// Notes the name that the last node mentions.
    pub(super) fn mentions(&mut self, name: Span) {
        if let Some(node) = self.nodes.as_mut().and_then(|nodes| nodes.nodes.last_mut()) {
            node.name = Some(name);
        }
    }

    /// Notes which field the next node is the value of.
    pub(super) fn value_of(&mut self, field: Span) {
        if let Some(nodes) = &mut self.nodes {
            nodes.label = Some(field);
        }
    }

    /// Lowers two parts, of which the tree holds the second before the first.
    pub(super) fn swapped<A, B>(
        &mut self,
        first: impl FnOnce(&mut Self) -> A,
        second: impl FnOnce(&mut Self) -> B,
    ) -> (A, B) {
        let count = |lowering: &Self| lowering.nodes.as_ref().map_or(0, |nodes| nodes.nodes.len());
        let start = count(self);
        let first = first(self);
        let middle = count(self);
        let second = second(self);
        if let Some(nodes) = &mut self.nodes {
            nodes.nodes[start..].rotate_left(middle - start);
        }
        (first, second)
    }
}
