//! Writes trees as one line of text, so that a test can compare their shape.

use crate::syntax::ast::*;

pub fn declaration(declaration: &Declaration<'_>) -> String {
    match declaration {
        Declaration::Fn(f) => {
            format!("(fn {} {} : {} = {})", f.name.name, params(f), typ(&f.return_type), expr(&f.body))
        }
        Declaration::Value(value) => format!("(val {} = {})", value.name.name, expr(&value.body)),
        Declaration::Module(module) => {
            let path: Vec<_> = module.path.iter().map(|part| part.name).collect();
            format!("(module {} {})", path.join("."), all(module.declarations, self::declaration))
        }
        Declaration::Type(decl) => format!("(type {} {})", decl.name.name, definition(&decl.definition)),
        Declaration::Expr(value) => format!("(expr {})", expr(value)),
        Declaration::Db(decl) => format!("(db {} {})", decl.name.name, definition(&decl.definition)),
        Declaration::Test(test) => format!(
            "(test {} {})",
            expr(&test.actual),
            match &test.expected {
                TestExpected::Expr(value) => expr(value),
                TestExpected::Error(text) => format!("error {text:?}"),
                TestExpected::SqlError(text) => format!("sqlerror {text:?}"),
            }
        ),
    }
}

fn params(decl: &FnDecl<'_>) -> String {
    all(decl.params, |param| match param {
        FnParam::Unit(_) => "()".to_owned(),
        FnParam::Normal { name, typ, .. } => format!("({}: {})", name.name, self::typ(typ)),
    })
}

fn definition(definition: &TypeDefinition<'_>) -> String {
    match definition {
        TypeDefinition::Alias(alias) => typ(alias),
        TypeDefinition::Record(fields) => {
            format!("{{{}}}", all(fields, |field| format!("{}: {}", field.name.name, typ(&field.typ))))
        }
        TypeDefinition::Enum(cases) => {
            all(cases, |case| format!("|{}[{}]", case.name.name, all(case.fields, |field| typ(&field.typ))))
        }
    }
}

pub fn typ(shown: &TypeRef<'_>) -> String {
    match &shown.kind {
        TypeRefKind::List(inner) => format!("List<{}>", typ(inner)),
        TypeRefKind::Dict(inner) => format!("Dict<{}>", typ(inner)),
        TypeRefKind::Custom(custom) => qualified_type(custom),
        TypeRefKind::Variable(name) => format!("'{name}"),
        TypeRefKind::Tuple(parts) => format!("({})", parts.iter().map(typ).collect::<Vec<_>>().join(" * ")),
        TypeRefKind::Fn(args, result) => {
            let args: Vec<_> = args.iter().map(typ).collect();
            format!("({} -> {})", args.join(" -> "), typ(result))
        }
        primitive => format!("{primitive:?}"),
    }
}

fn qualified_type(shown: &QualifiedType<'_>) -> String {
    let args: Vec<_> = shown.type_args.iter().map(typ).collect();
    let args = if args.is_empty() { String::new() } else { format!("<{}>", args.join(", ")) };
    format!("{}{args}", qualified(&shown.name))
}

fn qualified(name: &QualifiedName<'_>) -> String {
    let parts: Vec<_> = name.modules.iter().chain([&name.name]).map(|part| part.name).collect();
    parts.join(".")
}

pub fn expr(shown: &Expr<'_>) -> String {
    match &shown.kind {
        ExprKind::Unit => "()".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(literal) => int(literal),
        ExprKind::Float(literal) => float(literal),
        ExprKind::Char(text) => format!("'{text}'"),
        ExprKind::String(segments) => format!(
            "\"{}\"",
            all(segments, |segment| match segment {
                StringSegment::Text(text) => text.to_string(),
                StringSegment::Interpolation(value) => format!("{{{}}}", expr(value)),
            })
        ),
        ExprKind::Variable(name) => (*name).to_owned(),
        ExprKind::FnName(name) => format!("@{}", qualified(name)),
        ExprKind::Infix(op, operands) => format!("({op:?} {} {})", expr(&operands.0), expr(&operands.1)),
        ExprKind::Let(binding) => {
            format!(
                "(let {} {} {})",
                let_pattern(&binding.pattern),
                expr(&binding.value),
                expr(&binding.body)
            )
        }
        ExprKind::Apply(call) => {
            format!("(call {}<{}> {})", expr(&call.callee), all(call.type_args, typ), all(call.args, expr))
        }
        ExprKind::List(parts) => format!("[{}]", all(parts, expr)),
        ExprKind::Tuple(parts) => format!("(tuple {})", all(parts, expr)),
        ExprKind::If(branch) => {
            let otherwise = branch.otherwise.as_ref().map_or("-".to_owned(), expr);
            format!("(if {} {} {otherwise})", expr(&branch.condition), expr(&branch.then))
        }
        ExprKind::FieldAccess(record, field) => format!("{}.{}", expr(record), field.name),
        ExprKind::Lambda(shown) => lambda(shown),
        ExprKind::Record(typ, fields) => format!("({} {{{}}})", qualified_type(typ), all(fields, field)),
        ExprKind::Dict(entries) => {
            format!("(Dict {})", all(entries, |(key, value)| format!("{key}={}", expr(value))))
        }
        ExprKind::RecordUpdate(record, updates) => {
            format!("(update {} {})", expr(record), all(updates, field))
        }
        ExprKind::Enum(value) => enum_expr(value),
        ExprKind::Match(subject, cases) => format!(
            "(match {} {})",
            expr(subject),
            all(cases, |case| {
                let guard =
                    case.guard.as_ref().map_or(String::new(), |guard| format!(" when {}", expr(guard)));
                format!("|{}{guard} -> {}", pattern(&case.pattern), expr(&case.body))
            })
        ),
        ExprKind::Pipe(head, parts) => format!("(pipe {} {})", expr(head), all(parts, pipe_part)),
        ExprKind::Statement(steps) => format!("({}; {})", expr(&steps.0), expr(&steps.1)),
        ExprKind::Error => "?".to_owned(),
    }
}

fn field((name, value): &(Identifier<'_>, Expr<'_>)) -> String {
    format!("{}={}", name.name, expr(value))
}

fn lambda(shown: &Lambda<'_>) -> String {
    format!("(fun {} -> {})", all(shown.patterns, let_pattern), expr(&shown.body))
}

fn enum_expr(value: &EnumExpr<'_>) -> String {
    format!("{}#{}[{}]", qualified_type(&value.type_name), value.case.name, all(value.fields, expr))
}

fn pipe_part(part: &PipePart<'_>) -> String {
    match &part.kind {
        PipePartKind::Infix(op, operand) => format!("|>{op:?} {}", expr(operand)),
        PipePartKind::Lambda(shown) => format!("|>{}", lambda(shown)),
        PipePartKind::Enum(value) => format!("|>{}", enum_expr(value)),
        PipePartKind::FnCall { name, type_args, args } => {
            format!("|>@{}<{}>({})", qualified(name), all(type_args, typ), all(args, expr))
        }
        PipePartKind::VariableOrFnCall(name) => format!("|>{name}"),
    }
}

fn let_pattern(shown: &LetPattern<'_>) -> String {
    match &shown.kind {
        LetPatternKind::Unit => "()".to_owned(),
        LetPatternKind::Variable(name) => (*name).to_owned(),
        LetPatternKind::Wildcard => "_".to_owned(),
        LetPatternKind::Tuple(parts) => format!("({})", all(parts, let_pattern)),
    }
}

fn pattern(shown: &MatchPattern<'_>) -> String {
    match &shown.kind {
        MatchPatternKind::Unit => "()".to_owned(),
        MatchPatternKind::Bool(value) => value.to_string(),
        MatchPatternKind::Int(literal) => int(literal),
        MatchPatternKind::Float(literal) => float(literal),
        MatchPatternKind::Char(text) => format!("'{text}'"),
        MatchPatternKind::String(text) => format!("{text:?}"),
        MatchPatternKind::Variable(name) => (*name).to_owned(),
        MatchPatternKind::Enum { case, fields } => format!("{}[{}]", case.name, all(fields, pattern)),
        MatchPatternKind::Tuple(parts) => format!("(tuple {})", all(parts, pattern)),
        MatchPatternKind::List(parts) => format!("[{}]", all(parts, pattern)),
        MatchPatternKind::Cons(head, tail) => format!("({} :: {})", pattern(head), pattern(tail)),
        MatchPatternKind::Or(parts) => format!("(or {})", all(parts, pattern)),
        MatchPatternKind::Error => "?".to_owned(),
    }
}

fn float(literal: &FloatLiteral<'_>) -> String {
    format!("{}{}.{}", if literal.negative { "-" } else { "" }, literal.whole, literal.fraction)
}

fn int(literal: &IntLiteral<'_>) -> String {
    let shown = format!("{literal:?}");
    shown.trim_start_matches("Int(").trim_end_matches(')').trim_matches('"').to_owned()
}

fn all<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}
