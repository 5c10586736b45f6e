//! The fingerprint of a function's signature, by which a later run finds out whether its callers are to be checked
//! again.

use crate::base::hash::Fingerprint;
use crate::program::lookup::ItemId;
use crate::program::tree::{Definition, Item, Target, TypeRef};
use crate::state::keys::ItemKey;

/// Returns the fingerprint of a function's type parameters, parameter types and result type; zero for other items.
/// `key` returns what identifies an item in every run.
pub fn signature(item: &Item<'_>, key: impl Fn(ItemId) -> ItemKey) -> Fingerprint {
    let Definition::Fn(function) = &item.definition else { return Fingerprint::default() };
    let mut bytes = Vec::with_capacity(64);
    for name in function.type_params {
        put_text(&mut bytes, name);
    }
    let types = function.params.iter().map(|(_, typ)| typ).chain([&function.return_type]);
    put_all(&mut bytes, types, &key);
    Fingerprint::of(&bytes)
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
}

fn put_all<'t>(
    bytes: &mut Vec<u8>,
    types: impl IntoIterator<Item = &'t TypeRef<'t>>,
    key: &impl Fn(ItemId) -> ItemKey,
) {
    bytes.push(b'(');
    for typ in types {
        put_type(bytes, typ, key);
    }
    bytes.push(b')');
}

fn put_type(bytes: &mut Vec<u8>, typ: &TypeRef<'_>, key: &impl Fn(ItemId) -> ItemKey) {
    match typ {
        TypeRef::Primitive(primitive) => bytes.extend_from_slice(&[b'P', *primitive as u8]),
        TypeRef::Stream(inner) => put_applied(bytes, b'S', [&**inner], key),
        TypeRef::List(inner) => put_applied(bytes, b'L', [&**inner], key),
        TypeRef::Dict(inner) => put_applied(bytes, b'D', [&**inner], key),
        TypeRef::Db(inner) => put_applied(bytes, b'B', [&**inner], key),
        TypeRef::Tuple(parts) => put_applied(bytes, b'T', parts, key),
        TypeRef::Fn(args, result) => put_applied(bytes, b'F', args.iter().chain([&**result]), key),
        TypeRef::Variable(name) => {
            bytes.push(b'V');
            put_text(bytes, name);
        }
        TypeRef::Custom(name, args) => {
            match name.resolved {
                Ok(Target::Item(item)) => bytes.extend_from_slice(&key(item).0.to_le_bytes()),
                _ => bytes.push(b'?'),
            }
            put_applied(bytes, b'C', args, key);
        }
    }
}

fn put_applied<'t>(
    bytes: &mut Vec<u8>,
    tag: u8,
    args: impl IntoIterator<Item = &'t TypeRef<'t>>,
    key: &impl Fn(ItemId) -> ItemKey,
) {
    bytes.push(tag);
    put_all(bytes, args, key);
}
