//! The check of one item: what it knows on its way through the tree.

use std::collections::HashSet;

use super::declarations::{Declaration, Declarations, Function};
use super::finding::Finding;
use super::pending::Pending;
use super::shape::Shape;
use super::types::{TypeId, Types};
use super::values::Values;
use super::want::{Want, Why};
use crate::program::lookup::ItemId;
use crate::program::tree::{Definition, Item, NodeIndex};

/// What was found out about one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// In order of the nodes.
    pub findings: Vec<Finding>,
    /// Of a value: its type, and how many types that is open to.
    pub value: Option<(u32, Shape)>,
    /// How often two types were compared of which both were known, and one was not.
    pub compared: u32,
    pub unknown: u32,
    /// The value's type depends on itself.
    pub cyclic: bool,
    /// The types of the item's expressions by node, where they were asked for.
    pub types: Vec<(NodeIndex, String)>,
}

pub struct Checker<'a, 'p> {
    pub(super) item: ItemId,
    /// Owner and modules of the item, dotted.
    pub(super) scope: &'a str,
    pub(super) types: Types<'a, 'p>,
    pub(super) values: &'a Values<'p>,
    /// Values whose types are being found out.
    pub(super) in_progress: &'a mut Vec<ItemId>,
    pub(super) cyclic: bool,
    /// The local names in scope, innermost last.
    pub(super) locals: Vec<Local<'a>>,
    /// The types of the function's parameters.
    pub(super) args: Vec<TypeId>,
    /// The declaration of the function that is checked.
    pub(super) function: Option<&'a Function<'p>>,
    pub(super) pending: Vec<Pending<'a>>,
    pub(super) findings: Vec<Finding>,
    /// What was said about which expression.
    pub(super) said: HashSet<(NodeIndex, String)>,
    /// The type of each expression, where that is asked for.
    pub(super) recorded: Option<Vec<(NodeIndex, TypeId)>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    pub name: &'a str,
    pub typ: TypeId,
    /// Each use is a type of its own.
    pub generic: bool,
}

impl<'a, 'p> Checker<'a, 'p> {
    pub fn new(item: ItemId, values: &'a Values<'p>, in_progress: &'a mut Vec<ItemId>, record: bool) -> Self {
        let declarations = values.declarations();
        let name = declarations.program().name(item);
        Checker {
            item,
            scope: name.rsplit_once('.').map_or("", |(scope, _)| scope),
            types: Types::new(declarations),
            values,
            in_progress,
            cyclic: false,
            locals: Vec::new(),
            args: Vec::new(),
            function: None,
            pending: Vec::new(),
            findings: Vec::new(),
            said: HashSet::new(),
            recorded: record.then(Vec::new),
        }
    }

    pub(super) fn declarations(&self) -> &'a Declarations<'p> {
        self.values.declarations()
    }

    pub fn check(mut self, item: &'a Item<'a>) -> Checked {
        let mut value = None;
        match &item.definition {
            Definition::Type(_) => {}
            Definition::Value(body) => {
                let typ = self.infer(body, TypeId::UNKNOWN);
                self.settle();
                value = Some(self.types.generalized(typ));
            }
            Definition::Fn(function) => {
                let Declaration::Function(declared) = self.declarations().get(self.item) else {
                    return Checked::default();
                };
                self.function = Some(declared);
                // The function's own type variables agree with everything, so they are unknown in its body.
                for ((name, _), shape) in function.params.iter().zip(&declared.params) {
                    let typ = self.types.instantiate(shape, &[]);
                    self.args.push(typ);
                    self.bind(name, typ);
                }
                let result = self.types.instantiate(&declared.result, &[]);
                self.expect(&function.body, Want::new(result, Why::Result, function.body.node));
                self.settle();
            }
        }
        self.findings.sort_by_key(|finding| finding.node);
        let types = &self.types;
        let text =
            |(node, typ): (NodeIndex, TypeId)| (node, super::render::text(types, Some(self.scope), typ));
        let mut recorded: Vec<_> = self.recorded.unwrap_or_default().into_iter().map(text).collect();
        recorded.sort();
        Checked {
            findings: self.findings,
            value: value.map(|value| if self.cyclic { (0, Shape::Unknown) } else { value }),
            compared: types.compared,
            unknown: types.unknown,
            cyclic: self.cyclic,
            types: recorded,
        }
    }

    /// Binds a local name to one type.
    pub(super) fn bind(&mut self, name: &'a str, typ: TypeId) {
        self.locals.push(Local { name, typ, generic: false });
    }

    /// The type of a local name. One that nothing binds is unknown: it may be a database.
    pub(super) fn local(&mut self, name: &str) -> TypeId {
        match self.locals.iter().rev().find(|local| local.name == name) {
            Some(local) if local.generic => self.types.renew(local.typ),
            Some(local) => local.typ,
            None => TypeId::UNKNOWN,
        }
    }
}
