//! Operators: `++`, `&&` and `||` take one type each, the others two operands of one type.

use darkc_cache_format::model::{Infix, Primitive};

use super::calls::Argument;
use super::checker::Checker;
use super::finding::Code;
use super::pending::Pending;
use super::render;
use super::types::{Type, TypeId};
use super::want::{Want, Why, symbol};
use crate::program::tree::{Expr, NodeIndex};

impl<'a> Checker<'a, '_> {
    pub(super) fn infix(
        &mut self,
        node: NodeIndex,
        op: Infix,
        left: Argument<'a>,
        right: &'a Expr<'a>,
    ) -> TypeId {
        match op {
            Infix::StringConcat => self.both_operands(op, left, right, TypeId::STRING),
            Infix::And | Infix::Or => self.both_operands(op, left, right, TypeId::BOOL),
            Infix::Equals | Infix::NotEquals => {
                let typ = self.infer_argument(left, TypeId::UNKNOWN);
                self.expect(right, Want::new(typ, Why::OtherOperand(op, left.node()), node));
                TypeId::BOOL
            }
            Infix::Plus | Infix::Minus | Infix::Multiply | Infix::Divide | Infix::Modulo | Infix::Power => {
                self.numbers(node, op, left, right)
            }
            Infix::GreaterThan | Infix::GreaterThanOrEqual | Infix::LessThan | Infix::LessThanOrEqual => {
                self.numbers(node, op, left, right);
                TypeId::BOOL
            }
        }
    }

    fn both_operands(&mut self, op: Infix, left: Argument<'a>, right: &'a Expr<'a>, typ: TypeId) -> TypeId {
        self.expect_argument(left, Want::new(typ, Why::Operand(op), left.node()));
        self.expect(right, Want::new(typ, Why::Operand(op), right.node));
        typ
    }

    /// Two numbers of one type, which is returned; unknown after a finding.
    fn numbers(&mut self, node: NodeIndex, op: Infix, left: Argument<'a>, right: &'a Expr<'a>) -> TypeId {
        let typ = self.infer_argument(left, TypeId::UNKNOWN);
        if !self.number(left.node(), op, typ) {
            self.infer(right, TypeId::UNKNOWN);
            return TypeId::UNKNOWN;
        }
        if self.types.is_unknown(typ) {
            let typ = self.infer(right, TypeId::UNKNOWN);
            return if self.number(right.node, op, typ) { typ } else { TypeId::UNKNOWN };
        }
        let open = self.types.is_open(typ);
        let before = self.findings.len();
        self.expect(right, Want::new(typ, Why::OtherOperand(op, left.node()), node));
        if self.findings.len() > before {
            return TypeId::UNKNOWN;
        }
        if self.types.is_open(typ) {
            self.pending.push(Pending::Number { node: left.node(), op, typ });
        } else if open && !self.number(right.node, op, typ) {
            // What was asked of the left operand before is one cause with this.
            let types = &self.types;
            let asked = |pending: &Pending<'_>| matches!(pending, Pending::Number { typ: asked, .. } if types.is_same_variable(*asked, typ));
            self.pending.retain(|pending| !asked(pending));
            return TypeId::UNKNOWN;
        }
        typ
    }

    /// Whether the type is or may be that of a number; reported where it is not.
    pub(super) fn number(&mut self, node: NodeIndex, op: Infix, typ: TypeId) -> bool {
        let is_number = match self.types.get(typ) {
            Type::Unknown | Type::Variable(_) => return true,
            Type::Primitive(primitive) => !matches!(
                primitive,
                Primitive::Unit
                    | Primitive::Bool
                    | Primitive::Char
                    | Primitive::String
                    | Primitive::Uuid
                    | Primitive::DateTime
                    | Primitive::Blob
            ),
            _ => false,
        };
        self.types.compared += 1;
        if !is_number {
            let text = render::text(&self.types, Some(self.scope), typ);
            self.report(Code::Operator, node, format!("`{}` takes numbers, found {text}", symbol(op)), None);
            let joins = op == Infix::Plus && self.types.get(typ) == Type::Primitive(Primitive::String);
            if let Some(finding) = self.findings.last_mut().filter(|_| joins) {
                finding.hint = Some("`++` joins strings".to_owned());
            }
        }
        is_number
    }
}
