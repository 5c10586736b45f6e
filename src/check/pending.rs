//! What is asked of a type before anything is known of it: a parameter of a lambda, mostly.

use darkc_cache_format::model::Infix;

use super::checker::Checker;
use super::finding::Code;
use super::render;
use super::types::TypeId;
use crate::program::tree::NodeIndex;

#[derive(Clone, Debug)]
pub enum Pending<'a> {
    /// It has a field, and this is the field's type.
    Field { node: NodeIndex, record: TypeId, field: &'a str, result: TypeId },
    /// It has a case, and these are the types of its fields.
    Case { node: NodeIndex, typ: TypeId, case: &'a str, fields: Vec<TypeId> },
    /// It is a number.
    Number { node: NodeIndex, op: Infix, typ: TypeId },
}

impl<'a> Checker<'a, '_> {
    /// Looks at what has become known since, as long as that makes more known.
    pub(super) fn settle(&mut self) {
        loop {
            let pending = std::mem::take(&mut self.pending);
            let (known, open): (Vec<_>, Vec<_>) = pending.into_iter().partition(|pending| {
                let (Pending::Field { record: typ, .. }
                | Pending::Case { typ, .. }
                | Pending::Number { typ, .. }) = pending;
                !self.types.is_open(*typ)
            });
            self.pending = open;
            if known.is_empty() {
                return;
            }
            for pending in known {
                self.settle_one(pending);
            }
        }
    }

    fn settle_one(&mut self, pending: Pending<'a>) {
        match pending {
            Pending::Number { node, op, typ } => {
                self.number(node, op, typ);
            }
            Pending::Field { node, record, field, result } => {
                let typ = self.field_access(node, record, field);
                self.used_as(node, &format!("field `{field}`"), typ, result);
            }
            Pending::Case { node, typ, case, fields } => {
                let types = self.case_pattern(node, case, fields.len(), typ);
                for (typ, used) in types.into_iter().zip(fields) {
                    self.used_as(node, &format!("a field of the case `{case}`"), typ, used);
                }
            }
        }
    }

    fn used_as(&mut self, node: NodeIndex, what: &str, typ: TypeId, used: TypeId) {
        if !self.types.agree(typ, used) {
            let (found, wanted) = render::both(&self.types, self.scope, typ, used);
            self.report(Code::Field, node, format!("{what} is used as {wanted}, but is {found}"), None);
        }
    }
}
