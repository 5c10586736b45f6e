//! Types as declarations state them: closed, with type parameters by number.

use darkc_cache_format::model::{Primitive, Text};

use crate::program::lookup::ItemId;
use crate::program::tree::{Target, TypeRef};

/// A type outside of any check. It is instantiated before it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Agrees with every type.
    Unknown,
    Primitive(Primitive),
    List(Box<Shape>),
    Dict(Box<Shape>),
    Stream(Box<Shape>),
    Db(Box<Shape>),
    Tuple(Vec<Shape>),
    /// One argument; more arguments are functions that return functions.
    Fn(Box<Shape>, Box<Shape>),
    /// A type parameter of the declaration, by position.
    Parameter(u32),
    /// A declared type, which may be an alias, and its arguments.
    Custom(ItemId, Vec<Shape>),
}

impl Shape {
    /// The shape of a written type. A variable that is none of `parameters` is unknown, and so is a name that
    /// did not resolve.
    pub fn of(typ: &TypeRef<'_>, parameters: &[Text<'_>]) -> Shape {
        let boxed = |inner: &TypeRef<'_>| Box::new(Shape::of(inner, parameters));
        let all = |types: &[TypeRef<'_>]| types.iter().map(|typ| Shape::of(typ, parameters)).collect();
        match typ {
            TypeRef::Primitive(primitive) => Shape::Primitive(*primitive),
            TypeRef::Stream(inner) => Shape::Stream(boxed(inner)),
            TypeRef::List(inner) => Shape::List(boxed(inner)),
            TypeRef::Dict(inner) => Shape::Dict(boxed(inner)),
            TypeRef::Db(inner) => Shape::Db(boxed(inner)),
            TypeRef::Tuple(parts) => Shape::Tuple(all(parts)),
            TypeRef::Fn(args, result) => Shape::function(all(args), Shape::of(result, parameters)),
            TypeRef::Variable(name) => match parameters.iter().position(|parameter| parameter == name) {
                Some(at) => Shape::Parameter(at as u32),
                None => Shape::Unknown,
            },
            TypeRef::Custom(name, args) => match name.resolved {
                Ok(Target::Item(item)) => Shape::Custom(item, all(args)),
                _ => Shape::Unknown,
            },
        }
    }

    /// The curried function from `params` to `result`.
    pub fn function(params: Vec<Shape>, result: Shape) -> Shape {
        params.into_iter().rev().fold(result, |result, param| Shape::Fn(Box::new(param), Box::new(result)))
    }
}
