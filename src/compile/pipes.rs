//! Pipes: `a |> f |> g` is compiled as `g (f a)`.

use crate::binary::ids::NodeIds;
use crate::program::lookup::ItemLookup;
use crate::program::tree::{Expr, NameRef, PipePart, PipePartKind};

use super::Register;
use super::expressions::Compiler;

/// What an expression is applied to before its own arguments: a pipe without its last parts.
#[derive(Clone, Copy)]
pub struct Piped<'t> {
    pub head: &'t Expr<'t>,
    pub parts: &'t [PipePart<'t>],
}

impl<'t, W: ItemLookup, I: NodeIds> Compiler<'t, '_, W, I> {
    pub fn pipe(&mut self, piped: Piped<'t>) -> Register {
        let Some((last, before)) = piped.parts.split_last() else { return self.expr(piped.head) };
        let input = Piped { parts: before, ..piped };
        match &last.kind {
            PipePartKind::Lambda(lambda) => {
                let mark = self.piped_operands(input, &[]);
                let callee = self.lambda(last.node, lambda, None);
                self.apply(callee, &[], mark)
            }
            PipePartKind::Infix(op, operand) => {
                let left = self.pipe(input);
                let right = self.expr(operand);
                self.infix(*op, left, right)
            }
            PipePartKind::FnCall { name, type_args, args } => {
                let mark = self.piped_operands(input, args);
                let callee = self.fn_name(name);
                self.apply(callee, type_args, mark)
            }
            PipePartKind::Variable { name, args } => {
                let mark = self.piped_operands(input, args);
                let callee = self.variable(name);
                self.apply(callee, &[], mark)
            }
            PipePartKind::Enum { typ, case, fields } => self.piped_enum(input, typ, case, fields),
        }
    }

    fn piped_operands(&mut self, input: Piped<'t>, args: &'t [Expr<'t>]) -> usize {
        let mark = self.operands.len();
        let first = self.pipe(input);
        self.operands.push(first);
        self.operands(args);
        mark
    }

    /// A name that means no type fails before the input is evaluated.
    fn piped_enum(
        &mut self,
        input: Piped<'t>,
        typ: &NameRef<'t>,
        case: &str,
        fields: &'t [Expr<'t>],
    ) -> Register {
        match self.type_or_raise(typ) {
            Err(register) => register,
            Ok(hash) => {
                let to = self.reserve();
                let mark = self.piped_operands(input, fields);
                self.code.enumeration(to, hash, &[], case, &self.operands[mark..]);
                self.operands.truncate(mark);
                to
            }
        }
    }
}
