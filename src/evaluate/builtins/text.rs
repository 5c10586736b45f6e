//! Built-ins of strings and characters (`Builtins.Pure/Libs/{String,Char}.fs`, `Prelude/String.fs`).
//!
//! A length counts extended grapheme clusters. Where .NET's tables of Unicode may differ from those used here, the
//! value is refused.

use std::rc::Rc;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

use super::{Entry, incorrect_args};
use crate::evaluate::budget::Budget;
use crate::evaluate::integer::{Integer, OUT_OF_RANGE};
use crate::evaluate::refusal::{Refusal, Result, fails, unsupported};
use crate::evaluate::value::{Value, list};
use crate::evaluate::value_types::ValueType;
use crate::program::tree::Primitive;

pub const TABLE: &[Entry] = &[
    ("stringAppend", "String; String -> String", |args, budget| match args {
        [Value::String(left), Value::String(right)] => join(&[left, right], "", budget),
        _ => incorrect_args(),
    }),
    ("stringJoin", "List<String>; String -> String", |args, budget| match args {
        [Value::List(_, parts), Value::String(separator)] => {
            let parts = parts.iter().map(|part| string(std::slice::from_ref(part)));
            join(&parts.collect::<Result<Vec<_>>>()?, separator, budget)
        }
        _ => incorrect_args(),
    }),
    ("stringRepeat", "String; Int -> String", repeat),
    ("stringLength", "String -> Int", |args, budget| {
        let text = string(args)?;
        budget.step(text.len())?;
        Ok(Value::count(clusters(text)?.count()))
    }),
    ("stringReverse", "String -> String", |args, budget| {
        let text = string(args)?;
        budget.allocate(text.len())?;
        Ok(Value::string(clusters(text)?.rev().collect::<String>()))
    }),
    ("stringToList", "String -> List<Char>", |args, budget| {
        let text = string(args)?;
        let chars: Vec<Value> = clusters(text)?.map(|cluster| Value::Char(cluster.into())).collect();
        list(CHAR, chars, budget)
    }),
    ("stringToUppercase", "String -> String", |args, budget| {
        Ok(Value::String(change_case(string(args)?, char::to_uppercase, budget)?))
    }),
    ("stringToLowercase", "String -> String", |args, budget| {
        Ok(Value::String(change_case(string(args)?, char::to_lowercase, budget)?))
    }),
    ("stringContains", "String; String -> Bool", |args, budget| match args {
        [Value::String(text), Value::String(part)] => {
            budget.step(text.len())?;
            Ok(Value::Bool(text.contains(&**part)))
        }
        _ => incorrect_args(),
    }),
    ("stringTrim", "String -> String", |args, _| Ok(Value::string(string(args)?.trim()))),
    ("stringTrimStart", "String -> String", |args, _| Ok(Value::string(string(args)?.trim_start()))),
    ("stringTrimEnd", "String -> String", |args, _| Ok(Value::string(string(args)?.trim_end()))),
    ("charToString", "Char -> String", |args, _| match args {
        [Value::Char(text)] => Ok(Value::String(text.clone())),
        _ => incorrect_args(),
    }),
    ("cliTerminalInspectText", "String -> (Int * Bool)", inspect),
];

const CHAR: ValueType = ValueType::Primitive(Primitive::Char);

fn string(args: &[Value]) -> Result<&str> {
    match args {
        [Value::String(text)] => Ok(text),
        _ => incorrect_args(),
    }
}

/// Joined text is put into Unicode's normal form C.
fn join(parts: &[impl AsRef<str>], separator: &str, budget: &Budget) -> Result<Value> {
    let length: usize = parts.iter().map(|part| part.as_ref().len() + separator.len()).sum();
    budget.allocate(length)?;
    budget.step(parts.len())?;
    let joined = parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(separator);
    if joined.is_ascii() || is_nfc(&joined) {
        return Ok(Value::string(joined));
    }
    Ok(Value::string(joined.nfc().collect::<String>()))
}

/// Repeated text is not normalised, as in Darklang.
fn repeat(args: &[Value], budget: &Budget) -> Result<Value> {
    let [Value::String(text), Value::Integer(Integer::Int(count))] = args else { return incorrect_args() };
    let Some(count) = count.small().and_then(|count| i32::try_from(count).ok()) else {
        return fails(OUT_OF_RANGE);
    };
    let count = usize::try_from(count).unwrap_or_default();
    budget.allocate(text.len().saturating_mul(count))?;
    Ok(Value::string(text.repeat(count)))
}

/// The scripts whose conjuncts one version of Unicode takes for one cluster and another for several: those of
/// Brahmic descent.
const BRAHMIC: [std::ops::RangeInclusive<char>; 5] = [
    '\u{900}'..='\u{DFF}',
    '\u{1000}'..='\u{109F}',
    '\u{1700}'..='\u{1CFF}',
    '\u{A800}'..='\u{ABFF}',
    '\u{11000}'..='\u{11FFF}',
];

fn clusters(text: &str) -> Result<impl DoubleEndedIterator<Item = &str>> {
    if !text.is_ascii() && text.chars().any(|c| BRAHMIC.iter().any(|script| script.contains(&c))) {
        return unsupported("the length of text in a script with conjuncts");
    }
    Ok(text.graphemes(true))
}

/// .NET maps a character to one other, or leaves it alone; Unicode's full mappings are not used.
fn change_case<C: Iterator<Item = char>>(
    text: &str,
    to: impl Fn(char) -> C,
    budget: &Budget,
) -> Result<Rc<str>> {
    budget.step(text.len())?;
    budget.allocate(text.len())?;
    let mapped: String = text.chars().map(|c| change_char(c, &to)).collect::<Result<_>>()?;
    Ok(mapped.into())
}

fn change_char<C: Iterator<Item = char>>(c: char, to: impl Fn(char) -> C) -> Result<char> {
    /// Latin, Greek and Cyrillic letters come first. Their mappings are older than any table in use.
    const SETTLED: std::ops::RangeInclusive<char> = '\0'..='\u{52F}';
    /// .NET leaves out some mappings of these, depending on how it was built: dotted and dotless i, long s.
    const UNCERTAIN: [char; 3] = ['\u{130}', '\u{131}', '\u{17F}'];
    let refusal = Refusal::Unsupported("the case of a rare letter");
    let mut mapped = to(c);
    let (first, second) = (mapped.next(), mapped.next());
    match (first, second) {
        _ if UNCERTAIN.contains(&c) => Err(refusal),
        (Some(same), None) if same == c => Ok(c),
        (Some(other), None) if SETTLED.contains(&c) => Ok(other),
        // A letter that becomes several has no simple mapping: `ß` stays.
        (_, Some(_)) if SETTLED.contains(&c) => Ok(c),
        _ => Err(refusal),
    }
}

/// How many columns text takes in a terminal, and whether it has control characters.
fn inspect(args: &[Value], budget: &Budget) -> Result<Value> {
    /// Characters of one column each that are clusters of their own: printable ASCII and arrows.
    const NARROW: [std::ops::RangeInclusive<char>; 2] = [' '..='~', '\u{2190}'..='\u{21FF}'];
    let text = string(args)?;
    budget.step(text.len())?;
    if text.chars().any(|c| !NARROW.iter().any(|range| range.contains(&c))) {
        return unsupported("the width of text beyond ASCII and arrows");
    }
    Ok(Value::Tuple(Rc::from([Value::count(text.chars().count()), Value::Bool(false)])))
}
