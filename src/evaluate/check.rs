//! What Darklang's type checker does when values are made and passed on
//! (`darklang/dark LibExecution/TypeChecker.fs`, `RuntimeTypes.fs` `TypeReference`).

use std::rc::Rc;

use super::budget::Budget;
use super::code::{TypeBody, TypeReference};
use super::definitions::{Definitions, Lookup};
use super::refusal::{Result, fails, unsupported};
use super::value::{Key, Value};
use super::value_types::{TypeSymbols, ValueType};

/// How many aliases may follow each other.
const MAX_ALIASES: usize = 100;

pub const WRONG_TYPE_ARGS: &str = "type arguments of another number";
const NAME_ERROR: &str = "a type whose name means nothing";

pub struct Checker<'m, 'l, L> {
    pub definitions: &'m Definitions<'l, L>,
    pub budget: &'m Budget,
}

impl<L: Lookup> Checker<'_, '_, L> {
    /// Whether a value is of a declared type; binds type variables to what they must be.
    pub fn fits(&self, symbols: &mut TypeSymbols, expected: &TypeReference, value: &Value) -> Result<bool> {
        self.unify(symbols, expected, &value.type_of(self.budget)?)
    }

    /// As [`Checker::fits`], for a parameter or the result of a built-in: there an alias passes its type arguments
    /// on to its type, which it does not where [`Checker::unify`] meets it.
    pub fn fits_unaliased(
        &self,
        symbols: &mut TypeSymbols,
        expected: &TypeReference,
        value: &Value,
    ) -> Result<bool> {
        let actual = value.type_of(self.budget)?;
        if is_type(expected, &actual) {
            return self.unify(symbols, expected, &actual);
        }
        self.unify(symbols, &self.unalias(expected.clone())?, &actual)
    }

    fn unify(&self, symbols: &mut TypeSymbols, expected: &TypeReference, actual: &ValueType) -> Result<bool> {
        self.budget.step(1)?;
        Ok(match (expected, actual) {
            (TypeReference::Variable(name), actual) => match symbols.get(name) {
                None => {
                    symbols.insert(name.clone(), actual.clone());
                    true
                }
                Some(bound) => match bound.merge(actual, self.budget)? {
                    Some(merged) => {
                        symbols.insert(name.clone(), merged);
                        true
                    }
                    None => false,
                },
            },
            (_, ValueType::Unknown) => true,
            (TypeReference::Unresolved, _) => return fails(NAME_ERROR),
            (TypeReference::Unsupported, _) => return unsupported("databases and streams"),
            (TypeReference::Primitive(expected), ValueType::Primitive(actual)) => expected == actual,
            (TypeReference::List(expected), ValueType::List(actual))
            | (TypeReference::Dict(expected), ValueType::Dict(actual)) => {
                self.unify(symbols, expected, actual)?
            }
            (TypeReference::Tuple(expected), ValueType::Tuple(actual)) => {
                self.unify_all(symbols, expected, actual)?
            }
            (TypeReference::Custom { hash, args, .. }, actual) => {
                let definition = self.definitions.type_definition(*hash)?;
                match (&definition.body, actual) {
                    // Its own type arguments are not passed on here.
                    (TypeBody::Alias(aliased), _) => {
                        self.unify(symbols, &self.unalias(aliased.clone())?, actual)?
                    }
                    (_, ValueType::Custom(name, type_args)) if name == hash => {
                        self.unify_all(symbols, args, type_args)?
                    }
                    _ => false,
                }
            }
            (TypeReference::Fn(args, result), ValueType::Fn(actual_args, actual_result)) => {
                args.len() == actual_args.len()
                    && self.unify(symbols, result, actual_result)?
                    && self.unify_all(symbols, args, actual_args)?
            }
            _ => false,
        })
    }

    fn unify_all(
        &self,
        symbols: &mut TypeSymbols,
        expected: &[TypeReference],
        actual: &[ValueType],
    ) -> Result<bool> {
        if expected.len() != actual.len() {
            return Ok(false);
        }
        for (expected, actual) in expected.iter().zip(actual) {
            if !self.unify(symbols, expected, actual)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The type of an alias, its type arguments put in.
    pub fn unalias(&self, mut typ: TypeReference) -> Result<TypeReference> {
        for _ in 0..MAX_ALIASES {
            let TypeReference::Custom { hash, args, .. } = &typ else { return Ok(typ) };
            let definition = self.definitions.type_definition(*hash)?;
            let TypeBody::Alias(aliased) = &definition.body else { return Ok(typ) };
            typ = substitute(&definition.params, args, aliased)?;
        }
        unsupported("an alias of an alias of an alias")
    }

    /// A declared type as the type of a value; a type variable that is not bound is unknown.
    pub fn value_type(&self, symbols: &TypeSymbols, typ: &TypeReference) -> Result<ValueType> {
        self.budget.step(1)?;
        let all = |types: &[TypeReference]| -> Result<Rc<[ValueType]>> {
            types.iter().map(|typ| self.value_type(symbols, typ)).collect()
        };
        let one = |typ: &TypeReference| self.value_type(symbols, typ).map(Rc::new);
        Ok(match typ {
            TypeReference::Primitive(primitive) => ValueType::Primitive(*primitive),
            TypeReference::Variable(name) => symbols.get(name).cloned().unwrap_or(ValueType::Unknown),
            TypeReference::List(inner) => ValueType::List(one(inner)?),
            TypeReference::Dict(inner) => ValueType::Dict(one(inner)?),
            TypeReference::Tuple(parts) => ValueType::Tuple(all(parts)?),
            TypeReference::Fn(args, result) => ValueType::Fn(all(args)?, one(result)?),
            TypeReference::Custom { hash, args, .. } => {
                match &self.definitions.type_definition(*hash)?.body {
                    TypeBody::Alias(_) => self.value_type(symbols, &self.unalias(typ.clone())?)?,
                    TypeBody::Record(_) | TypeBody::Enum(_) => ValueType::Custom(*hash, all(args)?),
                }
            }
            TypeReference::Unresolved => return fails(NAME_ERROR),
            TypeReference::Unsupported => return unsupported("databases and streams"),
        })
    }

    /// Learns from the type of an argument what the type variables of its parameter are. Only types that are fully
    /// known are learned: an empty list would bind too little.
    pub fn infer(&self, found: &mut TypeSymbols, declared: &TypeReference, actual: &ValueType) -> Result<()> {
        match (declared, actual) {
            (TypeReference::Variable(name), actual) => {
                if !found.contains_key(name) && actual.is_fully_known(self.budget)? {
                    found.insert(name.clone(), actual.clone());
                }
                Ok(())
            }
            (TypeReference::List(inner), ValueType::List(actual))
            | (TypeReference::Dict(inner), ValueType::Dict(actual)) => self.infer(found, inner, actual),
            (TypeReference::Tuple(parts), ValueType::Tuple(actual)) => {
                let (two, rest) = parts.split_at(parts.len().min(2));
                let (actual_two, actual_rest) = actual.split_at(actual.len().min(2));
                self.infer_all(found, two, actual_two)?;
                self.infer_all(found, rest, actual_rest)
            }
            // As in Darklang, whatever the two are called.
            (TypeReference::Custom { args, .. }, ValueType::Custom(_, actual)) => {
                self.infer_all(found, args, actual)
            }
            _ => Ok(()),
        }
    }

    fn infer_all(
        &self,
        found: &mut TypeSymbols,
        declared: &[TypeReference],
        actual: &[ValueType],
    ) -> Result<()> {
        if declared.len() != actual.len() {
            return Ok(());
        }
        declared.iter().zip(actual).try_for_each(|(declared, actual)| self.infer(found, declared, actual))
    }
}

fn is_type(expected: &TypeReference, actual: &ValueType) -> bool {
    matches!((expected, actual), (TypeReference::Custom { hash, .. }, ValueType::Custom(name, _)) if hash == name)
}

fn substitute(params: &[Key], args: &[TypeReference], typ: &TypeReference) -> Result<TypeReference> {
    let all = |types: &[TypeReference]| -> Result<Vec<TypeReference>> {
        types.iter().map(|typ| substitute(params, args, typ)).collect()
    };
    let boxed = |typ: &TypeReference| substitute(params, args, typ).map(Box::new);
    Ok(match typ {
        TypeReference::Primitive(_) | TypeReference::Unresolved | TypeReference::Unsupported => typ.clone(),
        TypeReference::List(inner) => TypeReference::List(boxed(inner)?),
        TypeReference::Dict(inner) => TypeReference::Dict(boxed(inner)?),
        TypeReference::Tuple(parts) => TypeReference::Tuple(all(parts)?),
        TypeReference::Fn(parts, result) => TypeReference::Fn(all(parts)?, boxed(result)?),
        TypeReference::Custom { written, hash, args } => {
            TypeReference::Custom { written: written.clone(), hash: *hash, args: all(args)? }
        }
        TypeReference::Variable(name) => match params.iter().position(|param| param == name) {
            Some(at) if params.len() == args.len() => args[at].clone(),
            _ => return fails(WRONG_TYPE_ARGS),
        },
    })
}
