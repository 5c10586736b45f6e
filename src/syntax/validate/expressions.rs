//! The rules inside expressions.

use super::{Checker, Rule};
use crate::base::text::Span;
use crate::syntax::ast::{Expr, ExprKind, Lambda, PipePart, PipePartKind, StringSegment};

impl<'t> Checker<'t> {
    pub(super) fn expr(&mut self, expr: &'t Expr<'_>) {
        match &expr.kind {
            ExprKind::Error => {
                self.refuse(expr.span, Rule::RecoveryHole, "A recovered expression cannot be lowered");
            }
            ExprKind::Lambda(lambda) => self.lambda(expr.span, lambda),
            ExprKind::Let(parts) => {
                self.bind_let(&parts.pattern);
                self.duplicates();
                self.expr(&parts.value);
                self.expr(&parts.body);
            }
            ExprKind::Match(value, cases) => {
                if cases.is_empty() {
                    self.refuse(expr.span, Rule::EmptyMatch, "A match must have at least one case");
                }
                self.expr(value);
                for case in *cases {
                    self.match_pattern(&case.pattern);
                    self.exprs(&case.guard);
                    self.expr(&case.body);
                }
            }
            ExprKind::Record(typ, fields) => {
                if typ.name.name.name.is_empty() {
                    self.refuse(expr.span, Rule::AnonymousRecord, "Anonymous records are not supported");
                }
                self.exprs(fields.iter().map(|(_, value)| value));
            }
            ExprKind::RecordUpdate(record, updates) => {
                if updates.is_empty() {
                    let message = "A record update must contain at least one 'field = value'";
                    self.refuse(expr.span, Rule::EmptyRecordUpdate, message);
                }
                self.expr(record);
                self.exprs(updates.iter().map(|(_, value)| value));
            }
            ExprKind::String(segments) => self.exprs(segments.iter().filter_map(|segment| match segment {
                StringSegment::Interpolation(value) => Some(value),
                StringSegment::Text(_) => None,
            })),
            ExprKind::Infix(_, pair) | ExprKind::Statement(pair) => {
                self.expr(&pair.0);
                self.expr(&pair.1);
            }
            ExprKind::Apply(apply) => {
                self.expr(&apply.callee);
                self.exprs(apply.args);
            }
            ExprKind::List(parts) | ExprKind::Tuple(parts) => self.exprs(*parts),
            ExprKind::If(parts) => {
                self.expr(&parts.condition);
                self.expr(&parts.then);
                self.exprs(&parts.otherwise);
            }
            ExprKind::FieldAccess(record, _) => self.expr(record),
            ExprKind::Dict(entries) => self.exprs(entries.iter().map(|(_, value)| value)),
            ExprKind::Enum(parts) => self.exprs(parts.fields),
            ExprKind::Pipe(first, parts) => {
                self.expr(first);
                parts.iter().for_each(|part| self.pipe_part(part));
            }
            ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Char(_)
            | ExprKind::Variable(_)
            | ExprKind::FnName(_) => {}
        }
    }

    fn exprs<'s: 't>(&mut self, exprs: impl IntoIterator<Item = &'t Expr<'s>>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn pipe_part(&mut self, part: &'t PipePart<'_>) {
        match &part.kind {
            PipePartKind::Lambda(lambda) => self.lambda(part.span, lambda),
            PipePartKind::Infix(_, value) => self.expr(value),
            PipePartKind::FnCall { args, .. } => self.exprs(*args),
            PipePartKind::Enum(parts) => self.exprs(parts.fields),
            PipePartKind::VariableOrFnCall(_) => {}
        }
    }

    fn lambda(&mut self, span: Span, lambda: &'t Lambda<'_>) {
        if lambda.patterns.is_empty() {
            self.refuse(span, Rule::EmptyLambda, "A lambda must have at least one parameter");
        }
        lambda.patterns.iter().for_each(|pattern| self.bind_let(pattern));
        self.duplicates();
        self.expr(&lambda.body);
    }
}
