//! The types of built-ins, read from text when something first asks.

use std::borrow::Cow;
use std::sync::OnceLock;

use darkc_cache_format::model::{ItemKind, Primitive};

use super::declarations::Builtin;
use super::program::Program;
use super::shape::Shape;

const KINDS: [(ItemKind, &str); 2] = [(ItemKind::Fn, "fn"), (ItemKind::Value, "value")];

const COMPILED_IN: &str = include_str!("builtins.tsv");

/// A table of built-ins, sorted by kind, name and version.
#[derive(Clone, Debug, Default)]
pub struct Signatures {
    rows: Vec<Signature>,
}

/// A row that lives as long as the program.
pub type Signature = SignatureOf<'static>;

/// One built-in, with types as text: `List<'a>`, `('a -> Bool)`, `(Int * String)`, `Darklang.Stdlib.Option.Option<'a>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureOf<'t> {
    pub kind: ItemKind,
    pub name: Cow<'t, str>,
    pub version: u32,
    /// Separated by commas; those that types mention follow by themselves.
    pub type_params: Cow<'t, str>,
    /// Separated by semicolons; empty for a value.
    pub params: Cow<'t, str>,
    pub result: Cow<'t, str>,
}

impl SignatureOf<'_> {
    /// Reads a line of a table (see [`rows`]); `None` where it is none.
    pub fn of_line(line: &str) -> Option<Signature> {
        let row = read_row(line)?;
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Some(SignatureOf {
            kind: row.kind,
            name: owned(row.name),
            version: row.version,
            type_params: owned(row.type_params),
            params: owned(row.params),
            result: owned(row.result),
        })
    }

    /// Returns the line of a table.
    pub fn to_line(&self) -> String {
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, name)| name);
        let SignatureOf { name, version, type_params, params, result, .. } = self;
        format!("{kind}\t{name}\t{version}\t{type_params}\t{params}\t{result}")
    }

    fn key(&self) -> (ItemKind, &str, u32) {
        (self.kind, &self.name, self.version)
    }
}

impl Signatures {
    /// Those that this build of darkc knows.
    pub fn compiled_in() -> &'static Self {
        static READ: OnceLock<Signatures> = OnceLock::new();
        READ.get_or_init(|| Signatures::default().with(rows(COMPILED_IN)))
    }

    /// The table with more built-ins; a later row replaces an earlier one of the same name.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = Signature>) -> Self {
        self.rows.extend(more);
        // The sort is stable, so the last of equal keys is the latest.
        self.rows.sort_by(|one, other| one.key().cmp(&other.key()));
        self.rows.reverse();
        self.rows.dedup_by(|one, other| one.key() == other.key());
        self.rows.reverse();
        self
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the row of a built-in.
    pub fn get(&self, kind: ItemKind, name: &str, version: u32) -> Option<&Signature> {
        self.find(kind, name, version).and_then(|at| self.rows.get(at))
    }

    /// Returns the names of the built-ins whose types mention a package type for which `is_meant` holds.
    pub fn mentioning(&self, is_meant: impl Fn(&str) -> bool) -> Vec<&str> {
        let mentions = |text: &str| text.split(|character| !is_name(character)).any(&is_meant);
        let rows = self.rows.iter().filter(|row| mentions(&row.params) || mentions(&row.result));
        rows.map(|row| &*row.name).collect()
    }

    pub(super) fn find(&self, kind: ItemKind, name: &str, version: u32) -> Option<usize> {
        self.rows.binary_search_by(|row| row.key().cmp(&(kind, name, version))).ok()
    }

    /// The types of a row. A type that cannot be read is unknown.
    pub(super) fn read(&self, at: usize, program: &dyn Program) -> Option<Builtin> {
        let row = self.rows.get(at)?;
        let declared = row.type_params.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut reader =
            Reader { program, parameters: declared.map(|name| name.trim_start_matches('\'')).collect() };
        let params = row.params.split(';').map(str::trim).filter(|text| !text.is_empty());
        let params: Vec<Shape> = params.map(|text| reader.read(text)).collect();
        let result = reader.read(&row.result);
        Some(Builtin { parameters: reader.parameters.len() as u32, params, result })
    }
}

/// The rows of a table as text: kind, name, version, type parameters, parameter types and result type, separated
/// by tabs. Lines that are no rows are passed over.
pub fn rows(text: &'static str) -> impl Iterator<Item = Signature> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(read_row)
}

fn read_row<'t>(line: &'t str) -> Option<SignatureOf<'t>> {
    let mut fields = line.split('\t');
    let kind = fields.next()?;
    let (kind, _) = KINDS.iter().find(|(_, name)| *name == kind)?;
    let name = Cow::Borrowed(fields.next()?);
    let version = fields.next()?.parse().ok()?;
    let mut text = || fields.next().map(Cow::Borrowed);
    Some(SignatureOf { kind: *kind, name, version, type_params: text()?, params: text()?, result: text()? })
}

/// Whether a name of a type, or of a type variable, can have the character.
fn is_name(character: char) -> bool {
    character.is_alphanumeric() || "._'".contains(character)
}

/// Reads types; collects the type parameters that they mention.
struct Reader<'t> {
    program: &'t dyn Program,
    parameters: Vec<&'t str>,
}

impl<'t> Reader<'t> {
    /// Types that open more brackets than this are unknown, so that no text overflows the stack.
    const DEEPEST: usize = 100;

    fn read(&mut self, text: &'t str) -> Shape {
        if text.matches(['(', '<']).count() > Self::DEEPEST {
            return Shape::Unknown;
        }
        let mut rest = text;
        match self.typ(&mut rest) {
            Some(shape) if rest.trim().is_empty() => shape,
            _ => Shape::Unknown,
        }
    }

    fn typ(&mut self, rest: &mut &'t str) -> Option<Shape> {
        if take(rest, "(") { self.bracketed(rest) } else { self.named(rest) }
    }

    /// What stands between brackets: a tuple, a function or one type.
    fn bracketed(&mut self, rest: &mut &'t str) -> Option<Shape> {
        let mut parts = vec![self.typ(rest)?];
        let between = if take(rest, "*") { "*" } else { "->" };
        if between == "*" {
            parts.push(self.typ(rest)?);
        }
        while take(rest, between) {
            parts.push(self.typ(rest)?);
        }
        take(rest, ")").then_some(())?;
        if between == "*" {
            return Some(Shape::Tuple(parts));
        }
        let result = parts.pop()?;
        Some(Shape::function(parts, result))
    }

    fn named(&mut self, rest: &mut &'t str) -> Option<Shape> {
        let text = rest.trim_start();
        let end = text.find(|character| !is_name(character)).unwrap_or(text.len());
        let (name, after) = text.split_at(end);
        *rest = after;
        if let Some(variable) = name.strip_prefix('\'') {
            let known = self.parameters.iter().position(|parameter| *parameter == variable);
            let at = known.unwrap_or_else(|| {
                self.parameters.push(variable);
                self.parameters.len() - 1
            });
            return Some(Shape::Parameter(at as u32));
        }
        let mut args = Vec::new();
        if take(rest, "<") {
            args.push(self.typ(rest)?);
            while take(rest, ",") {
                args.push(self.typ(rest)?);
            }
            take(rest, ">").then_some(())?;
        }
        if let Some(primitive) = primitive(name) {
            return args.is_empty().then_some(Shape::Primitive(primitive));
        }
        if let ("List" | "Dict" | "Stream" | "DB", [_]) = (name, args.as_slice()) {
            let inner = Box::new(args.pop()?);
            return Some(match name {
                "List" => Shape::List(inner),
                "Dict" => Shape::Dict(inner),
                "Stream" => Shape::Stream(inner),
                _ => Shape::Db(inner),
            });
        }
        // A package type that this program lacks is unknown.
        let item = self.program.find(name).filter(|item| self.program.kind(*item) == ItemKind::Type);
        Some(item.map_or(Shape::Unknown, |item| Shape::Custom(item, args)))
    }
}

fn take(rest: &mut &str, token: &str) -> bool {
    match rest.trim_start().strip_prefix(token) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

/// The primitive types by name.
pub const PRIMITIVES: [(&str, Primitive); 19] = [
    ("Unit", Primitive::Unit),
    ("Bool", Primitive::Bool),
    ("Int8", Primitive::Int8),
    ("UInt8", Primitive::UInt8),
    ("Int16", Primitive::Int16),
    ("UInt16", Primitive::UInt16),
    ("Int32", Primitive::Int32),
    ("UInt32", Primitive::UInt32),
    ("Int64", Primitive::Int64),
    ("UInt64", Primitive::UInt64),
    ("Int128", Primitive::Int128),
    ("UInt128", Primitive::UInt128),
    ("Int", Primitive::Int),
    ("Float", Primitive::Float),
    ("Char", Primitive::Char),
    ("String", Primitive::String),
    ("Uuid", Primitive::Uuid),
    ("DateTime", Primitive::DateTime),
    ("Blob", Primitive::Blob),
];

fn primitive(name: &str) -> Option<Primitive> {
    PRIMITIVES.iter().find(|(known, _)| *known == name).map(|(_, primitive)| *primitive)
}
