//! The resolved tree (`darklang/dark backend/src/LibExecution/ProgramTypes.fs`), borrowed from an unlinked item.
//!
//! It is built for one item, used, and dropped. Every expression, pattern and pipe part carries its `node`: its
//! place in a pre-order walk of the item, which is what node ids are derived from.

use super::lookup::ItemId;
pub use darkc_cache_format::model::{FloatLiteral, Infix, IntLiteral, ItemKind, Primitive, Text};

/// The place of a node in its item: 0 for the first node, counted in pre-order over the item.
pub type NodeIndex = u32;

/// A name as written and what it means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NameRef<'a> {
    pub written: &'a [Text<'a>],
    pub resolved: Result<Target<'a>, NameError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A package item: its hash and its location are asked of the `ItemLookup`.
    Item(ItemId),
    Builtin {
        name: &'a str,
        version: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    NotFound,
    InvalidName,
}

#[derive(Debug)]
pub struct Item<'a> {
    pub id: ItemId,
    pub description: &'a str,
    pub definition: Definition<'a>,
    /// How many uses of names in it mean nothing.
    pub unresolved: u32,
}

#[derive(Debug)]
pub enum Definition<'a> {
    Type(TypeDeclaration<'a>),
    Value(Expr<'a>),
    Fn(Function<'a>),
}

#[derive(Debug)]
pub struct TypeDeclaration<'a> {
    pub type_params: &'a [Text<'a>],
    pub body: TypeBody<'a>,
}

/// Fields and cases have no descriptions of their own: Darklang always stores "".
#[derive(Debug)]
pub enum TypeBody<'a> {
    Alias(TypeRef<'a>),
    Record(Vec<(&'a str, TypeRef<'a>)>),
    Enum(Vec<EnumCase<'a>>),
}

#[derive(Debug)]
pub struct EnumCase<'a> {
    pub name: &'a str,
    pub fields: Vec<EnumField<'a>>,
}

#[derive(Debug)]
pub struct EnumField<'a> {
    pub label: Option<&'a str>,
    pub typ: TypeRef<'a>,
}

#[derive(Debug)]
pub struct Function<'a> {
    pub type_params: &'a [Text<'a>],
    /// At least one. Parameters have no descriptions of their own: Darklang always stores "".
    pub params: Vec<(&'a str, TypeRef<'a>)>,
    pub return_type: TypeRef<'a>,
    pub body: Expr<'a>,
}

#[derive(Debug)]
pub enum TypeRef<'a> {
    Primitive(Primitive),
    Stream(Box<TypeRef<'a>>),
    List(Box<TypeRef<'a>>),
    Dict(Box<TypeRef<'a>>),
    Db(Box<TypeRef<'a>>),
    /// Two types or more.
    Tuple(Vec<TypeRef<'a>>),
    /// At least one argument.
    Fn(Vec<TypeRef<'a>>, Box<TypeRef<'a>>),
    Variable(&'a str),
    Custom(NameRef<'a>, Vec<TypeRef<'a>>),
}

#[derive(Debug)]
pub struct LetPattern<'a> {
    pub node: NodeIndex,
    pub kind: LetPatternKind<'a>,
}

#[derive(Debug)]
pub enum LetPatternKind<'a> {
    Unit,
    Variable(&'a str),
    Wildcard,
    /// Two patterns or more.
    Tuple(Vec<LetPattern<'a>>),
}

#[derive(Debug)]
pub struct MatchPattern<'a> {
    pub node: NodeIndex,
    pub kind: MatchPatternKind<'a>,
}

#[derive(Debug)]
pub enum MatchPatternKind<'a> {
    Unit,
    Bool(bool),
    Int(&'a IntLiteral<'a>),
    Float(&'a FloatLiteral<'a>),
    Char(&'a str),
    String(&'a str),
    Variable(&'a str),
    Enum {
        case: &'a str,
        fields: Vec<MatchPattern<'a>>,
    },
    /// Two patterns or more.
    Tuple(Vec<MatchPattern<'a>>),
    List(Vec<MatchPattern<'a>>),
    Cons(Box<MatchPattern<'a>>, Box<MatchPattern<'a>>),
    /// At least one pattern.
    Or(Vec<MatchPattern<'a>>),
}

#[derive(Debug)]
pub struct Expr<'a> {
    pub node: NodeIndex,
    pub kind: ExprKind<'a>,
}

#[derive(Debug)]
pub enum ExprKind<'a> {
    Unit,
    Bool(bool),
    Int(&'a IntLiteral<'a>),
    Float(&'a FloatLiteral<'a>),
    Char(&'a str),
    String(Vec<StringSegment<'a>>),
    Variable(&'a str),
    Arg(u32),
    /// `ESelf`: the enclosing function.
    SelfFn,
    /// `EFnName`
    FnName(NameRef<'a>),
    /// `EValue`
    ValueName(NameRef<'a>),
    If {
        condition: Box<Expr<'a>>,
        then: Box<Expr<'a>>,
        otherwise: Option<Box<Expr<'a>>>,
    },
    Match {
        arg: Box<Expr<'a>>,
        cases: Vec<MatchCase<'a>>,
    },
    Let {
        pattern: LetPattern<'a>,
        value: Box<Expr<'a>>,
        body: Box<Expr<'a>>,
    },
    Lambda(Lambda<'a>),
    /// At least one argument.
    Apply {
        callee: Box<Expr<'a>>,
        type_args: Vec<TypeRef<'a>>,
        args: Vec<Expr<'a>>,
    },
    Pipe {
        head: Box<Expr<'a>>,
        parts: Vec<PipePart<'a>>,
    },
    Infix {
        op: Infix,
        left: Box<Expr<'a>>,
        right: Box<Expr<'a>>,
    },
    Statement {
        first: Box<Expr<'a>>,
        next: Box<Expr<'a>>,
    },
    List(Vec<Expr<'a>>),
    Dict(Vec<(&'a str, Expr<'a>)>),
    /// Two expressions or more.
    Tuple(Vec<Expr<'a>>),
    Record {
        typ: NameRef<'a>,
        type_args: Vec<TypeRef<'a>>,
        fields: Vec<(&'a str, Expr<'a>)>,
    },
    /// At least one update.
    RecordUpdate {
        record: Box<Expr<'a>>,
        updates: Vec<(&'a str, Expr<'a>)>,
    },
    FieldAccess {
        record: Box<Expr<'a>>,
        field: &'a str,
    },
    Enum {
        typ: NameRef<'a>,
        type_args: Vec<TypeRef<'a>>,
        case: &'a str,
        fields: Vec<Expr<'a>>,
    },
}

#[derive(Debug)]
pub enum StringSegment<'a> {
    Text(&'a str),
    Interpolation(Expr<'a>),
}

#[derive(Debug)]
pub struct MatchCase<'a> {
    pub pattern: MatchPattern<'a>,
    pub guard: Option<Expr<'a>>,
    pub body: Expr<'a>,
}

#[derive(Debug)]
pub struct Lambda<'a> {
    /// At least one.
    pub patterns: Vec<LetPattern<'a>>,
    pub body: Box<Expr<'a>>,
}

#[derive(Debug)]
pub struct PipePart<'a> {
    pub node: NodeIndex,
    pub kind: PipePartKind<'a>,
}

#[derive(Debug)]
pub enum PipePartKind<'a> {
    Lambda(Lambda<'a>),
    Infix(Infix, Box<Expr<'a>>),
    FnCall { name: NameRef<'a>, type_args: Vec<TypeRef<'a>>, args: Vec<Expr<'a>> },
    Enum { typ: NameRef<'a>, case: &'a str, fields: Vec<Expr<'a>> },
    Variable { name: &'a str, args: Vec<Expr<'a>> },
}
