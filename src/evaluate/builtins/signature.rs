//! Signatures as text: `List<'a>; Int -> (String * Bool)`.

use crate::evaluate::code::{Signature, TypeReference};
use crate::program::tree::Primitive;

/// Parses a signature; `None` where it is none.
pub fn parse(text: &str) -> Option<Signature> {
    let (params, result) = text.split_once(" -> ")?;
    let params = params.split("; ").map(one).collect::<Option<_>>()?;
    Some(Signature::new(Vec::new(), params, one(result)?))
}

/// Parses a type that must be all of the text.
fn one(text: &str) -> Option<TypeReference> {
    let (typ, rest) = leading(text)?;
    rest.is_empty().then_some(typ)
}

/// Parses a type and returns what follows it.
fn leading(text: &str) -> Option<(TypeReference, &str)> {
    if let Some(rest) = text.strip_prefix('(') {
        let mut parts = Vec::new();
        let mut rest = rest;
        loop {
            let (part, after) = leading(rest)?;
            parts.push(part);
            match after.strip_prefix(" * ") {
                Some(next) => rest = next,
                None => return Some((TypeReference::Tuple(parts), after.strip_prefix(')')?)),
            }
        }
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '\'').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if let Some(variable) = name.strip_prefix('\'') {
        return Some((TypeReference::Variable(variable.into()), rest));
    }
    if let Some(rest) = rest.strip_prefix('<') {
        let (inner, rest) = leading(rest)?;
        let typ = match name {
            "List" => TypeReference::List(inner.into()),
            "Dict" => TypeReference::Dict(inner.into()),
            _ => return None,
        };
        return Some((typ, rest.strip_prefix('>')?));
    }
    Some((TypeReference::Primitive(primitive(name)?), rest))
}

fn primitive(name: &str) -> Option<Primitive> {
    Some(match name {
        "Unit" => Primitive::Unit,
        "Bool" => Primitive::Bool,
        "Int8" => Primitive::Int8,
        "UInt8" => Primitive::UInt8,
        "Int16" => Primitive::Int16,
        "UInt16" => Primitive::UInt16,
        "Int32" => Primitive::Int32,
        "UInt32" => Primitive::UInt32,
        "Int64" => Primitive::Int64,
        "UInt64" => Primitive::UInt64,
        "Int128" => Primitive::Int128,
        "UInt128" => Primitive::UInt128,
        "Int" => Primitive::Int,
        "Float" => Primitive::Float,
        "Char" => Primitive::Char,
        "String" => Primitive::String,
        _ => return None,
    })
}
