//! Reads the signature of a built-in from the F# record that defines it.
//!
//! Types are spelled as Darklang spells them, custom types with their full names: `List<'a>`,
//! `('a -> Bool)`, `(Int * Int)`, `Darklang.Stdlib.Option.Option<String>`. Names that the same F# source binds
//! (`let varA = TVariable "a"`) are looked up; a signature with anything else in it is left out as a whole.

use std::cell::Cell;
use std::ops::Range;

use super::fsharp::{Kind, Token};
use crate::base::location::ItemKind;

/// The types of a built-in, as text. A value has neither type parameters nor parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    pub type_parameters: Vec<String>,
    pub parameters: Vec<String>,
    pub result: String,
}

impl Signature {
    /// Reads the last columns of a table: type parameters separated by `,`, parameter types by `; `, result.
    pub fn of_fields<'f>(mut fields: impl Iterator<Item = &'f str>) -> Option<Self> {
        let parts = |text: &str, separator| {
            text.split(separator).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let type_parameters = parts(fields.next()?, ",");
        let parameters = parts(fields.next()?, "; ");
        let result = fields.next().filter(|result| !result.is_empty())?.to_owned();
        Some(Signature { type_parameters, parameters, result })
    }
}

/// Reads the record whose fields are the tokens of `range`. `type_of` as in [`super::builtins::of_source`].
pub fn read(
    kind: ItemKind,
    tokens: &[Token<'_>],
    range: Range<usize>,
    type_of: &impl Fn(&str) -> Option<String>,
) -> Option<Signature> {
    let reader = Reader { tokens, type_of, steps: Cell::new(0) };
    let field = |name: &str| {
        let at = range.clone().find(|at| {
            tokens[*at].leads
                && tokens[*at].is_word(name)
                && tokens.get(at + 1).is_some_and(|next| next.is_symbol("="))
        })?;
        reader.bound_expression(at + 2)
    };
    if kind == ItemKind::Value {
        return Some(Signature { result: reader.spell(&field("typ")?)?, ..Signature::default() });
    }
    let Expression::List(type_parameters) = field("typeParams")?.what else { return None };
    let name = |one: &Placed<'_>| match one.what {
        Expression::Text(name) => Some(name.to_owned()),
        _ => None,
    };
    let parameters = match reader.deref(field("parameters")?)?.what {
        Expression::List(parameters) => parameters,
        _ => return None,
    };
    Some(Signature {
        type_parameters: type_parameters.iter().map(name).collect::<Option<_>>()?,
        parameters: parameters.into_iter().map(|one| reader.parameter(one)).collect::<Option<_>>()?,
        result: reader.spell(&field("returnType")?)?,
    })
}

/// Deeper nesting, longer chains of names and more steps than any real signature has. They bound what a hostile
/// source can cost.
const MOST_STEPS: usize = 20_000;
const MOST_DEPTH: usize = 64;

/// An F# expression, as far as signatures use them.
#[derive(Clone, Debug)]
enum Expression<'s> {
    Name(&'s str),
    Text(&'s str),
    /// `()` has no parts.
    Tuple(Vec<Placed<'s>>),
    List(Vec<Placed<'s>>),
    /// A function and its arguments, at least one.
    Apply(&'s str, Vec<Placed<'s>>),
}

/// An expression and the index of its first token.
#[derive(Clone, Debug)]
struct Placed<'s> {
    at: usize,
    what: Expression<'s>,
}

struct Reader<'t, 's, F> {
    tokens: &'t [Token<'s>],
    type_of: &'t F,
    steps: Cell<usize>,
}

impl<'s, F: Fn(&str) -> Option<String>> Reader<'_, 's, F> {
    /// The expression behind a `=`; bindings that it starts with are skipped, to be found when they are used.
    fn bound_expression(&self, mut at: usize) -> Option<Placed<'s>> {
        while self.tokens.get(at)?.is_word("let") {
            let column = self.tokens[at].column;
            at += 1;
            while self.tokens.get(at).is_some_and(|token| !token.leads || token.column > column) {
                at += 1;
            }
        }
        Some(self.expression(at, 0)?.0)
    }

    /// An application with what it is piped into, and the index behind it.
    fn expression(&self, at: usize, depth: usize) -> Option<(Placed<'s>, usize)> {
        let (mut found, mut next) = self.application(at, depth)?;
        while self.is_symbol(next, "|") && self.is_symbol(next + 1, ">") {
            let Token { kind: Kind::Word, text, .. } = *self.tokens.get(next + 2)? else { return None };
            found = Placed { at, what: Expression::Apply(text, vec![found]) };
            next += 3;
        }
        Some((found, next))
    }

    /// A head and the arguments that stand on its line or are indented more than it.
    fn application(&self, at: usize, depth: usize) -> Option<(Placed<'s>, usize)> {
        let head_column = self.tokens.get(at)?.column;
        let (head, mut next) = self.atom(at, depth)?;
        let Expression::Name(name) = head.what else { return Some((head, next)) };
        let mut arguments = Vec::new();
        while let Some(token) = self.tokens.get(next) {
            let starts = token.kind != Kind::Symbol || token.text == "(" || token.text == "[";
            if !starts || (token.leads && token.column <= head_column) {
                break;
            }
            let (argument, behind) = self.atom(next, depth)?;
            arguments.push(argument);
            next = behind;
        }
        if arguments.is_empty() {
            return Some((head, next));
        }
        Some((Placed { at, what: Expression::Apply(name, arguments) }, next))
    }

    fn atom(&self, at: usize, depth: usize) -> Option<(Placed<'s>, usize)> {
        self.step(depth)?;
        let token = self.tokens.get(at)?;
        let what = match (token.kind, token.text) {
            (Kind::Word, name) => Expression::Name(name),
            (Kind::Text, text) => Expression::Text(text),
            (Kind::Symbol, "(") => {
                let (mut parts, next) = self.parts(at + 1, ")", ",", depth + 1)?;
                if parts.len() == 1 {
                    return Some((parts.pop()?, next));
                }
                return Some((Placed { at, what: Expression::Tuple(parts) }, next));
            }
            (Kind::Symbol, "[") => {
                let (parts, next) = self.parts(at + 1, "]", ";", depth + 1)?;
                return Some((Placed { at, what: Expression::List(parts) }, next));
            }
            _ => return None,
        };
        Some((Placed { at, what }, at + 1))
    }

    /// Expressions up to `end`, separated by `separator` or by a line break.
    fn parts(
        &self,
        mut at: usize,
        end: &str,
        separator: &str,
        depth: usize,
    ) -> Option<(Vec<Placed<'s>>, usize)> {
        let mut parts = Vec::new();
        while !self.is_symbol(at, end) {
            let (part, next) = self.expression(at, depth)?;
            parts.push(part);
            at = if self.is_symbol(next, separator) { next + 1 } else { next };
        }
        Some((parts, at + 1))
    }

    fn is_symbol(&self, at: usize, symbol: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_symbol(symbol))
    }

    fn step(&self, depth: usize) -> Option<()> {
        self.steps.set(self.steps.get() + 1);
        (depth < MOST_DEPTH && self.steps.get() < MOST_STEPS).then_some(())
    }

    /// The value of a bound name; other expressions as they are.
    fn deref(&self, mut found: Placed<'s>) -> Option<Placed<'s>> {
        for depth in 0..MOST_DEPTH {
            self.step(depth)?;
            let name = match &found.what {
                Expression::Name(name) => name,
                Expression::Apply(name, arguments) if matches!(&arguments[..], [unit] if is_unit(unit)) => {
                    name
                }
                _ => return Some(found),
            };
            match self.binding(name, found.at) {
                Some(bound) => found = self.bound_expression(bound)?,
                None => return Some(found),
            }
        }
        None
    }

    /// The index behind the `=` of the last `let name =` or `let name () =` before a place.
    fn binding(&self, name: &str, before: usize) -> Option<usize> {
        (0..before).rev().find_map(|at| {
            if !self.tokens[at].is_word("let") {
                return None;
            }
            let at = if self.tokens.get(at + 1)?.is_word("private") { at + 2 } else { at + 1 };
            if !self.tokens.get(at)?.is_word(name) {
                return None;
            }
            let at = if self.is_symbol(at + 1, "(") && self.is_symbol(at + 2, ")") { at + 3 } else { at + 1 };
            self.is_symbol(at, "=").then_some(at + 1)
        })
    }

    /// `Param.make "name" TYPE "description"`, or `Param.makeWithArgs` with the names of a function's arguments.
    fn parameter(&self, found: Placed<'s>) -> Option<String> {
        match self.deref(found)?.what {
            Expression::Apply("Param.make" | "Param.makeWithArgs", arguments) => {
                self.spell(arguments.get(1)?)
            }
            _ => None,
        }
    }

    fn spell(&self, found: &Placed<'s>) -> Option<String> {
        self.spell_at(found, 0)
    }

    fn spell_at(&self, found: &Placed<'s>, depth: usize) -> Option<String> {
        self.step(depth)?;
        let found = self.deref(found.clone())?;
        let spell = |one: &Placed<'s>| self.spell_at(one, depth + 1);
        match &found.what {
            Expression::Name(name) => simple_type(name).map(str::to_owned),
            Expression::Text(_) | Expression::Tuple(_) | Expression::List(_) => None,
            Expression::Apply(name, arguments) => match (*name, arguments.as_slice()) {
                ("TVariable" | "tvar", [Placed { what: Expression::Text(name), .. }]) => {
                    Some(format!("'{name}"))
                }
                ("TList", [inner]) => Some(format!("List<{}>", spell(inner)?)),
                ("TDict", [inner]) => Some(format!("Dict<{}>", spell(inner)?)),
                ("TStream", [inner]) => Some(format!("Stream<{}>", spell(inner)?)),
                ("TDB", [inner]) => Some(format!("DB<{}>", spell(inner)?)),
                ("TypeReference.option", [inner]) => {
                    Some(format!("Darklang.Stdlib.Option.Option<{}>", spell(inner)?))
                }
                ("TypeReference.result", [ok, error]) => {
                    Some(format!("Darklang.Stdlib.Result.Result<{}, {}>", spell(ok)?, spell(error)?))
                }
                ("TTuple", [Placed { what: Expression::Tuple(parts), .. }]) => {
                    let [first, second, Placed { what: Expression::List(rest), .. }] = parts.as_slice()
                    else {
                        return None;
                    };
                    let parts = [first, second].into_iter().chain(rest);
                    Some(format!("({})", parts.map(spell).collect::<Option<Vec<_>>>()?.join(" * ")))
                }
                ("TFn", [Placed { what: Expression::Tuple(parts), .. }]) => {
                    let [Placed { what: Expression::Apply(list, arguments), .. }, result] = parts.as_slice()
                    else {
                        return None;
                    };
                    let arguments: Vec<&Placed<'s>> = match (*list, arguments.as_slice()) {
                        ("NEList.singleton", [only]) => vec![only],
                        ("NEList.ofList", [first, Placed { what: Expression::List(rest), .. }]) => {
                            [first].into_iter().chain(rest).collect()
                        }
                        _ => return None,
                    };
                    let types = arguments.into_iter().chain([result]);
                    Some(format!("({})", types.map(spell).collect::<Option<Vec<_>>>()?.join(" -> ")))
                }
                ("TCustomType", [Placed { what: Expression::Tuple(parts), .. }]) => {
                    let [name, Placed { what: Expression::List(arguments), .. }] = parts.as_slice() else {
                        return None;
                    };
                    let name = self.custom_type(name, depth + 1)?;
                    let arguments = arguments.iter().map(spell).collect::<Option<Vec<_>>>()?;
                    Some(if arguments.is_empty() {
                        name
                    } else {
                        format!("{name}<{}>", arguments.join(", "))
                    })
                }
                _ => None,
            },
        }
    }

    /// `NR.ok (FQTypeName.fqPackage (PackageRefs.Type.Stdlib.option ()))`, in as many names as it may take.
    fn custom_type(&self, found: &Placed<'s>, depth: usize) -> Option<String> {
        self.step(depth)?;
        match self.deref(found.clone())?.what {
            Expression::Apply("NR.ok" | "Ok" | "FQTypeName.fqPackage", arguments) => {
                let [inner] = arguments.as_slice() else { return None };
                self.custom_type(inner, depth + 1)
            }
            Expression::Apply(name, arguments) if matches!(&arguments[..], [unit] if is_unit(unit)) => {
                (self.type_of)(name.strip_prefix("PackageRefs.")?)
            }
            _ => None,
        }
    }
}

fn is_unit(found: &Placed<'_>) -> bool {
    matches!(&found.what, Expression::Tuple(parts) if parts.is_empty())
}

fn simple_type(name: &str) -> Option<&str> {
    const SIMPLE: [&str; 19] = [
        "TUnit",
        "TBool",
        "TInt",
        "TInt8",
        "TUInt8",
        "TInt16",
        "TUInt16",
        "TInt32",
        "TUInt32",
        "TInt64",
        "TUInt64",
        "TInt128",
        "TUInt128",
        "TFloat",
        "TChar",
        "TString",
        "TUuid",
        "TDateTime",
        "TBlob",
    ];
    SIMPLE.contains(&name).then(|| &name[1..])
}
