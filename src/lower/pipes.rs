//! Pipes: `head |> part |> part`.

use std::borrow::Cow;

use darkc_cache_format::model::{Expr, Namespace, PipePart};

use super::Lowering;
use super::scope::Lexical;
use super::types::written;
use crate::base::text::Span;
use crate::syntax::ast::{self, PipePartKind};

impl<'s> Lowering<'_, 's> {
    pub fn pipe_part(&mut self, part: &ast::PipePart<'s>) -> PipePart<'s> {
        match &part.kind {
            PipePartKind::Infix(op, operand) => PipePart::Infix(*op, self.expr(operand)),
            PipePartKind::Lambda(lambda) => PipePart::Lambda(self.lambda(lambda)),
            PipePartKind::Enum(value) => {
                let typ = self.enum_type(value);
                let fields = self.exprs(&value.fields);
                PipePart::Enum { typ, case: Cow::Borrowed(value.case.name), fields }
            }
            PipePartKind::VariableOrFnCall(name) => self.bare_pipe_call(name, part.span, vec![]),
            PipePartKind::FnCall { name, type_args, args } => {
                if name.modules.is_empty() && type_args.is_empty() {
                    let args = self.exprs(args);
                    return self.bare_pipe_call(name.name.name, name.span, args);
                }
                let site = self.sites.add(Namespace::Term, written(name), self.lines, name.span);
                let type_args = self.type_refs(type_args);
                PipePart::FnCall { site, or_variable: false, type_args, args: self.exprs(args) }
            }
        }
    }

    /// A bare part is a local variable, else a function, else a variable that nothing binds.
    fn bare_pipe_call(&mut self, name: &'s str, span: Span, args: Vec<Expr<'s>>) -> PipePart<'s> {
        if self.scope.lookup(name) != Lexical::Free {
            return PipePart::Variable { name: Cow::Borrowed(name), args };
        }
        let site = self.sites.add(Namespace::Term, vec![name], self.lines, span);
        PipePart::FnCall { site, or_variable: true, type_args: vec![], args }
    }
}
