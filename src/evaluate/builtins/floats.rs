//! Built-ins of floats (`Builtins.Pure/Libs/Float.fs`).

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::{Entry, incorrect_args, operators};
use crate::evaluate::budget::Budget;
use crate::evaluate::integer::{Integer, OUT_OF_RANGE};
use crate::evaluate::refusal::{Result, fails};
use crate::evaluate::value::Value;

pub const TABLE: &[Entry] = &[
    ("floatAdd", "Float; Float -> Float", operators::add),
    ("floatSubtract", "Float; Float -> Float", operators::subtract),
    ("floatMultiply", "Float; Float -> Float", operators::multiply),
    ("floatDivide", "Float; Float -> Float", operators::divide),
    ("floatLessThan", "Float; Float -> Bool", operators::less),
    ("floatLessThanOrEqualTo", "Float; Float -> Bool", operators::less_or_equal),
    ("floatGreaterThan", "Float; Float -> Bool", operators::greater),
    ("floatGreaterThanOrEqualTo", "Float; Float -> Bool", operators::greater_or_equal),
    ("floatSqrt", "Float -> Float", |args, _| Ok(Value::Float(float(args)?.sqrt()))),
    ("floatIsNaN", "Float -> Bool", |args, _| Ok(Value::Bool(float(args)?.is_nan()))),
    ("floatToString", "Float -> String", |args, _| Ok(Value::string(to_string(float(args)?)))),
    ("floatCeiling", "Float -> Int", up),
    ("floatRoundUp", "Float -> Int", up),
    ("floatFloor", "Float -> Int", down),
    ("floatRoundDown", "Float -> Int", down),
    ("floatTruncate", "Float -> Int", towards_zero),
    ("floatRoundTowardsZero", "Float -> Int", towards_zero),
    ("intFromFloat", "Float -> Int", towards_zero),
    ("floatRound", "Float -> Int", |args, _| to_int(float(args)?.round_ties_even())),
];

fn float(args: &[Value]) -> Result<f64> {
    match args {
        [Value::Float(value)] => Ok(*value),
        _ => incorrect_args(),
    }
}

fn up(args: &[Value], _: &Budget) -> Result<Value> {
    to_int(float(args)?.ceil())
}

fn down(args: &[Value], _: &Budget) -> Result<Value> {
    to_int(float(args)?.floor())
}

fn towards_zero(args: &[Value], _: &Budget) -> Result<Value> {
    to_int(float(args)?.trunc())
}

fn to_int(whole: f64) -> Result<Value> {
    // NaN and the infinities are no numbers.
    match BigInt::from_f64(whole) {
        Some(whole) => Ok(Value::Integer(Integer::Int(whole.into()))),
        None => fails(OUT_OF_RANGE),
    }
}

/// .NET's format `G12`, with a small `e`, and with `.0` where there is no point.
fn to_string(value: f64) -> String {
    /// Significant digits.
    const PRECISION: usize = 12;
    /// A smaller exponent is written as one.
    const LEAST_FIXED: i32 = -4;
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{:.*e}", PRECISION - 1, value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let text = if exponent >= PRECISION as i32 || exponent < LEAST_FIXED {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.abs())
    } else if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        format!("{sign}0.{zeros}{digits}")
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            format!("{sign}{digits}{}", "0".repeat(whole - digits.len()))
        } else {
            format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
        }
    };
    if text.contains('.') { text } else { text + ".0" }
}
