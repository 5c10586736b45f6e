//! One package file, parsed but not linked: every name is still as it was written.
//!
//! What a name means depends on which other files exist, so nothing here is resolved. An expression whose very
//! shape depends on that (a bare `x` may be a value, a function or a variable) keeps a [`NameRule`] and the
//! index of a [`Site`]; the linker looks the site up and `program` picks the shape. Lexical facts (arguments,
//! local variables, self calls) are final here, because they depend on the file alone.
//!
//! Nodes and lists are in an arena and text is borrowed, so that a file is given back in one piece: nothing here
//! owns memory.

/// Borrowed from a sidecar's bytes or from an arena.
pub type Text<'a> = &'a str;

/// Index into [`Code::sites`] of the item that holds the node.
pub type SiteId = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    Type,
    Value,
    Fn,
}

#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct UnlinkedFile<'a> {
    /// In Darklang's order of application: types, then values, then functions, each in source order.
    pub items: &'a [Item<'a>],
}

/// One declaration of a package file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item<'a> {
    pub kind: ItemKind,
    /// Dotted and fully qualified: `Darklang.Stdlib.List.map`. Owner, modules and name hold no dots themselves.
    pub location: Text<'a>,
    /// All that decides the item's meaning, except its location.
    pub code: Code<'a>,
    /// The `///` comment: in the database row, not in the content hash.
    pub description: Text<'a>,
    /// Where the item's own name stands.
    pub position: SourcePosition,
    /// Where each site is first written, one an element of `code.sites`.
    pub site_positions: &'a [SourcePosition],
}

/// Zero-based row and UTF-16 column, and the length in UTF-16 units; for error messages alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SourcePosition {
    pub row: u32,
    pub column: u32,
    pub length: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Code<'a> {
    /// Every distinct name that the linker has to look up, in order of first use.
    pub sites: &'a [Site<'a>],
    pub definition: Definition<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site<'a> {
    pub namespace: Namespace,
    /// The name as written, split at its dots: `["List", "map"]`.
    pub written: &'a [Text<'a>],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    Type,
    /// Functions and values; which one is tried first is the node's [`NameRule`].
    Term,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Definition<'a> {
    Type(TypeDefinition<'a>),
    Value(Expr<'a>),
    Fn(Function<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeDefinition<'a> {
    pub type_params: &'a [Text<'a>],
    pub body: TypeBody<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeBody<'a> {
    Alias(TypeRef<'a>),
    Record(&'a [RecordField<'a>]),
    Enum(&'a [EnumCase<'a>]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordField<'a> {
    pub name: Text<'a>,
    pub typ: TypeRef<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnumCase<'a> {
    pub name: Text<'a>,
    pub fields: &'a [EnumField<'a>],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnumField<'a> {
    pub label: Option<Text<'a>>,
    pub typ: TypeRef<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Function<'a> {
    /// The declared ones, then those only mentioned in the signature, in order of first mention.
    pub type_params: &'a [Text<'a>],
    /// At least one.
    pub params: &'a [Parameter<'a>],
    pub return_type: TypeRef<'a>,
    pub body: Expr<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter<'a> {
    pub name: Text<'a>,
    pub typ: TypeRef<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    Unit,
    Bool,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Int128,
    UInt128,
    Int,
    Float,
    Char,
    String,
    Uuid,
    DateTime,
    Blob,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeRef<'a> {
    Primitive(Primitive),
    Stream(&'a TypeRef<'a>),
    List(&'a TypeRef<'a>),
    Dict(&'a TypeRef<'a>),
    Db(&'a TypeRef<'a>),
    /// Two types or more.
    Tuple(&'a [TypeRef<'a>]),
    /// At least one argument.
    Fn(&'a [TypeRef<'a>], &'a TypeRef<'a>),
    Variable(Text<'a>),
    Custom {
        site: SiteId,
        type_args: &'a [TypeRef<'a>],
    },
}

/// An integer literal with its type. `Int` is unbounded and held in decimal: no leading zeros, `-` where negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntLiteral<'a> {
    Int8(i8),
    UInt8(u8),
    Int16(i16),
    UInt16(u16),
    Int32(i32),
    UInt32(u32),
    Int64(i64),
    UInt64(u64),
    Int128(i128),
    UInt128(u128),
    Int(Text<'a>),
}

impl IntLiteral<'_> {
    /// Returns the type of the literal.
    pub fn primitive(&self) -> Primitive {
        match self {
            IntLiteral::Int8(_) => Primitive::Int8,
            IntLiteral::UInt8(_) => Primitive::UInt8,
            IntLiteral::Int16(_) => Primitive::Int16,
            IntLiteral::UInt16(_) => Primitive::UInt16,
            IntLiteral::Int32(_) => Primitive::Int32,
            IntLiteral::UInt32(_) => Primitive::UInt32,
            IntLiteral::Int64(_) => Primitive::Int64,
            IntLiteral::UInt64(_) => Primitive::UInt64,
            IntLiteral::Int128(_) => Primitive::Int128,
            IntLiteral::UInt128(_) => Primitive::UInt128,
            IntLiteral::Int(_) => Primitive::Int,
        }
    }
}

/// A float as spelled; leading and trailing zeros count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloatLiteral<'a> {
    pub negative: bool,
    pub whole: Text<'a>,
    pub fraction: Text<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infix {
    Plus,
    Minus,
    Multiply,
    Divide,
    Modulo,
    Power,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Equals,
    NotEquals,
    StringConcat,
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LetPattern<'a> {
    Unit,
    Variable(Text<'a>),
    Wildcard,
    /// Two patterns or more.
    Tuple(&'a [LetPattern<'a>]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatchPattern<'a> {
    Unit,
    Bool(bool),
    Int(&'a IntLiteral<'a>),
    Float(&'a FloatLiteral<'a>),
    /// In Unicode normal form C, like every literal text.
    Char(Text<'a>),
    String(Text<'a>),
    Variable(Text<'a>),
    Enum {
        case: Text<'a>,
        fields: &'a [MatchPattern<'a>],
    },
    Tuple(&'a [MatchPattern<'a>]),
    List(&'a [MatchPattern<'a>]),
    Cons(&'a MatchPattern<'a>, &'a MatchPattern<'a>),
    /// At least one pattern.
    Or(&'a [MatchPattern<'a>]),
}

/// In which order the two term namespaces are tried, and what remains when neither has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// A bare name: value, then function, then a variable of that name.
    Bare,
    /// A qualified name: value, then function, then an unresolved value.
    Qualified,
    /// A bare name that is applied: function, then value, then a variable.
    BareCallee,
    /// A qualified name that is applied: function, then value, then an unresolved value.
    QualifiedCallee,
}

/// The type named by an enum expression; `Missing` when only a case was written and it has fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EnumType {
    Site(SiteId),
    Missing,
}

/// An expression behind a reference, so that a tree's nodes stay small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expr<'a>(pub &'a ExprKind<'a>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExprKind<'a> {
    Unit,
    Bool(bool),
    Int(&'a IntLiteral<'a>),
    Float(&'a FloatLiteral<'a>),
    Char(Text<'a>),
    String(&'a [StringSegment<'a>]),
    /// A local variable.
    Variable(Text<'a>),
    /// A parameter of the enclosing function, by position.
    Arg(u32),
    /// The enclosing function as the callee of a call.
    SelfFn,
    Name(SiteId, NameRule),
    If {
        condition: Expr<'a>,
        then: Expr<'a>,
        otherwise: Option<Expr<'a>>,
    },
    Match {
        arg: Expr<'a>,
        cases: &'a [MatchCase<'a>],
    },
    Let {
        pattern: LetPattern<'a>,
        value: Expr<'a>,
        body: Expr<'a>,
    },
    Lambda(Lambda<'a>),
    /// At least one argument.
    Apply {
        callee: Expr<'a>,
        type_args: &'a [TypeRef<'a>],
        args: &'a [Expr<'a>],
    },
    Pipe {
        head: Expr<'a>,
        parts: &'a [PipePart<'a>],
    },
    Infix {
        op: Infix,
        left: Expr<'a>,
        right: Expr<'a>,
    },
    Statement {
        first: Expr<'a>,
        next: Expr<'a>,
    },
    List(&'a [Expr<'a>]),
    Dict(&'a [(Text<'a>, Expr<'a>)]),
    /// Two expressions or more.
    Tuple(&'a [Expr<'a>]),
    Record {
        site: SiteId,
        type_args: &'a [TypeRef<'a>],
        fields: &'a [(Text<'a>, Expr<'a>)],
    },
    /// At least one update.
    RecordUpdate {
        record: Expr<'a>,
        updates: &'a [(Text<'a>, Expr<'a>)],
    },
    /// `path` is the whole dotted path where the record is a chain of names that no local starts: it is tried as
    /// a value, then as a function, before it counts as a field access.
    FieldAccess {
        record: Expr<'a>,
        field: Text<'a>,
        path: Option<SiteId>,
    },
    Enum {
        typ: EnumType,
        type_args: &'a [TypeRef<'a>],
        case: Text<'a>,
        fields: &'a [Expr<'a>],
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StringSegment<'a> {
    Text(Text<'a>),
    Interpolation(Expr<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchCase<'a> {
    pub pattern: MatchPattern<'a>,
    pub guard: Option<Expr<'a>>,
    pub body: Expr<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lambda<'a> {
    /// At least one; an empty parameter list is one `Unit`.
    pub patterns: &'a [LetPattern<'a>],
    pub body: Expr<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PipePart<'a> {
    Lambda(Lambda<'a>),
    Infix(Infix, Expr<'a>),
    /// A function or, where `or_variable` and no such function exists, a variable that is applied.
    FnCall {
        site: SiteId,
        or_variable: bool,
        type_args: &'a [TypeRef<'a>],
        args: &'a [Expr<'a>],
    },
    Enum {
        typ: EnumType,
        case: Text<'a>,
        fields: &'a [Expr<'a>],
    },
    /// A local variable that is applied.
    Variable {
        name: Text<'a>,
        args: &'a [Expr<'a>],
    },
}
