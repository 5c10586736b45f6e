//! Lambdas: what they capture, and local functions that call themselves.

use crate::binary::ids::NodeIds;
use crate::program::lookup::ItemLookup;
use crate::program::tree::{Expr, ExprKind, Lambda, LetPatternKind, NameError, NodeIndex};

use super::Register;
use super::code::LambdaHead;
use super::expressions::Compiler;
use super::mentions::{self, Mention};
use super::patterns::bind_let_pattern;
use super::symbols::ordinal;

/// The `let` that gives a lambda its name.
#[derive(Clone, Copy)]
pub struct Binder<'t> {
    pub name: &'t str,
    /// What follows the `let`.
    pub body: &'t Expr<'t>,
}

impl<'t, W: ItemLookup, I: NodeIds> Compiler<'t, '_, W, I> {
    /// Captured registers are copied when the lambda is created. A local function that calls itself does not
    /// exist by then, so it finds itself in a register of its own.
    pub fn lambda(
        &mut self,
        node: NodeIndex,
        lambda: &'t Lambda<'t>,
        binder: Option<Binder<'t>>,
    ) -> Register {
        let to = self.reserve();
        let name = binder.map(|binder| binder.name);
        let mut variables = Vec::new();
        let mut ambiguous = false;
        mentions::visit(&lambda.body, &mut |mention| match mention {
            Mention::Variable(variable) => variables.push(variable),
            Mention::Resolved(resolved) => ambiguous |= Some(resolved) == name,
        });
        if let (true, Some(name)) = (ambiguous, name) {
            let message = format!(
                "Nested function name `{name}` (a function or value with this name already exists in scope)"
            );
            self.code.raise_name_error(&[message], NameError::InvalidName);
            return to;
        }
        variables.sort_unstable_by(|left, right| ordinal(left, right));
        variables.dedup();

        let outer = self.symbols.mark();
        let outer_next = self.next;
        self.symbols.enter_frame();
        self.next = 0;
        for pattern in &lambda.patterns {
            bind_let_pattern(&mut self.symbols, pattern, &mut self.next);
        }
        let calls_itself = |name: &&str| {
            variables.contains(name)
                && self.symbols.lookup(name).is_none()
                && self.symbols.lookup_outside(outer, name).is_none()
        };
        let own_name = name.filter(calls_itself);
        variables.retain(|name| self.symbols.lookup(name).is_none());
        let own_register = own_name.map(|name| {
            let register = self.reserve();
            self.symbols.bind(name, register);
            register
        });
        let mut captures = Vec::new();
        for name in variables {
            if let Some(from) = self.symbols.lookup_outside(outer, name) {
                let register = self.reserve();
                self.symbols.bind(name, register);
                captures.push((from, register));
            }
        }

        let head = LambdaHead {
            id: self.ids.id(node),
            patterns: &lambda.patterns,
            captures: &captures,
            own_register,
        };
        let frame = self.code.lambda(to, &head);
        self.enclosing_lets.extend(binder.map(|binder| binder.body));
        let result = self.expr(&lambda.body);
        if binder.is_some() {
            self.enclosing_lets.pop();
        }
        self.code.close_frame(frame, self.next, result);
        self.symbols.leave(outer);
        self.next = outer_next;
        to
    }

    /// A variable that is not in scope fails when it is reached. Where a local function that is defined further
    /// down has that name, the failure says so.
    pub fn missing_variable(&mut self, name: &'t str) -> Register {
        let to = self.reserve();
        if self.enclosing_lets.iter().any(|body| defines_function(body, name)) {
            let message = format!(
                "`{name}` (forward calls between nested functions aren't supported; use top-level functions instead)"
            );
            self.code.raise_name_error(&[message], NameError::NotFound);
        } else {
            self.code.variable_not_found(to, name);
        }
        to
    }
}

/// Whether a chain of `let`s binds `name` to a lambda.
fn defines_function(chain: &Expr<'_>, name: &str) -> bool {
    let mut expr = chain;
    while let ExprKind::Let { pattern, value, body } = &expr.kind {
        if let (LetPatternKind::Variable(bound), ExprKind::Lambda(_)) = (&pattern.kind, &value.kind)
            && *bound == name
        {
            return true;
        }
        expr = body;
    }
    false
}
