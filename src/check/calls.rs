//! Calls, curried: fewer arguments give a function, more apply its result.

use darkc_cache_format::model::ItemKind;

use super::checker::Checker;
use super::finding::{Code, Part};
use super::shape::Shape;
use super::types::{Type, TypeId};
use super::want::{Callee, Want, Why};
use crate::base::amounts::plural;
use crate::program::tree::{Expr, ExprKind, NodeIndex, PipePart, PipePartKind, TypeRef};

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    Written(&'a Expr<'a>),
    /// The value that a pipe passes on: its type, and the expression that makes it.
    Piped {
        typ: TypeId,
        node: NodeIndex,
        head: Option<&'a Expr<'a>>,
    },
}

impl<'a> Argument<'a> {
    pub fn node(&self) -> NodeIndex {
        match self {
            Argument::Written(expr) => expr.node,
            Argument::Piped { node, .. } => *node,
        }
    }

    fn is_lambda(&self) -> bool {
        matches!(self, Argument::Written(Expr { kind: ExprKind::Lambda(_), .. }))
    }
}

impl<'a> Checker<'a, '_> {
    pub(super) fn expect_argument(&mut self, argument: Argument<'a>, want: Want<'a>) {
        match argument {
            Argument::Written(expr) => self.expect(expr, want),
            Argument::Piped { typ, node, head } => self.compare(node, head, typ, want),
        }
    }

    pub(super) fn infer_argument(&mut self, argument: Argument<'a>, hint: TypeId) -> TypeId {
        match argument {
            Argument::Written(expr) => self.infer(expr, hint),
            Argument::Piped { typ, .. } => typ,
        }
    }

    /// The type of a call. `callee` says whose parameters `typ` has.
    pub(super) fn apply(
        &mut self,
        node: NodeIndex,
        callee: Callee<'a>,
        typ: TypeId,
        args: &[Argument<'a>],
    ) -> TypeId {
        let mut rest = typ;
        let mut at = 0;
        let before = self.findings.len();
        while at < args.len() {
            let mut params = Vec::new();
            while at + params.len() < args.len()
                && let Type::Fn(param, result) = self.types.get(rest)
            {
                params.push(param);
                rest = result;
            }
            if params.is_empty() {
                if !self.types.is_open(rest) {
                    if !self.types.is_unknown(rest) {
                        self.too_many(node, callee, rest, at, args);
                    }
                    for arg in &args[at..] {
                        self.infer_argument(*arg, TypeId::UNKNOWN);
                    }
                    return TypeId::UNKNOWN;
                }
                let (param, result) = (self.types.variable(), self.types.variable());
                let function = self.types.function(param, result);
                self.types.agree(rest, function);
                params.push(param);
                rest = result;
            }
            // Lambdas come last: what the other arguments are tells the types of their parameters.
            for lambdas in [false, true] {
                let args = args[at..].iter().zip(&params).enumerate();
                for (offset, (arg, param)) in args.filter(|(_, (arg, _))| arg.is_lambda() == lambdas) {
                    let why = Why::Argument(callee, (at + offset) as u32);
                    self.expect_argument(*arg, Want::new(*param, why, arg.node()));
                }
            }
            at += params.len();
        }
        // What the arguments tell of the result is not to be trusted if one of them is wrong.
        if self.findings.len() > before && !self.types.is_ground(rest) { TypeId::UNKNOWN } else { rest }
    }

    fn too_many(
        &mut self,
        node: NodeIndex,
        callee: Callee<'a>,
        result: TypeId,
        taken: usize,
        args: &[Argument<'a>],
    ) {
        let text = super::render::text(&self.types, Some(self.scope), result);
        let name = self.callee(callee);
        let message = match taken {
            0 => format!("{name} is no function but {text}"),
            _ => {
                let (given, taken) = (plural(args.len(), "argument"), plural(taken, "argument"));
                format!("{name} is given {given}; it takes {taken} and returns {text}")
            }
        };
        let asked = match callee {
            Callee::Item(item) => Some(self.declared(item, Part::Name, "declared here")),
            _ => None,
        };
        let node = args.get(taken).map_or(node, Argument::node);
        self.report(Code::TooManyArguments, node, message, asked);
    }

    /// The type of a function with new variables for its type parameters, the first of which may be given.
    pub(super) fn signature(
        &mut self,
        parameters: u32,
        params: &[Shape],
        result: &Shape,
        type_args: &[TypeRef<'a>],
    ) -> TypeId {
        let mut args = self.types.fresh(parameters);
        // Darklang takes all of a function's type arguments or none.
        if type_args.len() == args.len() {
            args = self.type_args(type_args);
        }
        let params: Vec<TypeId> = params.iter().map(|param| self.types.instantiate(param, &args)).collect();
        let result = self.types.instantiate(result, &args);
        params.into_iter().rev().fold(result, |result, param| self.types.function(param, result))
    }

    /// Types written in a body. The function's own type variables are unknown there.
    pub(super) fn type_args(&mut self, types: &[TypeRef<'a>]) -> Vec<TypeId> {
        types.iter().map(|typ| self.types.instantiate(&Shape::of(typ, &[]), &[])).collect()
    }

    pub(super) fn builtin_type(&mut self, name: &str, version: u32, type_args: &[TypeRef<'a>]) -> TypeId {
        let declarations = self.declarations();
        let found = declarations.builtin(ItemKind::Fn, name, version);
        match found.or_else(|| declarations.builtin(ItemKind::Value, name, version)) {
            Some(builtin) => self.signature(builtin.parameters, &builtin.params, &builtin.result, type_args),
            None => TypeId::UNKNOWN,
        }
    }

    /// Each part is applied to what the parts before it gave.
    pub(super) fn pipe(&mut self, head: &'a Expr<'a>, parts: &'a [PipePart<'a>]) -> TypeId {
        let mut typ = self.infer(head, TypeId::UNKNOWN);
        let (mut node, mut written) = (head.node, Some(head));
        for part in parts {
            let piped = Argument::Piped { typ, node, head: written };
            typ = self.pipe_part(part, piped);
            if let Some(recorded) = &mut self.recorded {
                recorded.push((part.node, typ));
            }
            (node, written) = (part.node, None);
        }
        typ
    }

    fn pipe_part(&mut self, part: &'a PipePart<'a>, piped: Argument<'a>) -> TypeId {
        let with = |args: &'a [Expr<'a>]| -> Vec<Argument<'a>> {
            std::iter::once(piped).chain(args.iter().map(Argument::Written)).collect()
        };
        match &part.kind {
            PipePartKind::Lambda(lambda) => {
                let param = self.infer_argument(piped, TypeId::UNKNOWN);
                let hint = self.types.function(param, TypeId::UNKNOWN);
                let typ = self.infer_lambda(lambda, hint);
                self.apply(part.node, Callee::Expression, typ, &[piped])
            }
            PipePartKind::Infix(op, operand) => self.infix(part.node, *op, piped, operand),
            PipePartKind::FnCall { name, type_args, args } => {
                let (callee, typ) = self.named(name, type_args);
                self.apply(part.node, callee, typ, &with(args))
            }
            PipePartKind::Enum { typ, case, fields } => {
                self.enum_expr(part.node, typ, &[], case, &with(fields))
            }
            PipePartKind::Variable { name, args } => {
                let typ = self.local(name);
                self.apply(part.node, Callee::Local(name), typ, &with(args))
            }
        }
    }
}
