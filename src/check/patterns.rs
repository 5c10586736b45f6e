//! Patterns: what they ask of a value, and the types of the names that they bind.

use darkc_cache_format::model::Primitive;

use super::checker::Checker;
use super::expressions::int_type;
use super::finding::{Code, Spot};
use super::pending::Pending;
use super::render;
use super::types::{Type, TypeId};
use crate::program::tree::{LetPattern, LetPatternKind, MatchPattern, MatchPatternKind, NodeIndex};

impl<'a> Checker<'a, '_> {
    pub(super) fn let_pattern(&mut self, pattern: &'a LetPattern<'a>, typ: TypeId) {
        match &pattern.kind {
            LetPatternKind::Wildcard => {}
            LetPatternKind::Variable(name) => self.bind(name, typ),
            LetPatternKind::Unit => {
                self.pattern_type(pattern.node, TypeId::UNIT, typ);
            }
            LetPatternKind::Tuple(parts) => {
                let types = self.tuple_parts(pattern.node, parts.len(), typ);
                for (part, typ) in parts.iter().zip(types) {
                    self.let_pattern(part, typ);
                }
            }
        }
    }

    pub(super) fn match_pattern(&mut self, pattern: &'a MatchPattern<'a>, typ: TypeId) {
        let node = pattern.node;
        let literal = match &pattern.kind {
            MatchPatternKind::Unit => TypeId::UNIT,
            MatchPatternKind::Bool(_) => TypeId::BOOL,
            MatchPatternKind::Int(literal) => int_type(literal),
            MatchPatternKind::Float(_) => TypeId::of(Primitive::Float),
            MatchPatternKind::Char(_) => TypeId::of(Primitive::Char),
            MatchPatternKind::String(_) => TypeId::STRING,
            MatchPatternKind::Variable(name) => {
                if *name != "_" {
                    self.bind(name, typ);
                }
                return;
            }
            MatchPatternKind::Tuple(parts) => {
                let types = self.tuple_parts(node, parts.len(), typ);
                for (part, typ) in parts.iter().zip(types) {
                    self.match_pattern(part, typ);
                }
                return;
            }
            MatchPatternKind::List(parts) => {
                let inner = self.list_inner(node, typ);
                for part in parts {
                    self.match_pattern(part, inner);
                }
                return;
            }
            MatchPatternKind::Cons(head, tail) => {
                let inner = self.list_inner(node, typ);
                self.match_pattern(head, inner);
                let known = !self.types.is_unknown(inner);
                self.match_pattern(tail, if known { typ } else { TypeId::UNKNOWN });
                return;
            }
            MatchPatternKind::Or(parts) => {
                for part in parts {
                    self.match_pattern(part, typ);
                }
                return;
            }
            MatchPatternKind::Enum { case, fields } => {
                let types = self.case_pattern(node, case, fields.len(), typ);
                for (field, typ) in fields.iter().zip(types) {
                    self.match_pattern(field, typ);
                }
                return;
            }
        };
        self.pattern_type(node, literal, typ);
    }

    /// Whether a pattern of type `pattern` may match a value of type `typ`.
    fn pattern_type(&mut self, node: NodeIndex, pattern: TypeId, typ: TypeId) -> bool {
        let agree = self.types.agree(typ, pattern);
        if !agree {
            let (wanted, found) = render::both(&self.types, self.scope, typ, pattern);
            self.report(Code::Pattern, node, format!("the value is {wanted}, the pattern {found}"), None);
        }
        agree
    }

    /// The types of a tuple's parts; unknown where it is no such tuple.
    fn tuple_parts(&mut self, node: NodeIndex, count: usize, typ: TypeId) -> Vec<TypeId> {
        if let Type::Tuple(parts) = self.types.get(typ) {
            if self.types.parts(parts).len() == count {
                return self.types.parts(parts).to_vec();
            }
        } else if self.types.is_unknown(typ) {
            return vec![TypeId::UNKNOWN; count];
        }
        let parts: Vec<TypeId> = (0..count).map(|_| self.types.variable()).collect();
        let tuple = self.types.tuple(&parts);
        if self.pattern_type(node, tuple, typ) { parts } else { vec![TypeId::UNKNOWN; count] }
    }

    fn list_inner(&mut self, node: NodeIndex, typ: TypeId) -> TypeId {
        match self.types.get(typ) {
            Type::List(inner) => inner,
            Type::Unknown => TypeId::UNKNOWN,
            _ => {
                let inner = self.types.variable();
                let list = self.types.list(inner);
                if self.pattern_type(node, list, typ) { inner } else { TypeId::UNKNOWN }
            }
        }
    }

    /// The types of the fields of a case, which patterns name without its type.
    pub(super) fn case_pattern(
        &mut self,
        node: NodeIndex,
        case: &'a str,
        count: usize,
        typ: TypeId,
    ) -> Vec<TypeId> {
        let unknown = || vec![TypeId::UNKNOWN; count];
        if self.types.is_unknown(typ) {
            return unknown();
        }
        if self.types.is_open(typ) {
            let fields: Vec<TypeId> = (0..count).map(|_| self.types.variable()).collect();
            self.pending.push(Pending::Case { node, typ, case, fields: fields.clone() });
            return fields;
        }
        self.types.compared += 1;
        let Some(known) = self.known(typ).filter(|known| known.is_enum) else {
            let text = render::text(&self.types, Some(self.scope), typ);
            let message = format!("the value is {text}, the pattern the case `{case}` of an enum");
            self.report(Code::Pattern, node, message, None);
            return unknown();
        };
        let Some((at, _)) = known.declared.member(case) else {
            let message = format!("{} has no case `{case}`", self.short(known.item));
            self.no_member(Code::CaseUnknown, (node, Spot::Name), message, &known, case);
            return unknown();
        };
        if self.case_fields(node, &known, at, case, count) { self.case_types(&known, at) } else { unknown() }
    }
}
