//! A small synthetic package set that can be edited as data and written out as Darklang sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A name as the source writes it, relative to its module or in full.
pub type Written = String;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    Number(u32),
    /// The function's parameter; a number in the body of a value.
    Parameter,
    Name(Written),
    Call(Written, Box<Expression>),
    Add(Box<Expression>, Box<Expression>),
    Pipe(Box<Expression>, Written),
    Lambda(Box<Expression>),
    List(Vec<Expression>),
    Some(Box<Expression>),
    Record(Written, Box<Expression>),
    /// Only at the top of a body, where it has lines of its own.
    Match(Box<Expression>, Box<Expression>, Box<Expression>),
    /// Only at the top of a body.
    Let(Box<Expression>, Box<Expression>),
}

/// `None` is `Int64`.
pub type TypeName = Option<Written>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Function { parameter: TypeName, result: TypeName, body: Expression },
    Value(Expression),
    Record(Vec<TypeName>),
    Enum(Vec<TypeName>),
    Alias(TypeName),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub doc: Option<u32>,
    pub comment: Option<u32>,
    pub body: Body,
}

/// The items of one module in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// In full: the header's path, and for later sections one more part.
    pub module: String,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The first is the file's own module, the others are nested in it.
    pub sections: Vec<Section>,
    pub blank_lines: usize,
    /// Ends in something that does not parse.
    pub broken: bool,
}

/// Where an item stands: path, section, index.
pub type Place = (String, usize, usize);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageSet {
    pub files: BTreeMap<String, File>,
}

impl Body {
    pub fn is_type(&self) -> bool {
        matches!(self, Body::Record(_) | Body::Enum(_) | Body::Alias(_))
    }

    /// Calls `visit` with every written name and whether it names a type; where that says no, the name goes.
    pub fn retain_names(&mut self, visit: &mut dyn FnMut(&mut Written, bool) -> bool) {
        let mut typ = |name: &mut TypeName| {
            if name.as_mut().is_some_and(|written| !visit(written, true)) {
                *name = None;
            }
        };
        match self {
            Body::Record(fields) | Body::Enum(fields) => fields.iter_mut().for_each(typ),
            Body::Alias(name) => typ(name),
            Body::Value(body) => body.retain_names(visit),
            Body::Function { parameter, result, body } => {
                typ(parameter);
                typ(result);
                body.retain_names(visit);
            }
        }
    }
}

impl Expression {
    fn retain_names(&mut self, visit: &mut dyn FnMut(&mut Written, bool) -> bool) {
        let keep = match self {
            Expression::Number(_) | Expression::Parameter => true,
            Expression::Name(name) => visit(name, false),
            Expression::Call(name, argument) | Expression::Pipe(argument, name) => {
                argument.retain_names(visit);
                visit(name, false)
            }
            Expression::Record(name, field) => {
                field.retain_names(visit);
                visit(name, true)
            }
            Expression::Add(left, right) | Expression::Let(left, right) => {
                left.retain_names(visit);
                right.retain_names(visit);
                true
            }
            Expression::Lambda(body) | Expression::Some(body) => {
                body.retain_names(visit);
                true
            }
            Expression::List(items) => {
                items.iter_mut().for_each(|item| item.retain_names(visit));
                true
            }
            Expression::Match(on, some, none) => {
                [on, some, none].into_iter().for_each(|part| part.retain_names(visit));
                true
            }
        };
        if !keep {
            *self = Expression::Number(0);
        }
    }

    fn write(&self, out: &mut String, parameter: &str) {
        let _ = match self {
            Expression::Number(number) => write!(out, "{number}L"),
            Expression::Parameter => write!(out, "{parameter}"),
            Expression::Name(name) => write!(out, "{name}"),
            Expression::Call(name, argument) => write!(out, "({name} {})", argument.text(parameter)),
            Expression::Add(left, right) => {
                write!(out, "({} + {})", left.text(parameter), right.text(parameter))
            }
            Expression::Pipe(argument, name) => write!(out, "({} |> {name})", argument.text(parameter)),
            Expression::Lambda(body) => write!(out, "(fun y -> (y + {}))", body.text(parameter)),
            Expression::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.text(parameter)).collect();
                write!(out, "[{}]", items.join("; "))
            }
            Expression::Some(body) => write!(out, "(Stdlib.Option.Option.Some({}))", body.text(parameter)),
            Expression::Record(name, field) => write!(out, "({name} {{ a = {} }})", field.text(parameter)),
            Expression::Match(on, some, none) => write!(
                out,
                "match {} with\n| Some y -> {}\n| None -> {}",
                on.text(parameter),
                some.text(parameter),
                none.text(parameter)
            ),
            Expression::Let(value, body) => {
                write!(out, "let y = {}\n{}", value.text(parameter), body.text(parameter))
            }
        };
    }

    fn text(&self, parameter: &str) -> String {
        let mut text = String::new();
        self.write(&mut text, parameter);
        text
    }
}

impl Item {
    fn source(&self) -> String {
        let typ = |name: &TypeName| name.clone().unwrap_or_else(|| "Int64".to_owned());
        let mut text = String::new();
        if let Some(comment) = self.comment {
            let _ = writeln!(text, "// note {comment}");
        }
        if let Some(doc) = self.doc {
            let _ = writeln!(text, "/// Documented {doc}");
        }
        let name = &self.name;
        let _ = match &self.body {
            Body::Function { parameter, result, body } => {
                let head = format!("let {name} (x: {}) : {} =\n", typ(parameter), typ(result));
                writeln!(text, "{head}{}", indented(&body.text("x"), "  "))
            }
            Body::Value(body) => writeln!(text, "val {name} =\n{}", indented(&body.text("7L"), "  ")),
            Body::Alias(of) => writeln!(text, "type {name} = {}", typ(of)),
            Body::Record(fields) => {
                let field = |(at, field): (usize, &TypeName)| {
                    format!("{}: {}", char::from(b'a' + at as u8), typ(field))
                };
                let fields: Vec<String> = fields.iter().enumerate().map(field).collect();
                writeln!(text, "type {name} = {{ {} }}", fields.join("; "))
            }
            Body::Enum(cases) => {
                let case = |(at, case): (usize, &TypeName)| format!("  | Case{at} of {}\n", typ(case));
                let cases: String = cases.iter().enumerate().map(case).collect();
                write!(text, "type {name} =\n{cases}  | Last\n")
            }
        };
        text
    }
}

fn indented(text: &str, by: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{by}{line}") })
        .collect();
    lines.join("\n")
}

impl File {
    pub fn source(&self) -> String {
        let mut text = String::new();
        let header = self.sections.first().map_or("", |section| section.module.as_str());
        for (at, section) in self.sections.iter().enumerate() {
            let items: Vec<String> = section.items.iter().map(Item::source).collect();
            let items = items.join(&"\n".repeat(1 + self.blank_lines));
            let nested = section.module.strip_prefix(header).and_then(|rest| rest.strip_prefix('.'));
            match nested {
                Some(name) if at > 0 => {
                    let _ = write!(text, "\nmodule {name} =\n{}\n", indented(&items, "  "));
                }
                _ => {
                    let _ = write!(text, "module {}\n\n{items}", section.module);
                }
            }
        }
        if self.broken {
            text.push_str("\nlet broken (x: Int64) : Int64 = (\n");
        }
        text
    }
}

/// The names that resolve, in full: types and terms.
pub struct Names {
    types: BTreeSet<String>,
    terms: BTreeSet<String>,
}

impl Names {
    /// What a name means to an item of `module`, as the linker looks for it: from the innermost module
    /// outwards, then as it stands, then in the standard library.
    pub fn resolve(&self, module: &str, written: &str, is_type: bool) -> Option<String> {
        self.candidates(module, written).into_iter().find(|name| self.contains(name, is_type))
    }

    fn contains(&self, name: &str, is_type: bool) -> bool {
        if is_type { self.types.contains(name) } else { self.terms.contains(name) }
    }

    pub fn candidates(&self, module: &str, written: &str) -> Vec<String> {
        let mut candidates = Vec::new();
        let mut scope = Some(module);
        while let Some(modules) = scope {
            candidates.push(format!("{modules}.{written}"));
            scope = modules.rsplit_once('.').map(|(outer, _)| outer);
        }
        candidates.push(written.to_owned());
        if written.starts_with("Stdlib.") {
            candidates.push(format!("Darklang.{written}"));
        }
        candidates
    }
}

/// The part of the standard library that the language itself refers to.
const LIBRARY: &[(&str, &str)] = &[
    (
        "darklang/stdlib/option.dark",
        "module Darklang.Stdlib.Option

/// A value, or none
type Option<'v> =
  | Some of 'v
  | None

let map (option: Stdlib.Option.Option<'a>) (fn: 'a -> 'b) : Stdlib.Option.Option<'b> =
  match option with
  | Some v -> Stdlib.Option.Option.Some(fn v)
  | None -> Stdlib.Option.Option.None
",
    ),
    (
        "darklang/stdlib/result.dark",
        "module Darklang.Stdlib.Result

type Result<'Ok, 'Err> =
  | Ok of 'Ok
  | Error of 'Err
",
    ),
];
const LIBRARY_TYPES: [&str; 2] = ["Darklang.Stdlib.Option.Option", "Darklang.Stdlib.Result.Result"];
const LIBRARY_TERMS: [&str; 1] = ["Darklang.Stdlib.Option.map"];

impl PackageSet {
    pub fn sources(&self) -> BTreeMap<String, String> {
        let library = LIBRARY.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        library.chain(self.files.iter().map(|(path, file)| (path.clone(), file.source()))).collect()
    }

    /// The places of all items.
    pub fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (path, file) in &self.files {
            for (at, section) in file.sections.iter().enumerate() {
                places.extend((0..section.items.len()).map(|index| (path.clone(), at, index)));
            }
        }
        places
    }

    pub fn section(&mut self, place: &Place) -> &mut Section {
        &mut self.files.get_mut(&place.0).expect("a place of this set").sections[place.1]
    }

    pub fn item(&mut self, place: &Place) -> &mut Item {
        let index = place.2;
        &mut self.section(place).items[index]
    }

    /// A path with an underscore is not loaded.
    pub fn names(&self) -> Names {
        let mut names = Names {
            types: LIBRARY_TYPES.map(str::to_owned).into(),
            terms: LIBRARY_TERMS.map(str::to_owned).into(),
        };
        let loaded = self.files.iter().filter(|(path, _)| !path.contains('_'));
        for section in loaded.flat_map(|(_, file)| &file.sections) {
            for item in &section.items {
                let of_kind = if item.body.is_type() { &mut names.types } else { &mut names.terms };
                of_kind.insert(format!("{}.{}", section.module, item.name));
            }
        }
        names
    }

    /// Replaces each name that means nothing any more.
    pub fn repair(&mut self) {
        let names = self.names();
        for section in self.files.values_mut().flat_map(|file| &mut file.sections) {
            let module = section.module.clone();
            for item in &mut section.items {
                item.body
                    .retain_names(&mut |written, is_type| names.resolve(&module, written, is_type).is_some());
            }
        }
    }

    /// Drops sections and files that hold nothing.
    pub fn sweep(&mut self) {
        for file in self.files.values_mut() {
            let mut at = 0;
            file.sections.retain(|section| {
                at += 1;
                at == 1 || !section.items.is_empty()
            });
        }
        self.files.retain(|_, file| file.sections.iter().any(|section| !section.items.is_empty()));
    }
}

#[test]
fn a_file_is_written_as_darklang() {
    let call = Expression::Call("B.f0".to_owned(), Box::new(Expression::Parameter));
    let function = Body::Function { parameter: None, result: Some("T0".to_owned()), body: call };
    let item = |name: &str, doc, body| Item { name: name.to_owned(), doc, comment: None, body };
    let file = File {
        sections: vec![
            Section { module: "Acme.A".to_owned(), items: vec![item("f1", Some(3), function)] },
            Section {
                module: "Acme.A.B".to_owned(),
                items: vec![
                    item("v0", None, Body::Value(Expression::Parameter)),
                    item("T0", None, Body::Enum(vec![None])),
                ],
            },
        ],
        blank_lines: 0,
        broken: false,
    };
    let expected = "module Acme.A\n\n/// Documented 3\nlet f1 (x: Int64) : T0 =\n  (B.f0 x)\n\nmodule B =\n  val v0 =\n    7L\n\n  type T0 =\n    | Case0 of Int64\n    | Last\n";
    assert_eq!(file.source(), expected);
}

#[test]
fn dangling_names_are_repaired() {
    let names = Names {
        types: BTreeSet::new(),
        terms: ["Acme.f", "Acme.A.f", "Darklang.Stdlib.Option.map"].map(str::to_owned).into(),
    };
    assert_eq!(names.resolve("Acme.A.B", "f", false).as_deref(), Some("Acme.A.f"));
    assert_eq!(names.resolve("Acme.C", "f", false).as_deref(), Some("Acme.f"));
    assert_eq!(names.resolve("Acme.C", "f", true), None);
    let library = names.resolve("Acme.C", "Stdlib.Option.map", false);
    assert_eq!(library.as_deref(), Some("Darklang.Stdlib.Option.map"));
}
