//! Expressions.

use std::borrow::Cow;

use darkc_cache_format::model::{
    EnumType, Expr, ExprKind, Lambda, LetPattern, MatchCase, NameRule, Namespace, StringSegment, Text,
};

use super::Lowering;
use super::patterns::{float, normalize};
use super::scope::Lexical;
use super::types::written;
use crate::base::text::Span;
use crate::syntax::ast;

type Field<'s> = (Text<'s>, Expr<'s>);

impl<'s> Lowering<'_, 's> {
    pub fn expr(&mut self, expr: &ast::Expr<'s>) -> Expr<'s> {
        Expr(Box::new(self.expr_kind(expr)))
    }

    pub fn exprs(&mut self, exprs: &[ast::Expr<'s>]) -> Vec<Expr<'s>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr_kind(&mut self, expr: &ast::Expr<'s>) -> ExprKind<'s> {
        use ast::ExprKind as Written;
        match &expr.kind {
            // A file with a hole has a diagnostic and is refused before it gets here.
            Written::Unit | Written::Error => ExprKind::Unit,
            Written::Bool(value) => ExprKind::Bool(*value),
            Written::Int(literal) => ExprKind::Int(literal.clone()),
            Written::Float(literal) => ExprKind::Float(float(literal)),
            Written::Char(text) => ExprKind::Char(normalize(text)),
            Written::String(segments) => {
                ExprKind::String(segments.iter().map(|segment| self.string_segment(segment)).collect())
            }
            Written::Variable(name) => self.bare_name(name, expr.span, NameRule::Bare),
            Written::FnName(name) => {
                let site = self.sites.add(Namespace::Term, written(name), self.lines, name.span);
                ExprKind::Name(site, NameRule::Qualified)
            }
            Written::Infix(op, operands) => {
                let left = self.expr(&operands.0);
                ExprKind::Infix { op: *op, left, right: self.expr(&operands.1) }
            }
            Written::Let(binding) => self.let_expr(binding),
            Written::Apply(apply) => self.apply(apply),
            Written::List(parts) => ExprKind::List(self.exprs(parts)),
            Written::Tuple(parts) => ExprKind::Tuple(self.exprs(parts)),
            Written::If(branch) => {
                let condition = self.expr(&branch.condition);
                let then = self.expr(&branch.then);
                let otherwise = branch.otherwise.as_ref().map(|otherwise| self.expr(otherwise));
                ExprKind::If { condition, then, otherwise }
            }
            Written::FieldAccess(record, field) => self.field_access(expr, record, *field),
            Written::Lambda(lambda) => ExprKind::Lambda(self.lambda(lambda)),
            Written::Record(typ, fields) => {
                let site = self.type_site(&typ.name);
                let type_args = self.type_refs(&typ.type_args);
                ExprKind::Record { site, type_args, fields: self.fields(fields) }
            }
            Written::Dict(entries) => {
                ExprKind::Dict(entries.iter().map(|(key, value)| (key.clone(), self.expr(value))).collect())
            }
            Written::RecordUpdate(record, updates) => {
                let record = self.expr(record);
                let mut updates = self.fields(updates);
                if updates.is_empty() {
                    updates.push((Cow::Borrowed("_"), Expr(Box::new(ExprKind::Unit))));
                }
                ExprKind::RecordUpdate { record, updates }
            }
            Written::Enum(value) => self.enum_expr(expr.span, value),
            Written::Match(arg, cases) => {
                let arg = self.expr(arg);
                ExprKind::Match { arg, cases: cases.iter().map(|case| self.match_case(case)).collect() }
            }
            Written::Pipe(head, parts) => {
                let head = self.expr(head);
                ExprKind::Pipe { head, parts: parts.iter().map(|part| self.pipe_part(part)).collect() }
            }
            Written::Statement(steps) => {
                let first = self.expr(&steps.0);
                ExprKind::Statement { first, next: self.expr(&steps.1) }
            }
        }
    }

    fn string_segment(&mut self, segment: &ast::StringSegment<'s>) -> StringSegment<'s> {
        match segment {
            ast::StringSegment::Text(text) => StringSegment::Text(normalize(text)),
            ast::StringSegment::Interpolation(expr) => StringSegment::Interpolation(self.expr(expr)),
        }
    }

    fn bare_name(&mut self, name: &'s str, span: Span, rule: NameRule) -> ExprKind<'s> {
        match self.scope.lookup(name) {
            Lexical::Arg(index) => ExprKind::Arg(index),
            Lexical::Local => ExprKind::Variable(Cow::Borrowed(name)),
            Lexical::Free => {
                let site = self.sites.add(Namespace::Term, vec![name], self.lines, span);
                ExprKind::Name(site, rule)
            }
        }
    }

    /// The bound name is not in scope in its own value; a lambda of the enclosing function's name is not that
    /// function either.
    fn let_expr(&mut self, binding: &ast::Let<'s>) -> ExprKind<'s> {
        let mark = self.scope.mark();
        if let (ast::LetPatternKind::Variable(name), ast::ExprKind::Lambda(_)) =
            (&binding.pattern.kind, &binding.value.kind)
        {
            self.scope.hide_self(name);
        }
        let value = self.expr(&binding.value);
        self.scope.leave(mark);
        let pattern = self.let_pattern(&binding.pattern);
        let body = self.expr(&binding.body);
        self.scope.leave(mark);
        ExprKind::Let { pattern, value, body }
    }

    /// A call without arguments passes unit: every Darklang function has a parameter.
    fn apply(&mut self, apply: &ast::Apply<'s>) -> ExprKind<'s> {
        let type_args = self.type_refs(&apply.type_args);
        let mut args = self.exprs(&apply.args);
        if args.is_empty() {
            args.push(Expr(Box::new(ExprKind::Unit)));
        }
        let callee = match &apply.callee.kind {
            ast::ExprKind::FnName(name) if name.modules.is_empty() => {
                let bare = name.name.name;
                if self.scope.lookup(bare) == Lexical::Free && self.scope.is_self(bare) {
                    Expr(Box::new(ExprKind::SelfFn))
                } else {
                    Expr(Box::new(self.bare_name(bare, name.span, NameRule::BareCallee)))
                }
            }
            ast::ExprKind::FnName(name) => {
                let site = self.sites.add(Namespace::Term, written(name), self.lines, name.span);
                Expr(Box::new(ExprKind::Name(site, NameRule::QualifiedCallee)))
            }
            _ => self.expr(&apply.callee),
        };
        ExprKind::Apply { callee, type_args, args }
    }

    /// `a.b.c` is a qualified name as long as it may be one; a local `a` makes it a field access for certain.
    fn field_access(
        &mut self,
        expr: &ast::Expr<'s>,
        record: &ast::Expr<'s>,
        field: ast::Identifier<'s>,
    ) -> ExprKind<'s> {
        let path =
            dotted_path(record).filter(|path| self.scope.lookup(path[0]) == Lexical::Free).map(|mut path| {
                path.push(field.name);
                self.sites.add(Namespace::Term, path, self.lines, expr.span)
            });
        ExprKind::FieldAccess { record: self.expr(record), field: Cow::Borrowed(field.name), path }
    }

    /// A blank parameter (`___`, an empty name here) is dropped, as Darklang does.
    pub fn lambda(&mut self, lambda: &ast::Lambda<'s>) -> Lambda<'s> {
        let mark = self.scope.mark();
        self.scope.enter_lambda();
        let kept = lambda.patterns.iter().filter(|p| p.kind != ast::LetPatternKind::Variable(""));
        let mut patterns: Vec<_> = kept.map(|pattern| self.let_pattern(pattern)).collect();
        if patterns.is_empty() {
            patterns.push(LetPattern::Unit);
        }
        let body = self.expr(&lambda.body);
        self.scope.leave(mark);
        Lambda { patterns, body }
    }

    fn fields(&mut self, fields: &[(ast::Identifier<'s>, ast::Expr<'s>)]) -> Vec<Field<'s>> {
        fields.iter().map(|(name, value)| (Cow::Borrowed(name.name), self.expr(value))).collect()
    }

    /// An upper-case name alone may also be a variable or a database, so it is looked up like one.
    fn enum_expr(&mut self, span: Span, value: &ast::EnumExpr<'s>) -> ExprKind<'s> {
        let typ = self.enum_type(value);
        let case = value.case.name;
        if typ == EnumType::Missing && value.fields.is_empty() {
            return self.bare_name(case, span, NameRule::Bare);
        }
        let fields = self.exprs(&value.fields);
        let type_args = self.type_refs(&value.type_name.type_args);
        ExprKind::Enum { typ, type_args, case: Cow::Borrowed(case), fields }
    }

    /// Only the cases of Option and Result may be written without their type.
    pub fn enum_type(&mut self, value: &ast::EnumExpr<'s>) -> EnumType {
        let mut written = written(&value.type_name.name);
        written.retain(|part| !part.is_empty());
        if written.is_empty() {
            written = match value.case.name {
                "Some" | "None" => vec!["Stdlib", "Option", "Option"],
                "Ok" | "Error" => vec!["Stdlib", "Result", "Result"],
                _ => return EnumType::Missing,
            };
        }
        let name_span = value.type_name.name.span;
        let span = if name_span.start < name_span.end { name_span } else { value.case.span };
        EnumType::Site(self.sites.add(Namespace::Type, written, self.lines, span))
    }

    fn match_case(&mut self, case: &ast::MatchCase<'s>) -> MatchCase<'s> {
        let mark = self.scope.mark();
        let pattern = self.match_pattern(&case.pattern);
        let guard = case.guard.as_ref().map(|guard| self.expr(guard));
        let body = self.expr(&case.body);
        self.scope.leave(mark);
        MatchCase { pattern, guard, body }
    }
}

/// The parts of a chain of field accesses that starts at a bare name.
fn dotted_path<'s>(expr: &ast::Expr<'s>) -> Option<Vec<&'s str>> {
    let mut fields = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.kind {
            ast::ExprKind::Variable(name) => {
                fields.push(*name);
                fields.reverse();
                return Some(fields);
            }
            ast::ExprKind::FieldAccess(record, field) => {
                fields.push(field.name);
                expr = record;
            }
            _ => return None,
        }
    }
}
