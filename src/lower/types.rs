//! Type references and type declarations.

use std::borrow::Cow;

use darkc_cache_format::model::{
    EnumCase, EnumField, Namespace, Parameter, Primitive, RecordField, SiteId, Text, TypeBody,
    TypeDefinition, TypeRef,
};

use super::Lowering;
use crate::syntax::ast::{self, TypeRefKind};

impl<'s> Lowering<'_, 's> {
    pub fn type_ref(&mut self, typ: &ast::TypeRef<'s>) -> TypeRef<'s> {
        let primitive = match &typ.kind {
            TypeRefKind::Unit => Primitive::Unit,
            TypeRefKind::Bool => Primitive::Bool,
            TypeRefKind::Int => Primitive::Int,
            TypeRefKind::Int8 => Primitive::Int8,
            TypeRefKind::UInt8 => Primitive::UInt8,
            TypeRefKind::Int16 => Primitive::Int16,
            TypeRefKind::UInt16 => Primitive::UInt16,
            TypeRefKind::Int32 => Primitive::Int32,
            TypeRefKind::UInt32 => Primitive::UInt32,
            TypeRefKind::Int64 => Primitive::Int64,
            TypeRefKind::UInt64 => Primitive::UInt64,
            TypeRefKind::Int128 => Primitive::Int128,
            TypeRefKind::UInt128 => Primitive::UInt128,
            TypeRefKind::Float => Primitive::Float,
            TypeRefKind::Char => Primitive::Char,
            TypeRefKind::String => Primitive::String,
            TypeRefKind::DateTime => Primitive::DateTime,
            TypeRefKind::Uuid => Primitive::Uuid,
            TypeRefKind::Blob => Primitive::Blob,
            TypeRefKind::List(inner) => return TypeRef::List(Box::new(self.type_ref(inner))),
            TypeRefKind::Dict(inner) => return TypeRef::Dict(Box::new(self.type_ref(inner))),
            TypeRefKind::Variable(name) => return TypeRef::Variable(Cow::Borrowed(name)),
            TypeRefKind::Tuple(parts) => return TypeRef::Tuple(self.type_refs(parts)),
            TypeRefKind::Fn(args, result) => {
                let mut args = self.type_refs(args);
                if args.is_empty() {
                    args.push(TypeRef::Primitive(Primitive::Unit));
                }
                return TypeRef::Fn(args, Box::new(self.type_ref(result)));
            }
            TypeRefKind::Custom(custom) => return self.custom_type(custom),
        };
        TypeRef::Primitive(primitive)
    }

    pub fn type_refs(&mut self, types: &[ast::TypeRef<'s>]) -> Vec<TypeRef<'s>> {
        types.iter().map(|typ| self.type_ref(typ)).collect()
    }

    /// `Stream<T>` and `DB<T>` are written like package types but are part of the language.
    fn custom_type(&mut self, custom: &ast::QualifiedType<'s>) -> TypeRef<'s> {
        if let ([], [inner]) = (custom.name.modules.as_slice(), custom.type_args.as_slice()) {
            match custom.name.name.name {
                "Stream" => return TypeRef::Stream(Box::new(self.type_ref(inner))),
                "DB" => return TypeRef::Db(Box::new(self.type_ref(inner))),
                _ => {}
            }
        }
        let site = self.type_site(&custom.name);
        TypeRef::Custom { site, type_args: self.type_refs(&custom.type_args) }
    }

    pub fn type_site(&mut self, name: &ast::QualifiedName<'s>) -> SiteId {
        self.sites.add(Namespace::Type, written(name), self.lines, name.span)
    }

    pub fn type_definition(&mut self, decl: &ast::TypeDecl<'s>) -> TypeDefinition<'s> {
        let body = match &decl.definition {
            ast::TypeDefinition::Alias(typ) => TypeBody::Alias(self.type_ref(typ)),
            ast::TypeDefinition::Record(fields) => {
                let mut fields: Vec<_> = fields
                    .iter()
                    .map(|field| RecordField {
                        name: Cow::Borrowed(field.name.name),
                        typ: self.type_ref(&field.typ),
                    })
                    .collect();
                if fields.is_empty() {
                    let Parameter { name, typ } = unit_parameter();
                    fields.push(RecordField { name, typ });
                }
                TypeBody::Record(fields)
            }
            ast::TypeDefinition::Enum(cases) => {
                let mut cases: Vec<_> = cases.iter().map(|case| self.enum_case(case)).collect();
                if cases.is_empty() {
                    cases.push(EnumCase { name: Cow::Borrowed("_"), fields: vec![] });
                }
                TypeBody::Enum(cases)
            }
        };
        TypeDefinition { type_params: names(&decl.type_params), body }
    }

    fn enum_case(&mut self, case: &ast::EnumCase<'s>) -> EnumCase<'s> {
        let fields = case
            .fields
            .iter()
            .map(|field| EnumField {
                label: field.label.map(|label| Cow::Borrowed(label.name)),
                typ: self.type_ref(&field.typ),
            })
            .collect();
        EnumCase { name: Cow::Borrowed(case.name.name), fields }
    }
}

/// The parts of a qualified name, as written.
pub fn written<'s>(name: &ast::QualifiedName<'s>) -> Vec<&'s str> {
    name.modules.iter().chain([&name.name]).map(|part| part.name).collect()
}

pub fn names<'s>(identifiers: &[ast::Identifier<'s>]) -> Vec<Text<'s>> {
    identifiers.iter().map(|identifier| Cow::Borrowed(identifier.name)).collect()
}

/// What stands in for an empty list of parameters or fields.
pub fn unit_parameter<'s>() -> Parameter<'s> {
    Parameter { name: Cow::Borrowed("_"), typ: TypeRef::Primitive(Primitive::Unit) }
}

/// Adds the type variables of a type, in order of first mention.
pub fn collect_variables<'s>(typ: &TypeRef<'s>, found: &mut Vec<Text<'s>>) {
    match typ {
        TypeRef::Variable(name) => {
            if !found.contains(name) {
                found.push(name.clone());
            }
        }
        TypeRef::Primitive(_) => {}
        TypeRef::Stream(inner) | TypeRef::List(inner) | TypeRef::Dict(inner) | TypeRef::Db(inner) => {
            collect_variables(inner, found);
        }
        TypeRef::Tuple(parts) | TypeRef::Custom { type_args: parts, .. } => {
            parts.iter().for_each(|part| collect_variables(part, found));
        }
        TypeRef::Fn(args, result) => {
            args.iter().for_each(|arg| collect_variables(arg, found));
            collect_variables(result, found);
        }
    }
}
