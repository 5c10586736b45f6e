//! Payloads and ids of ops by the tables.

use super::{OpId, payload};
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::binary::writer::Writer;

const HASH: ContentHash = ContentHash([0xAB; 32]);

fn text(text: &str) -> Vec<u8> {
    [&[text.len() as u8], text.as_bytes()].concat()
}

#[test]
fn a_name_is_set_by_location_and_reference() {
    let mut out = Writer::new();
    payload::set_name(&mut out, &Location::new("Own.f"), ItemKind::Fn, HASH);
    let expected = [&[3][..], &text("Own"), &[0], &text("f"), &[2], &text(&HASH.to_hex())].concat();
    assert_eq!(out.bytes(), expected);
}

#[test]
fn an_op_id_is_half_a_hash_in_the_byte_order_of_dotnet() {
    let mut hash = [0xFF; 32];
    hash[..16].copy_from_slice(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    let id = OpId::of(ContentHash(hash)).to_text();
    assert_eq!(id, "03020100-0504-0706-0809-0a0b0c0d0e0f");
}
