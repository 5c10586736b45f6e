//! The types of one check: an arena, unification variables, and what two types have in common.

use darkc_cache_format::model::Primitive;

use super::builtins::PRIMITIVES;
use super::declarations::{Declaration, Declarations};
use super::program::Program;
use super::shape::Shape;
use crate::program::lookup::ItemId;

/// A type in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(u32);

impl TypeId {
    pub const UNKNOWN: TypeId = TypeId(0);
    pub const UNIT: TypeId = TypeId::of(Primitive::Unit);
    pub const BOOL: TypeId = TypeId::of(Primitive::Bool);
    pub const STRING: TypeId = TypeId::of(Primitive::String);

    /// The arena begins with the unknown type and the primitive ones in order.
    pub const fn of(primitive: Primitive) -> TypeId {
        TypeId(primitive as u32 + 1)
    }
}

/// Consecutive types in a list of the arena's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Many {
    start: u32,
    length: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Agrees with every type.
    Unknown,
    Primitive(Primitive),
    List(TypeId),
    Dict(TypeId),
    Stream(TypeId),
    Db(TypeId),
    Tuple(Many),
    /// One argument; more arguments are functions that return functions.
    Fn(TypeId, TypeId),
    /// A record or an enum and its arguments; aliases have been expanded.
    Custom(ItemId, Many),
    /// A type still to be found out.
    Variable(u32),
}

#[derive(Clone, Copy, Debug)]
struct Variable {
    bound: Option<TypeId>,
    /// How many `let`s are around the place where it came up; [`GENERIC`] once it means every type.
    level: u32,
}

/// The level of a variable that every use of its binding replaces by a new one.
const GENERIC: u32 = u32::MAX;

/// Steps after which one walk over types gives up and calls the types unknown: types can share their parts, so
/// that a walk takes exponentially longer than the arena is large.
const MOST_STEPS: u32 = 20_000;

pub struct Types<'d, 'p> {
    declarations: &'d Declarations<'p>,
    nodes: Vec<Type>,
    /// One a node: whether there is no variable in it.
    ground: Vec<bool>,
    lists: Vec<TypeId>,
    variables: Vec<Variable>,
    /// Variables in the order in which they were bound.
    trail: Vec<u32>,
    pub level: u32,
    /// Aliases that are being expanded; an alias of itself is unknown.
    expanding: Vec<ItemId>,
    /// Where the last two types that were compared contradict each other.
    pub contradiction: Option<(TypeId, TypeId)>,
    /// Comparisons of two types, and those of which one was unknown.
    pub compared: u32,
    pub unknown: u32,
}

impl<'d, 'p> Types<'d, 'p> {
    pub fn new(declarations: &'d Declarations<'p>) -> Self {
        let mut nodes = Vec::with_capacity(256);
        nodes.push(Type::Unknown);
        nodes.extend(PRIMITIVES.iter().map(|(_, primitive)| Type::Primitive(*primitive)));
        Types {
            declarations,
            ground: vec![true; nodes.len()],
            nodes,
            lists: Vec::new(),
            variables: Vec::new(),
            trail: Vec::new(),
            level: 0,
            expanding: Vec::new(),
            contradiction: None,
            compared: 0,
            unknown: 0,
        }
    }

    pub fn program(&self) -> &'p dyn Program {
        self.declarations.program()
    }

    fn add(&mut self, node: Type, ground: bool) -> TypeId {
        let id = TypeId(self.nodes.len() as u32);
        self.nodes.push(node);
        self.ground.push(ground);
        id
    }

    /// Whether the type was made without any variable.
    pub fn is_ground(&self, typ: TypeId) -> bool {
        self.ground[typ.0 as usize]
    }

    pub fn variable(&mut self) -> TypeId {
        let variable = self.variables.len() as u32;
        self.variables.push(Variable { bound: None, level: self.level });
        self.add(Type::Variable(variable), false)
    }

    pub fn list(&mut self, inner: TypeId) -> TypeId {
        self.add(Type::List(inner), self.is_ground(inner))
    }

    pub fn dict(&mut self, inner: TypeId) -> TypeId {
        self.add(Type::Dict(inner), self.is_ground(inner))
    }

    pub fn tuple(&mut self, parts: &[TypeId]) -> TypeId {
        let (parts, ground) = self.many(parts);
        self.add(Type::Tuple(parts), ground)
    }

    pub fn function(&mut self, param: TypeId, result: TypeId) -> TypeId {
        self.add(Type::Fn(param, result), self.is_ground(param) && self.is_ground(result))
    }

    pub fn custom(&mut self, item: ItemId, args: &[TypeId]) -> TypeId {
        let (args, ground) = self.many(args);
        self.add(Type::Custom(item, args), ground)
    }

    fn many(&mut self, types: &[TypeId]) -> (Many, bool) {
        let many = Many { start: self.lists.len() as u32, length: types.len() as u32 };
        self.lists.extend_from_slice(types);
        (many, types.iter().all(|typ| self.is_ground(*typ)))
    }

    pub fn parts(&self, many: Many) -> &[TypeId] {
        &self.lists[many.start as usize..][..many.length as usize]
    }

    fn part(&self, many: Many, at: u32) -> TypeId {
        self.lists[(many.start + at) as usize]
    }

    /// The type that a variable was found to be, or the type itself.
    pub fn resolve(&self, mut typ: TypeId) -> TypeId {
        while let Type::Variable(variable) = self.nodes[typ.0 as usize] {
            match self.variables[variable as usize].bound {
                Some(bound) => typ = bound,
                None => break,
            }
        }
        typ
    }

    /// Whether the two are one variable, whatever it was found to be.
    pub fn is_same_variable(&self, one: TypeId, other: TypeId) -> bool {
        self.root(one).is_some_and(|root| self.root(other) == Some(root))
    }

    /// The representative of all variables that a variable was unified with.
    fn root(&self, typ: TypeId) -> Option<u32> {
        let mut root = None;
        let mut next = Some(typ);
        while let Some(typ) = next
            && let Type::Variable(variable) = self.nodes[typ.0 as usize]
        {
            root = Some(variable);
            next = self.variables[variable as usize].bound;
        }
        root
    }

    pub fn get(&self, typ: TypeId) -> Type {
        self.nodes[self.resolve(typ).0 as usize]
    }

    pub fn is_unknown(&self, typ: TypeId) -> bool {
        self.get(typ) == Type::Unknown
    }

    /// Whether it is a variable of which nothing is known yet.
    pub fn is_open(&self, typ: TypeId) -> bool {
        matches!(self.get(typ), Type::Variable(_))
    }

    /// Whether no part of the type is unknown.
    pub fn is_fully_known(&self, typ: TypeId) -> bool {
        let mut steps = MOST_STEPS;
        self.each_leaf(typ, &mut steps, &mut |leaf| !matches!(leaf, Type::Unknown | Type::Variable(_)))
    }

    /// Whether `test` holds for every part of a type that has no parts itself; false where there are too many.
    fn each_leaf(&self, typ: TypeId, steps: &mut u32, test: &mut impl FnMut(Type) -> bool) -> bool {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        match self.get(typ) {
            leaf @ (Type::Unknown | Type::Primitive(_) | Type::Variable(_)) => test(leaf),
            Type::List(inner) | Type::Dict(inner) | Type::Stream(inner) | Type::Db(inner) => {
                self.each_leaf(inner, steps, test)
            }
            Type::Fn(param, result) => {
                self.each_leaf(param, steps, test) && self.each_leaf(result, steps, test)
            }
            Type::Tuple(many) | Type::Custom(_, many) => {
                (0..many.length).all(|at| self.each_leaf(self.part(many, at), steps, test))
            }
        }
    }

    // From shapes to types and back.

    /// The type of a shape, its parameters replaced by `args`; parameters without an argument are unknown.
    pub fn instantiate(&mut self, shape: &Shape, args: &[TypeId]) -> TypeId {
        let mut steps = MOST_STEPS;
        self.instantiate_within(shape, args, &mut steps)
    }

    fn instantiate_within(&mut self, shape: &Shape, args: &[TypeId], steps: &mut u32) -> TypeId {
        if *steps == 0 {
            return TypeId::UNKNOWN;
        }
        *steps -= 1;
        match shape {
            Shape::Unknown => TypeId::UNKNOWN,
            Shape::Primitive(primitive) => TypeId::of(*primitive),
            Shape::Parameter(at) => args.get(*at as usize).copied().unwrap_or(TypeId::UNKNOWN),
            Shape::List(inner) => {
                let inner = self.instantiate_within(inner, args, steps);
                self.list(inner)
            }
            Shape::Dict(inner) => {
                let inner = self.instantiate_within(inner, args, steps);
                self.dict(inner)
            }
            Shape::Stream(inner) => {
                let inner = self.instantiate_within(inner, args, steps);
                self.add(Type::Stream(inner), self.is_ground(inner))
            }
            Shape::Db(inner) => {
                let inner = self.instantiate_within(inner, args, steps);
                self.add(Type::Db(inner), self.is_ground(inner))
            }
            Shape::Fn(param, result) => {
                let param = self.instantiate_within(param, args, steps);
                let result = self.instantiate_within(result, args, steps);
                self.function(param, result)
            }
            Shape::Tuple(parts) => {
                let parts = self.instantiate_all(parts, args, steps);
                self.tuple(&parts)
            }
            Shape::Custom(item, type_args) => {
                let type_args = self.instantiate_all(type_args, args, steps);
                self.declared_within(*item, type_args, steps)
            }
        }
    }

    fn instantiate_all(&mut self, shapes: &[Shape], args: &[TypeId], steps: &mut u32) -> Vec<TypeId> {
        shapes.iter().map(|shape| self.instantiate_within(shape, args, steps)).collect()
    }

    /// The type of a declared name. Arguments that are missing are unknown.
    pub fn declared(&mut self, item: ItemId, args: Vec<TypeId>) -> TypeId {
        let mut steps = MOST_STEPS;
        self.declared_within(item, args, &mut steps)
    }

    fn declared_within(&mut self, item: ItemId, mut args: Vec<TypeId>, steps: &mut u32) -> TypeId {
        match self.declarations.get(item) {
            Declaration::Record(declared) | Declaration::Enum(declared) => {
                args.resize(declared.parameters as usize, TypeId::UNKNOWN);
                self.custom(item, &args)
            }
            Declaration::Alias(alias) if !self.expanding.contains(&item) => {
                self.expanding.push(item);
                let typ = self.instantiate_within(&alias.shape, &args, steps);
                self.expanding.pop();
                typ
            }
            _ => TypeId::UNKNOWN,
        }
    }

    /// New variables for the type parameters of a declaration.
    pub fn fresh(&mut self, parameters: u32) -> Vec<TypeId> {
        (0..parameters).map(|_| self.variable()).collect()
    }

    /// The shape of a type, with a parameter for each variable of which nothing is known: `List<'a>` for the
    /// empty list.
    pub fn generalized(&self, typ: TypeId) -> (u32, Shape) {
        let mut parameters = Vec::new();
        let mut steps = MOST_STEPS;
        let shape = self.shape(typ, &mut parameters, &mut steps);
        if steps == 0 { (0, Shape::Unknown) } else { (parameters.len() as u32, shape) }
    }

    fn shape(&self, typ: TypeId, parameters: &mut Vec<u32>, steps: &mut u32) -> Shape {
        if *steps == 0 {
            return Shape::Unknown;
        }
        *steps -= 1;
        let mut boxed = |inner: TypeId| Box::new(self.shape(inner, parameters, steps));
        match self.get(typ) {
            Type::Unknown => Shape::Unknown,
            Type::Primitive(primitive) => Shape::Primitive(primitive),
            Type::List(inner) => Shape::List(boxed(inner)),
            Type::Dict(inner) => Shape::Dict(boxed(inner)),
            Type::Stream(inner) => Shape::Stream(boxed(inner)),
            Type::Db(inner) => Shape::Db(boxed(inner)),
            Type::Fn(param, result) => {
                let param = boxed(param);
                Shape::Fn(param, boxed(result))
            }
            Type::Tuple(parts) => Shape::Tuple(
                self.parts(parts).iter().map(|part| self.shape(*part, parameters, steps)).collect(),
            ),
            Type::Custom(item, args) => {
                let args = self.parts(args).iter().map(|arg| self.shape(*arg, parameters, steps));
                Shape::Custom(item, args.collect())
            }
            Type::Variable(variable) => {
                let known = parameters.iter().position(|parameter| *parameter == variable);
                Shape::Parameter(known.unwrap_or_else(|| {
                    parameters.push(variable);
                    parameters.len() - 1
                }) as u32)
            }
        }
    }

    // What `let` binds.

    /// Lets every variable of a type that came up at a deeper level than the present one mean every type.
    /// Returns the type and whether there is such a variable.
    pub fn generalize(&mut self, typ: TypeId) -> (TypeId, bool) {
        if self.is_ground(typ) {
            return (typ, false);
        }
        let mut found = Vec::new();
        let mut steps = MOST_STEPS;
        let whole = self.each_leaf(typ, &mut steps, &mut |leaf| {
            if let Type::Variable(variable) = leaf
                && self.variables[variable as usize].level > self.level
            {
                found.push(variable);
            }
            true
        });
        if !whole {
            return (TypeId::UNKNOWN, false);
        }
        for variable in &found {
            self.variables[*variable as usize].level = GENERIC;
        }
        (typ, !found.is_empty())
    }

    /// The type with new variables for those that mean every type.
    pub fn renew(&mut self, typ: TypeId) -> TypeId {
        let mut renewed = Vec::new();
        let mut steps = MOST_STEPS;
        self.renew_within(typ, &mut renewed, &mut steps)
    }

    fn renew_within(&mut self, typ: TypeId, renewed: &mut Vec<(u32, TypeId)>, steps: &mut u32) -> TypeId {
        if *steps == 0 {
            return TypeId::UNKNOWN;
        }
        *steps -= 1;
        let typ = self.resolve(typ);
        if self.is_ground(typ) {
            return typ;
        }
        match self.get(typ) {
            Type::Unknown | Type::Primitive(_) => typ,
            Type::Variable(variable) if self.variables[variable as usize].level == GENERIC => {
                if let Some((_, new)) = renewed.iter().find(|(known, _)| *known == variable) {
                    return *new;
                }
                let new = self.variable();
                renewed.push((variable, new));
                new
            }
            Type::Variable(_) => typ,
            Type::List(inner) => {
                let inner = self.renew_within(inner, renewed, steps);
                self.list(inner)
            }
            Type::Dict(inner) => {
                let inner = self.renew_within(inner, renewed, steps);
                self.dict(inner)
            }
            Type::Stream(inner) => {
                let inner = self.renew_within(inner, renewed, steps);
                self.add(Type::Stream(inner), self.is_ground(inner))
            }
            Type::Db(inner) => {
                let inner = self.renew_within(inner, renewed, steps);
                self.add(Type::Db(inner), self.is_ground(inner))
            }
            Type::Fn(param, result) => {
                let param = self.renew_within(param, renewed, steps);
                let result = self.renew_within(result, renewed, steps);
                self.function(param, result)
            }
            Type::Tuple(many) => {
                let parts = self.renew_all(many, renewed, steps);
                self.tuple(&parts)
            }
            Type::Custom(item, many) => {
                let args = self.renew_all(many, renewed, steps);
                self.custom(item, &args)
            }
        }
    }

    fn renew_all(&mut self, many: Many, renewed: &mut Vec<(u32, TypeId)>, steps: &mut u32) -> Vec<TypeId> {
        (0..many.length).map(|at| self.renew_within(self.part(many, at), renewed, steps)).collect()
    }

    // Comparison.

    /// Whether the two types may be one, which they are from now on. Where they contradict each other, nothing
    /// is changed.
    pub fn agree(&mut self, one: TypeId, other: TypeId) -> bool {
        if self.is_unknown(one) || self.is_unknown(other) {
            self.unknown += 1;
            return true;
        }
        self.compared += 1;
        self.contradiction = None;
        let mark = self.trail.len();
        let mut steps = MOST_STEPS;
        let agree = self.unify(one, other, &mut steps);
        if !agree {
            for variable in self.trail.drain(mark..) {
                self.variables[variable as usize].bound = None;
            }
        }
        agree
    }

    fn unify(&mut self, one: TypeId, other: TypeId, steps: &mut u32) -> bool {
        let (one, other) = (self.resolve(one), self.resolve(other));
        if one == other || *steps == 0 {
            return true;
        }
        *steps -= 1;
        let agree = match (self.get(one), self.get(other)) {
            (Type::Unknown, _) | (_, Type::Unknown) => true,
            (Type::Variable(variable), _) => self.bind(variable, other, steps),
            (_, Type::Variable(variable)) => self.bind(variable, one, steps),
            (Type::Primitive(one), Type::Primitive(other)) => one == other,
            (Type::List(one), Type::List(other))
            | (Type::Dict(one), Type::Dict(other))
            | (Type::Stream(one), Type::Stream(other))
            | (Type::Db(one), Type::Db(other)) => self.unify(one, other, steps),
            (Type::Fn(one, one_result), Type::Fn(other, other_result)) => {
                self.unify(one, other, steps) && self.unify(one_result, other_result, steps)
            }
            (Type::Tuple(one), Type::Tuple(other)) => self.unify_all(one, other, steps),
            (Type::Custom(one, one_args), Type::Custom(other, other_args)) => {
                (one == other || self.declarations.same_type(one, other))
                    && self.unify_all(one_args, other_args, steps)
            }
            _ => false,
        };
        if !agree && self.contradiction.is_none() {
            self.contradiction = Some((one, other));
        }
        agree
    }

    fn unify_all(&mut self, one: Many, other: Many, steps: &mut u32) -> bool {
        one.length == other.length
            && (0..one.length).all(|at| self.unify(self.part(one, at), self.part(other, at), steps))
    }

    /// Lets a variable be a type. A type that contains the variable cannot be written down, and says nothing.
    fn bind(&mut self, variable: u32, typ: TypeId, steps: &mut u32) -> bool {
        let level = self.variables[variable as usize].level;
        if !self.is_ground(typ) {
            let mut inner = Vec::new();
            let free = self.each_leaf(typ, steps, &mut |leaf| match leaf {
                Type::Variable(other) => {
                    inner.push(other);
                    other != variable
                }
                _ => true,
            });
            if !free {
                return true;
            }
            for other in inner {
                let other = &mut self.variables[other as usize];
                other.level = other.level.min(level);
            }
        }
        self.variables[variable as usize].bound = Some(typ);
        self.trail.push(variable);
        true
    }
}
