//! Instructions and runtime forms: what Darklang's interpreter runs.
//!
//! Bytes are written as the tree is walked. Only two things are known later than they are needed: how far a
//! jump goes and how many instructions a frame has; `code` fills both in.
//! (`darklang/dark backend/src/LibExecution/ProgramTypesToRuntimeTypes.fs`,
//! `LibSerialization/Binary/Serializers/RT`)

pub mod code;
pub mod constants;
mod expressions;
pub mod item;
mod lambdas;
mod mentions;
pub mod patterns;
mod pipes;
pub mod symbols;
pub mod types;

#[cfg(test)]
mod tests;

use crate::base::hash::ContentHash;
use crate::binary::ids::NodeIds;
use crate::binary::tags::definitions;
use crate::binary::writer::Writer;
use crate::program::lookup::ItemLookup;
use crate::program::tree::{Expr, Function, TypeBody, TypeDeclaration};
use code::Code;
use expressions::Compiler;
use types::write_type;

/// A slot of a call frame.
pub type Register = u32;

/// Writes the column `package_functions.rt_instrs`.
///
/// | field | bytes |
/// |---|---|
/// | hash | string |
/// | type parameters | list of strings |
/// | parameters | non-empty list of (string, type) |
/// | return type | type |
/// | body | frame, see `code` |
pub fn function(
    hash: ContentHash,
    function: &Function<'_>,
    lookup: &impl ItemLookup,
    ids: &impl NodeIds,
    out: &mut Writer,
) {
    out.blob(|out| {
        out.hash(hash);
        out.list(function.type_params, |out, name| out.string(name));
        out.non_empty_list(&function.params, |out, (name, typ)| {
            out.string(name);
            write_type(out, lookup, typ);
        });
        write_type(out, lookup, &function.return_type);
        Compiler::new(hash, lookup, ids, Code::new(lookup, out)).body(&function.params, &function.body);
    });
}

/// Writes the instructions that a value is evaluated with, a frame. Darklang stores none: it compiles `pt_def` when
/// it evaluates the value.
pub fn value(
    hash: ContentHash,
    body: &Expr<'_>,
    lookup: &impl ItemLookup,
    ids: &impl NodeIds,
    out: &mut Writer,
) {
    Compiler::new(hash, lookup, ids, Code::new(lookup, out)).body(&[], body);
}

/// Writes the column `package_types.rt_def`.
///
/// | field | bytes |
/// |---|---|
/// | hash | string |
/// | type parameters | list of strings |
/// | definition | tag, then: alias a type; record a non-empty list of (string, type); enum a non-empty list of (string, list of types) |
pub fn type_definition(
    hash: ContentHash,
    declaration: &TypeDeclaration<'_>,
    lookup: &impl ItemLookup,
    out: &mut Writer,
) {
    out.blob(|out| {
        out.hash(hash);
        out.list(declaration.type_params, |out, name| out.string(name));
        match &declaration.body {
            TypeBody::Alias(typ) => {
                out.byte(definitions::ALIAS.0);
                write_type(out, lookup, typ);
            }
            TypeBody::Record(fields) => {
                out.byte(definitions::RECORD.0);
                out.non_empty_list(fields, |out, (name, typ)| {
                    out.string(name);
                    write_type(out, lookup, typ);
                });
            }
            TypeBody::Enum(cases) => {
                out.byte(definitions::ENUM.0);
                out.non_empty_list(cases, |out, case| {
                    out.string(case.name);
                    out.list(&case.fields, |out, field| write_type(out, lookup, &field.typ));
                });
            }
        }
    });
}
