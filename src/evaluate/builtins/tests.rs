//! The built-ins at their edges.

use num_bigint::BigInt;

use super::{TABLES, VERSION, function, refuse, value};
use crate::base::location::ItemKind;
use crate::evaluate::budget::{Budget, LIMITS};
use crate::evaluate::integer::{
    DIVISION_BY_ZERO, Integer, NEGATIVE_EXPONENT, NEGATIVE_MODULUS, OUT_OF_RANGE, ZERO_MODULUS,
};
use crate::evaluate::refusal::{Exhausted, Refusal, Result};
use crate::evaluate::value::{Key, Value, list};
use crate::evaluate::value_types::ValueType;
use crate::link::builtins;

fn call(name: &str, args: &[Value]) -> Result<Value> {
    let builtin = function(name).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    assert_eq!(builtin.signature.params.len(), args.len(), "{name}");
    builtin.run(args, &Budget::new(LIMITS))
}

/// A value in short.
fn shown(result: Result<Value>) -> String {
    let all = |values: &mut dyn Iterator<Item = Value>| {
        values.map(|value| shown(Ok(value))).collect::<Vec<_>>().join(" ")
    };
    match result {
        Ok(Value::Integer(value)) => value.to_decimal(),
        Ok(Value::Float(value)) => format!("{value:?}"),
        Ok(Value::Bool(value)) => value.to_string(),
        Ok(Value::String(text) | Value::Char(text)) => text.to_string(),
        Ok(Value::List(_, items)) => format!("[{}]", all(&mut items.iter().cloned())),
        Ok(Value::Tuple(parts)) => format!("({})", all(&mut parts.iter().cloned())),
        Ok(Value::Dict(_, entries)) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{}={}", key.0, shown(Ok(value.clone()))));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
        }
        Ok(other) => format!("{other:?}"),
        Err(Refusal::Fails(what)) => what.to_owned(),
        Err(refusal) => refusal.kind().to_owned(),
    }
}

fn int(value: i64) -> Value {
    Value::Integer(Integer::Int(value.into()))
}

fn big(decimal: &str) -> Value {
    Value::Integer(Integer::Int(decimal.parse::<BigInt>().unwrap().into()))
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn floats(values: &[f64]) -> Vec<Value> {
    values.iter().copied().map(Value::Float).collect()
}

fn dict(keys: &[&str]) -> Value {
    let entries = keys.iter().map(|key| (Key::from(*key), int(key.len() as i64))).collect();
    Value::Dict(ValueType::Primitive(crate::program::tree::Primitive::Int), std::rc::Rc::new(entries))
}

/// Each row: a built-in, its arguments, and the result.
#[track_caller]
fn check(cases: &[(&str, Vec<Value>, &str)]) {
    for (name, args, expected) in cases {
        assert_eq!(shown(call(name, args)), *expected, "{name} {args:?}");
    }
}

/// Two integers of the same kind.
macro_rules! two {
    ($kind:ident, $left:expr, $right:expr) => {
        vec![Value::Integer(Integer::$kind($left)), Value::Integer(Integer::$kind($right))]
    };
}

#[test]
fn integers_of_a_fixed_width_wrap_around() {
    check(&[
        ("int8Add", two!(Int8, i8::MAX, 1), "-128"),
        ("int8Subtract", two!(Int8, i8::MIN, 1), "127"),
        ("uint8Subtract", two!(UInt8, 0, 1), "255"),
        ("int16Multiply", two!(Int16, i16::MAX, 2), "-2"),
        ("uint16Add", two!(UInt16, u16::MAX, 2), "1"),
        ("int32Subtract", two!(Int32, i32::MIN, 1), "2147483647"),
        ("uint32Add", two!(UInt32, u32::MAX, 1), "0"),
        ("int64Multiply", two!(Int64, i64::MAX, 2), "-2"),
        ("uint64Multiply", two!(UInt64, u64::MAX, 2), "18446744073709551614"),
        ("int128Add", two!(Int128, i128::MAX, 1), "-170141183460469231731687303715884105728"),
        ("uint128Subtract", two!(UInt128, 0, 1), "340282366920938463463374607431768211455"),
        ("add", two!(Int8, 100, 100), "-56"),
        ("int8Negate", vec![Value::Integer(Integer::Int8(i8::MIN))], "-128"),
        ("int64Negate", vec![Value::Integer(Integer::Int64(i64::MIN))], "-9223372036854775808"),
        ("int64Divide", two!(Int64, i64::MIN, -1), "-9223372036854775808"),
        ("int8Power", two!(Int8, 2, 7), "-128"),
        ("int64Power", two!(Int64, 3, i64::MAX), "-6148914691236517205"),
        ("uint64Power", two!(UInt64, 2, 64), "0"),
        ("int64Power", two!(Int64, 0, 0), "1"),
    ]);
}

#[test]
fn an_int_has_no_bounds() {
    let large = "170141183460469231731687303715884105728";
    check(&[
        ("intAdd", vec![int(i64::MAX), int(1)], "9223372036854775808"),
        ("intSubtract", vec![big("9223372036854775808"), int(1)], "9223372036854775807"),
        (
            "intMultiply",
            vec![big(large), big(large)],
            "28948022309329048855892746252171976963317496166410141009864396001978282409984",
        ),
        ("intNegate", vec![int(i64::MIN)], "9223372036854775808"),
        ("intDivide", vec![int(-7), int(2)], "-3"),
        ("intDivide", vec![big(&format!("-{large}")), int(2)], "-85070591730234615865843651857942052864"),
        ("intMod", vec![int(-7), int(3)], "2"),
        ("intMod", vec![big(&format!("-{large}")), int(7)], "5"),
        ("intPower", vec![int(2), int(100)], "1267650600228229401496703205376"),
        ("intPower", vec![int(-1), big(large)], "1"),
        ("intPower", vec![int(2), big(large)], OUT_OF_RANGE),
        ("intLessThan", vec![big(&format!("-{large}")), int(i64::MIN)], "true"),
        ("intToString", vec![big(large)], large),
        ("intFromUInt64", vec![Value::Integer(Integer::UInt64(u64::MAX))], "18446744073709551615"),
        ("intToFloat", vec![int(1 << 53)], "9007199254740992.0"),
        ("intToFloat", vec![big(large)], "unsupported"),
    ]);
    // Both are one number, however they came to be.
    let again = call("intSubtract", &[big("9223372036854775808"), int(1)]).unwrap();
    assert_eq!(shown(call("equals", &[again, int(i64::MAX)])), "true");
}

#[test]
fn what_darklang_raises_is_a_failure() {
    check(&[
        ("int64Divide", two!(Int64, 1, 0), DIVISION_BY_ZERO),
        ("uint8Divide", two!(UInt8, 1, 0), DIVISION_BY_ZERO),
        ("intDivide", vec![int(1), int(0)], DIVISION_BY_ZERO),
        ("int64Mod", two!(Int64, 1, 0), ZERO_MODULUS),
        ("int64Mod", two!(Int64, 1, -2), NEGATIVE_MODULUS),
        ("int64Mod", two!(Int64, i64::MIN, i64::MAX), "9223372036854775806"),
        ("intMod", vec![int(1), int(-2)], NEGATIVE_MODULUS),
        ("int32Power", two!(Int32, 2, -1), NEGATIVE_EXPONENT),
        ("intPower", vec![int(2), int(-1)], NEGATIVE_EXPONENT),
        ("modulo", floats(&[1.0, 0.0]), ZERO_MODULUS),
        ("modulo", floats(&[1.0, -1.0]), NEGATIVE_MODULUS),
        (
            "add",
            vec![int(1), Value::Float(1.0)],
            "an operator between values that are no numbers of one type",
        ),
        (
            "lessThan",
            vec![text("a"), text("b")],
            "an operator between values that are no numbers of one type",
        ),
        ("power", two!(Int128, 2, 2), "an operator between values that are no numbers of one type"),
        ("negate", vec![Value::Integer(Integer::UInt8(1))], "a negative of a number without sign"),
        ("equals", vec![int(1), text("1")], "an equality of values of different types"),
        ("floatFloor", floats(&[f64::NAN]), OUT_OF_RANGE),
        ("floatRound", floats(&[f64::INFINITY]), OUT_OF_RANGE),
        ("stringRepeat", vec![text("a"), big("9223372036854775808")], OUT_OF_RANGE),
    ]);
}

#[test]
fn floats_follow_ieee() {
    let nan = f64::NAN;
    check(&[
        ("floatDivide", floats(&[1.0, 0.0]), "inf"),
        ("floatDivide", floats(&[0.0, 0.0]), "NaN"),
        ("divide", floats(&[-1.0, 0.0]), "-inf"),
        ("floatMultiply", floats(&[f64::MAX, 2.0]), "inf"),
        ("modulo", floats(&[-1.0, 3.0]), "2.0"),
        ("modulo", floats(&[1.0, nan]), "NaN"),
        ("floatSqrt", floats(&[-1.0]), "NaN"),
        ("floatLessThan", floats(&[nan, 1.0]), "false"),
        ("floatGreaterThanOrEqualTo", floats(&[nan, nan]), "false"),
        ("equals", floats(&[nan, nan]), "false"),
        ("notEquals", floats(&[nan, nan]), "true"),
        ("equals", floats(&[0.0, -0.0]), "true"),
        ("floatIsNaN", floats(&[nan]), "true"),
        ("negate", floats(&[0.0]), "-0.0"),
        ("floatRound", floats(&[2.5]), "2"),
        ("floatRound", floats(&[-3.5]), "-4"),
        ("floatFloor", floats(&[-1.5]), "-2"),
        ("floatTruncate", floats(&[-1.5]), "-1"),
        ("floatCeiling", floats(&[1e30]), "1000000000000000019884624838656"),
        ("power", floats(&[2.0, 0.5]), "unsupported"),
    ]);
}

#[test]
fn floats_are_written_as_dotnet_writes_twelve_digits() {
    check(&[
        ("floatToString", floats(&[1.0]), "1.0"),
        ("floatToString", floats(&[0.1 + 0.2]), "0.3"),
        ("floatToString", floats(&[-0.0]), "-0.0"),
        ("floatToString", floats(&[1.0 / 3.0]), "0.333333333333"),
        ("floatToString", floats(&[123_456_789_012.0]), "123456789012.0"),
        ("floatToString", floats(&[1_234_567_890_123.0]), "1.23456789012e+12"),
        ("floatToString", floats(&[1e15]), "1e+15.0"),
        ("floatToString", floats(&[0.000_01]), "1e-05.0"),
        ("floatToString", floats(&[0.000_123]), "0.000123"),
        ("floatToString", floats(&[999_999_999_999.9]), "1e+12.0"),
        ("floatToString", floats(&[-1.5e-7]), "-1.5e-07"),
        ("floatToString", floats(&[f64::NAN]), "NaN"),
        ("floatToString", floats(&[f64::NEG_INFINITY]), "-Infinity"),
    ]);
}

#[test]
fn text_counts_in_clusters_and_joins_in_normal_form() {
    check(&[
        ("stringLength", vec![text("👩‍👧é")], "2"),
        ("stringLength", vec![text("a\r\nb")], "3"),
        ("stringLength", vec![text("")], "0"),
        ("stringLength", vec![text("क्षि")], "unsupported"),
        ("stringReverse", vec![text("ab👩‍👧")], "👩‍👧ba"),
        ("stringToList", vec![text("e\u{301}x")], "[e\u{301} x]"),
        // An accent that meets its letter becomes one character.
        ("stringAppend", vec![text("e"), text("\u{301}")], "é"),
        ("stringJoin", vec![strings(&["e", "a"]), text("\u{301}")], "éa"),
        ("stringJoin", vec![strings(&[]), text(",")], ""),
        ("stringRepeat", vec![text("\u{301}e"), int(2)], "\u{301}e\u{301}e"),
        ("stringRepeat", vec![text("a"), int(-1)], ""),
        ("stringToUppercase", vec![text("straße µ ÿ")], "STRAßE Μ Ÿ"),
        ("stringToLowercase", vec![text("ΑΣ")], "ασ"),
        ("stringToUppercase", vec![text("ı")], "unsupported"),
        ("stringToLowercase", vec![text("İ")], "unsupported"),
        ("stringToUppercase", vec![text("日本 1")], "日本 1"),
        ("stringTrim", vec![text("\u{a0}\t a \n")], "a"),
        ("stringContains", vec![text("abc"), text("")], "true"),
        ("cliTerminalInspectText", vec![text("a → b")], "(5 false)"),
        ("cliTerminalInspectText", vec![text("日")], "unsupported"),
    ]);
}

fn strings(parts: &[&str]) -> Value {
    let parts = parts.iter().map(|part| text(part)).collect();
    list(ValueType::STRING, parts, &Budget::new(LIMITS)).unwrap()
}

fn ints(values: &[i64]) -> Value {
    let values = values.iter().map(|value| int(*value)).collect();
    list(ValueType::Unknown, values, &Budget::new(LIMITS)).unwrap()
}

#[test]
fn lists_keep_their_order_and_their_type() {
    let lists = |lists: Vec<Value>| list(ValueType::Unknown, lists, &Budget::new(LIMITS)).unwrap();
    check(&[
        ("listPush", vec![ints(&[2]), int(1)], "[1 2]"),
        ("listPushBack", vec![ints(&[2]), int(1)], "[2 1]"),
        ("listAppend", vec![ints(&[1, 2]), ints(&[3])], "[1 2 3]"),
        ("listReverse", vec![ints(&[1, 2, 3])], "[3 2 1]"),
        ("listFlatten", vec![lists(vec![ints(&[1]), ints(&[]), ints(&[2, 3])])], "[1 2 3]"),
        ("listLength", vec![ints(&[1, 2])], "2"),
        ("listPush", vec![ints(&[2]), text("a")], "a list or dict of several types"),
        ("listAppend", vec![ints(&[1]), strings(&["a"])], "a list or dict of several types"),
        // An empty list of another type goes together with anything.
        ("listAppend", vec![ints(&[1]), strings(&[])], "[1]"),
    ]);
    let Ok(Value::List(typ, _)) = call("listPush", &[ints(&[]), text("a")]) else { panic!("a list") };
    assert_eq!(typ, ValueType::STRING);
}

#[test]
fn dicts_are_in_the_order_of_utf16() {
    check(&[
        ("dictKeys", vec![dict(&["\u{FFFD}", "😀", "a"])], "[a 😀 \u{FFFD}]"),
        ("dictToList", vec![dict(&["b", "a"])], "[(a 1) (b 1)]"),
        ("dictValues", vec![dict(&["bb", "a"])], "[1 2]"),
        ("dictSize", vec![dict(&[])], "0"),
        ("dictMember", vec![dict(&["a"]), text("b")], "false"),
        ("dictSet", vec![dict(&["a"]), text("b"), int(2)], "{a=1 b=2}"),
        ("dictSet", vec![dict(&["a"]), text("a"), int(2)], "a key that is there already"),
        ("dictSetOverridingDuplicates", vec![dict(&["a"]), text("a"), int(2)], "{a=2}"),
        ("dictSet", vec![dict(&["a"]), text("b"), text("2")], "a list or dict of several types"),
        ("dictMerge", vec![dict(&["a"]), dict(&["b"])], "{a=1 b=1}"),
        ("dictRemove", vec![dict(&["a", "b"]), text("a")], "{b=1}"),
        ("dictRemove", vec![dict(&["a"]), text("b")], "{a=1}"),
    ]);
}

#[test]
fn no_built_in_outgrows_the_budget() {
    let exhausted = |what| Err(Refusal::Budget(what));
    let run = |name: &str, args: &[Value]| call(name, args).map(|_| ());
    assert_eq!(run("stringRepeat", &[text("abc"), int(1 << 30)]), exhausted(Exhausted::Memory));
    assert_eq!(run("intPower", &[int(3), int(1 << 30)]), exhausted(Exhausted::Memory));
    assert_eq!(run("intPower", &[int(3), int(1 << 20)]), exhausted(Exhausted::Steps));
}

#[test]
fn what_is_not_run_is_refused_by_name() {
    assert_eq!(function("environmentGet").unwrap_err(), Refusal::Builtin("environmentGet".to_owned()));
    assert_eq!(function("noSuchThing").unwrap_err(), Refusal::UnknownBuiltin("noSuchThing".to_owned()));
    // A family does not make up members that Darklang lacks.
    assert_eq!(function("uint8Negate").unwrap_err(), Refusal::UnknownBuiltin("uint8Negate".to_owned()));
    assert!(matches!(refuse(ItemKind::Fn, "intAdd", VERSION + 1), Refusal::UnknownBuiltin(_)));
    assert!(matches!(value("blobEmpty", VERSION + 1), Err(Refusal::UnknownBuiltin(_))));
    assert_eq!(shown(value("testNan", VERSION)), "NaN");
}

#[test]
fn every_listed_built_in_is_one_of_darklangs() {
    for (name, ..) in TABLES.iter().flat_map(|table| *table) {
        assert!(builtins::is_listed(ItemKind::Fn, name, VERSION), "{name}");
        assert!(function(name).is_ok(), "{name}");
    }
}
