//! Types and names as a user writes them.

use super::builtins::PRIMITIVES;
use super::program::Program;
use super::types::{Type, TypeId, Types};

/// The longest text of a type; what is beyond is left out.
const LONGEST: usize = 300;

/// A fully qualified name as Darklang prints it in `scope` (owner and modules, dotted): without the modules that
/// both share, and without the owner where that is Darklang (`darklang/dark packages/darklang/prettyPrinter/
/// common.dark`).
pub fn shortened<'n>(name: &'n str, scope: &str) -> &'n str {
    if let "Darklang.Stdlib.Option.Option" | "Darklang.Stdlib.Result.Result" = name {
        return name.rsplit_once('.').map_or(name, |(_, last)| last);
    }
    let Some((modules, _)) = name.rsplit_once('.') else { return name };
    let shared = modules.split('.').zip(scope.split('.')).take_while(|(one, other)| one == other);
    let shared: usize = shared.map(|(module, _)| module.len() + 1).sum();
    if shared == 0 { name.strip_prefix("Darklang.").unwrap_or(name) } else { &name[shared..] }
}

/// The two sides of a contradiction. Where they would read alike, names are given in full.
pub fn both(types: &Types<'_, '_>, scope: &str, one: TypeId, other: TypeId) -> (String, String) {
    let short = (text(types, Some(scope), one), text(types, Some(scope), other));
    if short.0 != short.1 {
        return short;
    }
    (text(types, None, one), text(types, None, other))
}

/// The text of a type; with a scope, names are shortened for it.
pub fn text(types: &Types<'_, '_>, scope: Option<&str>, typ: TypeId) -> String {
    let mut writer = Writer { types, program: types.program(), scope, out: String::new() };
    writer.typ(typ);
    writer.out
}

struct Writer<'w, 'd, 'p> {
    types: &'w Types<'d, 'p>,
    program: &'p dyn Program,
    scope: Option<&'w str>,
    out: String,
}

impl Writer<'_, '_, '_> {
    fn typ(&mut self, typ: TypeId) {
        if self.out.len() > LONGEST {
            if !self.out.ends_with('…') {
                self.out.push('…');
            }
            return;
        }
        match self.types.get(typ) {
            Type::Unknown | Type::Variable(_) => self.out.push('_'),
            Type::Primitive(primitive) => {
                let name = PRIMITIVES.iter().find(|(_, known)| *known == primitive);
                self.out.push_str(name.map_or("_", |(name, _)| name));
            }
            Type::List(inner) => self.applied("List", &[inner]),
            Type::Dict(inner) => self.applied("Dict", &[inner]),
            Type::Stream(inner) => self.applied("Stream", &[inner]),
            Type::Db(inner) => self.applied("DB", &[inner]),
            Type::Tuple(parts) => {
                let parts = self.types.parts(parts).to_vec();
                self.out.push('(');
                self.separated(&parts, " * ");
                self.out.push(')');
            }
            Type::Fn(param, result) => {
                let mut parts = vec![param];
                let mut result = result;
                while let Type::Fn(param, next) = self.types.get(result) {
                    parts.push(param);
                    result = next;
                    // A function whose result is itself would go on for ever.
                    if parts.len() > LONGEST {
                        break;
                    }
                }
                parts.push(result);
                self.out.push('(');
                self.separated(&parts, " -> ");
                self.out.push(')');
            }
            Type::Custom(item, args) => {
                let name = self.program.name(item);
                let name = self.scope.map_or(name, |scope| shortened(name, scope));
                let args = self.types.parts(args).to_vec();
                self.applied(name, &args);
            }
        }
    }

    fn applied(&mut self, name: &str, args: &[TypeId]) {
        self.out.push_str(name);
        if !args.is_empty() {
            self.out.push('<');
            self.separated(args, ", ");
            self.out.push('>');
        }
    }

    fn separated(&mut self, types: &[TypeId], separator: &str) {
        for (at, typ) in types.iter().enumerate() {
            if self.out.ends_with('…') {
                return;
            }
            if at > 0 {
                self.out.push_str(separator);
            }
            self.typ(*typ);
        }
    }
}
