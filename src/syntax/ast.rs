//! The syntax tree of a package file: what was written, before any name is looked up.
//!
//! Mirrors `darklang/dark backend/src/LibParser/WrittenTypes.fs`, with one span a node instead of a range for
//! every keyword: the loader reports whole nodes and names, and needs no highlighting. Nodes and lists are in an
//! arena, so that a tree is given back in one piece.

use crate::base::text::Span;
pub use darkc_cache_format::model::{Infix, IntLiteral};

/// A piece of text: of the source, or of the arena where escapes had to be decoded.
pub type Text<'s> = &'s str;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identifier<'s> {
    pub span: Span,
    pub name: &'s str,
}

/// `Module.Path.name`; the modules may be empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualifiedName<'s> {
    pub span: Span,
    pub modules: &'s [Identifier<'s>],
    pub name: Identifier<'s>,
}

/// `Module.Path.Type<args>`. An enum written without its type (`Ok 1`) has an empty `name`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualifiedType<'s> {
    pub name: QualifiedName<'s>,
    pub type_args: &'s [TypeRef<'s>],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeRef<'s> {
    pub span: Span,
    pub kind: TypeRefKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeRefKind<'s> {
    Unit,
    Bool,
    Int,
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
    Float,
    Char,
    String,
    DateTime,
    Uuid,
    Blob,
    List(&'s TypeRef<'s>),
    Dict(&'s TypeRef<'s>),
    Custom(&'s QualifiedType<'s>),
    /// `'a`, without its tick.
    Variable(&'s str),
    /// Two types or more.
    Tuple(&'s [TypeRef<'s>]),
    Fn(&'s [TypeRef<'s>], &'s TypeRef<'s>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LetPattern<'s> {
    pub span: Span,
    pub kind: LetPatternKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LetPatternKind<'s> {
    Unit,
    Variable(&'s str),
    Wildcard,
    /// Two patterns or more.
    Tuple(&'s [LetPattern<'s>]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchPattern<'s> {
    pub span: Span,
    pub kind: MatchPatternKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatchPatternKind<'s> {
    Unit,
    Bool(bool),
    Int(&'s IntLiteral<'s>),
    Float(&'s FloatLiteral<'s>),
    Char(Text<'s>),
    String(Text<'s>),
    /// Also `_`, under the name `_`.
    Variable(&'s str),
    Enum {
        case: Identifier<'s>,
        fields: &'s [MatchPattern<'s>],
    },
    Tuple(&'s [MatchPattern<'s>]),
    List(&'s [MatchPattern<'s>]),
    Cons(&'s MatchPattern<'s>, &'s MatchPattern<'s>),
    Or(&'s [MatchPattern<'s>]),
    /// A hole where no pattern could be parsed; there is a diagnostic for it.
    Error,
}

/// A float as it was spelled: the digits before and after the point are kept, zeros included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloatLiteral<'s> {
    pub negative: bool,
    pub whole: Text<'s>,
    pub fraction: Text<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StringSegment<'s> {
    Text(Text<'s>),
    Interpolation(Expr<'s>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expr<'s> {
    pub span: Span,
    pub kind: ExprKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExprKind<'s> {
    Unit,
    Bool(bool),
    Int(&'s IntLiteral<'s>),
    Float(&'s FloatLiteral<'s>),
    Char(Text<'s>),
    String(&'s [StringSegment<'s>]),
    Variable(&'s str),
    /// A name known to be a function or a qualified value: applied, or with modules.
    FnName(&'s QualifiedName<'s>),
    Infix(Infix, &'s (Expr<'s>, Expr<'s>)),
    Let(&'s Let<'s>),
    Apply(&'s Apply<'s>),
    List(&'s [Expr<'s>]),
    /// Two expressions or more.
    Tuple(&'s [Expr<'s>]),
    If(&'s If<'s>),
    FieldAccess(&'s Expr<'s>, Identifier<'s>),
    Lambda(&'s Lambda<'s>),
    Record(&'s QualifiedType<'s>, &'s [(Identifier<'s>, Expr<'s>)]),
    Dict(&'s [(Text<'s>, Expr<'s>)]),
    RecordUpdate(&'s Expr<'s>, &'s [(Identifier<'s>, Expr<'s>)]),
    Enum(&'s EnumExpr<'s>),
    Match(&'s Expr<'s>, &'s [MatchCase<'s>]),
    Pipe(&'s Expr<'s>, &'s [PipePart<'s>]),
    /// `first`, then `next` on the following line.
    Statement(&'s (Expr<'s>, Expr<'s>)),
    /// A hole where no expression could be parsed; there is a diagnostic for it.
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Let<'s> {
    pub pattern: LetPattern<'s>,
    pub value: Expr<'s>,
    pub body: Expr<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Apply<'s> {
    pub callee: Expr<'s>,
    pub type_args: &'s [TypeRef<'s>],
    pub args: &'s [Expr<'s>],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct If<'s> {
    pub condition: Expr<'s>,
    pub then: Expr<'s>,
    pub otherwise: Option<Expr<'s>>,
}

/// `fun patterns -> body`. A blank `___` parameter is a `Variable("")`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lambda<'s> {
    pub patterns: &'s [LetPattern<'s>],
    pub body: Expr<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnumExpr<'s> {
    pub type_name: QualifiedType<'s>,
    pub case: Identifier<'s>,
    pub fields: &'s [Expr<'s>],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchCase<'s> {
    pub pattern: MatchPattern<'s>,
    pub guard: Option<Expr<'s>>,
    pub body: Expr<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipePart<'s> {
    pub span: Span,
    pub kind: PipePartKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PipePartKind<'s> {
    Infix(Infix, Expr<'s>),
    Lambda(&'s Lambda<'s>),
    Enum(&'s EnumExpr<'s>),
    FnCall { name: &'s QualifiedName<'s>, type_args: &'s [TypeRef<'s>], args: &'s [Expr<'s>] },
    VariableOrFnCall(&'s str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FnParam<'s> {
    Unit(Span),
    Normal { span: Span, name: Identifier<'s>, typ: TypeRef<'s> },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FnDecl<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    /// Without their ticks.
    pub type_params: &'s [Identifier<'s>],
    pub params: &'s [FnParam<'s>],
    pub return_type: TypeRef<'s>,
    pub body: Expr<'s>,
    pub description: Text<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueDecl<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    pub body: Expr<'s>,
    pub description: Text<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordField<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    pub typ: TypeRef<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnumField<'s> {
    pub span: Span,
    pub label: Option<Identifier<'s>>,
    pub typ: TypeRef<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnumCase<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    pub fields: &'s [EnumField<'s>],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeDefinition<'s> {
    Alias(TypeRef<'s>),
    Record(&'s [RecordField<'s>]),
    Enum(&'s [EnumCase<'s>]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeDecl<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    /// Without their ticks.
    pub type_params: &'s [Identifier<'s>],
    pub definition: TypeDefinition<'s>,
    pub description: Text<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModuleDecl<'s> {
    pub span: Span,
    /// `Darklang.Stdlib.List`: at least one part. A part in backticks may hold dots of its own.
    pub path: &'s [Identifier<'s>],
    pub declarations: &'s [Declaration<'s>],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TestExpected<'s> {
    Expr(Expr<'s>),
    Error(Text<'s>),
    SqlError(Text<'s>),
}

/// `actual = expected`; only Darklang's own test files may hold one, validation refuses it in a package.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test<'s> {
    pub span: Span,
    pub actual: Expr<'s>,
    pub expected: TestExpected<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Declaration<'s> {
    Fn(&'s FnDecl<'s>),
    Value(&'s ValueDecl<'s>),
    Module(&'s ModuleDecl<'s>),
    Type(&'s TypeDecl<'s>),
    /// A trailing expression inside a module.
    Expr(Expr<'s>),
    /// `[<DB>] type Name = T`; tests only.
    Db(&'s TypeDecl<'s>),
    Test(&'s Test<'s>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceFile<'s> {
    pub span: Span,
    pub declarations: &'s [Declaration<'s>],
    /// Expressions at the top level of the file.
    pub expressions: &'s [Expr<'s>],
}
