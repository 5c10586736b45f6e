//! What to do about a finding, where that is certain.

use darkc_cache_format::model::{IntLiteral, Primitive};

use super::checker::Checker;
use super::types::{Type, TypeId};
use crate::program::tree::{Expr, ExprKind};

/// How many names are suggested at most.
const MOST: usize = 3;

/// Names that may have been meant, the nearest first; each is at most a third of the written name away.
pub fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let bound = (written.chars().count() / 3).max(1);
    let distance = |name: &'n str| (strsim::osa_distance(written, name), name);
    let mut near: Vec<_> = names.map(distance).filter(|(distance, _)| *distance <= bound).collect();
    near.sort();
    near.truncate(MOST);
    near.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// A hint for an expression whose type is another than the wanted one.
pub fn for_types(
    checker: &mut Checker<'_, '_>,
    expr: Option<&Expr<'_>>,
    wanted: TypeId,
    found: TypeId,
) -> Option<String> {
    literal(checker, expr, wanted).or_else(|| wrapper(checker, wanted, found))
}

/// A literal of the wanted number type, or the text that the number was meant to be.
fn literal(checker: &Checker<'_, '_>, expr: Option<&Expr<'_>>, wanted: TypeId) -> Option<String> {
    let Type::Primitive(wanted) = checker.types.get(wanted) else { return None };
    let ExprKind::Int(literal) = &expr?.kind else { return None };
    let digits = digits(literal);
    if wanted == Primitive::String {
        return Some(format!("as a string this is \"{digits}\""));
    }
    let (suffix, fits) = match wanted {
        Primitive::Int8 => ("y", digits.parse::<i8>().is_ok()),
        Primitive::UInt8 => ("uy", digits.parse::<u8>().is_ok()),
        Primitive::Int16 => ("s", digits.parse::<i16>().is_ok()),
        Primitive::UInt16 => ("us", digits.parse::<u16>().is_ok()),
        Primitive::Int32 => ("l", digits.parse::<i32>().is_ok()),
        Primitive::UInt32 => ("ul", digits.parse::<u32>().is_ok()),
        Primitive::Int64 => ("L", digits.parse::<i64>().is_ok()),
        Primitive::UInt64 => ("UL", digits.parse::<u64>().is_ok()),
        Primitive::Int128 => ("Q", digits.parse::<i128>().is_ok()),
        Primitive::UInt128 => ("Z", digits.parse::<u128>().is_ok()),
        Primitive::Int => ("", true),
        Primitive::Float => (".0", true),
        _ => return None,
    };
    fits.then(|| format!("write `{digits}{suffix}`"))
}

fn digits(literal: &IntLiteral<'_>) -> String {
    match literal {
        IntLiteral::Int8(value) => value.to_string(),
        IntLiteral::UInt8(value) => value.to_string(),
        IntLiteral::Int16(value) => value.to_string(),
        IntLiteral::UInt16(value) => value.to_string(),
        IntLiteral::Int32(value) => value.to_string(),
        IntLiteral::UInt32(value) => value.to_string(),
        IntLiteral::Int64(value) => value.to_string(),
        IntLiteral::UInt64(value) => value.to_string(),
        IntLiteral::Int128(value) => value.to_string(),
        IntLiteral::UInt128(value) => value.to_string(),
        IntLiteral::Int(digits) => digits.to_string(),
    }
}

/// `Some` or `Ok` where only that is missing.
fn wrapper(checker: &mut Checker<'_, '_>, wanted: TypeId, found: TypeId) -> Option<String> {
    let Type::Custom(item, args) = checker.types.get(wanted) else { return None };
    let case = match checker.declarations().program().name(item) {
        "Darklang.Stdlib.Option.Option" => "Some",
        "Darklang.Stdlib.Result.Result" => "Ok",
        _ => return None,
    };
    let inner = *checker.types.parts(args).first()?;
    // Of a type of which nothing is known, the wrapper would be a guess.
    let certain = checker.types.is_fully_known(inner) && checker.types.agree(inner, found);
    certain.then(|| format!("wrap it: `{case} (…)`"))
}
