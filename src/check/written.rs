//! Declarations as a user writes them, with the names that the source has.

use darkc_cache_format::model::{Code, Definition, EnumCase, Site, TypeBody, TypeRef};

use super::builtins::PRIMITIVES;

/// The parts of a declared type, each with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    Alias(String),
    /// Names of fields, and their types.
    Record(Vec<(String, String)>),
    /// Names of cases, and their fields; without any, the text is empty.
    Enum(Vec<(String, String)>),
}

/// Returns what a declaration tells those who mention it, on one line: `let f (n: Int64) : String`,
/// `type Light = | Sun | Shade`, `val name`.
pub fn declaration(name: &str, code: &Code<'_>) -> String {
    match &code.definition {
        Definition::Value(_) => format!("val {name}"),
        Definition::Type(definition) => {
            let head = format!("type {name}{}", type_params(definition.type_params));
            match members(code) {
                Some(Members::Alias(typ)) => format!("{head} = {typ}"),
                Some(Members::Record(fields)) => {
                    let fields: Vec<String> =
                        fields.into_iter().map(|(name, typ)| format!("{name}: {typ}")).collect();
                    format!("{head} = {{ {} }}", fields.join("; "))
                }
                Some(Members::Enum(cases)) => {
                    let cases = cases.into_iter().map(|(name, fields)| case(&name, &fields));
                    format!(
                        "{head} = {}",
                        cases.map(|case| format!("| {case}")).collect::<Vec<_>>().join(" ")
                    )
                }
                None => head,
            }
        }
        Definition::Fn(function) => {
            // Type parameters that only the signature mentions need not be declared.
            let mut text = format!("let {name}");
            for parameter in function.params {
                let unit = TypeRef::Primitive(darkc_cache_format::model::Primitive::Unit);
                if function.params.len() == 1 && parameter.typ == unit {
                    text.push_str(" ()");
                } else {
                    text.push_str(&format!(
                        " ({}: {})",
                        parameter.name,
                        type_text(&parameter.typ, code.sites)
                    ));
                }
            }
            format!("{text} : {}", type_text(&function.return_type, code.sites))
        }
    }
}

/// Returns the parts of a declared type; `None` for a function or a value.
pub fn members(code: &Code<'_>) -> Option<Members> {
    let Definition::Type(definition) = &code.definition else { return None };
    let text = |typ| type_text(typ, code.sites);
    Some(match &definition.body {
        TypeBody::Alias(typ) => Members::Alias(text(typ)),
        TypeBody::Record(fields) => {
            Members::Record(fields.iter().map(|field| (field.name.to_owned(), text(&field.typ))).collect())
        }
        TypeBody::Enum(cases) => {
            Members::Enum(cases.iter().map(|case| (case.name.to_owned(), fields(case, code.sites))).collect())
        }
    })
}

/// Returns a case with its fields: `Some of 'a`.
pub fn case(name: &str, fields: &str) -> String {
    if fields.is_empty() { name.to_owned() } else { format!("{name} of {fields}") }
}

fn fields(case: &EnumCase<'_>, sites: &[Site<'_>]) -> String {
    let field = |field: &darkc_cache_format::model::EnumField<'_>| {
        let typ = type_text(&field.typ, sites);
        field.label.map_or_else(|| typ.clone(), |label| format!("{label}: {typ}"))
    };
    case.fields.iter().map(field).collect::<Vec<_>>().join(" * ")
}

fn type_params(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}")).collect();
    if names.is_empty() { String::new() } else { format!("<{}>", names.join(", ")) }
}

fn type_text(typ: &TypeRef<'_>, sites: &[Site<'_>]) -> String {
    let all = |types: &[TypeRef<'_>], between: &str| {
        types.iter().map(|typ| type_text(typ, sites)).collect::<Vec<_>>().join(between)
    };
    match typ {
        TypeRef::Primitive(primitive) => {
            let name = PRIMITIVES.iter().find(|(_, known)| known == primitive);
            name.map_or("_", |(name, _)| name).to_owned()
        }
        TypeRef::Stream(inner) => format!("Stream<{}>", type_text(inner, sites)),
        TypeRef::List(inner) => format!("List<{}>", type_text(inner, sites)),
        TypeRef::Dict(inner) => format!("Dict<{}>", type_text(inner, sites)),
        TypeRef::Db(inner) => format!("DB<{}>", type_text(inner, sites)),
        TypeRef::Tuple(parts) => format!("({})", all(parts, " * ")),
        TypeRef::Fn(args, result) => format!("({} -> {})", all(args, " -> "), type_text(result, sites)),
        TypeRef::Variable(name) => format!("'{name}"),
        TypeRef::Custom { site, type_args } => {
            let name = sites.get(*site as usize).map_or(String::new(), |site| site.written.join("."));
            if type_args.is_empty() { name } else { format!("{name}<{}>", all(type_args, ", ")) }
        }
    }
}
