//! Stored bytes by the tables.

use super::ids::{Derived, NodeIds, Zero};
use super::stored;
use super::writer::Writer;
use crate::base::hash::ContentHash;
use crate::base::location::Location;
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::tree::*;

const HASH: ContentHash = ContentHash([0xAB; 32]);
const TARGET_HASH: ContentHash = ContentHash([0xCD; 32]);

/// A lookup of one function.
struct OneFunction(Location);

impl ItemLookup for OneFunction {
    fn kind(&self, _: ItemId) -> ItemKind {
        ItemKind::Fn
    }

    fn location(&self, _: ItemId) -> &Location {
        &self.0
    }

    fn hash(&self, _: ItemId) -> ContentHash {
        TARGET_HASH
    }
}

fn lookup() -> OneFunction {
    OneFunction(Location::new("Own.M.N.f"))
}

fn text(text: &str) -> Vec<u8> {
    [&[text.len() as u8], text.as_bytes()].concat()
}

fn value(body: Expr<'_>) -> Item<'_> {
    Item { id: ItemId(1), description: "why", definition: Definition::Value(body), unresolved: 0 }
}

fn encoded(item: &Item<'_>, ids: &impl NodeIds) -> Vec<u8> {
    let mut out = Writer::new();
    out.blob(|out| stored::payload(out, item, HASH, &lookup(), ids));
    out.into_bytes()
}

/// The blob of a value whose body has these bytes.
fn value_blob(body: &[u8]) -> Vec<u8> {
    let payload = [&text(&HASH.to_hex()), body, &text("why")].concat();
    [&1u32.to_le_bytes()[..], &(payload.len() as u32).to_le_bytes(), &payload].concat()
}

#[test]
fn a_package_name_has_what_was_written_then_its_hash_and_location() {
    let written = ["M", "f"];
    let name = NameRef { written: &written, resolved: Ok(Target::Item(ItemId(0))) };
    let body = [
        &[31, 0, 0, 0, 0, 0, 0, 0, 0, 2][..],
        &text("M"),
        &text("f"),
        &[0, 1],
        &text(&TARGET_HASH.to_hex()),
        &[1],
        &text("Own"),
        &[2],
        &text("M"),
        &text("N"),
        &text("f"),
    ]
    .concat();
    let item = value(Expr { node: 0, kind: ExprKind::FnName(name) });
    assert_eq!(encoded(&item, &Zero), value_blob(&body));
}

#[test]
fn builtins_have_no_location_and_errors_no_target() {
    let builtin = NameRef { written: &[], resolved: Ok(Target::Builtin { name: "x", version: 1 }) };
    let unresolved = NameRef { written: &[], resolved: Err(NameError::InvalidName) };
    let name = |name| Expr { node: 0, kind: ExprKind::ValueName(name) };
    let item = value(Expr { node: 0, kind: ExprKind::List(vec![name(builtin), name(unresolved)]) });
    let head = [15, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let body =
        [&[22, 0, 0, 0, 0, 0, 0, 0, 0, 2][..], &head, &[0, 0], &text("x"), &[1, 0, 0, 0, 0], &head, &[1, 1]]
            .concat();
    assert_eq!(encoded(&item, &Zero), value_blob(&body));
}

#[test]
fn nodes_get_their_ids() {
    let ids = Derived::new(HASH);
    let item = value(Expr { node: 5, kind: ExprKind::Unit });
    assert_eq!(encoded(&item, &ids), value_blob(&[&[14][..], &ids.id(5).to_le_bytes()].concat()));
}

#[test]
fn parts_of_types_have_empty_descriptions() {
    let type_params = ["a"];
    let field = EnumField { label: Some("l"), typ: TypeRef::Variable("a") };
    let cases = vec![EnumCase { name: "A", fields: vec![field] }, EnumCase { name: "B", fields: vec![] }];
    let declaration = TypeDeclaration { type_params: &type_params, body: TypeBody::Enum(cases) };
    let item =
        Item { id: ItemId(1), description: "why", definition: Definition::Type(declaration), unresolved: 0 };
    let body = [
        &[1][..],
        &text("a"),
        &[2],
        &text("A"),
        &[1, 21],
        &text("a"),
        &[1],
        &text("l"),
        &[0, 0, 1],
        &text("B"),
        &[0, 0],
    ]
    .concat();
    assert_eq!(encoded(&item, &Zero), value_blob(&body));
}
