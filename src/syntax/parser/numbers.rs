//! Number literals: signs, magnitudes, and the decimal spelling of floats.

use super::Parser;
use super::errors::code;
use crate::syntax::ast::{FloatLiteral, IntLiteral, Text};
use crate::syntax::lexer;
use crate::syntax::token::TokenKind;

/// Exponents beyond this are refused.
const MAX_EXPONENT: i32 = 400;

/// .NET writes a double without an exponent if its point stands at most so many digits before its first digit,
/// or at most so many behind it (or behind all its digits, if they are more).
const MIN_PLAIN_POINT: i32 = -3;
const MAX_PLAIN_POINT: i32 = 15;

impl<'s> Parser<'_, 's> {
    /// A number that may have a sign: a float or an integer of a type with negative values.
    pub(super) fn is_signed_number(&self, index: usize) -> bool {
        match self.kind_at(index) {
            TokenKind::Float => true,
            TokenKind::Int => !matches!(
                self.int_at(index),
                Some(
                    IntLiteral::UInt8(_)
                        | IntLiteral::UInt16(_)
                        | IntLiteral::UInt32(_)
                        | IntLiteral::UInt64(_)
                        | IntLiteral::UInt128(_)
                )
            ),
            _ => false,
        }
    }

    fn int_at(&self, index: usize) -> Option<IntLiteral<'s>> {
        (self.kind_at(index) == TokenKind::Int).then(|| lexer::int_value(self.token_text(index)))
    }

    /// The value of an integer token, which always has one.
    pub(super) fn int_value(&self, index: usize) -> IntLiteral<'s> {
        self.int_at(index).unwrap_or(IntLiteral::Int64(0))
    }

    /// The value of an integer token behind a minus sign. A smallest value is already negative and stays.
    pub(super) fn negated_int(&self, index: usize) -> IntLiteral<'s> {
        match self.int_value(index) {
            IntLiteral::Int8(value) => IntLiteral::Int8(value.wrapping_neg()),
            IntLiteral::Int16(value) => IntLiteral::Int16(value.wrapping_neg()),
            IntLiteral::Int32(value) => IntLiteral::Int32(value.wrapping_neg()),
            IntLiteral::Int64(value) => IntLiteral::Int64(value.wrapping_neg()),
            IntLiteral::Int128(value) => IntLiteral::Int128(value.wrapping_neg()),
            IntLiteral::Int(digits) if digits != "0" => {
                IntLiteral::Int(self.arena.alloc_str(&format!("-{digits}")))
            }
            unsigned => unsigned,
        }
    }

    /// Refuses `128y` without a sign: the magnitude of a smallest value lexes to that value, so that `-128y` can
    /// be written.
    pub(super) fn check_magnitude(&mut self) {
        let is_smallest = match self.int_at(self.at) {
            Some(IntLiteral::Int8(value)) => value == i8::MIN,
            Some(IntLiteral::Int16(value)) => value == i16::MIN,
            Some(IntLiteral::Int32(value)) => value == i32::MIN,
            Some(IntLiteral::Int64(value)) => value == i64::MIN,
            Some(IntLiteral::Int128(value)) => value == i128::MIN,
            _ => false,
        };
        if is_smallest {
            let text = self.token_text(self.at);
            let message = format!(
                "integer literal {text} is out of range (this magnitude is only valid negated: -{text})"
            );
            self.report(code::INT_RANGE, self.at, message);
        }
    }

    /// The digits of a float before and after its point. They are those of the double's shortest spelling, as
    /// Darklang keeps them, unless that needs an exponent: then the written digits are shifted instead.
    pub(super) fn float_literal(&mut self, index: usize, negative: bool) -> FloatLiteral<'s> {
        let text = self.token_text(index);
        // A malformed literal counts as zero; the lexer has reported it.
        let value: f64 = text.parse().unwrap_or(0.0);
        let (whole, fraction) = match plain_spelling(value) {
            Some((whole, fraction)) => match text.split_once('.') {
                Some(written) if written == (&whole, &fraction) => written,
                _ => self.both(&whole, &fraction),
            },
            None => self.shifted_digits(index, text),
        };
        FloatLiteral { negative, whole, fraction }
    }

    fn shifted_digits(&mut self, index: usize, text: &str) -> (Text<'s>, Text<'s>) {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, self.exponent(index, exponent)),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        // Both numbers are small: the exponent is bounded, and a text has fewer than 2^32 bytes.
        let point = whole.len() as i64 + i64::from(exponent);
        let (whole, fraction) = if point <= 0 {
            ("0".to_owned(), "0".repeat(point.unsigned_abs() as usize) + &digits)
        } else if point as usize >= digits.len() {
            let zeros = "0".repeat(point as usize - digits.len());
            (digits + &zeros, "0".to_owned())
        } else {
            let (whole, fraction) = digits.split_at(point as usize);
            (whole.to_owned(), fraction.to_owned())
        };
        self.both(&whole, &fraction)
    }

    fn both(&self, whole: &str, fraction: &str) -> (Text<'s>, Text<'s>) {
        (self.arena.alloc_str(whole), self.arena.alloc_str(fraction))
    }

    /// Reads an exponent; one out of range is refused and bounded.
    fn exponent(&mut self, index: usize, text: &str) -> i32 {
        let Ok(exponent) = text.parse::<i32>() else {
            self.report(code::INT_RANGE, index, "Float exponent is too large to represent");
            return 0;
        };
        if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) {
            let message = format!("Float exponent {exponent} is outside the supported range -400..400");
            self.report(code::INT_RANGE, index, message);
        }
        exponent.clamp(-MAX_EXPONENT, MAX_EXPONENT)
    }
}

/// The shortest decimal spelling of a double, split at its point, as .NET writes it where it needs no exponent.
fn plain_spelling(value: f64) -> Option<(String, String)> {
    if !value.is_finite() {
        return None;
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let digits = mantissa.replace('.', "");
    // Where the point stands, counted from the first digit.
    let point = if value == 0.0 { 1 } else { exponent.parse::<i32>().ok()? + 1 };
    if point < MIN_PLAIN_POINT || point > MAX_PLAIN_POINT.max(digits.len() as i32) {
        return None;
    }
    let Ok(before) = usize::try_from(point) else {
        return Some(("0".to_owned(), "0".repeat(point.unsigned_abs() as usize) + &digits));
    };
    Some(match before {
        0 => ("0".to_owned(), digits),
        _ if before >= digits.len() => {
            let zeros = "0".repeat(before - digits.len());
            (digits + &zeros, "0".to_owned())
        }
        _ => (digits[..before].to_owned(), digits[before..].to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::plain_spelling;

    #[test]
    fn doubles_are_spelled_as_dotnet_spells_them() {
        let plain = |value| plain_spelling(value).map(|(whole, fraction)| format!("{whole}.{fraction}"));
        assert_eq!(plain(0.0).as_deref(), Some("0.0"));
        assert_eq!(plain(12.5).as_deref(), Some("12.5"));
        assert_eq!(plain(0.25).as_deref(), Some("0.25"));
        assert_eq!(plain(0.0001).as_deref(), Some("0.0001"));
        assert_eq!(plain(0.00001), None);
        assert_eq!(plain(100_000_000_000_000.0).as_deref(), Some("100000000000000.0"));
        assert_eq!(plain(1e15), None);
        assert_eq!(plain(1_234_567_890_123_456.0).as_deref(), Some("1234567890123456.0"));
        assert_eq!(plain(f64::INFINITY), None);
    }
}
