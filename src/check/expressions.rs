//! Expressions: what type each has, and what each asks of its parts.

use darkc_cache_format::model::{IntLiteral, Primitive};

use super::calls::Argument;
use super::checker::{Checker, Local};
use super::declarations::Declaration;
use super::finding::{Finding, Place};
use super::types::{Type, TypeId};
use super::want::{Callee, Want, Why};
use crate::program::lookup::ItemId;
use crate::program::tree::{
    Expr, ExprKind, Lambda, LetPattern, MatchCase, NameRef, NodeIndex, StringSegment, Target,
};

impl<'a> Checker<'a, '_> {
    /// Checks an expression of which a type is asked. The last expression of a block and each branch are asked
    /// themselves, so that a finding stands where the value comes from.
    pub(super) fn expect(&mut self, expr: &'a Expr<'a>, want: Want<'a>) {
        match &expr.kind {
            ExprKind::Let { pattern, value, body } => {
                let mark = self.locals.len();
                self.bind_let(pattern, value);
                self.expect(body, want);
                self.locals.truncate(mark);
            }
            ExprKind::Statement { first, next } => {
                self.statement(first);
                self.expect(next, want);
            }
            ExprKind::If { condition, then, otherwise: Some(otherwise) }
                if self.types.is_fully_known(want.typ) =>
            {
                self.expect(condition, Want::new(TypeId::BOOL, Why::Condition, condition.node));
                self.expect(then, want);
                self.expect(otherwise, want);
            }
            ExprKind::Match { arg, cases } if self.types.is_fully_known(want.typ) => {
                self.cases(arg, cases, |checker, body| checker.expect(body, want));
            }
            ExprKind::Lambda(lambda) if matches!(self.types.get(want.typ), Type::Fn(..)) => {
                self.expect_lambda(expr, lambda, want);
            }
            _ => {
                let found = self.infer(expr, want.typ);
                self.compare(expr.node, Some(expr), found, want);
                return;
            }
        }
        self.record(expr.node, want.typ);
    }

    /// The type of an expression. The hint is what the place asks for; it tells lambdas their parameters, and
    /// is not enforced.
    pub(super) fn infer(&mut self, expr: &'a Expr<'a>, hint: TypeId) -> TypeId {
        let typ = self.infer_kind(expr, hint);
        self.record(expr.node, typ);
        typ
    }

    fn record(&mut self, node: NodeIndex, typ: TypeId) {
        if let Some(recorded) = &mut self.recorded {
            recorded.push((node, typ));
        }
    }

    fn infer_kind(&mut self, expr: &'a Expr<'a>, hint: TypeId) -> TypeId {
        match &expr.kind {
            ExprKind::Unit => TypeId::UNIT,
            ExprKind::Bool(_) => TypeId::BOOL,
            ExprKind::Int(literal) => int_type(literal),
            ExprKind::Float(_) => TypeId::of(Primitive::Float),
            ExprKind::Char(_) => TypeId::of(Primitive::Char),
            ExprKind::String(segments) => {
                for segment in segments {
                    if let StringSegment::Interpolation(part) = segment {
                        self.expect(part, Want::new(TypeId::STRING, Why::Interpolation, part.node));
                    }
                }
                TypeId::STRING
            }
            ExprKind::Variable(name) => self.local(name),
            ExprKind::Arg(at) => self.args.get(*at as usize).copied().unwrap_or(TypeId::UNKNOWN),
            ExprKind::SelfFn => self.item_type(self.item, &[]),
            ExprKind::FnName(name) | ExprKind::ValueName(name) => self.named(name, &[]).1,
            ExprKind::If { condition, then, otherwise } => {
                self.expect(condition, Want::new(TypeId::BOOL, Why::Condition, condition.node));
                match otherwise {
                    None => {
                        self.expect(then, Want::new(TypeId::UNIT, Why::OnlyBranch, then.node));
                        TypeId::UNIT
                    }
                    Some(otherwise) => {
                        let mut joined = None;
                        self.join(&mut joined, then, hint);
                        self.join(&mut joined, otherwise, hint);
                        joined.map_or(TypeId::UNKNOWN, |(typ, _)| typ)
                    }
                }
            }
            ExprKind::Match { arg, cases } => {
                let mut joined = None;
                self.cases(arg, cases, |checker, body| checker.join(&mut joined, body, hint));
                joined.map_or(TypeId::UNKNOWN, |(typ, _)| typ)
            }
            ExprKind::Let { pattern, value, body } => {
                let mark = self.locals.len();
                self.bind_let(pattern, value);
                let typ = self.infer(body, hint);
                self.locals.truncate(mark);
                typ
            }
            ExprKind::Statement { first, next } => {
                self.statement(first);
                self.infer(next, hint)
            }
            ExprKind::Lambda(lambda) => self.infer_lambda(lambda, hint),
            ExprKind::Apply { callee, type_args, args } => {
                let (callee, typ) = match &callee.kind {
                    ExprKind::FnName(name) | ExprKind::ValueName(name) => {
                        let (named, typ) = self.named(name, type_args);
                        self.record(callee.node, typ);
                        (named, typ)
                    }
                    ExprKind::SelfFn => (Callee::Item(self.item), self.item_type(self.item, type_args)),
                    ExprKind::Variable(name) => (Callee::Local(name), self.infer(callee, TypeId::UNKNOWN)),
                    _ => (Callee::Expression, self.infer(callee, TypeId::UNKNOWN)),
                };
                let args: Vec<_> = args.iter().map(Argument::Written).collect();
                self.apply(expr.node, callee, typ, &args)
            }
            ExprKind::Pipe { head, parts } => self.pipe(head, parts),
            ExprKind::Infix { op, left, right } => self.infix(expr.node, *op, Argument::Written(left), right),
            ExprKind::List(parts) => {
                let inner = match self.types.get(hint) {
                    Type::List(inner) => inner,
                    _ => TypeId::UNKNOWN,
                };
                let elements = self.elements("list element", parts.iter(), inner);
                self.types.list(elements)
            }
            ExprKind::Dict(entries) => {
                let inner = match self.types.get(hint) {
                    Type::Dict(inner) => inner,
                    _ => TypeId::UNKNOWN,
                };
                let values = self.elements("dict value", entries.iter().map(|(_, value)| value), inner);
                self.types.dict(values)
            }
            ExprKind::Tuple(parts) => {
                let hints = match self.types.get(hint) {
                    Type::Tuple(hints) => self.types.parts(hints).to_vec(),
                    _ => Vec::new(),
                };
                let hint = |at: usize| hints.get(at).copied().unwrap_or(TypeId::UNKNOWN);
                let parts: Vec<_> =
                    parts.iter().enumerate().map(|(at, part)| self.infer(part, hint(at))).collect();
                self.types.tuple(&parts)
            }
            ExprKind::Record { typ, type_args, fields } => {
                self.record_expr(expr.node, typ, type_args, fields)
            }
            ExprKind::RecordUpdate { record, updates } => self.record_update(record, updates, hint),
            ExprKind::FieldAccess { record, field } => {
                let record = self.infer(record, TypeId::UNKNOWN);
                self.field_access(expr.node, record, field)
            }
            ExprKind::Enum { typ, type_args, case, fields } => {
                let fields: Vec<_> = fields.iter().map(Argument::Written).collect();
                self.enum_expr(expr.node, typ, type_args, case, &fields)
            }
        }
    }

    fn statement(&mut self, first: &'a Expr<'a>) {
        self.expect(first, Want::new(TypeId::UNIT, Why::Statement, first.node));
    }

    /// Adds a branch to those that must be of one type. The first one that tells a type decides.
    fn join(&mut self, joined: &mut Option<(TypeId, NodeIndex)>, branch: &'a Expr<'a>, hint: TypeId) {
        match *joined {
            Some((typ, first)) if !self.types.is_unknown(typ) => {
                self.expect(branch, Want::new(typ, Why::Branch(first), first));
            }
            _ => *joined = Some((self.infer(branch, hint), last(branch).node)),
        }
    }

    /// The one type of the elements of a list or dict; unknown after a finding.
    fn elements(
        &mut self,
        what: &'static str,
        elements: impl Iterator<Item = &'a Expr<'a>>,
        hint: TypeId,
    ) -> TypeId {
        let mut one: Option<(TypeId, NodeIndex)> = None;
        let mut failed = false;
        for element in elements {
            let told = one.filter(|(typ, _)| !failed && !self.types.is_unknown(*typ));
            let Some((typ, first)) = told else {
                let typ = self.infer(element, hint);
                one = Some((typ, element.node));
                continue;
            };
            let before = self.findings.len();
            self.expect(element, Want::new(typ, Why::Element(what, first), first));
            let about_this = |finding: &Finding| {
                finding.asked.as_ref().is_some_and(|asked| asked.place == Place::Node(first))
            };
            failed = self.findings[before..].iter().any(about_this);
        }
        if failed {
            return TypeId::UNKNOWN;
        }
        one.map_or_else(|| self.types.variable(), |(typ, _)| typ)
    }

    /// Checks the cases of a match; `body` does with each body what the place asks.
    fn cases(
        &mut self,
        arg: &'a Expr<'a>,
        cases: &'a [MatchCase<'a>],
        mut body: impl FnMut(&mut Self, &'a Expr<'a>),
    ) {
        let typ = self.infer(arg, TypeId::UNKNOWN);
        for case in cases {
            let mark = self.locals.len();
            self.match_pattern(&case.pattern, typ);
            if let Some(guard) = &case.guard {
                self.expect(guard, Want::new(TypeId::BOOL, Why::Guard, guard.node));
            }
            body(self, &case.body);
            self.locals.truncate(mark);
        }
    }

    /// What a `let` binds may be of several types, each time it is used: no value can be changed.
    fn bind_let(&mut self, pattern: &'a LetPattern<'a>, value: &'a Expr<'a>) {
        self.types.level += 1;
        let typ = self.infer(value, TypeId::UNKNOWN);
        self.types.level -= 1;
        let mark = self.locals.len();
        self.let_pattern(pattern, typ);
        for at in mark..self.locals.len() {
            let local = self.locals[at];
            let (typ, generic) = self.types.generalize(local.typ);
            self.locals[at] = Local { typ, generic, ..local };
        }
    }

    pub(super) fn infer_lambda(&mut self, lambda: &'a Lambda<'a>, hint: TypeId) -> TypeId {
        let mark = self.locals.len();
        let mut params = Vec::with_capacity(lambda.patterns.len());
        let mut hint = hint;
        for pattern in &lambda.patterns {
            let (param, rest) = match self.types.get(hint) {
                Type::Fn(param, rest) if !self.types.is_unknown(param) => (param, rest),
                Type::Fn(_, rest) => (self.types.variable(), rest),
                _ => (self.types.variable(), TypeId::UNKNOWN),
            };
            self.let_pattern(pattern, param);
            params.push(param);
            hint = rest;
        }
        let result = self.infer(&lambda.body, hint);
        self.locals.truncate(mark);
        params.into_iter().rev().fold(result, |result, param| self.types.function(param, result))
    }

    /// A lambda of which a function type is asked: its body is asked for the result.
    fn expect_lambda(&mut self, expr: &'a Expr<'a>, lambda: &'a Lambda<'a>, want: Want<'a>) {
        let mut params = Vec::with_capacity(lambda.patterns.len());
        let mut rest = want.typ;
        for _ in &lambda.patterns {
            let Type::Fn(param, result) = self.types.get(rest) else {
                // It takes more than it is given: what is asked for it is not.
                let found = self.infer_lambda(lambda, want.typ);
                self.compare(expr.node, Some(expr), found, want);
                return;
            };
            params.push(param);
            rest = result;
        }
        let mark = self.locals.len();
        for (pattern, param) in lambda.patterns.iter().zip(params) {
            self.let_pattern(pattern, param);
        }
        let body = Want { typ: rest, origin: lambda.body.node, of_lambda: true, ..want };
        self.expect(&lambda.body, body);
        self.locals.truncate(mark);
    }

    /// What a name refers to, and its type with new variables for its type parameters.
    pub(super) fn named(
        &mut self,
        name: &NameRef<'a>,
        type_args: &[crate::program::tree::TypeRef<'a>],
    ) -> (Callee<'a>, TypeId) {
        match name.resolved {
            Ok(Target::Item(item)) => (Callee::Item(item), self.item_type(item, type_args)),
            Ok(Target::Builtin { name, version }) => {
                (Callee::Builtin(name), self.builtin_type(name, version, type_args))
            }
            Err(_) => (Callee::Expression, TypeId::UNKNOWN),
        }
    }

    pub(super) fn item_type(
        &mut self,
        item: ItemId,
        type_args: &[crate::program::tree::TypeRef<'a>],
    ) -> TypeId {
        match self.declarations().get(item) {
            Declaration::Function(function) => {
                self.signature(function.parameters, &function.params, &function.result, type_args)
            }
            Declaration::Value => self.value_type(item),
            _ => TypeId::UNKNOWN,
        }
    }

    fn value_type(&mut self, item: ItemId) -> TypeId {
        match self.values.get(item, self.in_progress) {
            Some(checked) => {
                self.cyclic |= checked.cyclic;
                let Some((parameters, shape)) = &checked.value else { return TypeId::UNKNOWN };
                let args = self.types.fresh(*parameters);
                self.types.instantiate(shape, &args)
            }
            None => {
                self.cyclic = true;
                TypeId::UNKNOWN
            }
        }
    }
}

/// The type of an integer literal.
pub(super) fn int_type(literal: &IntLiteral<'_>) -> TypeId {
    TypeId::of(literal.primitive())
}

/// The expression that a block gives.
fn last<'a>(mut expr: &'a Expr<'a>) -> &'a Expr<'a> {
    while let ExprKind::Let { body: next, .. } | ExprKind::Statement { next, .. } = &expr.kind {
        expr = next;
    }
    expr
}
