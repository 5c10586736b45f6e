//! What the mentioned items declare, read when something first asks.

use std::collections::HashMap;
use std::sync::OnceLock;

use darkc_cache_format::model::ItemKind;

use super::builtins::Signatures;
use super::program::Program;
use super::shape::Shape;
use crate::program::lookup::ItemId;
use crate::program::resolve::{Header, header};
use crate::program::tree::{TypeBody, TypeRef};

/// What an item is to those who mention it.
#[derive(Debug)]
pub enum Declaration<'p> {
    Alias(Scheme),
    Record(Type<'p>),
    Enum(Type<'p>),
    Function(Function<'p>),
    Value,
    /// Its code cannot be had.
    Unknown,
}

/// A type with type parameters.
#[derive(Debug)]
pub struct Scheme {
    pub parameters: u32,
    pub shape: Shape,
}

/// A record's fields or an enum's cases; a field is a member of one type.
#[derive(Debug)]
pub struct Type<'p> {
    pub parameters: u32,
    pub members: Vec<(&'p str, Vec<Shape>)>,
    /// For types with many members alone.
    by_name: HashMap<&'p str, u32>,
}

#[derive(Debug)]
pub struct Function<'p> {
    pub parameters: u32,
    pub names: Vec<&'p str>,
    pub params: Vec<Shape>,
    pub result: Shape,
}

impl<'p> Type<'p> {
    /// More members than this are looked up by hash.
    const FEW: usize = 16;

    fn new(parameters: usize, members: Vec<(&'p str, Vec<Shape>)>) -> Self {
        let mut by_name = HashMap::new();
        if members.len() > Self::FEW {
            for (at, (name, _)) in members.iter().enumerate() {
                by_name.entry(*name).or_insert(at as u32);
            }
        }
        Type { parameters: parameters as u32, members, by_name }
    }

    /// The member's place and its types.
    pub fn member(&self, name: &str) -> Option<(usize, &[Shape])> {
        let at = if self.by_name.is_empty() {
            self.members.iter().position(|(member, _)| *member == name)?
        } else {
            *self.by_name.get(name)? as usize
        };
        Some((at, &self.members[at].1))
    }

    pub fn names(&self) -> impl Iterator<Item = &'p str> {
        self.members.iter().map(|(name, _)| *name)
    }
}

/// The declarations of a program, shared by all that check it.
pub struct Declarations<'p> {
    program: &'p dyn Program,
    /// Boxed, because most of them are never asked for when a few items are checked.
    items: Vec<OnceLock<Box<Declaration<'p>>>>,
    signatures: &'p Signatures,
    builtins: Vec<OnceLock<Option<Box<Builtin>>>>,
}

/// The declared type of a built-in; a value has no parameters.
#[derive(Debug)]
pub struct Builtin {
    pub parameters: u32,
    pub params: Vec<Shape>,
    pub result: Shape,
}

impl<'p> Declarations<'p> {
    pub fn new(program: &'p dyn Program, signatures: &'p Signatures) -> Self {
        let mut items = Vec::new();
        items.resize_with(program.len(), OnceLock::new);
        let mut builtins = Vec::new();
        builtins.resize_with(signatures.len(), OnceLock::new);
        Declarations { program, items, signatures, builtins }
    }

    pub fn program(&self) -> &'p dyn Program {
        self.program
    }

    pub fn get(&self, item: ItemId) -> &Declaration<'p> {
        self.items[item.index()].get_or_init(|| Box::new(self.read(item)))
    }

    fn read(&self, item: ItemId) -> Declaration<'p> {
        let Some(linked) = self.program.linked(item) else { return Declaration::Unknown };
        match header(linked.code, linked.resolutions) {
            Header::Value => Declaration::Value,
            Header::Fn { type_params, params, return_type } => Declaration::Function(Function {
                parameters: type_params.len() as u32,
                names: params.iter().map(|(name, _)| *name).collect(),
                params: params.iter().map(|(_, typ)| Shape::of(typ, type_params)).collect(),
                result: Shape::of(&return_type, type_params),
            }),
            Header::Type(declaration) => {
                let type_params = declaration.type_params;
                let shape = |typ: &TypeRef<'_>| Shape::of(typ, type_params);
                match declaration.body {
                    TypeBody::Alias(typ) => Declaration::Alias(Scheme {
                        parameters: type_params.len() as u32,
                        shape: shape(&typ),
                    }),
                    TypeBody::Record(fields) => {
                        let fields = fields.iter().map(|(name, typ)| (*name, vec![shape(typ)]));
                        Declaration::Record(Type::new(type_params.len(), fields.collect()))
                    }
                    TypeBody::Enum(cases) => {
                        let types = |fields: &[crate::program::tree::EnumField<'_>]| {
                            fields.iter().map(|field| shape(&field.typ)).collect()
                        };
                        let cases = cases.iter().map(|case| (case.name, types(&case.fields)));
                        Declaration::Enum(Type::new(type_params.len(), cases.collect()))
                    }
                }
            }
        }
    }

    /// `None` for a built-in of which no signature is known.
    pub fn builtin(&self, kind: ItemKind, name: &str, version: u32) -> Option<&Builtin> {
        let at = self.signatures.find(kind, name, version)?;
        self.builtins[at].get_or_init(|| self.signatures.read(at, self.program).map(Box::new)).as_deref()
    }

    /// Whether two declared types are one type to Darklang, which tells types apart by what is in them and not
    /// by their names. Types that mention themselves are taken to be equal where nothing tells them apart.
    pub fn same_type(&self, one: ItemId, other: ItemId) -> bool {
        /// Pairs to look at before two types count as equal.
        const MOST: usize = 1000;
        let mut assumed = vec![(one, other)];
        let mut next = 0;
        while let Some(&(one, other)) = assumed.get(next) {
            next += 1;
            if next > MOST {
                return true;
            }
            let mut shapes = Vec::new();
            let equal = match (self.get(one), self.get(other)) {
                (Declaration::Record(one), Declaration::Record(other))
                | (Declaration::Enum(one), Declaration::Enum(other)) => one.pairs(other, &mut shapes),
                (Declaration::Alias(one), Declaration::Alias(other)) => {
                    shapes.push((&one.shape, &other.shape));
                    one.parameters == other.parameters
                }
                // What is not known agrees with everything.
                (Declaration::Unknown, _) | (_, Declaration::Unknown) => true,
                _ => false,
            };
            if !equal || !shapes.into_iter().all(|(one, other)| equal_shapes(one, other, &mut assumed)) {
                return false;
            }
        }
        true
    }
}

impl Type<'_> {
    /// Pairs the types of the members; false where the members' names or numbers differ.
    fn pairs<'t>(&'t self, other: &'t Type<'_>, pairs: &mut Vec<(&'t Shape, &'t Shape)>) -> bool {
        if self.parameters != other.parameters || self.members.len() != other.members.len() {
            return false;
        }
        self.members.iter().zip(&other.members).all(|((name, types), (other_name, other_types))| {
            pairs.extend(types.iter().zip(other_types));
            name == other_name && types.len() == other_types.len()
        })
    }
}

/// Whether two shapes are equal but for declared types, whose pairs are added to `assumed` to be looked at.
fn equal_shapes(one: &Shape, other: &Shape, assumed: &mut Vec<(ItemId, ItemId)>) -> bool {
    let mut all = |one: &[Shape], other: &[Shape]| {
        one.len() == other.len()
            && one.iter().zip(other).all(|(one, other)| equal_shapes(one, other, assumed))
    };
    match (one, other) {
        (Shape::Unknown, _) | (_, Shape::Unknown) => true,
        (Shape::Primitive(one), Shape::Primitive(other)) => one == other,
        (Shape::Parameter(one), Shape::Parameter(other)) => one == other,
        (Shape::List(one), Shape::List(other))
        | (Shape::Dict(one), Shape::Dict(other))
        | (Shape::Stream(one), Shape::Stream(other))
        | (Shape::Db(one), Shape::Db(other)) => equal_shapes(one, other, assumed),
        (Shape::Tuple(one), Shape::Tuple(other)) => all(one, other),
        (Shape::Fn(one, one_result), Shape::Fn(other, other_result)) => {
            equal_shapes(one, other, assumed) && equal_shapes(one_result, other_result, assumed)
        }
        (Shape::Custom(one, one_args), Shape::Custom(other, other_args)) => {
            if !all(one_args, other_args) {
                return false;
            }
            if one != other && !assumed.contains(&(*one, *other)) {
                assumed.push((*one, *other));
            }
            true
        }
        _ => false,
    }
}
