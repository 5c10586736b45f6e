//! Expressions, each compiled to the instructions that leave its value in a register.
//!
//! This module, `lambdas` and `pipes` call each other, because lambdas and pipes are expressions and hold expressions:
//! the three are one recursion over [`Compiler`].

use crate::base::hash::ContentHash;
use crate::binary::ids::NodeIds;
use crate::program::lookup::ItemLookup;
use crate::program::tree::{
    Expr, ExprKind, Infix, LetPattern, LetPatternKind, MatchCase, NameRef, StringSegment, TypeRef,
};

use super::Register;
use super::code::{Code, Segment};
use super::constants::Constant;
use super::lambdas::Binder;
use super::patterns::{MatchRegisters, bind_let_pattern};
use super::pipes::Piped;
use super::symbols::Symbols;
use super::types::{Callable, type_hash};

/// The register that Darklang names as the result where a type's name means nothing; it is never read.
const NO_RESULT: Register = 0;

/// Compiles one function or value.
pub struct Compiler<'t, 'c, W, I> {
    /// The item itself.
    hash: ContentHash,
    lookup: &'c W,
    pub(super) ids: &'c I,
    pub(super) code: Code<'c, W>,
    pub(super) symbols: Symbols<'t>,
    /// The first register that the open frame does not use yet.
    pub(super) next: Register,
    /// A stack of results that instructions still to be written take as operands.
    pub(super) operands: Vec<Register>,
    /// What follows the `let`s that the open lambdas are bound by.
    pub(super) enclosing_lets: Vec<&'t Expr<'t>>,
}

impl<'t, 'c, W: ItemLookup, I: NodeIds> Compiler<'t, 'c, W, I> {
    pub fn new(hash: ContentHash, lookup: &'c W, ids: &'c I, code: Code<'c, W>) -> Self {
        Compiler {
            hash,
            lookup,
            ids,
            code,
            symbols: Symbols::default(),
            next: 0,
            operands: Vec::new(),
            enclosing_lets: Vec::new(),
        }
    }

    /// Parameters are in the first registers, by name as well, because lambdas capture them by name.
    pub fn body(mut self, params: &[(&'t str, TypeRef<'t>)], body: &'t Expr<'t>) {
        let frame = self.code.open_frame();
        for (name, _) in params {
            let register = self.reserve();
            self.symbols.bind(name, register);
        }
        let result = self.expr(body);
        self.code.close_frame(frame, self.next, result);
    }

    pub fn reserve(&mut self) -> Register {
        let register = self.next;
        self.next += 1;
        register
    }

    pub fn expr(&mut self, expr: &'t Expr<'t>) -> Register {
        match &expr.kind {
            ExprKind::Unit => self.load(Constant::Unit),
            ExprKind::Bool(value) => self.load(Constant::Bool(*value)),
            ExprKind::Int(literal) => self.load(Constant::Int(literal)),
            ExprKind::Float(literal) => self.load(Constant::Float(literal)),
            ExprKind::Char(text) => self.load(Constant::Char(text)),
            ExprKind::String(segments) => self.string(segments),
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::Arg(index) => *index,
            ExprKind::SelfFn => self.load(Constant::Function(Callable::Package(self.hash))),
            ExprKind::FnName(name) => self.fn_name(name),
            ExprKind::ValueName(name) => self.value_name(name),
            ExprKind::If { condition, then, otherwise } => match otherwise {
                None => self.if_then(condition, then),
                Some(otherwise) => self.if_else(condition, then, otherwise),
            },
            ExprKind::Match { arg, cases } => self.match_expr(arg, cases),
            ExprKind::Let { pattern, value, body } => self.let_expr(pattern, value, body),
            ExprKind::Lambda(lambda) => self.lambda(expr.node, lambda, None),
            ExprKind::Apply { callee, type_args, args } => {
                let mark = self.operands(args);
                let callee = self.expr(callee);
                self.apply(callee, type_args, mark)
            }
            ExprKind::Pipe { head, parts } => self.pipe(Piped { head, parts }),
            ExprKind::Infix { op, left, right } => {
                let left = self.expr(left);
                let right = self.expr(right);
                self.infix(*op, left, right)
            }
            ExprKind::Statement { first, next } => {
                let first = self.expr(first);
                self.code.check_unit(first);
                self.expr(next)
            }
            ExprKind::List(parts) => {
                let to = self.reserve();
                let mark = self.operands(parts);
                self.code.list(to, &self.operands[mark..]);
                self.operands.truncate(mark);
                to
            }
            ExprKind::Tuple(parts) => {
                let to = self.reserve();
                let mark = self.operands(parts);
                self.code.tuple(to, &self.operands[mark..]);
                self.operands.truncate(mark);
                to
            }
            ExprKind::Dict(entries) => {
                let to = self.reserve();
                let mark = self.field_operands(entries);
                self.code.dict(to, named(entries, &self.operands[mark..]));
                self.operands.truncate(mark);
                to
            }
            ExprKind::Record { typ, type_args, fields } => self.record(typ, type_args, fields),
            ExprKind::RecordUpdate { record, updates } => {
                let record = self.expr(record);
                let mark = self.field_operands(updates);
                let to = self.reserve();
                self.code.record_update(to, record, named(updates, &self.operands[mark..]));
                self.operands.truncate(mark);
                to
            }
            ExprKind::FieldAccess { record, field } => {
                let record = self.expr(record);
                let to = self.reserve();
                self.code.field(to, record, field);
                to
            }
            ExprKind::Enum { typ, type_args, case, fields } => match self.type_or_raise(typ) {
                Err(register) => register,
                Ok(hash) => {
                    let to = self.reserve();
                    let mark = self.operands(fields);
                    self.code.enumeration(to, hash, type_args, case, &self.operands[mark..]);
                    self.operands.truncate(mark);
                    to
                }
            },
        }
    }

    /// Pushes the results of `exprs` and returns where they start; the caller pops them.
    pub fn operands(&mut self, exprs: &'t [Expr<'t>]) -> usize {
        let mark = self.operands.len();
        for expr in exprs {
            let register = self.expr(expr);
            self.operands.push(register);
        }
        mark
    }

    fn field_operands(&mut self, fields: &'t [(&'t str, Expr<'t>)]) -> usize {
        let mark = self.operands.len();
        for (_, value) in fields {
            let register = self.expr(value);
            self.operands.push(register);
        }
        mark
    }

    fn load(&mut self, constant: Constant<'_>) -> Register {
        let to = self.reserve();
        self.code.load(to, constant);
        to
    }

    /// Pops the operands from `mark` on as arguments.
    pub fn apply(&mut self, callee: Register, type_args: &[TypeRef<'t>], mark: usize) -> Register {
        let to = self.reserve();
        self.code.apply(to, callee, type_args, &self.operands[mark..]);
        self.operands.truncate(mark);
        to
    }

    fn string(&mut self, segments: &'t [StringSegment<'t>]) -> Register {
        if let [StringSegment::Text(text)] = segments {
            return self.load(Constant::String(text));
        }
        let segments: Vec<_> = segments
            .iter()
            .map(|segment| match segment {
                StringSegment::Text(text) => Segment::Text(text),
                StringSegment::Interpolation(expr) => Segment::Register(self.expr(expr)),
            })
            .collect();
        let to = self.reserve();
        self.code.string(to, &segments);
        to
    }

    pub fn variable(&mut self, name: &'t str) -> Register {
        match self.symbols.lookup(name) {
            Some(register) => register,
            None => self.missing_variable(name),
        }
    }

    pub fn fn_name(&mut self, name: &NameRef<'t>) -> Register {
        match name.resolved {
            Ok(target) => self.load(Constant::Function(Callable::of(self.lookup, target))),
            Err(error) => {
                self.code.raise_name_error(name.written, error);
                self.next
            }
        }
    }

    fn value_name(&mut self, name: &NameRef<'t>) -> Register {
        match name.resolved {
            Ok(target) => {
                let to = self.reserve();
                self.code.load_value(to, Callable::of(self.lookup, target));
                to
            }
            Err(error) => {
                self.code.raise_name_error(name.written, error);
                self.next
            }
        }
    }

    /// The type's hash or, where the name means nothing, the result register of the failure.
    pub fn type_or_raise(&mut self, name: &NameRef<'t>) -> Result<ContentHash, Register> {
        type_hash(self.lookup, name).map_err(|error| {
            self.code.raise_name_error(name.written, error);
            NO_RESULT
        })
    }

    fn record(
        &mut self,
        typ: &NameRef<'t>,
        type_args: &[TypeRef<'t>],
        fields: &'t [(&'t str, Expr<'t>)],
    ) -> Register {
        match self.type_or_raise(typ) {
            Err(register) => register,
            Ok(hash) => {
                let to = self.reserve();
                let mark = self.field_operands(fields);
                self.code.record(to, hash, type_args, named(fields, &self.operands[mark..]));
                self.operands.truncate(mark);
                to
            }
        }
    }

    /// The value of an `if` without `else` is unit where the condition is false.
    fn if_then(&mut self, condition: &'t Expr<'t>, then: &'t Expr<'t>) -> Register {
        let result = self.load(Constant::Unit);
        let condition = self.expr(condition);
        let to_end = self.code.jump_if_false(condition);
        let then = self.expr(then);
        self.code.copy(result, then);
        self.code.land(to_end);
        result
    }

    fn if_else(&mut self, condition: &'t Expr<'t>, then: &'t Expr<'t>, otherwise: &'t Expr<'t>) -> Register {
        let result = self.reserve();
        let condition = self.expr(condition);
        let to_else = self.code.jump_if_false(condition);
        let then = self.expr(then);
        self.code.copy(result, then);
        let to_end = self.code.jump();
        self.code.land(to_else);
        let otherwise = self.expr(otherwise);
        self.code.copy(result, otherwise);
        self.code.land(to_end);
        result
    }

    fn let_expr(&mut self, pattern: &'t LetPattern<'t>, value: &'t Expr<'t>, body: &'t Expr<'t>) -> Register {
        let outer = self.symbols.mark();
        if let (LetPatternKind::Variable(name), ExprKind::Lambda(lambda)) = (&pattern.kind, &value.kind) {
            let register = self.lambda(value.node, lambda, Some(Binder { name, body }));
            self.symbols.bind(name, register);
        } else {
            let value = self.expr(value);
            self.code.let_pattern(value, pattern, self.next);
            bind_let_pattern(&mut self.symbols, pattern, &mut self.next);
        }
        let result = self.expr(body);
        self.symbols.leave(outer);
        result
    }

    /// All cases use the same registers, since only one of them runs to its end.
    fn match_expr(&mut self, arg: &'t Expr<'t>, cases: &'t [MatchCase<'t>]) -> Register {
        let arg = self.expr(arg);
        let result = self.reserve();
        let first = self.next;
        let mut most = first;
        let mut to_end = Vec::with_capacity(cases.len());
        for case in cases {
            let outer = self.symbols.mark();
            let registers = MatchRegisters::assign(&case.pattern, first);
            registers.bound.iter().for_each(|(name, register)| self.symbols.bind(name, *register));
            self.next = registers.next;
            let mismatch = self.code.match_pattern(arg, &case.pattern, &registers.places);
            let refusal = case.guard.as_ref().map(|guard| {
                let guard = self.expr(guard);
                self.code.jump_if_false(guard)
            });
            let body = self.expr(&case.body);
            self.code.copy(result, body);
            to_end.push(self.code.jump());
            self.code.land(mismatch);
            refusal.into_iter().for_each(|refusal| self.code.land(refusal));
            self.symbols.leave(outer);
            most = most.max(self.next);
        }
        self.code.match_unmatched(arg);
        to_end.into_iter().for_each(|jump| self.code.land(jump));
        self.next = most;
        result
    }

    /// Both operands are always evaluated, also those of `&&` and `||`.
    pub fn infix(&mut self, op: Infix, left: Register, right: Register) -> Register {
        match builtin_of(op) {
            Some(name) => {
                let callee = self.load(Constant::Function(Callable::Builtin { name, version: 0 }));
                let mark = self.operands.len();
                self.operands.extend([left, right]);
                self.apply(callee, &[], mark)
            }
            None => {
                let to = self.reserve();
                if op == Infix::Or {
                    self.code.or(to, left, right);
                } else {
                    self.code.and(to, left, right);
                }
                to
            }
        }
    }
}

/// Pairs the names of fields with the registers of their values.
fn named<'n>(
    fields: &'n [(&'n str, Expr<'n>)],
    registers: &'n [Register],
) -> impl ExactSizeIterator<Item = (&'n str, Register)> {
    fields.iter().zip(registers).map(|((name, _), register)| (*name, *register))
}

/// The built-in function that an operator calls; `&&` and `||` are instructions instead.
fn builtin_of(op: Infix) -> Option<&'static str> {
    Some(match op {
        Infix::Plus => "add",
        Infix::Minus => "subtract",
        Infix::Multiply => "multiply",
        Infix::Divide => "divide",
        Infix::Modulo => "modulo",
        Infix::Power => "power",
        Infix::GreaterThan => "greaterThan",
        Infix::GreaterThanOrEqual => "greaterThanOrEqualTo",
        Infix::LessThan => "lessThan",
        Infix::LessThanOrEqual => "lessThanOrEqualTo",
        Infix::Equals => "equals",
        Infix::NotEquals => "notEquals",
        Infix::StringConcat => "stringAppend",
        Infix::And | Infix::Or => return None,
    })
}
