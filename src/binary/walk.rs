//! The one walk over a resolved tree that writes it: the stored form, and the canonical form that is hashed.
//!
//! Both forms list the same parts in the same order; [`Form`] is what they do not share.
//! (`darklang/dark LibSerialization/Binary/Serializers/PT/*.fs`, `LibSerialization/Hashing/Canonical.fs`)
//!
//! | node | after its tag and its id |
//! |---|---|
//! | tuple | first, second, list of the others |
//! | non-empty list | first, list of the others |
//! | float | sign, whole digits, fraction digits |
//! | let | pattern, value, body |
//! | apply | callee, type arguments, non-empty arguments |
//! | record | type name, type arguments, list of (field name, expression) |
//! | enum | type name, type arguments (not in a pipe), case name, fields |
//! | match | argument, list of (pattern, optional guard, body) |

use super::tags::{self, Tag};
use super::writer::{Watch, Writer};
use crate::program::tree::*;

/// What tells the forms of a tree apart.
pub trait Form<'a>: Sized {
    type Watch: Watch;

    fn out(&mut self) -> &mut Writer<Self::Watch>;

    /// Identifies an expression, a pattern or a pipe part.
    fn node(&mut self, node: NodeIndex);

    /// A name that stands where only an item of this kind may stand.
    fn name(&mut self, name: &NameRef<'a>, kind: ItemKind);

    /// The name of a parameter, which nothing refers to.
    fn parameter_name(&mut self, name: &str);

    /// The description of a part of an item; always empty.
    fn part_description(&mut self);

    /// A variable where a pattern binds it.
    fn binder(&mut self, name: &'a str);

    /// A variable where it is used.
    fn variable(&mut self, name: &'a str);

    /// A let's pattern and value; the pattern's variables stay in scope until [`Form::leave`].
    fn let_binding(&mut self, pattern: &LetPattern<'a>, value: &Expr<'a>);

    /// A lambda's patterns, whose variables stay in scope until [`Form::leave`].
    fn lambda_patterns(&mut self, patterns: &[LetPattern<'a>]);

    /// A case's pattern, whose variables stay in scope until [`Form::leave`].
    fn case_pattern(&mut self, pattern: &MatchPattern<'a>);

    /// The scope as it is, to come back to.
    fn mark(&self) -> usize;

    fn leave(&mut self, mark: usize);
}

pub fn type_declaration<'a, F: Form<'a>>(form: &mut F, declaration: &TypeDeclaration<'a>) {
    type_params(form, declaration.type_params);
    match &declaration.body {
        TypeBody::Alias(typ) => {
            form.out().enter(tags::definitions::ALIAS);
            type_ref(form, typ);
        }
        TypeBody::Record(fields) => {
            form.out().enter(tags::definitions::RECORD);
            non_empty_list(form, fields, |form, (name, typ)| {
                form.out().string(name);
                type_ref(form, typ);
                form.part_description();
            });
        }
        TypeBody::Enum(cases) => {
            form.out().enter(tags::definitions::ENUM);
            non_empty_list(form, cases, |form, case| {
                form.out().string(case.name);
                list(form, &case.fields, |form, field| {
                    type_ref(form, &field.typ);
                    form.out().option(field.label, |out, label| out.string(label));
                    form.part_description();
                });
                form.part_description();
            });
        }
    }
    form.out().leave();
}

pub fn function<'a, F: Form<'a>>(form: &mut F, function: &Function<'a>) {
    expr(form, &function.body);
    type_params(form, function.type_params);
    non_empty_list(form, &function.params, |form, (name, typ)| {
        form.parameter_name(name);
        type_ref(form, typ);
        form.part_description();
    });
    type_ref(form, &function.return_type);
}

fn type_params<'a, F: Form<'a>>(form: &mut F, names: &[Text<'a>]) {
    form.out().list(names, |out, name| out.string(name));
}

fn type_ref<'a, F: Form<'a>>(form: &mut F, typ: &TypeRef<'a>) {
    use tags::types as tag;
    match typ {
        TypeRef::Primitive(primitive) => form.out().enter(tags::primitive(*primitive)),
        TypeRef::Stream(inner) => wrapped(form, tag::STREAM, inner),
        TypeRef::List(inner) => wrapped(form, tag::LIST, inner),
        TypeRef::Dict(inner) => wrapped(form, tag::DICT, inner),
        TypeRef::Db(inner) => wrapped(form, tag::DB, inner),
        TypeRef::Tuple(parts) => {
            form.out().enter(tag::TUPLE);
            tuple(form, parts, type_ref);
        }
        TypeRef::Fn(args, result) => {
            form.out().enter(tag::FN);
            non_empty_list(form, args, type_ref);
            type_ref(form, result);
        }
        TypeRef::Variable(name) => {
            form.out().enter(tag::VARIABLE);
            form.out().string(name);
        }
        TypeRef::Custom(name, type_args) => {
            form.out().enter(tag::CUSTOM);
            form.name(name, ItemKind::Type);
            list(form, type_args, type_ref);
        }
    }
    form.out().leave();
}

fn wrapped<'a, F: Form<'a>>(form: &mut F, tag: Tag, inner: &TypeRef<'a>) {
    form.out().enter(tag);
    type_ref(form, inner);
}

pub fn let_pattern<'a, F: Form<'a>>(form: &mut F, pattern: &LetPattern<'a>) {
    use tags::let_patterns as tag;
    match &pattern.kind {
        LetPatternKind::Unit => open(form, tag::UNIT, pattern.node),
        LetPatternKind::Wildcard => open(form, tag::WILDCARD, pattern.node),
        LetPatternKind::Variable(name) => {
            open(form, tag::VARIABLE, pattern.node);
            form.binder(name);
        }
        LetPatternKind::Tuple(parts) => {
            open(form, tag::TUPLE, pattern.node);
            tuple(form, parts, let_pattern);
        }
    }
    form.out().leave();
}

pub fn match_pattern<'a, F: Form<'a>>(form: &mut F, pattern: &MatchPattern<'a>) {
    use tags::match_patterns as tag;
    let node = pattern.node;
    match &pattern.kind {
        MatchPatternKind::Unit => open(form, tag::UNIT, node),
        MatchPatternKind::Bool(value) => {
            open(form, tag::BOOL, node);
            form.out().bool(*value);
        }
        MatchPatternKind::Int(literal) => {
            let fixed = tags::fixed_int(literal, tag::FIXED_INT);
            open(form, fixed.unwrap_or(tag::INT), node);
            int(form.out(), literal);
        }
        MatchPatternKind::Float(literal) => {
            open(form, tag::FLOAT, node);
            float(form.out(), literal);
        }
        MatchPatternKind::Char(text) => open_text(form, tag::CHAR, node, text),
        MatchPatternKind::String(text) => open_text(form, tag::STRING, node, text),
        MatchPatternKind::Variable(name) => {
            open(form, tag::VARIABLE, node);
            form.binder(name);
        }
        MatchPatternKind::Enum { case, fields } => {
            open_text(form, tag::ENUM, node, case);
            list(form, fields, match_pattern);
        }
        MatchPatternKind::Tuple(parts) => {
            open(form, tag::TUPLE, node);
            tuple(form, parts, match_pattern);
        }
        MatchPatternKind::List(parts) => {
            open(form, tag::LIST, node);
            list(form, parts, match_pattern);
        }
        MatchPatternKind::Cons(head, tail) => {
            open(form, tag::CONS, node);
            match_pattern(form, head);
            match_pattern(form, tail);
        }
        MatchPatternKind::Or(parts) => {
            open(form, tag::OR, node);
            non_empty_list(form, parts, match_pattern);
        }
    }
    form.out().leave();
}

pub fn expr<'a, F: Form<'a>>(form: &mut F, node: &Expr<'a>) {
    use tags::exprs as tag;
    let Expr { node, kind } = node;
    let node = *node;
    match kind {
        ExprKind::Unit => open(form, tag::UNIT, node),
        ExprKind::Bool(value) => {
            open(form, tag::BOOL, node);
            form.out().bool(*value);
        }
        ExprKind::Int(literal) => {
            let fixed = tags::fixed_int(literal, tag::FIXED_INT);
            open(form, fixed.unwrap_or(tag::INT), node);
            int(form.out(), literal);
        }
        ExprKind::Float(literal) => {
            open(form, tag::FLOAT, node);
            float(form.out(), literal);
        }
        ExprKind::Char(text) => open_text(form, tag::CHAR, node, text),
        ExprKind::String(segments) => {
            open(form, tag::STRING, node);
            list(form, segments, string_segment);
        }
        ExprKind::Variable(name) => {
            open(form, tag::VARIABLE, node);
            form.variable(name);
        }
        ExprKind::Arg(index) => {
            open(form, tag::ARG, node);
            form.out().u32(*index);
        }
        ExprKind::SelfFn => open(form, tag::SELF_FN, node),
        ExprKind::FnName(name) => {
            open(form, tag::FN_NAME, node);
            form.name(name, ItemKind::Fn);
        }
        ExprKind::ValueName(name) => {
            open(form, tag::VALUE_NAME, node);
            form.name(name, ItemKind::Value);
        }
        ExprKind::If { condition, then, otherwise } => {
            open(form, tag::IF, node);
            expr(form, condition);
            expr(form, then);
            option(form, otherwise.as_deref());
        }
        ExprKind::Match { arg, cases } => {
            open(form, tag::MATCH, node);
            expr(form, arg);
            list(form, cases, match_case);
        }
        ExprKind::Let { pattern, value, body } => {
            open(form, tag::LET, node);
            let mark = form.mark();
            form.let_binding(pattern, value);
            expr(form, body);
            form.leave(mark);
        }
        ExprKind::Lambda(parts) => {
            open(form, tag::LAMBDA, node);
            lambda(form, parts);
        }
        ExprKind::Apply { callee, type_args, args } => {
            open(form, tag::APPLY, node);
            expr(form, callee);
            list(form, type_args, type_ref);
            non_empty_list(form, args, expr);
        }
        ExprKind::Pipe { head, parts } => {
            open(form, tag::PIPE, node);
            expr(form, head);
            list(form, parts, pipe_part);
        }
        ExprKind::Infix { op, left, right } => {
            open(form, tag::INFIX, node);
            infix(form.out(), *op);
            expr(form, left);
            expr(form, right);
        }
        ExprKind::Statement { first, next } => {
            open(form, tag::STATEMENT, node);
            expr(form, first);
            expr(form, next);
        }
        ExprKind::List(parts) => {
            open(form, tag::LIST, node);
            list(form, parts, expr);
        }
        ExprKind::Dict(entries) => {
            open(form, tag::DICT, node);
            list(form, entries, field);
        }
        ExprKind::Tuple(parts) => {
            open(form, tag::TUPLE, node);
            tuple(form, parts, expr);
        }
        ExprKind::Record { typ, type_args, fields } => {
            open(form, tag::RECORD, node);
            form.name(typ, ItemKind::Type);
            list(form, type_args, type_ref);
            list(form, fields, field);
        }
        ExprKind::RecordUpdate { record, updates } => {
            open(form, tag::RECORD_UPDATE, node);
            expr(form, record);
            non_empty_list(form, updates, field);
        }
        ExprKind::FieldAccess { record, field } => {
            open(form, tag::FIELD_ACCESS, node);
            expr(form, record);
            form.out().string(field);
        }
        ExprKind::Enum { typ, type_args, case, fields } => {
            open(form, tag::ENUM, node);
            form.name(typ, ItemKind::Type);
            list(form, type_args, type_ref);
            form.out().string(case);
            list(form, fields, expr);
        }
    }
    form.out().leave();
}

fn string_segment<'a, F: Form<'a>>(form: &mut F, segment: &StringSegment<'a>) {
    match segment {
        StringSegment::Text(text) => {
            form.out().enter(tags::string_segments::TEXT);
            form.out().string(text);
        }
        StringSegment::Interpolation(inner) => {
            form.out().enter(tags::string_segments::INTERPOLATION);
            expr(form, inner);
        }
    }
    form.out().leave();
}

fn match_case<'a, F: Form<'a>>(form: &mut F, case: &MatchCase<'a>) {
    let mark = form.mark();
    form.case_pattern(&case.pattern);
    option(form, case.guard.as_ref());
    expr(form, &case.body);
    form.leave(mark);
}

fn lambda<'a, F: Form<'a>>(form: &mut F, lambda: &Lambda<'a>) {
    let mark = form.mark();
    form.lambda_patterns(&lambda.patterns);
    expr(form, &lambda.body);
    form.leave(mark);
}

fn field<'a, F: Form<'a>>(form: &mut F, (name, value): &(&'a str, Expr<'a>)) {
    form.out().string(name);
    expr(form, value);
}

fn pipe_part<'a, F: Form<'a>>(form: &mut F, part: &PipePart<'a>) {
    use tags::pipe_parts as tag;
    match &part.kind {
        PipePartKind::Variable { name, args } => {
            open(form, tag::VARIABLE, part.node);
            form.variable(name);
            list(form, args, expr);
        }
        PipePartKind::Lambda(parts) => {
            open(form, tag::LAMBDA, part.node);
            lambda(form, parts);
        }
        PipePartKind::Infix(op, operand) => {
            open(form, tag::INFIX, part.node);
            infix(form.out(), *op);
            expr(form, operand);
        }
        PipePartKind::FnCall { name, type_args, args } => {
            open(form, tag::FN_CALL, part.node);
            form.name(name, ItemKind::Fn);
            list(form, type_args, type_ref);
            list(form, args, expr);
        }
        PipePartKind::Enum { typ, case, fields } => {
            open(form, tag::ENUM, part.node);
            form.name(typ, ItemKind::Type);
            form.out().string(case);
            list(form, fields, expr);
        }
    }
    form.out().leave();
}

fn open<'a, F: Form<'a>>(form: &mut F, tag: Tag, node: NodeIndex) {
    form.out().enter(tag);
    form.node(node);
}

fn open_text<'a, F: Form<'a>>(form: &mut F, tag: Tag, node: NodeIndex, text: &str) {
    open(form, tag, node);
    form.out().string(text);
}

fn option<'a, F: Form<'a>>(form: &mut F, inner: Option<&Expr<'a>>) {
    form.out().bool(inner.is_some());
    if let Some(inner) = inner {
        expr(form, inner);
    }
}

pub fn list<'a, 't, F: Form<'a>, T>(form: &mut F, items: &'t [T], mut write: impl FnMut(&mut F, &'t T)) {
    form.out().count(items.len());
    items.iter().for_each(|item| write(form, item));
}

pub fn non_empty_list<'a, 't, F: Form<'a>, T>(
    form: &mut F,
    items: &'t [T],
    write: impl FnMut(&mut F, &'t T),
) {
    leading(form, items, 1, write);
}

fn tuple<'a, 't, F: Form<'a>, T>(form: &mut F, items: &'t [T], write: impl FnMut(&mut F, &'t T)) {
    leading(form, items, 2, write);
}

/// The first `count` items as they are, then a list of the others.
fn leading<'a, 't, F: Form<'a>, T>(
    form: &mut F,
    items: &'t [T],
    count: usize,
    mut write: impl FnMut(&mut F, &'t T),
) {
    let (first, others) = items.split_at(count.min(items.len()));
    first.iter().for_each(|item| write(form, item));
    list(form, others, write);
}

fn infix<W: Watch>(out: &mut Writer<W>, op: Infix) {
    let (bytes, operator) = tags::infix(op);
    out.words(&bytes, operator);
}

/// 128-bit and unbounded integers are decimal texts.
pub fn int<W: Watch>(out: &mut Writer<W>, literal: &IntLiteral<'_>) {
    match literal {
        IntLiteral::Int8(value) => out.i8(*value),
        IntLiteral::UInt8(value) => out.u8(*value),
        IntLiteral::Int16(value) => out.i16(*value),
        IntLiteral::UInt16(value) => out.u16(*value),
        IntLiteral::Int32(value) => out.i32(*value),
        IntLiteral::UInt32(value) => out.u32(*value),
        IntLiteral::Int64(value) => out.i64(*value),
        IntLiteral::UInt64(value) => out.u64(*value),
        IntLiteral::Int128(value) => out.string(&value.to_string()),
        IntLiteral::UInt128(value) => out.string(&value.to_string()),
        IntLiteral::Int(digits) => out.string(digits),
    }
}

fn float<W: Watch>(out: &mut Writer<W>, literal: &FloatLiteral<'_>) {
    let Tag(byte, sign) = tags::sign(literal.negative);
    out.word(byte, sign);
    out.string(literal.whole);
    out.string(literal.fraction);
}
