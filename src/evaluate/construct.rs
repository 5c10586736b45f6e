//! Records and enums, checked against their declarations when they are made
//! (`darklang/dark LibExecution/TypeChecker.fs`, `DvalCreator`).

use std::rc::Rc;

use super::check::{Checker, WRONG_TYPE_ARGS};
use super::code::{TypeBody, TypeDefinition, TypeReference};
use super::definitions::Lookup;
use super::refusal::{Result, fails};
use super::value::{Entries, Enum, Key, Record, Value};
use super::value_types::{TypeSymbols, ValueType};
use crate::base::hash::ContentHash;

const FIELD_OF_ANOTHER_TYPE: &str = "a field of another type";
const UNKNOWN_FIELD: &str = "a field that the type does not have";
const NO_RECORD: &str = "a record of a type that is none";

/// The type behind a name, and the types of its type parameters so far.
struct Resolved {
    name: ContentHash,
    type_args: Vec<(Key, ValueType)>,
    definition: Rc<TypeDefinition>,
}

impl<L: Lookup> Checker<'_, '_, L> {
    fn resolve(&self, name: ContentHash, type_args: &[ValueType]) -> Result<Resolved> {
        let definition = self.definitions.type_definition(name)?;
        let type_args: Vec<(Key, ValueType)> = if type_args.is_empty() {
            definition.params.iter().map(|param| (param.clone(), ValueType::Unknown)).collect()
        } else if type_args.len() == definition.params.len() {
            definition.params.iter().cloned().zip(type_args.iter().cloned()).collect()
        } else {
            return fails(WRONG_TYPE_ARGS);
        };
        let TypeBody::Alias(aliased) = &definition.body else {
            return Ok(Resolved { name, type_args, definition });
        };
        let TypeReference::Custom { hash, args, .. } = self.unalias(aliased.clone())? else {
            return fails("an alias of a type that is no record or enum");
        };
        let target = self.definitions.type_definition(hash)?;
        if target.params.len() != args.len() {
            return fails(WRONG_TYPE_ARGS);
        }
        let mut mapped = Vec::new();
        for (param, arg) in target.params.iter().zip(&args) {
            let given = match arg {
                TypeReference::Variable(name) => type_args.iter().find(|(param, _)| param == name),
                _ => None,
            };
            let typ = match given {
                Some((_, typ)) => typ.clone(),
                None => self.value_type(&TypeSymbols::new(), arg)?,
            };
            mapped.push((param.clone(), typ));
        }
        Ok(Resolved { name: hash, type_args: mapped, definition: target })
    }

    pub fn record(
        &self,
        symbols: &TypeSymbols,
        source: ContentHash,
        type_args: &[ValueType],
        fields: Vec<(Key, Value)>,
    ) -> Result<Value> {
        let Resolved { name, mut type_args, definition } = self.resolve(source, type_args)?;
        let TypeBody::Record(declared) = &definition.body else { return fails(NO_RECORD) };
        let mut symbols = symbols.clone();
        symbols.extend(type_args.iter().cloned());
        let mut made = Entries::new();
        for (field, value) in fields {
            if made.contains_key(&field) {
                return fails("a field that is given twice");
            }
            let Some((_, typ)) = declared.iter().find(|(name, _)| *name == field) else {
                return fails(UNKNOWN_FIELD);
            };
            self.field(&mut symbols, &mut type_args, typ, &value)?;
            made.insert(field, value);
        }
        if declared.iter().any(|(name, _)| !made.contains_key(name)) {
            return fails("a record that lacks a field");
        }
        let type_args = types_of(type_args);
        Ok(Value::Record(Rc::new(Record { source, typ: name, type_args, fields: made })))
    }

    pub fn update(
        &self,
        symbols: &TypeSymbols,
        record: &Record,
        updates: Vec<(Key, Value)>,
    ) -> Result<Value> {
        let Resolved { type_args, definition, .. } = self.resolve(record.source, &[])?;
        let TypeBody::Record(declared) = &definition.body else { return fails(NO_RECORD) };
        if type_args.len() != record.type_args.len() {
            return fails(WRONG_TYPE_ARGS);
        }
        let known = record.type_args.iter().cloned();
        let mut type_args: Vec<(Key, ValueType)> =
            type_args.into_iter().map(|(name, _)| name).zip(known).collect();
        let mut symbols = symbols.clone();
        let mut fields = record.fields.clone();
        for (field, value) in updates {
            let Some((_, typ)) = declared.iter().find(|(name, _)| *name == field) else {
                return fails(UNKNOWN_FIELD);
            };
            self.field(&mut symbols, &mut type_args, typ, &value)?;
            fields.insert(field, value);
        }
        let type_args = types_of(type_args);
        Ok(Value::Record(Rc::new(Record { source: record.source, typ: record.typ, type_args, fields })))
    }

    pub fn enumeration(
        &self,
        symbols: &TypeSymbols,
        source: ContentHash,
        type_args: &[ValueType],
        case: &Rc<str>,
        fields: Vec<Value>,
    ) -> Result<Value> {
        let Resolved { name, mut type_args, definition } = self.resolve(source, type_args)?;
        let TypeBody::Enum(cases) = &definition.body else { return fails("an enum of a type that is none") };
        let Some((_, declared)) = cases.iter().find(|(name, _)| name == case) else {
            return fails("a case that the type does not have");
        };
        if declared.len() != fields.len() {
            return fails("a case with another number of fields");
        }
        let mut symbols = symbols.clone();
        symbols.extend(type_args.iter().cloned());
        for (typ, value) in declared.iter().zip(&fields) {
            self.field(&mut symbols, &mut type_args, typ, value)?;
        }
        let made = Enum { source, typ: name, type_args: types_of(type_args), case: case.clone(), fields };
        Ok(Value::Enum(Rc::new(made)))
    }

    /// Checks a field and learns type arguments from it.
    fn field(
        &self,
        symbols: &mut TypeSymbols,
        type_args: &mut [(Key, ValueType)],
        declared: &TypeReference,
        value: &Value,
    ) -> Result<()> {
        if !self.fits(symbols, declared, value)? {
            return fails(FIELD_OF_ANOTHER_TYPE);
        }
        for (name, typ) in type_args.iter_mut().filter(|(_, typ)| *typ == ValueType::Unknown) {
            if let Some(known) = symbols.get(name) {
                *typ = known.clone();
            }
        }
        Ok(())
    }
}

fn types_of(type_args: Vec<(Key, ValueType)>) -> Rc<[ValueType]> {
    type_args.into_iter().map(|(_, typ)| typ).collect()
}
