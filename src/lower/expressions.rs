//! Expressions.

use darkc_cache_format::model::{
    EnumType, Expr, ExprKind, Lambda, LetPattern, MatchCase, NameRule, StringSegment, Text,
};
use smallvec::{SmallVec, smallvec};

use super::Lowering;
use super::scope::Lexical;
use super::sites::{Parts, written};
use super::uses::UseRule;
use crate::base::text::Span;
use crate::syntax::ast;

type Field<'a> = (Text<'a>, Expr<'a>);

impl<'t, 'a: 't> Lowering<'t, 'a> {
    pub fn expr(&mut self, expr: &'t ast::Expr<'t>) -> Expr<'a> {
        self.at(expr.span);
        let kind = self.expr_kind(expr);
        self.node(kind)
    }

    fn node(&self, kind: ExprKind<'a>) -> Expr<'a> {
        Expr(self.arena.alloc(kind))
    }

    pub fn exprs(&mut self, exprs: &'t [ast::Expr<'t>]) -> &'a [Expr<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(exprs.iter().map(|expr| self.expr(expr)))
    }

    fn expr_kind(&mut self, expr: &'t ast::Expr<'t>) -> ExprKind<'a> {
        use ast::ExprKind as Written;
        let arena = self.arena;
        match &expr.kind {
            // A file with a hole has a diagnostic and is refused before it gets here.
            Written::Unit | Written::Error => ExprKind::Unit,
            Written::Bool(value) => ExprKind::Bool(*value),
            Written::Int(literal) => ExprKind::Int(self.int(literal)),
            Written::Float(literal) => ExprKind::Float(self.float(literal)),
            Written::Char(text) => ExprKind::Char(self.normalized(text)),
            Written::String(segments) => ExprKind::String(
                arena.alloc_slice_fill_iter(segments.iter().map(|segment| self.string_segment(segment))),
            ),
            Written::Variable(name) => self.bare_name(name, expr.span, NameRule::Bare),
            Written::FnName(name) => {
                let rule = NameRule::Qualified;
                let site = self.term_use(&written(name), name.span, |site| UseRule::Name(site, rule));
                ExprKind::Name(site, rule)
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
                let type_args = self.type_refs(typ.type_args);
                ExprKind::Record { site, type_args, fields: self.fields(fields) }
            }
            Written::Dict(entries) => {
                let entries = entries.iter().map(|(key, value)| (self.text(key), self.expr(value)));
                ExprKind::Dict(arena.alloc_slice_fill_iter(entries))
            }
            Written::RecordUpdate(record, updates) => {
                let record = self.expr(record);
                let updates = if updates.is_empty() {
                    self.at(expr.span);
                    &*arena.alloc_slice_copy(&[("_", self.node(ExprKind::Unit))])
                } else {
                    self.fields(updates)
                };
                ExprKind::RecordUpdate { record, updates }
            }
            Written::Enum(value) => self.enum_expr(expr.span, value),
            Written::Match(arg, cases) => {
                let arg = self.expr(arg);
                let cases = arena.alloc_slice_fill_iter(cases.iter().map(|case| self.match_case(case)));
                ExprKind::Match { arg, cases }
            }
            Written::Pipe(head, parts) => {
                let head = self.expr(head);
                let parts = arena.alloc_slice_fill_iter(parts.iter().map(|part| self.pipe_part(part)));
                ExprKind::Pipe { head, parts }
            }
            Written::Statement(steps) => {
                let first = self.expr(&steps.0);
                ExprKind::Statement { first, next: self.expr(&steps.1) }
            }
        }
    }

    fn string_segment(&mut self, segment: &'t ast::StringSegment<'t>) -> StringSegment<'a> {
        match segment {
            ast::StringSegment::Text(text) => StringSegment::Text(self.normalized(text)),
            ast::StringSegment::Interpolation(expr) => StringSegment::Interpolation(self.expr(expr)),
        }
    }

    fn bare_name(&mut self, name: &'t str, span: Span, rule: NameRule) -> ExprKind<'a> {
        match self.scope.lookup(name) {
            Lexical::Arg(index) => ExprKind::Arg(index),
            Lexical::Local => ExprKind::Variable(self.text(name)),
            Lexical::Free => {
                let site = self.term_use(&[name], span, |site| UseRule::Name(site, rule));
                ExprKind::Name(site, rule)
            }
        }
    }

    /// The bound name is not in scope in its own value; a lambda of the enclosing function's name is not that
    /// function either.
    fn let_expr(&mut self, binding: &'t ast::Let<'t>) -> ExprKind<'a> {
        let mark = self.scope.mark();
        if let (ast::LetPatternKind::Variable(name), ast::ExprKind::Lambda(_)) =
            (&binding.pattern.kind, &binding.value.kind)
        {
            self.scope.hide_self(name);
        }
        let value = |lowering: &mut Self| {
            let value = lowering.expr(&binding.value);
            lowering.scope.leave(mark);
            value
        };
        let (value, pattern) = self.swapped(value, |lowering| lowering.let_pattern(&binding.pattern));
        let body = self.expr(&binding.body);
        self.scope.leave(mark);
        ExprKind::Let { pattern, value, body }
    }

    /// A call without arguments passes unit: every Darklang function has a parameter.
    fn apply(&mut self, apply: &'t ast::Apply<'t>) -> ExprKind<'a> {
        let type_args = self.type_refs(apply.type_args);
        let args = |lowering: &mut Self| {
            if apply.args.is_empty() {
                lowering.at(apply.callee.span);
                &*lowering.arena.alloc_slice_copy(&[lowering.node(ExprKind::Unit)])
            } else {
                lowering.exprs(apply.args)
            }
        };
        let (args, callee) = self.swapped(args, |lowering| lowering.callee(&apply.callee));
        ExprKind::Apply { callee, type_args, args }
    }

    fn callee(&mut self, callee: &'t ast::Expr<'t>) -> Expr<'a> {
        let ast::ExprKind::FnName(name) = &callee.kind else { return self.expr(callee) };
        self.at(callee.span);
        let bare = name.name.name;
        let kind = if !name.modules.is_empty() {
            let rule = NameRule::QualifiedCallee;
            let site = self.term_use(&written(name), name.span, |site| UseRule::Name(site, rule));
            ExprKind::Name(site, rule)
        } else if self.scope.lookup(bare) == Lexical::Free && self.scope.is_self(bare) {
            ExprKind::SelfFn
        } else {
            self.bare_name(bare, name.span, NameRule::BareCallee)
        };
        self.node(kind)
    }

    /// `a.b.c` is a qualified name as long as it may be one; a local `a` makes it a field access for certain.
    fn field_access(
        &mut self,
        expr: &'t ast::Expr<'t>,
        record: &'t ast::Expr<'t>,
        field: ast::Identifier<'t>,
    ) -> ExprKind<'a> {
        self.mentions(field.span);
        let at = self.noted();
        let path =
            dotted_path(record).filter(|path| self.scope.lookup(path[0]) == Lexical::Free).map(|mut path| {
                path.push(field.name);
                self.term_use(&path, expr.span, |site| UseRule::Path { site, inner: 0 })
            });
        let record = self.expr(record);
        if path.is_some() {
            self.close_path(at);
        }
        ExprKind::FieldAccess { record, field: self.text(field.name), path }
    }

    /// A blank parameter (`___`, an empty name here) is dropped, as Darklang does.
    pub fn lambda(&mut self, lambda: &'t ast::Lambda<'t>) -> Lambda<'a> {
        let mark = self.scope.mark();
        self.scope.enter_lambda();
        let kept = lambda.patterns.iter().filter(|p| p.kind != ast::LetPatternKind::Variable(""));
        let mut patterns: SmallVec<[_; 4]> = kept.map(|pattern| self.let_pattern(pattern)).collect();
        if patterns.is_empty() {
            self.at(lambda.body.span);
            patterns.push(LetPattern::Unit);
        }
        let patterns = self.arena.alloc_slice_copy(&patterns);
        let body = self.expr(&lambda.body);
        self.scope.leave(mark);
        Lambda { patterns, body }
    }

    fn fields(&mut self, fields: &'t [(ast::Identifier<'t>, ast::Expr<'t>)]) -> &'a [Field<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(fields.iter().map(|(name, value)| {
            self.value_of(name.span);
            (self.text(name.name), self.expr(value))
        }))
    }

    /// An upper-case name alone may also be a variable or a database, so it is looked up like one.
    fn enum_expr(&mut self, span: Span, value: &'t ast::EnumExpr<'t>) -> ExprKind<'a> {
        self.mentions(value.case.span);
        let typ = self.enum_type(value);
        let case = value.case.name;
        if typ == EnumType::Missing && value.fields.is_empty() {
            return self.bare_name(case, span, NameRule::Bare);
        }
        if typ == EnumType::Missing {
            self.note_case_without_type(value.case);
        }
        let fields = self.exprs(value.fields);
        let type_args = self.type_refs(value.type_name.type_args);
        ExprKind::Enum { typ, type_args, case: self.text(case), fields }
    }

    /// Only the cases of Option and Result may be written without their type.
    pub fn enum_type(&mut self, value: &'t ast::EnumExpr<'t>) -> EnumType {
        let mut written = written(&value.type_name.name);
        written.retain(|part| !part.is_empty());
        if written.is_empty() {
            written = match value.case.name {
                "Some" | "None" => smallvec!["Stdlib", "Option", "Option"],
                "Ok" | "Error" => smallvec!["Stdlib", "Result", "Result"],
                _ => return EnumType::Missing,
            };
        }
        let name_span = value.type_name.name.span;
        let span = if name_span.start < name_span.end { name_span } else { value.case.span };
        EnumType::Site(self.type_use(&written, span))
    }

    fn match_case(&mut self, case: &'t ast::MatchCase<'t>) -> MatchCase<'a> {
        let mark = self.scope.mark();
        let pattern = self.match_pattern(&case.pattern);
        let guard = case.guard.as_ref().map(|guard| self.expr(guard));
        let body = self.expr(&case.body);
        self.scope.leave(mark);
        MatchCase { pattern, guard, body }
    }
}

/// The parts of a chain of field accesses that starts at a bare name.
fn dotted_path<'t>(expr: &'t ast::Expr<'t>) -> Option<Parts<'t>> {
    let mut fields = Parts::new();
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
