//! The syntax tree of a package file: what was written, before any name is looked up.
//!
//! Mirrors `darklang/dark backend/src/LibParser/WrittenTypes.fs`, with one span a node instead of a range for
//! every keyword: the loader reports whole nodes and names, and needs no highlighting.

use std::borrow::Cow;

use crate::base::text::Span;
pub use darkc_cache_format::model::{Infix, IntLiteral};

/// A piece of text: borrowed from the source, owned where escapes had to be decoded.
pub type Text<'s> = Cow<'s, str>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identifier<'s> {
    pub span: Span,
    pub name: &'s str,
}

/// `Module.Path.name`; the modules may be empty.
#[derive(Clone, Debug, PartialEq)]
pub struct QualifiedName<'s> {
    pub span: Span,
    pub modules: Vec<Identifier<'s>>,
    pub name: Identifier<'s>,
}

/// `Module.Path.Type<args>`. An enum written without its type (`Ok 1`) has an empty `name`.
#[derive(Clone, Debug, PartialEq)]
pub struct QualifiedType<'s> {
    pub name: QualifiedName<'s>,
    pub type_args: Vec<TypeRef<'s>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TypeRef<'s> {
    pub span: Span,
    pub kind: TypeRefKind<'s>,
}

#[derive(Clone, Debug, PartialEq)]
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
    List(Box<TypeRef<'s>>),
    Dict(Box<TypeRef<'s>>),
    Custom(Box<QualifiedType<'s>>),
    /// `'a`, without its tick.
    Variable(&'s str),
    /// Two types or more.
    Tuple(Vec<TypeRef<'s>>),
    Fn(Vec<TypeRef<'s>>, Box<TypeRef<'s>>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct LetPattern<'s> {
    pub span: Span,
    pub kind: LetPatternKind<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LetPatternKind<'s> {
    Unit,
    Variable(&'s str),
    Wildcard,
    /// Two patterns or more.
    Tuple(Vec<LetPattern<'s>>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct MatchPattern<'s> {
    pub span: Span,
    pub kind: MatchPatternKind<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MatchPatternKind<'s> {
    Unit,
    Bool(bool),
    Int(IntLiteral<'s>),
    Float(FloatLiteral<'s>),
    Char(Text<'s>),
    String(Text<'s>),
    /// Also `_`, under the name `_`.
    Variable(&'s str),
    Enum {
        case: Identifier<'s>,
        fields: Vec<MatchPattern<'s>>,
    },
    Tuple(Vec<MatchPattern<'s>>),
    List(Vec<MatchPattern<'s>>),
    Cons(Box<MatchPattern<'s>>, Box<MatchPattern<'s>>),
    Or(Vec<MatchPattern<'s>>),
    /// A hole where no pattern could be parsed; there is a diagnostic for it.
    Error,
}

/// A float as it was spelled: the digits before and after the point are kept, zeros included.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatLiteral<'s> {
    pub negative: bool,
    pub whole: Text<'s>,
    pub fraction: Text<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StringSegment<'s> {
    Text(Text<'s>),
    Interpolation(Expr<'s>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr<'s> {
    pub span: Span,
    pub kind: ExprKind<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind<'s> {
    Unit,
    Bool(bool),
    Int(IntLiteral<'s>),
    Float(Box<FloatLiteral<'s>>),
    Char(Text<'s>),
    String(Vec<StringSegment<'s>>),
    Variable(&'s str),
    /// A name known to be a function or a qualified value: applied, or with modules.
    FnName(Box<QualifiedName<'s>>),
    Infix(Infix, Box<(Expr<'s>, Expr<'s>)>),
    Let(Box<Let<'s>>),
    Apply(Box<Apply<'s>>),
    List(Vec<Expr<'s>>),
    /// Two expressions or more.
    Tuple(Vec<Expr<'s>>),
    If(Box<If<'s>>),
    FieldAccess(Box<Expr<'s>>, Identifier<'s>),
    Lambda(Box<Lambda<'s>>),
    Record(Box<QualifiedType<'s>>, Vec<(Identifier<'s>, Expr<'s>)>),
    Dict(Vec<(Text<'s>, Expr<'s>)>),
    RecordUpdate(Box<Expr<'s>>, Vec<(Identifier<'s>, Expr<'s>)>),
    Enum(Box<EnumExpr<'s>>),
    Match(Box<Expr<'s>>, Vec<MatchCase<'s>>),
    Pipe(Box<Expr<'s>>, Vec<PipePart<'s>>),
    /// `first`, then `next` on the following line.
    Statement(Box<(Expr<'s>, Expr<'s>)>),
    /// A hole where no expression could be parsed; there is a diagnostic for it.
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Let<'s> {
    pub pattern: LetPattern<'s>,
    pub value: Expr<'s>,
    pub body: Expr<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Apply<'s> {
    pub callee: Expr<'s>,
    pub type_args: Vec<TypeRef<'s>>,
    pub args: Vec<Expr<'s>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct If<'s> {
    pub condition: Expr<'s>,
    pub then: Expr<'s>,
    pub otherwise: Option<Expr<'s>>,
}

/// `fun patterns -> body`. A blank `___` parameter is a `Variable("")`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lambda<'s> {
    pub patterns: Vec<LetPattern<'s>>,
    pub body: Expr<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnumExpr<'s> {
    pub type_name: QualifiedType<'s>,
    pub case: Identifier<'s>,
    pub fields: Vec<Expr<'s>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MatchCase<'s> {
    pub pattern: MatchPattern<'s>,
    pub guard: Option<Expr<'s>>,
    pub body: Expr<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PipePart<'s> {
    pub span: Span,
    pub kind: PipePartKind<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PipePartKind<'s> {
    Infix(Infix, Expr<'s>),
    Lambda(Box<Lambda<'s>>),
    Enum(Box<EnumExpr<'s>>),
    FnCall { name: Box<QualifiedName<'s>>, type_args: Vec<TypeRef<'s>>, args: Vec<Expr<'s>> },
    VariableOrFnCall(&'s str),
}

#[derive(Clone, Debug, PartialEq)]
pub enum FnParam<'s> {
    Unit(Span),
    Normal { span: Span, name: Identifier<'s>, typ: TypeRef<'s> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct FnDecl<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    /// Without their ticks.
    pub type_params: Vec<Identifier<'s>>,
    pub params: Vec<FnParam<'s>>,
    pub return_type: TypeRef<'s>,
    pub body: Expr<'s>,
    pub description: Text<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ValueDecl<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    pub body: Expr<'s>,
    pub description: Text<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RecordField<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    pub typ: TypeRef<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnumField<'s> {
    pub span: Span,
    pub label: Option<Identifier<'s>>,
    pub typ: TypeRef<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnumCase<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    pub fields: Vec<EnumField<'s>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeDefinition<'s> {
    Alias(TypeRef<'s>),
    Record(Vec<RecordField<'s>>),
    Enum(Vec<EnumCase<'s>>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct TypeDecl<'s> {
    pub span: Span,
    pub name: Identifier<'s>,
    /// Without their ticks.
    pub type_params: Vec<Identifier<'s>>,
    pub definition: TypeDefinition<'s>,
    pub description: Text<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModuleDecl<'s> {
    pub span: Span,
    /// `Darklang.Stdlib.List`: at least one part. A part in backticks may hold dots of its own.
    pub path: Vec<Identifier<'s>>,
    pub declarations: Vec<Declaration<'s>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TestExpected<'s> {
    Expr(Expr<'s>),
    Error(Text<'s>),
    SqlError(Text<'s>),
}

/// `actual = expected`; only Darklang's own test files may hold one, validation refuses it in a package.
#[derive(Clone, Debug, PartialEq)]
pub struct Test<'s> {
    pub span: Span,
    pub actual: Expr<'s>,
    pub expected: TestExpected<'s>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Declaration<'s> {
    Fn(Box<FnDecl<'s>>),
    Value(Box<ValueDecl<'s>>),
    Module(Box<ModuleDecl<'s>>),
    Type(Box<TypeDecl<'s>>),
    /// A trailing expression inside a module.
    Expr(Expr<'s>),
    /// `[<DB>] type Name = T`; tests only.
    Db(Box<TypeDecl<'s>>),
    Test(Box<Test<'s>>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct SourceFile<'s> {
    pub span: Span,
    pub declarations: Vec<Declaration<'s>>,
    /// Expressions at the top level of the file.
    pub expressions: Vec<Expr<'s>>,
}
