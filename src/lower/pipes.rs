//! Pipes: `head |> part |> part`.

use darkc_cache_format::model::{EnumType, Expr, PipePart};

use super::Lowering;
use super::scope::Lexical;
use super::sites::written;
use super::uses::UseRule;
use crate::base::text::Span;
use crate::syntax::ast::{self, PipePartKind};

impl<'t, 'a: 't> Lowering<'t, 'a> {
    pub fn pipe_part(&mut self, part: &'t ast::PipePart<'t>) -> PipePart<'a> {
        self.at(part.span);
        match &part.kind {
            PipePartKind::Infix(op, operand) => PipePart::Infix(*op, self.expr(operand)),
            PipePartKind::Lambda(lambda) => PipePart::Lambda(self.lambda(lambda)),
            PipePartKind::Enum(value) => {
                self.mentions(value.case.span);
                let typ = self.enum_type(value);
                if typ == EnumType::Missing {
                    self.note_case_without_type(value.case);
                }
                let fields = self.exprs(value.fields);
                PipePart::Enum { typ, case: self.text(value.case.name), fields }
            }
            PipePartKind::VariableOrFnCall(name) => self.bare_pipe_call(name, part.span, &[]),
            PipePartKind::FnCall { name, type_args, args } => {
                if name.modules.is_empty() && type_args.is_empty() {
                    let args = self.exprs(args);
                    return self.bare_pipe_call(name.name.name, name.span, args);
                }
                let rule = |site| UseRule::Pipe { site, or_variable: false };
                let site = self.term_use(&written(name), name.span, rule);
                let type_args = self.type_refs(type_args);
                PipePart::FnCall { site, or_variable: false, type_args, args: self.exprs(args) }
            }
        }
    }

    /// A bare part is a local variable, else a function, else a variable that nothing binds.
    fn bare_pipe_call(&mut self, name: &'t str, span: Span, args: &'a [Expr<'a>]) -> PipePart<'a> {
        if self.scope.lookup(name) != Lexical::Free {
            return PipePart::Variable { name: self.text(name), args };
        }
        let site = self.term_use(&[name], span, |site| UseRule::Pipe { site, or_variable: true });
        PipePart::FnCall { site, or_variable: true, type_args: &[], args }
    }
}
