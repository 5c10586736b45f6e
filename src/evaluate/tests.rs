//! What no source reaches: damaged bytes, bounds, and patterns on their own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::budget::{Budget, LIMITS, Limits};
use super::code::{Frame, Instruction, MatchPattern};
use super::integer::Integer;
use super::list::List;
use super::patterns::matches;
use super::refusal::{Exhausted, Refusal};
use super::value::{FnName, Value};
use super::{Lookup, evaluate, read_code, read_values, written};
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::base::parallel::on_large_stack;
use crate::binary::writer::Writer;
use crate::compile::code::tag;
use crate::compile::constants;

fn int64(value: i64) -> Value {
    Value::Integer(Integer::Int64(value))
}

fn hash(byte: u8) -> ContentHash {
    ContentHash([byte; 32])
}

#[test]
fn an_alternative_that_fails_binds_nothing() {
    let literal = |value| MatchPattern::Literal(int64(value));
    let first = MatchPattern::Tuple(vec![MatchPattern::Variable(7), literal(1)]);
    let second = MatchPattern::Tuple(vec![literal(5), MatchPattern::Variable(8)]);
    let mut bound = Vec::new();
    let value = Value::Tuple([int64(5), int64(2)].into());
    assert!(matches(&MatchPattern::Or(vec![first, second]), &value, &mut bound));
    let registers: Vec<u32> = bound.iter().map(|(register, _)| *register).collect();
    assert_eq!(registers, [8]);
}

#[test]
fn lists_share_their_tails_and_are_freed_without_recursion() {
    let long = List::default().after((0..2_000_000).map(int64));
    let (_, tail) = long.split_first().unwrap();
    let other = tail.push(int64(9));
    assert_eq!((long.len(), other.len()), (2_000_000, 2_000_000));
    drop(long);
    assert_eq!(other.iter().count(), 2_000_000);
}

/// Values by hash, as frames that are written by hand.
#[derive(Default)]
struct Frames {
    instructions: BTreeMap<ContentHash, Vec<u8>>,
    results: BTreeMap<ContentHash, Vec<u8>>,
}

impl Lookup for Frames {
    fn function(&self, _: ContentHash) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn type_definition(&self, _: ContentHash) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn result(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        self.results.get(&hash).map(|bytes| Cow::Borrowed(&**bytes))
    }

    fn instructions(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        self.instructions.get(&hash).map(|bytes| Cow::Borrowed(&**bytes))
    }

    fn is_harmful(&self, _: ContentHash) -> bool {
        false
    }
}

/// A frame of one register.
fn frame(instructions: &[&dyn Fn(&mut Writer)]) -> Vec<u8> {
    let mut out = Writer::new();
    out.varint(1);
    out.list(instructions, |out, instruction| instruction(out));
    out.i32(0);
    out.into_bytes()
}

fn load_value(of: ContentHash) -> impl Fn(&mut Writer) {
    move |out| {
        out.byte(tag::LOAD_VALUE);
        out.i32(0);
        out.byte(crate::binary::tags::names::TERM_PACKAGE);
        out.hash(of);
    }
}

fn load_unit(to: i32) -> impl Fn(&mut Writer) {
    move |out| {
        out.byte(tag::LOAD);
        out.i32(to);
        out.byte(constants::tag::UNIT);
    }
}

#[test]
fn a_value_that_needs_itself_fails() {
    let mut frames = Frames::default();
    frames.instructions.insert(hash(1), frame(&[&load_value(hash(2))]));
    frames.instructions.insert(hash(2), frame(&[&load_value(hash(1))]));
    let results = evaluate([hash(1), hash(2)], &frames, LIMITS);
    assert!(results.iter().all(|result| matches!(result, Err(Refusal::Fails(_)))), "{results:?}");
}

#[test]
fn each_value_has_a_budget_of_its_own() {
    // Each of the chain needs the one before, and takes one step.
    let mut frames = Frames::default();
    frames.instructions.insert(hash(0), frame(&[&load_unit(0)]));
    for byte in 1..100 {
        frames.instructions.insert(hash(byte), frame(&[&load_value(hash(byte - 1))]));
    }
    let limits = Limits { steps: 3, ..LIMITS };
    for order in [(0..100).collect::<Vec<u8>>(), (0..100).rev().collect()] {
        let results = evaluate(order.into_iter().map(hash), &frames, limits);
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }
    let many = frame(&[&load_unit(0), &load_unit(0), &load_unit(0), &load_unit(0)]);
    frames.instructions.insert(hash(200), many);
    assert_eq!(evaluate([hash(200)], &frames, limits), [Err(Refusal::Budget(Exhausted::Steps))]);
    let narrow = Limits { bytes: 1, ..LIMITS };
    assert_eq!(evaluate([hash(0)], &frames, narrow), [Err(Refusal::Budget(Exhausted::Memory))]);
    // Of a long list of numbers the code alone takes more than a value may.
    frames.instructions.insert(hash(201), vec![0; 7 << 20]);
    assert_eq!(evaluate([hash(201)], &frames, LIMITS), [Err(Refusal::Budget(Exhausted::Memory))]);
}

#[test]
fn a_chain_of_values_may_be_long_but_not_endless() {
    let chained = |length: usize| {
        let name = |at: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&(at as u64).to_le_bytes());
            ContentHash(bytes)
        };
        let mut frames = Frames::default();
        frames.instructions.insert(name(0), frame(&[&load_unit(0)]));
        for at in 1..length {
            frames.instructions.insert(name(at), frame(&[&load_value(name(at - 1))]));
        }
        evaluate([name(length - 1)], &frames, LIMITS).remove(0)
    };
    let results = on_large_stack(|| (chained(5_000), chained(20_000))).unwrap();
    assert!(results.0.is_ok());
    assert_eq!(results.1, Err(Refusal::Budget(Exhausted::Depth)));
}

#[test]
fn a_result_that_cannot_be_read_is_evaluated_again() {
    let mut frames = Frames::default();
    frames.results.insert(hash(1), vec![2]);
    assert_eq!(evaluate([hash(1)], &frames, LIMITS), [Err(Refusal::Missing(ItemKind::Value, hash(1)))]);
    frames.instructions.insert(hash(1), frame(&[&load_unit(0)]));
    assert!(evaluate([hash(1)], &frames, LIMITS)[0].is_ok());
}

#[test]
fn instructions_beyond_their_frame_are_damage() {
    let mut frames = Frames::default();
    frames.instructions.insert(hash(1), frame(&[&load_unit(1)]));
    frames.instructions.insert(hash(2), frame(&[&load_unit(-1)]));
    let results = evaluate([hash(1), hash(2)], &frames, LIMITS);
    assert!(results.iter().all(|result| matches!(result, Err(Refusal::Damaged(_)))), "{results:?}");
}

#[test]
fn what_is_read_back_is_what_was_written() {
    let budget = Budget::new(LIMITS);
    let conformance = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");
    let mut without_lambda = 0;
    for set in ["set", "more"] {
        let text = std::fs::read_to_string(format!("{conformance}/{set}/values.tsv")).unwrap();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let blob = bytes(fields[1]);
            let Ok(value) = read_values::stored_value(&blob) else { continue };
            without_lambda += 1;
            let hash = ContentHash::from_hex(fields[0]).unwrap();
            assert_eq!(written::rt_dval(hash, &value, &budget).unwrap().0, blob, "{hash}");
            assert_eq!(written::value_type(&value.type_of(&budget).unwrap()), bytes(fields[2]), "{hash}");
        }
    }
    assert!(without_lambda > 220, "only {without_lambda}");
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn damaged_rows_are_refused_without_a_panic() {
    let store = concat!("file:", env!("CARGO_MANIFEST_DIR"), "/tests/conformance/more/loaded.db?immutable=1");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI;
    let store = rusqlite::Connection::open_with_flags(store, flags).unwrap();
    let column = |select: &str| -> Vec<Vec<u8>> {
        let mut rows = store.prepare(select).unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let functions = column("SELECT rt_instrs FROM package_functions");
    let types = column("SELECT rt_def FROM package_types");
    let values = column("SELECT rt_dval FROM package_values");
    let mut refused = 0;
    let mut read = |blob: &[u8], kind: ItemKind| {
        let result = match kind {
            ItemKind::Fn => read_code::function(blob).map(|_| ()),
            ItemKind::Type => read_code::type_definition(blob).map(|_| ()),
            ItemKind::Value => read_values::stored_value(blob).map(|_| ()),
        };
        refused += usize::from(result.is_err());
    };
    for (kind, blobs) in [(ItemKind::Fn, functions), (ItemKind::Type, types), (ItemKind::Value, values)] {
        for blob in blobs {
            for at in 0..blob.len() {
                read(&blob[..at], kind);
                let mut flipped = blob.clone();
                flipped[at] ^= 1 << (at % 8);
                read(&flipped, kind);
            }
        }
    }
    assert!(refused > 10_000, "{refused}");
}

#[test]
fn a_frame_is_read_back_instruction_by_instruction() {
    let read: Frame = read_code::value(&frame(&[&load_unit(0), &load_value(hash(3))])).unwrap();
    let [Instruction::Load(0, Value::Unit), Instruction::LoadValue(0, FnName::Package(name))] =
        &read.instructions[..]
    else {
        panic!("{:?}", read.instructions)
    };
    assert_eq!((read.registers, read.result, *name), (1, 0, hash(3)));
}
