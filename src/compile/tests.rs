//! What the real package set hardly reaches: failures, or-patterns, local functions.

use super::code::Code;
use super::expressions::Compiler;
use super::patterns::MatchRegisters;
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::binary::ids::Zero;
use crate::binary::writer::Writer;
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::tree::*;

/// Item `n` has a hash of `n`s.
struct Numbered(Location);

impl ItemLookup for Numbered {
    fn kind(&self, _: ItemId) -> ItemKind {
        ItemKind::Fn
    }

    fn location(&self, _: ItemId) -> &Location {
        &self.0
    }

    fn hash(&self, item: ItemId) -> ContentHash {
        ContentHash([item.0 as u8; 32])
    }
}

/// The frame of a function of one parameter, `p`.
fn frame(body: Expr<'_>) -> Vec<u8> {
    let lookup = Numbered(Location::new("Owner.name"));
    let mut out = Writer::new();
    let params = [("p", TypeRef::Primitive(Primitive::Unit))];
    let code = Code::new(&lookup, &mut out);
    Compiler::new(ContentHash([0; 32]), &lookup, &Zero, code).body(&params, &body);
    out.into_bytes()
}

fn e(kind: ExprKind<'_>) -> Expr<'_> {
    Expr { node: 0, kind }
}

fn boxed(kind: ExprKind<'_>) -> Box<Expr<'_>> {
    Box::new(e(kind))
}

fn variable(name: &str) -> Expr<'_> {
    e(ExprKind::Variable(name))
}

fn apply<'a>(callee: &'a str, arg: &'a str) -> ExprKind<'a> {
    ExprKind::Apply { callee: Box::new(variable(callee)), type_args: vec![], args: vec![variable(arg)] }
}

fn lambda<'a>(parameter: &'a str, body: ExprKind<'a>) -> ExprKind<'a> {
    let pattern = LetPattern { node: 0, kind: LetPatternKind::Variable(parameter) };
    ExprKind::Lambda(Lambda { patterns: vec![pattern], body: boxed(body) })
}

fn binding<'a>(name: &'a str, value: ExprKind<'a>, body: ExprKind<'a>) -> ExprKind<'a> {
    let pattern = LetPattern { node: 0, kind: LetPatternKind::Variable(name) };
    ExprKind::Let { pattern, value: boxed(value), body: boxed(body) }
}

fn m(kind: MatchPatternKind<'_>) -> MatchPattern<'_> {
    MatchPattern { node: 0, kind }
}

fn pair<'a>(first: &'a str, second: &'a str) -> MatchPattern<'a> {
    let part = |name| m(MatchPatternKind::Variable(name));
    m(MatchPatternKind::Tuple(vec![part(first), part(second)]))
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// An instruction whose operands are all `i32`.
fn instruction(tag: u8, operands: &[i32]) -> Vec<u8> {
    let mut bytes = vec![tag];
    operands.iter().for_each(|operand| bytes.extend(operand.to_le_bytes()));
    bytes
}

#[test]
fn jumps_skip_to_the_other_branch_and_to_the_end() {
    let body = ExprKind::If {
        condition: Box::new(variable("p")),
        then: boxed(ExprKind::Unit),
        otherwise: Some(boxed(ExprKind::Arg(0))),
    };
    let mut load_unit = instruction(0, &[2]);
    load_unit.push(0);
    let expected = [
        vec![3, 5],
        instruction(6, &[3, 0]),
        load_unit,
        instruction(1, &[1, 2]),
        instruction(7, &[1]),
        instruction(1, &[1, 0]),
        1_i32.to_le_bytes().to_vec(),
    ];
    assert_eq!(frame(e(body)), expected.concat());
}

#[test]
fn a_guard_that_fails_goes_on_to_the_next_case() {
    let case = |guard| MatchCase { pattern: m(MatchPatternKind::Unit), guard, body: e(ExprKind::Arg(0)) };
    let cases = vec![case(Some(e(ExprKind::Arg(0)))), case(None)];
    let check = |miss: i32| {
        let mut bytes = instruction(8, &[0]);
        bytes.push(0);
        bytes.extend(miss.to_le_bytes());
        bytes
    };
    let expected = [
        vec![2, 8],
        check(3),
        instruction(6, &[2, 0]),
        instruction(1, &[1, 0]),
        instruction(7, &[4]),
        check(2),
        instruction(1, &[1, 0]),
        instruction(7, &[1]),
        instruction(9, &[0]),
        1_i32.to_le_bytes().to_vec(),
    ];
    assert_eq!(frame(e(ExprKind::Match { arg: boxed(ExprKind::Arg(0)), cases })), expected.concat());
}

#[test]
fn a_name_that_means_nothing_fails_where_it_stands() {
    let written = ["No"];
    let name = NameRef { written: &written, resolved: Err(NameError::InvalidName) };
    let raise = [20, 1, 2, b'N', b'o', 1];

    let value = frame(e(ExprKind::ValueName(name)));
    assert_eq!(value, [&[1, 1], &raise[..], &1_i32.to_le_bytes()].concat());

    let fields = vec![variable("p")];
    let enumeration = frame(e(ExprKind::Enum { typ: name, type_args: vec![], case: "Case", fields }));
    assert_eq!(enumeration, [&[1, 1], &raise[..], &0_i32.to_le_bytes()].concat());
}

#[test]
fn alternatives_share_the_registers_of_their_common_variables() {
    let pattern = m(MatchPatternKind::Or(vec![pair("y", "x"), pair("x", "y"), pair("x", "y")]));
    let registers = MatchRegisters::assign(&pattern, 5);
    assert_eq!(registers.places, [6, 5, 5, 6, 5, 6]);
    assert_eq!(registers.bound, [("x", 5), ("y", 6)]);
    assert_eq!(registers.next, 7);
}

#[test]
fn an_or_pattern_forgets_what_was_bound_before_it() {
    let alternatives = m(MatchPatternKind::Or(vec![pair("x", "y"), pair("x", "z")]));
    let before = m(MatchPatternKind::Variable("before"));
    let after = m(MatchPatternKind::Variable("after"));
    let pattern = m(MatchPatternKind::Tuple(vec![before, alternatives, after]));
    let registers = MatchRegisters::assign(&pattern, 0);
    assert_eq!(registers.places, [0, 1, 2, 1, 2, 3]);
    assert_eq!(registers.bound, [("x", 1), ("after", 3)]);
}

#[test]
fn a_local_function_finds_itself_in_a_register_of_its_own() {
    // let f = fun x -> f p in f
    let bytes = frame(e(binding("f", lambda("x", apply("f", "p")), ExprKind::Variable("f"))));
    let head = [instruction(18, &[1]), vec![0; 8], instruction(0, &[0]), vec![0]].concat();
    let captures = instruction(1, &[0, 2]);
    let own_register = instruction(1, &[1]);
    let body =
        [vec![4, 1], instruction(19, &[3, 1]), vec![0], 2_i32.to_le_bytes().to_vec(), vec![0]].concat();
    let ends = [3_i32.to_le_bytes(), 1_i32.to_le_bytes()].concat();
    assert_eq!(bytes, [vec![2, 1], head, captures, own_register, body, ends].concat());
}

#[test]
fn a_call_to_a_later_local_function_says_that_it_cannot_work() {
    // let f = fun x -> g x in let g = fun y -> y in f
    let rest = binding("g", lambda("y", ExprKind::Variable("y")), ExprKind::Variable("f"));
    let bytes = frame(e(binding("f", lambda("x", apply("g", "x")), rest)));
    assert!(contains(&bytes, "`g` (forward calls between nested functions aren't supported"));
}

#[test]
fn a_local_function_may_not_share_its_name_with_an_item_that_it_uses() {
    let written = ["f"];
    let name = NameRef { written: &written, resolved: Ok(Target::Item(ItemId(7))) };
    let bytes = frame(e(binding("f", lambda("x", ExprKind::FnName(name)), ExprKind::Unit)));
    assert!(contains(&bytes, "Nested function name `f`"));
}

#[test]
fn a_variable_that_is_only_piped_into_is_not_captured() {
    // fun x -> x |> p
    let part = PipePart { node: 0, kind: PipePartKind::Variable { name: "p", args: vec![] } };
    let pipe = ExprKind::Pipe { head: Box::new(variable("x")), parts: vec![part] };
    let mut not_found = instruction(21, &[1]);
    not_found.extend([1, b'p']);
    let bytes = frame(e(lambda("x", pipe)));
    assert!(bytes.windows(not_found.len()).any(|window| window == not_found));
}
