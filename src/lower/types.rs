//! Type references and type declarations.

use darkc_cache_format::model::{
    EnumCase, EnumField, Parameter, Primitive, RecordField, SiteId, Text, TypeBody, TypeDefinition, TypeRef,
};

use super::Lowering;
use super::sites::written;
use crate::syntax::ast::{self, TypeRefKind};

impl<'t, 'a: 't> Lowering<'t, 'a> {
    pub fn type_ref(&mut self, typ: &'t ast::TypeRef<'t>) -> TypeRef<'a> {
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
            TypeRefKind::List(inner) => return TypeRef::List(self.inner(inner)),
            TypeRefKind::Dict(inner) => return TypeRef::Dict(self.inner(inner)),
            TypeRefKind::Variable(name) => return TypeRef::Variable(self.text(name)),
            TypeRefKind::Tuple(parts) => return TypeRef::Tuple(self.type_refs(parts)),
            TypeRefKind::Fn(args, result) => {
                const NO_ARGUMENT: &[TypeRef<'_>] = &[TypeRef::Primitive(Primitive::Unit)];
                let args = if args.is_empty() { NO_ARGUMENT } else { self.type_refs(args) };
                return TypeRef::Fn(args, self.inner(result));
            }
            TypeRefKind::Custom(custom) => return self.custom_type(custom),
        };
        TypeRef::Primitive(primitive)
    }

    pub fn type_refs(&mut self, types: &'t [ast::TypeRef<'t>]) -> &'a [TypeRef<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(types.iter().map(|typ| self.type_ref(typ)))
    }

    fn inner(&mut self, typ: &'t ast::TypeRef<'t>) -> &'a TypeRef<'a> {
        let typ = self.type_ref(typ);
        self.arena.alloc(typ)
    }

    /// `Stream<T>` and `DB<T>` are written like package types but are part of the language.
    fn custom_type(&mut self, custom: &'t ast::QualifiedType<'t>) -> TypeRef<'a> {
        if let ([], [inner]) = (custom.name.modules, custom.type_args) {
            match custom.name.name.name {
                "Stream" => return TypeRef::Stream(self.inner(inner)),
                "DB" => return TypeRef::Db(self.inner(inner)),
                _ => {}
            }
        }
        let site = self.type_site(&custom.name);
        TypeRef::Custom { site, type_args: self.type_refs(custom.type_args) }
    }

    pub fn type_site(&mut self, name: &'t ast::QualifiedName<'t>) -> SiteId {
        self.type_use(&written(name), name.span)
    }

    pub fn type_definition(&mut self, decl: &'t ast::TypeDecl<'t>) -> TypeDefinition<'a> {
        let arena = self.arena;
        let body = match &decl.definition {
            ast::TypeDefinition::Alias(typ) => TypeBody::Alias(self.type_ref(typ)),
            ast::TypeDefinition::Record(fields) => {
                let fields = fields.iter().map(|field| RecordField {
                    name: self.text(field.name.name),
                    typ: self.type_ref(&field.typ),
                });
                match arena.alloc_slice_fill_iter(fields) {
                    [] => {
                        let Parameter { name, typ } = UNIT_PARAMETER;
                        TypeBody::Record(arena.alloc_slice_copy(&[RecordField { name, typ }]))
                    }
                    fields => TypeBody::Record(fields),
                }
            }
            ast::TypeDefinition::Enum(cases) => {
                const NO_CASE: &[EnumCase<'_>] = &[EnumCase { name: "_", fields: &[] }];
                let cases = arena.alloc_slice_fill_iter(cases.iter().map(|case| self.enum_case(case)));
                TypeBody::Enum(if cases.is_empty() { NO_CASE } else { cases })
            }
        };
        TypeDefinition { type_params: self.names(decl.type_params), body }
    }

    fn enum_case(&mut self, case: &'t ast::EnumCase<'t>) -> EnumCase<'a> {
        let arena = self.arena;
        let fields = case.fields.iter().map(|field| EnumField {
            label: field.label.map(|label| self.text(label.name)),
            typ: self.type_ref(&field.typ),
        });
        let fields = arena.alloc_slice_fill_iter(fields);
        EnumCase { name: self.text(case.name.name), fields }
    }

    pub fn names(&self, identifiers: &[ast::Identifier<'_>]) -> &'a [Text<'a>] {
        self.arena.alloc_slice_fill_iter(identifiers.iter().map(|identifier| self.text(identifier.name)))
    }
}

/// What stands in for an empty list of parameters or fields.
pub const UNIT_PARAMETER: Parameter<'static> =
    Parameter { name: "_", typ: TypeRef::Primitive(Primitive::Unit) };

/// Adds the type variables of a type, in order of first mention.
pub fn collect_variables<'a>(typ: &TypeRef<'a>, found: &mut Vec<Text<'a>>) {
    match typ {
        TypeRef::Variable(name) => {
            if !found.contains(name) {
                found.push(name);
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
