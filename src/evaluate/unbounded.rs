//! Darklang's `Int`, which has no bounds (`darklang/dark LibExecution/RuntimeTypes.fs`, `DarkInt`).

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::{BigInt, Sign};

use super::budget::Budget;
use super::integer::{
    Arithmetic, DIVISION_BY_ZERO, NEGATIVE_EXPONENT, NEGATIVE_MODULUS, OUT_OF_RANGE, ZERO_MODULUS,
};
use super::refusal::{Result, fails};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbounded {
    Small(i64),
    /// Only what an `i64` does not hold.
    Large(Rc<BigInt>),
}

impl From<i64> for Unbounded {
    fn from(value: i64) -> Self {
        Unbounded::Small(value)
    }
}

impl From<BigInt> for Unbounded {
    fn from(value: BigInt) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Unbounded::Small(small),
            Err(_) => Unbounded::Large(Rc::new(value)),
        }
    }
}

impl Unbounded {
    pub fn to_big(&self) -> BigInt {
        match self {
            Unbounded::Small(value) => BigInt::from(*value),
            Unbounded::Large(value) => BigInt::clone(value),
        }
    }

    pub fn small(&self) -> Option<i64> {
        match self {
            Unbounded::Small(value) => Some(*value),
            Unbounded::Large(_) => None,
        }
    }

    pub fn parse(decimal: &str) -> Option<Self> {
        match decimal.parse() {
            Ok(small) => Some(Unbounded::Small(small)),
            Err(_) => decimal.parse::<BigInt>().ok().map(Unbounded::from),
        }
    }

    pub fn to_decimal(&self) -> String {
        match self {
            Unbounded::Small(value) => value.to_string(),
            Unbounded::Large(value) => value.to_string(),
        }
    }

    pub fn compare(&self, other: &Unbounded) -> Ordering {
        match (self, other) {
            (Unbounded::Small(left), Unbounded::Small(right)) => left.cmp(right),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }

    pub fn negate(&self) -> Self {
        match self {
            Unbounded::Small(value) if *value != i64::MIN => Unbounded::Small(-value),
            _ => Unbounded::from(-self.to_big()),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Unbounded::Small(_) => size_of::<i64>(),
            Unbounded::Large(value) => value.bits() as usize / 8 + 1,
        }
    }

    /// # Errors
    /// Where Darklang raises, or the budget does not hold the result.
    pub fn apply(&self, op: Arithmetic, other: &Unbounded, budget: &Budget) -> Result<Unbounded> {
        let sign = match other {
            Unbounded::Small(value) => value.cmp(&0),
            Unbounded::Large(value) if value.sign() == Sign::Minus => Ordering::Less,
            Unbounded::Large(_) => Ordering::Greater,
        };
        match (op, sign) {
            (Arithmetic::Divide, Ordering::Equal) => return fails(DIVISION_BY_ZERO),
            (Arithmetic::Modulo, Ordering::Equal) => return fails(ZERO_MODULUS),
            (Arithmetic::Modulo, Ordering::Less) => return fails(NEGATIVE_MODULUS),
            (Arithmetic::Power, Ordering::Less) => return fails(NEGATIVE_EXPONENT),
            _ => {}
        }
        if let (Some(left), Some(right)) = (self.small(), other.small()) {
            let small = match op {
                Arithmetic::Add => left.checked_add(right),
                Arithmetic::Subtract => left.checked_sub(right),
                Arithmetic::Multiply => left.checked_mul(right),
                Arithmetic::Divide => left.checked_div(right),
                Arithmetic::Modulo => left.checked_rem_euclid(right),
                Arithmetic::Power => {
                    u32::try_from(right).ok().and_then(|exponent| left.checked_pow(exponent))
                }
            };
            if let Some(small) = small {
                return Ok(Unbounded::Small(small));
            }
        }
        // Each digit of the one meets each of the other.
        let (left_bytes, right_bytes) = (self.bytes(), other.bytes());
        let digits = |bytes: usize| bytes / size_of::<u64>() + 1;
        budget.step(digits(left_bytes).saturating_mul(digits(right_bytes)))?;
        budget.allocate(left_bytes.saturating_add(right_bytes))?;
        if op == Arithmetic::Power {
            return self.power(other, budget);
        }
        let (left, right) = (self.to_big(), other.to_big());
        Ok(Unbounded::from(match op {
            Arithmetic::Add => left + right,
            Arithmetic::Subtract => left - right,
            Arithmetic::Multiply => left * right,
            Arithmetic::Divide => left / right,
            Arithmetic::Modulo | Arithmetic::Power => {
                let remainder = left % &right;
                if remainder.sign() == Sign::Minus { remainder + right } else { remainder }
            }
        }))
    }

    fn power(&self, exponent: &Unbounded, budget: &Budget) -> Result<Unbounded> {
        let even = !exponent.to_big().bit(0);
        match (self.small(), exponent.small().and_then(|exponent| i32::try_from(exponent).ok())) {
            (Some(0 | 1), _) => Ok(self.clone()),
            (Some(-1), _) => Ok(Unbounded::Small(if even { 1 } else { -1 })),
            // .NET takes no larger exponent.
            (_, None) => fails(OUT_OF_RANGE),
            (_, Some(exponent)) => {
                let bytes = self.bytes().saturating_mul(exponent as usize);
                budget.allocate(bytes)?;
                budget.step((bytes / size_of::<u64>()).saturating_pow(2))?;
                Ok(Unbounded::from(self.to_big().pow(exponent as u32)))
            }
        }
    }
}
