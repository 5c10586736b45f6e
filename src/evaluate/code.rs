//! Instructions and declarations, read back from their stored forms (see `compile::code` for what each does).

use std::rc::Rc;

use super::value::{FnName, Key, Value};
use crate::base::hash::ContentHash;
use crate::compile::Register;
use crate::program::tree::Primitive;

/// A type as it is declared.
#[derive(Clone, Debug)]
pub enum TypeReference {
    Primitive(Primitive),
    List(Box<TypeReference>),
    Dict(Box<TypeReference>),
    Tuple(Vec<TypeReference>),
    Fn(Vec<TypeReference>, Box<TypeReference>),
    Custom {
        /// Kept because a partial application stores its type arguments.
        written: Rc<[Rc<str>]>,
        hash: ContentHash,
        args: Vec<TypeReference>,
    },
    Variable(Key),
    /// A name that means nothing: where Darklang looks at it, it raises.
    Unresolved,
    /// A database or a stream.
    Unsupported,
}

#[derive(Debug)]
pub enum LetPattern {
    Variable(Register),
    Tuple(Vec<LetPattern>),
    Unit,
    Wildcard,
}

#[derive(Debug)]
pub enum MatchPattern {
    Literal(Value),
    List(Vec<MatchPattern>),
    Cons(Box<MatchPattern>, Box<MatchPattern>),
    Tuple(Vec<MatchPattern>),
    Enum(Rc<str>, Vec<MatchPattern>),
    Variable(Register),
    Or(Vec<MatchPattern>),
}

#[derive(Debug)]
pub struct Lambda {
    pub id: u64,
    pub patterns: Vec<LetPattern>,
    /// Registers of the enclosing frame and where they are copied to.
    pub captures: Vec<(Register, Register)>,
    /// Where the frame finds the lambda itself.
    pub own_register: Option<Register>,
    pub frame: Rc<Frame>,
}

#[derive(Debug)]
pub enum Segment {
    Text(Rc<str>),
    Register(Register),
}

/// The first register is where the result goes.
#[derive(Debug)]
pub enum Instruction {
    Load(Register, Value),
    Copy(Register, Register),
    Or(Register, Register, Register),
    And(Register, Register, Register),
    String(Register, Vec<Segment>),
    Let(Register, LetPattern),
    JumpIfFalse(usize, Register),
    Jump(usize),
    Match(Register, MatchPattern, usize),
    MatchUnmatched,
    Tuple(Register, Vec<Register>),
    List(Register, Vec<Register>),
    Dict(Register, Vec<(Key, Register)>),
    Record(Register, ContentHash, Vec<TypeReference>, Vec<(Key, Register)>),
    RecordUpdate(Register, Register, Vec<(Key, Register)>),
    Field(Register, Register, Key),
    Enum(Register, ContentHash, Vec<TypeReference>, Rc<str>, Vec<Register>),
    LoadValue(Register, FnName),
    Lambda(Register, Rc<Lambda>),
    Apply(Register, Register, Rc<[TypeReference]>, Vec<Register>),
    /// A name or a variable that means nothing.
    RaiseNameError,
    CheckUnit(Register),
}

#[derive(Debug)]
pub struct Frame {
    pub registers: usize,
    pub instructions: Vec<Instruction>,
    pub result: Register,
}

/// What a call checks its arguments and its result against.
#[derive(Debug)]
pub struct Signature {
    pub type_params: Vec<Key>,
    pub params: Vec<TypeReference>,
    pub result: TypeReference,
    /// The type variables of parameters and result.
    pub variables: Vec<Key>,
}

impl Signature {
    pub fn new(type_params: Vec<Key>, params: Vec<TypeReference>, result: TypeReference) -> Self {
        let mut variables = Vec::new();
        params.iter().chain([&result]).for_each(|typ| collect_variables(typ, &mut variables));
        Signature { type_params, params, result, variables }
    }
}

#[derive(Debug)]
pub struct Function {
    pub signature: Signature,
    pub frame: Rc<Frame>,
}

#[derive(Debug)]
pub struct TypeDefinition {
    pub params: Vec<Key>,
    pub body: TypeBody,
}

#[derive(Debug)]
pub enum TypeBody {
    Alias(TypeReference),
    Record(Vec<(Key, TypeReference)>),
    Enum(Vec<(Rc<str>, Vec<TypeReference>)>),
}

fn collect_variables(typ: &TypeReference, found: &mut Vec<Key>) {
    match typ {
        TypeReference::Variable(name) => {
            if !found.contains(name) {
                found.push(name.clone());
            }
        }
        TypeReference::List(inner) | TypeReference::Dict(inner) => collect_variables(inner, found),
        TypeReference::Tuple(parts) | TypeReference::Custom { args: parts, .. } => {
            parts.iter().for_each(|part| collect_variables(part, found));
        }
        TypeReference::Fn(args, result) => {
            args.iter().for_each(|arg| collect_variables(arg, found));
            collect_variables(result, found);
        }
        TypeReference::Primitive(_) | TypeReference::Unresolved | TypeReference::Unsupported => {}
    }
}
