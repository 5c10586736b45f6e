//! Records and enums: fields and cases by name.

use super::calls::Argument;
use super::checker::Checker;
use super::declarations::{Declaration, Type as Declared};
use super::finding::{Asked, Code, Part, Spot};
use super::hints;
use super::pending::Pending;
use super::render;
use super::types::{Type, TypeId};
use super::want::{Want, Why};
use crate::base::amounts::plural;
use crate::program::lookup::ItemId;
use crate::program::tree::{Expr, NameRef, NodeIndex, Target, TypeRef};

/// A declared type and its arguments.
pub(super) struct Known<'d, 'p> {
    pub item: ItemId,
    pub declared: &'d Declared<'p>,
    pub args: Vec<TypeId>,
    pub is_enum: bool,
}

impl<'a, 'p> Checker<'a, 'p> {
    /// The record or enum that a type is.
    pub(super) fn known(&self, typ: TypeId) -> Option<Known<'a, 'p>> {
        let Type::Custom(item, args) = self.types.get(typ) else { return None };
        let (declared, is_enum) = match self.declarations().get(item) {
            Declaration::Record(declared) => (declared, false),
            Declaration::Enum(declared) => (declared, true),
            _ => return None,
        };
        Some(Known { item, declared, args: self.types.parts(args).to_vec(), is_enum })
    }

    /// The type that a record or enum expression names, with new variables where no arguments are written.
    fn named_type(&mut self, name: &NameRef<'a>, type_args: &[TypeRef<'a>]) -> TypeId {
        let Ok(Target::Item(item)) = name.resolved else { return TypeId::UNKNOWN };
        let parameters = match self.declarations().get(item) {
            Declaration::Record(declared) | Declaration::Enum(declared) => declared.parameters,
            Declaration::Alias(alias) => alias.parameters,
            _ => return TypeId::UNKNOWN,
        };
        let args = if type_args.len() == parameters as usize {
            self.type_args(type_args)
        } else {
            self.types.fresh(parameters)
        };
        self.types.declared(item, args)
    }

    pub(super) fn record_expr(
        &mut self,
        node: NodeIndex,
        name: &NameRef<'a>,
        type_args: &[TypeRef<'a>],
        fields: &'a [(&'a str, Expr<'a>)],
    ) -> TypeId {
        let typ = self.named_type(name, type_args);
        let Some(known) = self.known(typ).filter(|known| !known.is_enum) else {
            if !self.types.is_unknown(typ) {
                let text = render::text(&self.types, Some(self.scope), typ);
                self.report(Code::FieldUnknown, node, format!("{text} is no record"), None);
            }
            for (_, value) in fields {
                self.infer(value, TypeId::UNKNOWN);
            }
            return TypeId::UNKNOWN;
        };
        let mut given = vec![false; known.declared.members.len()];
        let mut all_known = true;
        for (field, value) in fields {
            if let Some(at) = self.field(&known, field, value) {
                given[at] = true;
            } else {
                all_known = false;
            }
        }
        let missing: Vec<&str> =
            known.declared.names().zip(&given).filter(|(_, given)| !**given).map(|(name, _)| name).collect();
        // A field that is written otherwise is missing as well, which is one cause.
        if !missing.is_empty() && all_known {
            let names: Vec<String> = missing.iter().take(5).map(|name| format!("`{name}`")).collect();
            let more = if missing.len() > names.len() { ", …" } else { "" };
            let what = if missing.len() == 1 { "field" } else { "fields" };
            let message = format!("{} lacks the {what} {}{more}", self.short(known.item), names.join(", "));
            let first = known.declared.member(missing[0]).map_or(0, |(at, _)| at as u32);
            let asked = self.declared(known.item, Part::Member(first), "declared here");
            self.report(Code::FieldMissing, node, message, Some(asked));
            return TypeId::UNKNOWN;
        }
        typ
    }

    /// Checks the value given to a field; `None` where there is no such field.
    fn field(&mut self, known: &Known<'_, '_>, field: &str, value: &'a Expr<'a>) -> Option<usize> {
        match known.declared.member(field) {
            Some((at, shapes)) => {
                let typ = self.member_type(shapes, 0, &known.args);
                self.expect(value, Want::new(typ, Why::Field(known.item, at as u32), value.node));
                Some(at)
            }
            None => {
                self.no_field(value.node, Spot::Label, known, field);
                self.infer(value, TypeId::UNKNOWN);
                None
            }
        }
    }

    fn member_type(&mut self, shapes: &[super::shape::Shape], at: usize, args: &[TypeId]) -> TypeId {
        shapes.get(at).map_or(TypeId::UNKNOWN, |shape| self.types.instantiate(shape, args))
    }

    fn no_field(&mut self, node: NodeIndex, spot: Spot, known: &Known<'_, '_>, field: &str) {
        let message = format!("{} has no field `{field}`", self.short(known.item));
        self.no_member(Code::FieldUnknown, (node, spot), message, known, field);
    }

    pub(super) fn no_member(
        &mut self,
        code: Code,
        (node, spot): (NodeIndex, Spot),
        message: String,
        known: &Known<'_, '_>,
        name: &str,
    ) {
        let asked = Some(self.type_declared(known));
        self.report(code, node, message, asked);
        if let Some(finding) = self.findings.last_mut() {
            finding.spot = spot;
            finding.suggestions = hints::nearest(name, known.declared.names());
        }
    }

    fn type_declared(&self, known: &Known<'_, '_>) -> Asked {
        self.declared(known.item, Part::Name, "the type is declared here")
    }

    pub(super) fn record_update(
        &mut self,
        record: &'a Expr<'a>,
        updates: &'a [(&'a str, Expr<'a>)],
        hint: TypeId,
    ) -> TypeId {
        let mut typ = self.infer(record, hint);
        // A parameter of a lambda is what its place asks for.
        if self.types.is_open(typ) && self.known(hint).is_some_and(|known| !known.is_enum) {
            typ = hint;
        }
        match self.known(typ).filter(|known| !known.is_enum) {
            Some(known) => {
                for (field, value) in updates {
                    self.field(&known, field, value);
                }
            }
            None => {
                if !self.types.is_unknown(typ) && !self.types.is_open(typ) {
                    let text = render::text(&self.types, Some(self.scope), typ);
                    self.report(Code::FieldUnknown, record.node, format!("{text} is no record"), None);
                    typ = TypeId::UNKNOWN;
                }
                for (_, value) in updates {
                    self.infer(value, TypeId::UNKNOWN);
                }
            }
        }
        typ
    }

    pub(super) fn field_access(&mut self, node: NodeIndex, record: TypeId, field: &'a str) -> TypeId {
        if self.types.is_unknown(record) {
            return TypeId::UNKNOWN;
        }
        if self.types.is_open(record) {
            let result = self.types.variable();
            self.pending.push(Pending::Field { node, record, field, result });
            return result;
        }
        self.types.compared += 1;
        match self.known(record) {
            Some(known) if !known.is_enum => match known.declared.member(field) {
                Some((_, shapes)) => self.member_type(shapes, 0, &known.args),
                None => {
                    self.no_field(node, Spot::Name, &known, field);
                    TypeId::UNKNOWN
                }
            },
            _ => {
                let text = render::text(&self.types, Some(self.scope), record);
                let message = format!("{text} is no record, so it has no field `{field}`");
                self.report(Code::FieldUnknown, node, message, None);
                TypeId::UNKNOWN
            }
        }
    }

    pub(super) fn enum_expr(
        &mut self,
        node: NodeIndex,
        name: &NameRef<'a>,
        type_args: &[TypeRef<'a>],
        case: &str,
        fields: &[Argument<'a>],
    ) -> TypeId {
        let typ = self.named_type(name, type_args);
        let found = self.known(typ).filter(|known| known.is_enum);
        let member = found.as_ref().and_then(|known| known.declared.member(case));
        let (Some(known), Some((at, shapes))) = (&found, member) else {
            if let Some(known) = &found {
                let message = format!("{} has no case `{case}`", self.short(known.item));
                self.no_member(Code::CaseUnknown, (node, Spot::Name), message, known, case);
            } else if !self.types.is_unknown(typ) {
                let text = render::text(&self.types, Some(self.scope), typ);
                self.report(Code::CaseUnknown, node, format!("{text} is no enum"), None);
            }
            for field in fields {
                self.infer_argument(*field, TypeId::UNKNOWN);
            }
            return TypeId::UNKNOWN;
        };
        let counts_agree = self.case_fields(node, known, at, case, fields.len());
        for (place, field) in fields.iter().enumerate() {
            if counts_agree {
                let typ = self.member_type(shapes, place, &known.args);
                let why = Why::CaseField(known.item, at as u32, place as u32);
                self.expect_argument(*field, Want::new(typ, why, field.node()));
            } else {
                self.infer_argument(*field, TypeId::UNKNOWN);
            }
        }
        if counts_agree { typ } else { TypeId::UNKNOWN }
    }

    /// Whether a case is given as many fields as it has.
    pub(super) fn case_fields(
        &mut self,
        node: NodeIndex,
        known: &Known<'_, '_>,
        at: usize,
        case: &str,
        given: usize,
    ) -> bool {
        let wanted = known.declared.members[at].1.len();
        self.types.compared += 1;
        if wanted != given {
            let message =
                format!("{}.{case} has {}, not {given}", self.short(known.item), plural(wanted, "field"));
            let asked = self.declared(known.item, Part::Member(at as u32), "the case is declared here");
            self.report(Code::CaseFields, node, message, Some(asked));
        }
        wanted == given
    }

    /// The types of a case's fields.
    pub(super) fn case_types(&mut self, known: &Known<'_, '_>, at: usize) -> Vec<TypeId> {
        let shapes = &known.declared.members[at].1;
        shapes.iter().map(|shape| self.types.instantiate(shape, &known.args)).collect()
    }
}
