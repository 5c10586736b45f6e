//! The names that an expression mentions: what a lambda may have to capture.
//!
//! Binders are not taken into account, so that a variable which the expression binds itself counts as well. As
//! in Darklang, the variable of `|> variable args` does not count: a lambda does not capture it.
//! (`darklang/dark backend/src/LibExecution/ProgramTypesAst.fs`)

use crate::program::tree::{Expr, ExprKind, NameRef, PipePart, PipePartKind, StringSegment};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention<'t> {
    Variable(&'t str),
    /// A name without modules that means a function or a value.
    Resolved(&'t str),
}

/// Calls `found` with every mention, in the order of the source and as often as it occurs.
pub fn visit<'t>(expr: &'t Expr<'t>, found: &mut impl FnMut(Mention<'t>)) {
    let mut all = |exprs: &'t [Expr<'t>]| exprs.iter().for_each(|expr| visit(expr, found));
    match &expr.kind {
        ExprKind::Unit
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Char(_)
        | ExprKind::Arg(_)
        | ExprKind::SelfFn => {}
        ExprKind::String(segments) => {
            for segment in segments {
                if let StringSegment::Interpolation(expr) = segment {
                    visit(expr, found);
                }
            }
        }
        ExprKind::Variable(name) => found(Mention::Variable(name)),
        ExprKind::FnName(name) | ExprKind::ValueName(name) => visit_name(name, found),
        ExprKind::If { condition, then, otherwise } => {
            visit(condition, found);
            visit(then, found);
            if let Some(otherwise) = otherwise {
                visit(otherwise, found);
            }
        }
        ExprKind::Match { arg, cases } => {
            visit(arg, found);
            for case in cases {
                if let Some(guard) = &case.guard {
                    visit(guard, found);
                }
                visit(&case.body, found);
            }
        }
        ExprKind::Lambda(lambda) => visit(&lambda.body, found),
        ExprKind::Apply { callee, args, .. } => {
            all(args);
            visit(callee, found);
        }
        ExprKind::Pipe { head, parts } => {
            visit(head, found);
            parts.iter().for_each(|part| visit_pipe_part(part, found));
        }
        ExprKind::Let { value: left, body: right, .. }
        | ExprKind::Infix { left, right, .. }
        | ExprKind::Statement { first: left, next: right } => {
            visit(left, found);
            visit(right, found);
        }
        ExprKind::List(parts) | ExprKind::Tuple(parts) | ExprKind::Enum { fields: parts, .. } => all(parts),
        ExprKind::Dict(fields) | ExprKind::Record { fields, .. } => {
            fields.iter().for_each(|(_, value)| visit(value, found));
        }
        ExprKind::RecordUpdate { record, updates } => {
            visit(record, found);
            updates.iter().for_each(|(_, value)| visit(value, found));
        }
        ExprKind::FieldAccess { record, .. } => visit(record, found),
    }
}

fn visit_pipe_part<'t>(part: &'t PipePart<'t>, found: &mut impl FnMut(Mention<'t>)) {
    match &part.kind {
        PipePartKind::Lambda(lambda) => visit(&lambda.body, found),
        PipePartKind::Infix(_, operand) => visit(operand, found),
        PipePartKind::FnCall { name, args, .. } => {
            visit_name(name, found);
            args.iter().for_each(|arg| visit(arg, found));
        }
        PipePartKind::Enum { fields: args, .. } | PipePartKind::Variable { args, .. } => {
            args.iter().for_each(|arg| visit(arg, found));
        }
    }
}

fn visit_name<'t>(name: &NameRef<'t>, found: &mut impl FnMut(Mention<'t>)) {
    if let ([bare], Ok(_)) = (name.written, name.resolved) {
        found(Mention::Resolved(bare));
    }
}
