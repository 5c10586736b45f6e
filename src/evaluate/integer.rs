//! Integers of Darklang's eleven types, each with the arithmetic of its own width.

use std::cmp::Ordering;

use num_bigint::BigInt;

use super::budget::Budget;
use super::refusal::{Result, fails, unsupported};
use super::unbounded::Unbounded;
use crate::program::tree::Primitive;

/// The integers up to which every one has a float of its own.
const EXACT_IN_FLOAT: u128 = 1 << f64::MANTISSA_DIGITS;

macro_rules! integers {
    ($($name:ident($native:ident)),*) => {
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Integer {
            $($name($native),)*
            Int(Unbounded),
        }

        impl Integer {
            pub fn primitive(&self) -> Primitive {
                match self {
                    $(Integer::$name(_) => Primitive::$name,)*
                    Integer::Int(_) => Primitive::Int,
                }
            }

            /// `None` where the two are not of one type.
            pub fn compare(&self, other: &Integer) -> Option<Ordering> {
                match (self, other) {
                    $((Integer::$name(left), Integer::$name(right)) => Some(left.cmp(right)),)*
                    (Integer::Int(left), Integer::Int(right)) => Some(left.compare(right)),
                    _ => None,
                }
            }

            /// Integers of a fixed width wrap around; `None` where the two are not of one type.
            ///
            /// # Errors
            /// Where Darklang raises, or the budget does not hold the result.
            pub fn apply(&self, op: Arithmetic, other: &Integer, budget: &Budget) -> Result<Option<Integer>> {
                Ok(Some(match (self, other) {
                    $((Integer::$name(left), &Integer::$name(right)) => Integer::$name(match op {
                        Arithmetic::Add => left.wrapping_add(right),
                        Arithmetic::Subtract => left.wrapping_sub(right),
                        Arithmetic::Multiply => left.wrapping_mul(right),
                        Arithmetic::Divide if right == 0 => return fails(DIVISION_BY_ZERO),
                        Arithmetic::Divide => left.wrapping_div(right),
                        Arithmetic::Modulo if right == 0 => return fails(ZERO_MODULUS),
                        #[allow(unused_comparisons, reason = "some of the types have no sign")]
                        Arithmetic::Modulo if right < 0 => return fails(NEGATIVE_MODULUS),
                        Arithmetic::Modulo => left.rem_euclid(right),
                        // As in Darklang, which has no power of these.
                        Arithmetic::Power if $native::BITS == i128::BITS => return Ok(None),
                        #[allow(unused_comparisons, reason = "some of the types have no sign")]
                        Arithmetic::Power if right < 0 => return fails(NEGATIVE_EXPONENT),
                        Arithmetic::Power => {
                            let (mut power, mut base, mut exponent) = (1, *left, right);
                            while exponent != 0 {
                                if exponent & 1 != 0 {
                                    power = $native::wrapping_mul(power, base);
                                }
                                base = base.wrapping_mul(base);
                                exponent >>= 1;
                            }
                            power
                        }
                    }),)*
                    (Integer::Int(left), Integer::Int(right)) => Integer::Int(left.apply(op, right, budget)?),
                    _ => return Ok(None),
                }))
            }

            /// `None` where the type has no sign.
            pub fn negate(&self) -> Option<Integer> {
                Some(match self {
                    $(
                        #[allow(unused_comparisons, reason = "some of the types have no sign")]
                        Integer::$name(value) if $native::MIN < 0 => Integer::$name(value.wrapping_neg()),
                        Integer::$name(_) => return None,
                    )*
                    Integer::Int(value) => Integer::Int(value.negate()),
                })
            }

            pub fn to_decimal(&self) -> String {
                match self {
                    $(Integer::$name(value) => value.to_string(),)*
                    Integer::Int(value) => value.to_decimal(),
                }
            }

            /// # Errors
            /// Where the value has more bits than a float, and .NET's rounding is not certain.
            pub fn to_float(&self) -> Result<f64> {
                match *self {
                    // .NET converts these with the processor's own instruction, as Rust does.
                    $(Integer::$name(value) if $native::BITS <= i64::BITS => Ok(value as f64),)*
                    $(Integer::$name(value) => exact_float(
                        #[allow(unused_comparisons, reason = "some of the types have no sign")]
                        if value < 0 { value.wrapping_neg() as u128 } else { value as u128 },
                        value as f64,
                    ),)*
                    Integer::Int(Unbounded::Small(value)) => {
                        exact_float(u128::from(value.unsigned_abs()), value as f64)
                    }
                    Integer::Int(Unbounded::Large(_)) => unsupported(INEXACT),
                }
            }

            /// The same number as an `Int`.
            pub fn to_int(&self) -> Integer {
                match self {
                    $(Integer::$name(value) => Integer::Int(BigInt::from(*value).into()),)*
                    Integer::Int(_) => self.clone(),
                }
            }

            /// Reads a decimal; `None` where it is none, or does not fit.
            pub fn parse(primitive: Primitive, decimal: &str) -> Option<Integer> {
                match primitive {
                    $(Primitive::$name => decimal.parse().ok().map(Integer::$name),)*
                    Primitive::Int => Unbounded::parse(decimal).map(Integer::Int),
                    _ => None,
                }
            }
        }
    };
}

integers! {
    Int8(i8), UInt8(u8), Int16(i16), UInt16(u16), Int32(i32), UInt32(u32), Int64(i64), UInt64(u64),
    Int128(i128), UInt128(u128)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

const INEXACT: &str = "the float of an integer of more than 53 bits";

pub const DIVISION_BY_ZERO: &str = "a division by zero";
pub const ZERO_MODULUS: &str = "a modulus of zero";
pub const NEGATIVE_MODULUS: &str = "a negative modulus";
pub const NEGATIVE_EXPONENT: &str = "a negative exponent";
pub const OUT_OF_RANGE: &str = "a number out of range";

fn exact_float(magnitude: u128, float: f64) -> Result<f64> {
    if magnitude <= EXACT_IN_FLOAT { Ok(float) } else { unsupported(INEXACT) }
}
