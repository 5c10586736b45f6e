//! Canonical bytes by the tables, and hashes of tiny items that Darklang computed.

use super::canonical::{Canonical, Reference, canonicalize};
use super::content::{self, Member};
use super::transcript::{Filling, transcribe};
use crate::base::hash::ContentHash;
use crate::base::location::Location;
use crate::binary::tags::{exprs, let_patterns, match_patterns};
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::tree::*;

const VALUE: u8 = 2;

fn expr(kind: ExprKind<'_>) -> Expr<'_> {
    Expr { node: 0, kind }
}

fn variable(name: &str) -> Expr<'_> {
    expr(ExprKind::Variable(name))
}

fn let_in<'a>(name: &'a str, value: Expr<'a>, body: Expr<'a>) -> Expr<'a> {
    let pattern = LetPattern { node: 0, kind: LetPatternKind::Variable(name) };
    expr(ExprKind::Let { pattern, value: Box::new(value), body: Box::new(body) })
}

fn bound(name: &str) -> MatchPattern<'_> {
    MatchPattern { node: 0, kind: MatchPatternKind::Variable(name) }
}

fn canonical(definition: Definition<'_>) -> Canonical {
    canonicalize(&Item { id: ItemId(0), description: "", definition, unresolved: 0 })
}

fn value_bytes(body: Expr<'_>) -> Vec<u8> {
    canonical(Definition::Value(body)).bytes.into()
}

fn text(text: &str) -> Vec<u8> {
    [&[text.len() as u8], text.as_bytes()].concat()
}

#[test]
fn names_of_bound_variables_do_not_count_and_free_ones_do() {
    let body = |name| let_in(name, expr(ExprKind::Unit), variable(name));
    assert_eq!(value_bytes(body("x")), value_bytes(body("other")));
    assert_ne!(value_bytes(variable("x")), value_bytes(variable("other")));
}

#[test]
fn variables_bound_in_the_value_of_a_let_are_numbered_first() {
    let inner = let_in("b", expr(ExprKind::Unit), variable("b"));
    let expected = [
        &[VALUE, exprs::LET.0, let_patterns::VARIABLE.0][..],
        &text("$1"),
        &[exprs::LET.0, let_patterns::VARIABLE.0],
        &text("$0"),
        &[exprs::UNIT.0, exprs::VARIABLE.0],
        &text("$0"),
        &[exprs::VARIABLE.0],
        &text("$1"),
    ]
    .concat();
    assert_eq!(value_bytes(let_in("a", inner, variable("a"))), expected);
}

#[test]
fn a_scope_ends_with_its_expression() {
    let inner = let_in("b", expr(ExprKind::Unit), variable("b"));
    let bytes = value_bytes(let_in("a", inner, variable("b")));
    assert!(bytes.ends_with(&[exprs::VARIABLE.0, 1, b'b']));
}

#[test]
fn alternatives_bind_once_and_a_repeated_name_is_its_later_number() {
    let or = MatchPattern { node: 0, kind: MatchPatternKind::Or(vec![bound("x"), bound("x")]) };
    let tuple = MatchPattern { node: 0, kind: MatchPatternKind::Tuple(vec![bound("y"), or, bound("y")]) };
    let case = MatchCase { pattern: tuple, guard: None, body: variable("y") };
    let arg = Box::new(expr(ExprKind::Unit));
    let pattern = |name| [&[match_patterns::VARIABLE.0][..], &text(name)].concat();
    let expected = [
        &[VALUE, exprs::MATCH.0, exprs::UNIT.0, 1, match_patterns::TUPLE.0][..],
        &pattern("$2"),
        &[match_patterns::OR.0],
        &pattern("$1"),
        &[1],
        &pattern("$1"),
        &[1],
        &pattern("$2"),
        &[0, exprs::VARIABLE.0],
        &text("$2"),
    ]
    .concat();
    assert_eq!(value_bytes(expr(ExprKind::Match { arg, cases: vec![case] })), expected);
}

fn mention(item: u32) -> Expr<'static> {
    expr(ExprKind::FnName(NameRef { written: &[], resolved: Ok(Target::Item(ItemId(item))) }))
}

#[test]
fn references_keep_their_places_when_a_let_is_put_in_order() {
    let found = canonical(Definition::Value(let_in("a", mention(7), mention(3))));
    let value_at = [VALUE, exprs::LET.0, let_patterns::VARIABLE.0].len() + text("$0").len() + 2;
    let expected = [
        Reference { offset: value_at as u32, item: ItemId(7), kind: ItemKind::Fn },
        Reference { offset: value_at as u32 + 2, item: ItemId(3), kind: ItemKind::Fn },
    ];
    assert_eq!(*found.references, expected);
    assert_eq!(found.mentions(), [ItemId(7), ItemId(3)]);
    assert_eq!(found.dependencies(), [ItemId(3), ItemId(7)]);
}

struct Functions(Vec<Location>);

impl ItemLookup for Functions {
    fn kind(&self, _: ItemId) -> ItemKind {
        ItemKind::Fn
    }

    fn location(&self, item: ItemId) -> &Location {
        &self.0[item.index()]
    }

    fn hash(&self, item: ItemId) -> ContentHash {
        ContentHash([item.0 as u8; 32])
    }
}

fn lookup() -> Functions {
    Functions(["A.a", "A.b", "A.c"].map(Location::new).into())
}

#[test]
fn tiny_items_hash_as_in_darklang() {
    let literal = IntLiteral::Int("120");
    let value = canonical(Definition::Value(expr(ExprKind::Int(&literal))));
    let expected = "e7f37715de391a78e8a474f4baf644a428f5241f5095a7060de4955b87aaaddd";
    assert_eq!(content::alone(&value, &lookup()).to_string(), expected);

    let unresolved = NameRef { written: &[], resolved: Err(NameError::NotFound) };
    let body = TypeBody::Alias(TypeRef::Custom(unresolved, vec![]));
    let alias = canonical(Definition::Type(TypeDeclaration { type_params: &[], body }));
    let expected = "db787a2d64f7ee9a1adcc2eeb4c7b8b686fbb4d0c2aea7ec512d3f9b0d3aa471";
    assert_eq!(content::alone(&alias, &lookup()).to_string(), expected);
}

#[test]
fn a_reference_is_hashed_by_hash_outside_the_group_and_by_name_inside() {
    let lookup = lookup();
    let found = canonical(Definition::Value(mention(1)));
    let head = [VALUE, exprs::FN_NAME.0, 0];
    let by_hash = [&head[..], &[1], &text(&lookup.hash(ItemId(1)).to_hex())].concat();
    assert_eq!(content::alone(&found, &lookup), content::of_bytes(&by_hash));

    let other = canonical(Definition::Value(mention(0)));
    let by_name = |name| [&head[..], &[2], &text(name)].concat();
    let group = content::of_bytes(&[by_name("A.b"), by_name("A.a")].concat());
    let member = |name| content::of_bytes(&[text(&group.to_hex()), text(name)].concat());
    let members = [Member { id: ItemId(0), canonical: &found }, Member { id: ItemId(1), canonical: &other }];
    assert_eq!(content::group(&members, &lookup), [member("A.a"), member("A.b")]);
}

/// The value of a let is written before its pattern and shown after it, as its bytes are; a name that the value
/// ends with has no bytes until it is hashed.
#[test]
fn a_transcript_shows_each_node_with_the_offset_of_its_bytes() {
    let written = ["f"];
    let name = NameRef { written: &written, resolved: Ok(Target::Item(ItemId(7))) };
    let body = let_in("a", expr(ExprKind::FnName(name)), variable("a"));
    let item = Item { id: ItemId(0), description: "", definition: Definition::Value(body), unresolved: 0 };
    let fill = |reference: &Reference| Filling { length: 66, text: format!("item {}", reference.item.0) };
    let expected = [
        "     0  value",
        "     1    let",
        "     2      variable \"$0\"",
        "     6      fn name item 7",
        "    74      variable \"$0\"",
        "",
    ];
    assert_eq!(transcribe(&item, fill), expected.join("\n"));
}
