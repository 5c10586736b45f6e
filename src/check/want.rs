//! What a place asks of an expression, why, and the message where the expression is something else.

use darkc_cache_format::model::Infix;

use super::checker::Checker;
use super::declarations::Declaration;
use super::finding::{Asked, Code, Finding, Part, Place, Spot};
use super::types::TypeId;
use super::{hints, render};
use crate::program::lookup::ItemId;
use crate::program::tree::{Expr, NodeIndex};

#[derive(Clone, Copy, Debug)]
pub struct Want<'a> {
    pub typ: TypeId,
    pub why: Why<'a>,
    /// The expression of which the type is asked. What it asks of each of its branches is one cause.
    pub origin: NodeIndex,
    /// The type is asked of the result of a lambda that stands in the place.
    pub of_lambda: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Why<'a> {
    /// Of a call, by position.
    Argument(Callee<'a>, u32),
    /// Of the function that is checked.
    Result,
    Condition,
    /// A guard of a match case.
    Guard,
    /// One of several branches, the first of which is given.
    Branch(NodeIndex),
    /// The branch of an `if` that has no `else`.
    OnlyBranch,
    /// Of a list or dict, the first of which is given.
    Element(&'static str, NodeIndex),
    /// Of a record type, by position.
    Field(ItemId, u32),
    /// Of an enum type: the case's position, and that of the field in it.
    CaseField(ItemId, u32, u32),
    /// Of an operator that takes one type alone.
    Operand(Infix),
    /// The right operand of an operator that takes two of one type; the left one is given.
    OtherOperand(Infix, NodeIndex),
    Statement,
    Interpolation,
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub enum Callee<'a> {
    Item(ItemId),
    Builtin(&'a str),
    Local(&'a str),
    Expression,
}

impl<'a> Want<'a> {
    pub fn new(typ: TypeId, why: Why<'a>, origin: NodeIndex) -> Self {
        Want { typ, why, origin, of_lambda: false }
    }
}

impl<'a> Checker<'a, '_> {
    /// Reports where a found type contradicts the one that is asked for. The expression is looked at for hints.
    pub fn compare(&mut self, node: NodeIndex, expr: Option<&Expr<'_>>, found: TypeId, want: Want<'a>) {
        if self.types.agree(want.typ, found) {
            return;
        }
        let note = self.contradiction(want.typ);
        let (wanted, found_text) = render::both(&self.types, self.scope, want.typ, found);
        let of_lambda = if want.of_lambda { "result of the function for " } else { "" };
        let what = self.what(want.why);
        let message = match want.why {
            Why::OtherOperand(op, _) => {
                format!("`{}` takes two operands of one type, found {wanted} and {found_text}", symbol(op))
            }
            Why::OnlyBranch => format!("an `if` without `else` must give Unit, found {found_text}"),
            _ => format!("{of_lambda}{what}: wanted {wanted}, found {found_text}"),
        };
        // A wrong declaration is one cause, however many branches it makes wrong.
        if !self.said.insert((want.origin, message.clone())) {
            return;
        }
        let hint = if want.of_lambda { None } else { hints::for_types(self, expr, want.typ, found) };
        let asked = self.asked(want.why, &wanted);
        let code = code(want.why);
        let spot = Spot::Whole;
        self.findings.push(Finding { code, node, spot, message, asked, note, hint, suggestions: Vec::new() });
    }

    /// The parts of two large types that contradict each other.
    fn contradiction(&self, whole: TypeId) -> Option<String> {
        let (wanted, found) = self.types.contradiction?;
        if self.types.resolve(wanted) == self.types.resolve(whole) {
            return None;
        }
        let (wanted, found) = render::both(&self.types, self.scope, wanted, found);
        Some(format!("they differ in {wanted} and {found}"))
    }

    /// The place that a want is for, as messages name it.
    fn what(&self, why: Why<'_>) -> String {
        match why {
            Why::Argument(callee, at) => {
                let name = match callee {
                    Callee::Item(item) => match self.declarations().get(item) {
                        Declaration::Function(function) => function.names.get(at as usize).copied(),
                        _ => None,
                    },
                    _ => None,
                };
                let callee = self.callee(callee);
                match name.filter(|name| *name != "_") {
                    Some(name) => format!("argument `{name}` of {callee}"),
                    None => format!("argument {} of {callee}", at + 1),
                }
            }
            Why::Result => format!("result of {}", self.short(self.item)),
            Why::Condition => "condition".to_owned(),
            Why::Guard => "guard".to_owned(),
            Why::Branch(_) => "branch".to_owned(),
            Why::OnlyBranch => "branch without `else`".to_owned(),
            Why::Element(what, _) => what.to_owned(),
            Why::Field(typ, at) => {
                format!("field `{}` of {}", self.member(typ, at), self.short(typ))
            }
            Why::CaseField(typ, case, at) => {
                format!("field {} of {}.{}", at + 1, self.short(typ), self.member(typ, case))
            }
            Why::Operand(op) | Why::OtherOperand(op, _) => format!("operand of `{}`", symbol(op)),
            Why::Statement => "statement".to_owned(),
            Why::Interpolation => "interpolated expression".to_owned(),
        }
    }

    /// The second label: who asks.
    fn asked(&self, why: Why<'_>, wanted: &str) -> Option<Asked> {
        let here =
            |node: NodeIndex| Some(Asked { place: Place::Node(node), text: format!("this is {wanted}") });
        match why {
            Why::Argument(Callee::Item(item), at) => match self.declarations().get(item) {
                Declaration::Function(function) if (at as usize) < function.params.len() => {
                    Some(self.declared(item, Part::Parameter(at), "the parameter is declared here"))
                }
                _ => Some(self.declared(item, Part::Name, "declared here")),
            },
            Why::Result => Some(self.declared(self.item, Part::Result, "the result is declared here")),
            Why::Field(typ, at) => Some(self.declared(typ, Part::Member(at), "the field is declared here")),
            Why::CaseField(typ, case, _) => {
                Some(self.declared(typ, Part::Member(case), "the case is declared here"))
            }
            Why::Branch(node) | Why::Element(_, node) | Why::OtherOperand(_, node) => here(node),
            _ => None,
        }
    }

    pub fn declared(&self, item: ItemId, part: Part, text: &str) -> Asked {
        let name = self.declarations().program().name(item).to_owned();
        Asked { place: Place::Declared(name, part), text: text.to_owned() }
    }

    pub fn callee(&self, callee: Callee<'_>) -> String {
        match callee {
            Callee::Item(item) => self.short(item).to_owned(),
            Callee::Builtin(name) => format!("Builtin.{name}"),
            Callee::Local(name) => name.to_owned(),
            Callee::Expression => "the function".to_owned(),
        }
    }

    /// The name of an item, shortened for the scope of the one that is checked.
    pub fn short(&self, item: ItemId) -> &str {
        render::shortened(self.declarations().program().name(item), self.scope)
    }

    fn member(&self, typ: ItemId, at: u32) -> &str {
        match self.declarations().get(typ) {
            Declaration::Record(declared) | Declaration::Enum(declared) => {
                declared.members.get(at as usize).map_or("", |(name, _)| *name)
            }
            _ => "",
        }
    }

    pub fn report(&mut self, code: Code, node: NodeIndex, message: String, asked: Option<Asked>) {
        let (spot, note, hint) = (Spot::Whole, None, None);
        self.findings.push(Finding { code, node, spot, message, asked, note, hint, suggestions: Vec::new() });
    }
}

fn code(why: Why<'_>) -> Code {
    match why {
        Why::Argument(..) => Code::Argument,
        Why::Result => Code::Result,
        Why::Condition | Why::Guard => Code::Condition,
        Why::Branch(_) | Why::OnlyBranch => Code::Branches,
        Why::Element(..) => Code::List,
        Why::Field(..) | Why::CaseField(..) => Code::Field,
        Why::Operand(_) | Why::OtherOperand(..) => Code::Operator,
        Why::Statement => Code::Statement,
        Why::Interpolation => Code::Interpolation,
    }
}

/// The operator as it is written.
pub fn symbol(op: Infix) -> &'static str {
    match op {
        Infix::Plus => "+",
        Infix::Minus => "-",
        Infix::Multiply => "*",
        Infix::Divide => "/",
        Infix::Modulo => "%",
        Infix::Power => "^",
        Infix::GreaterThan => ">",
        Infix::GreaterThanOrEqual => ">=",
        Infix::LessThan => "<",
        Infix::LessThanOrEqual => "<=",
        Infix::Equals => "==",
        Infix::NotEquals => "!=",
        Infix::StringConcat => "++",
        Infix::And => "&&",
        Infix::Or => "||",
    }
}
