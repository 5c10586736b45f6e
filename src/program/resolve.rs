//! Builds an item's resolved tree from its unlinked code and the linker's answers.

use darkc_cache_format::model as unlinked;
use darkc_cache_format::model::{EnumType, NameRule, SiteId, Text};

use super::lookup::ItemId;
use super::tree::*;
use crate::lower::{Use, UseRule};

/// What the linker found for one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Type(Result<ItemId, NameError>),
    /// Both namespaces; the node's [`NameRule`] decides which one counts.
    Term {
        value: Result<Target<'static>, NameError>,
        function: Result<Target<'static>, NameError>,
    },
}

/// Resolves one item. `resolutions` has one element for each site of the code.
pub fn resolve<'a>(
    id: ItemId,
    description: &'a str,
    code: &'a unlinked::Code<'a>,
    resolutions: &'a [Resolution],
) -> Item<'a> {
    let mut resolver = Resolver::new(code, resolutions);
    let definition = match &code.definition {
        unlinked::Definition::Type(definition) => Definition::Type(resolver.type_declaration(definition)),
        unlinked::Definition::Value(body) => Definition::Value(resolver.expr(body)),
        unlinked::Definition::Fn(function) => Definition::Fn(resolver.function(function)),
    };
    Item { id, description, definition, unresolved: resolver.unresolved }
}

/// What a declaration tells those who mention it: everything but the body.
#[derive(Debug)]
pub enum Header<'a> {
    Type(TypeDeclaration<'a>),
    Value,
    Fn { type_params: &'a [Text<'a>], params: Vec<(&'a str, TypeRef<'a>)>, return_type: TypeRef<'a> },
}

/// Resolves the header of one item. `resolutions` has one element for each site of the code.
pub fn header<'a>(code: &'a unlinked::Code<'a>, resolutions: &'a [Resolution]) -> Header<'a> {
    let mut resolver = Resolver::new(code, resolutions);
    match &code.definition {
        unlinked::Definition::Type(definition) => Header::Type(resolver.type_declaration(definition)),
        unlinked::Definition::Value(_) => Header::Value,
        unlinked::Definition::Fn(function) => Header::Fn {
            type_params: function.type_params,
            params: resolver.params(function),
            return_type: resolver.type_ref(&function.return_type),
        },
    }
}

/// For each node of the resolved item, its place in a pre-order walk of the unlinked item. The two differ
/// behind a dotted path that turned out to be one name: its parts are nodes of the unlinked item alone.
pub fn unlinked_nodes<'a>(code: &'a unlinked::Code<'a>, resolutions: &'a [Resolution]) -> Vec<NodeIndex> {
    let mut resolver = Resolver::new(code, resolutions);
    resolver.unlinked_nodes = Some(Vec::new());
    match &code.definition {
        unlinked::Definition::Type(_) => {}
        unlinked::Definition::Value(body) => drop(resolver.expr(body)),
        unlinked::Definition::Fn(function) => drop(resolver.expr(&function.body)),
    }
    resolver.unlinked_nodes.unwrap_or_default()
}

struct Resolver<'a> {
    sites: &'a [unlinked::Site<'a>],
    resolutions: &'a [Resolution],
    next_node: NodeIndex,
    /// Nodes of the unlinked item that were passed over.
    left_out: NodeIndex,
    /// Filled for [`unlinked_nodes`] alone.
    unlinked_nodes: Option<Vec<NodeIndex>>,
    unresolved: u32,
}

/// What a name turned out to be.
enum Meaning<'a> {
    Function(NameRef<'a>),
    Value(NameRef<'a>),
    Variable(&'a str),
}

impl<'a> Resolver<'a> {
    fn new(code: &'a unlinked::Code<'a>, resolutions: &'a [Resolution]) -> Self {
        Resolver {
            sites: code.sites,
            resolutions,
            next_node: 0,
            left_out: 0,
            unlinked_nodes: None,
            unresolved: 0,
        }
    }

    fn node(&mut self) -> NodeIndex {
        let node = self.next_node;
        self.next_node += 1;
        if let Some(nodes) = &mut self.unlinked_nodes {
            nodes.push(node + self.left_out);
        }
        node
    }

    fn type_name(&mut self, site: SiteId) -> NameRef<'a> {
        self.unresolved += u32::from(is_type_missing(self.resolutions, site));
        let resolved = match self.resolutions[site as usize] {
            Resolution::Type(resolved) => resolved.map(Target::Item),
            Resolution::Term { .. } => Err(NameError::InvalidName),
        };
        NameRef { written: self.sites[site as usize].written, resolved }
    }

    /// The (value, function) readings of a term site.
    fn term(&self, site: SiteId) -> (NameRef<'a>, NameRef<'a>) {
        let (value, function) = term_at(self.resolutions, site);
        let written = &self.sites[site as usize].written;
        (NameRef { written, resolved: value }, NameRef { written, resolved: function })
    }

    fn meaning(&self, site: SiteId, rule: NameRule) -> Meaning<'a> {
        let (value, function) = self.term(site);
        match reading(self.resolutions, site, rule) {
            Reading::Function => Meaning::Function(function),
            Reading::Value | Reading::UnresolvedValue => Meaning::Value(value),
            Reading::Variable => Meaning::Variable(last(value.written)),
        }
    }

    /// The meaning of a name that stands alone, counted where it has none.
    fn name(&mut self, site: SiteId, rule: NameRule) -> Meaning<'a> {
        let means_nothing =
            matches!(reading(self.resolutions, site, rule), Reading::UnresolvedValue | Reading::Variable);
        self.unresolved += u32::from(means_nothing);
        self.meaning(site, rule)
    }

    fn type_declaration(&mut self, definition: &'a unlinked::TypeDefinition<'a>) -> TypeDeclaration<'a> {
        let body = match &definition.body {
            unlinked::TypeBody::Alias(typ) => TypeBody::Alias(self.type_ref(typ)),
            unlinked::TypeBody::Record(fields) => {
                TypeBody::Record(fields.iter().map(|field| (field.name, self.type_ref(&field.typ))).collect())
            }
            unlinked::TypeBody::Enum(cases) => {
                TypeBody::Enum(cases.iter().map(|case| self.enum_case(case)).collect())
            }
        };
        TypeDeclaration { type_params: definition.type_params, body }
    }

    fn enum_case(&mut self, case: &'a unlinked::EnumCase<'a>) -> EnumCase<'a> {
        let fields = case
            .fields
            .iter()
            .map(|field| EnumField { label: field.label, typ: self.type_ref(&field.typ) })
            .collect();
        EnumCase { name: case.name, fields }
    }

    fn function(&mut self, function: &'a unlinked::Function<'a>) -> Function<'a> {
        Function {
            type_params: function.type_params,
            params: self.params(function),
            return_type: self.type_ref(&function.return_type),
            body: self.expr(&function.body),
        }
    }

    fn params(&mut self, function: &'a unlinked::Function<'a>) -> Vec<(&'a str, TypeRef<'a>)> {
        function.params.iter().map(|param| (param.name, self.type_ref(&param.typ))).collect()
    }

    fn type_ref(&mut self, typ: &'a unlinked::TypeRef<'a>) -> TypeRef<'a> {
        match typ {
            unlinked::TypeRef::Primitive(primitive) => TypeRef::Primitive(*primitive),
            unlinked::TypeRef::Stream(inner) => TypeRef::Stream(Box::new(self.type_ref(inner))),
            unlinked::TypeRef::List(inner) => TypeRef::List(Box::new(self.type_ref(inner))),
            unlinked::TypeRef::Dict(inner) => TypeRef::Dict(Box::new(self.type_ref(inner))),
            unlinked::TypeRef::Db(inner) => TypeRef::Db(Box::new(self.type_ref(inner))),
            unlinked::TypeRef::Tuple(parts) => TypeRef::Tuple(self.type_refs(parts)),
            unlinked::TypeRef::Fn(args, result) => {
                TypeRef::Fn(self.type_refs(args), Box::new(self.type_ref(result)))
            }
            unlinked::TypeRef::Variable(name) => TypeRef::Variable(name),
            unlinked::TypeRef::Custom { site, type_args } => {
                TypeRef::Custom(self.type_name(*site), self.type_refs(type_args))
            }
        }
    }

    fn type_refs(&mut self, types: &'a [unlinked::TypeRef<'a>]) -> Vec<TypeRef<'a>> {
        types.iter().map(|typ| self.type_ref(typ)).collect()
    }

    fn let_pattern(&mut self, pattern: &'a unlinked::LetPattern<'a>) -> LetPattern<'a> {
        let node = self.node();
        let kind = match pattern {
            unlinked::LetPattern::Unit => LetPatternKind::Unit,
            unlinked::LetPattern::Variable(name) => LetPatternKind::Variable(name),
            unlinked::LetPattern::Wildcard => LetPatternKind::Wildcard,
            unlinked::LetPattern::Tuple(parts) => LetPatternKind::Tuple(self.let_patterns(parts)),
        };
        LetPattern { node, kind }
    }

    fn let_patterns(&mut self, patterns: &'a [unlinked::LetPattern<'a>]) -> Vec<LetPattern<'a>> {
        patterns.iter().map(|pattern| self.let_pattern(pattern)).collect()
    }

    fn match_pattern(&mut self, pattern: &'a unlinked::MatchPattern<'a>) -> MatchPattern<'a> {
        let node = self.node();
        let kind = match pattern {
            unlinked::MatchPattern::Unit => MatchPatternKind::Unit,
            unlinked::MatchPattern::Bool(value) => MatchPatternKind::Bool(*value),
            unlinked::MatchPattern::Int(literal) => MatchPatternKind::Int(literal),
            unlinked::MatchPattern::Float(literal) => MatchPatternKind::Float(literal),
            unlinked::MatchPattern::Char(text) => MatchPatternKind::Char(text),
            unlinked::MatchPattern::String(text) => MatchPatternKind::String(text),
            unlinked::MatchPattern::Variable(name) => MatchPatternKind::Variable(name),
            unlinked::MatchPattern::Enum { case, fields } => {
                MatchPatternKind::Enum { case, fields: self.match_patterns(fields) }
            }
            unlinked::MatchPattern::Tuple(parts) => MatchPatternKind::Tuple(self.match_patterns(parts)),
            unlinked::MatchPattern::List(parts) => MatchPatternKind::List(self.match_patterns(parts)),
            unlinked::MatchPattern::Or(parts) => MatchPatternKind::Or(self.match_patterns(parts)),
            unlinked::MatchPattern::Cons(head, tail) => {
                let head = Box::new(self.match_pattern(head));
                MatchPatternKind::Cons(head, Box::new(self.match_pattern(tail)))
            }
        };
        MatchPattern { node, kind }
    }

    fn match_patterns(&mut self, patterns: &'a [unlinked::MatchPattern<'a>]) -> Vec<MatchPattern<'a>> {
        patterns.iter().map(|pattern| self.match_pattern(pattern)).collect()
    }

    fn boxed(&mut self, expr: &'a unlinked::Expr<'a>) -> Box<Expr<'a>> {
        Box::new(self.expr(expr))
    }

    fn exprs(&mut self, exprs: &'a [unlinked::Expr<'a>]) -> Vec<Expr<'a>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn fields(&mut self, fields: &'a [(Text<'a>, unlinked::Expr<'a>)]) -> Vec<(&'a str, Expr<'a>)> {
        fields.iter().map(|(name, value)| (&**name, self.expr(value))).collect()
    }

    fn expr(&mut self, expr: &'a unlinked::Expr<'a>) -> Expr<'a> {
        use unlinked::ExprKind as Unlinked;
        let node = self.node();
        let kind = match expr.0 {
            Unlinked::Unit => ExprKind::Unit,
            Unlinked::Bool(value) => ExprKind::Bool(*value),
            Unlinked::Int(literal) => ExprKind::Int(literal),
            Unlinked::Float(literal) => ExprKind::Float(literal),
            Unlinked::Char(text) => ExprKind::Char(text),
            Unlinked::String(segments) => {
                ExprKind::String(segments.iter().map(|segment| self.segment(segment)).collect())
            }
            Unlinked::Variable(name) => ExprKind::Variable(name),
            Unlinked::Arg(index) => ExprKind::Arg(*index),
            Unlinked::SelfFn => ExprKind::SelfFn,
            Unlinked::Name(site, rule) => match self.name(*site, *rule) {
                Meaning::Function(name) => ExprKind::FnName(name),
                Meaning::Value(name) => ExprKind::ValueName(name),
                Meaning::Variable(name) => ExprKind::Variable(name),
            },
            Unlinked::If { condition, then, otherwise } => ExprKind::If {
                condition: self.boxed(condition),
                then: self.boxed(then),
                otherwise: otherwise.as_ref().map(|otherwise| self.boxed(otherwise)),
            },
            Unlinked::Match { arg, cases } => ExprKind::Match {
                arg: self.boxed(arg),
                cases: cases.iter().map(|case| self.match_case(case)).collect(),
            },
            Unlinked::Let { pattern, value, body } => ExprKind::Let {
                pattern: self.let_pattern(pattern),
                value: self.boxed(value),
                body: self.boxed(body),
            },
            Unlinked::Lambda(lambda) => ExprKind::Lambda(self.lambda(lambda)),
            Unlinked::Apply { callee, type_args, args } => ExprKind::Apply {
                callee: self.boxed(callee),
                type_args: self.type_refs(type_args),
                args: self.exprs(args),
            },
            Unlinked::Pipe { head, parts } => ExprKind::Pipe {
                head: self.boxed(head),
                parts: parts.iter().map(|part| self.pipe_part(part)).collect(),
            },
            Unlinked::Infix { op, left, right } => {
                ExprKind::Infix { op: *op, left: self.boxed(left), right: self.boxed(right) }
            }
            Unlinked::Statement { first, next } => {
                ExprKind::Statement { first: self.boxed(first), next: self.boxed(next) }
            }
            Unlinked::List(parts) => ExprKind::List(self.exprs(parts)),
            Unlinked::Dict(entries) => ExprKind::Dict(self.fields(entries)),
            Unlinked::Tuple(parts) => ExprKind::Tuple(self.exprs(parts)),
            Unlinked::Record { site, type_args, fields } => ExprKind::Record {
                typ: self.type_name(*site),
                type_args: self.type_refs(type_args),
                fields: self.fields(fields),
            },
            Unlinked::RecordUpdate { record, updates } => {
                ExprKind::RecordUpdate { record: self.boxed(record), updates: self.fields(updates) }
            }
            Unlinked::FieldAccess { record, field, path } => {
                let meaning = path.map(|site| self.meaning(site, NameRule::Bare));
                if !matches!(meaning, None | Some(Meaning::Variable(_))) {
                    self.left_out += path_length(record);
                }
                match meaning {
                    Some(Meaning::Value(name)) => ExprKind::ValueName(name),
                    Some(Meaning::Function(name)) => ExprKind::FnName(name),
                    Some(Meaning::Variable(_)) | None => {
                        ExprKind::FieldAccess { record: self.boxed(record), field }
                    }
                }
            }
            Unlinked::Enum { typ, type_args, case, fields } => ExprKind::Enum {
                typ: self.enum_type(typ, case),
                type_args: self.type_refs(type_args),
                case,
                fields: self.exprs(fields),
            },
        };
        Expr { node, kind }
    }

    fn segment(&mut self, segment: &'a unlinked::StringSegment<'a>) -> StringSegment<'a> {
        match segment {
            unlinked::StringSegment::Text(text) => StringSegment::Text(text),
            unlinked::StringSegment::Interpolation(expr) => StringSegment::Interpolation(self.expr(expr)),
        }
    }

    fn match_case(&mut self, case: &'a unlinked::MatchCase<'a>) -> MatchCase<'a> {
        MatchCase {
            pattern: self.match_pattern(&case.pattern),
            guard: case.guard.as_ref().map(|guard| self.expr(guard)),
            body: self.expr(&case.body),
        }
    }

    fn lambda(&mut self, lambda: &'a unlinked::Lambda<'a>) -> Lambda<'a> {
        Lambda { patterns: self.let_patterns(lambda.patterns), body: self.boxed(&lambda.body) }
    }

    /// A case with fields but without a type is kept as an invalid name, spelled by its case.
    fn enum_type(&mut self, typ: &EnumType, case: &'a Text<'a>) -> NameRef<'a> {
        match typ {
            EnumType::Site(site) => self.type_name(*site),
            EnumType::Missing => {
                self.unresolved += 1;
                NameRef { written: std::slice::from_ref(case), resolved: Err(NameError::InvalidName) }
            }
        }
    }

    fn pipe_part(&mut self, part: &'a unlinked::PipePart<'a>) -> PipePart<'a> {
        let node = self.node();
        let kind = match part {
            unlinked::PipePart::Lambda(lambda) => PipePartKind::Lambda(self.lambda(lambda)),
            unlinked::PipePart::Infix(op, operand) => PipePartKind::Infix(*op, self.boxed(operand)),
            unlinked::PipePart::Enum { typ, case, fields } => {
                PipePartKind::Enum { typ: self.enum_type(typ, case), case, fields: self.exprs(fields) }
            }
            unlinked::PipePart::Variable { name, args } => {
                PipePartKind::Variable { name, args: self.exprs(args) }
            }
            unlinked::PipePart::FnCall { site, or_variable, type_args, args } => {
                let (_, name) = self.term(*site);
                self.unresolved += u32::from(name.resolved.is_err());
                if *or_variable && name.resolved.is_err() {
                    PipePartKind::Variable { name: last(name.written), args: self.exprs(args) }
                } else {
                    let type_args = self.type_refs(type_args);
                    PipePartKind::FnCall { name, type_args, args: self.exprs(args) }
                }
            }
        };
        PipePart { node, kind }
    }
}

/// How many nodes a chain of field accesses has that starts at a name.
fn path_length(mut expr: &unlinked::Expr<'_>) -> NodeIndex {
    let mut length = 1;
    while let unlinked::ExprKind::FieldAccess { record, .. } = expr.0 {
        length += 1;
        expr = record;
    }
    length
}

/// How a term's name is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Function,
    Value,
    /// Neither: a qualified name.
    UnresolvedValue,
    /// Neither: a bare name, which can then only be a variable that nothing binds.
    Variable,
}

fn reading(resolutions: &[Resolution], site: SiteId, rule: NameRule) -> Reading {
    let (value, function) = term_at(resolutions, site);
    let function_first = matches!(rule, NameRule::BareCallee | NameRule::QualifiedCallee);
    match (value.is_ok(), function.is_ok()) {
        (_, true) if function_first => Reading::Function,
        (true, _) => Reading::Value,
        (false, true) => Reading::Function,
        (false, false) if matches!(rule, NameRule::Bare | NameRule::BareCallee) => Reading::Variable,
        (false, false) => Reading::UnresolvedValue,
    }
}

type Terms = (Result<Target<'static>, NameError>, Result<Target<'static>, NameError>);

/// The (value, function) that a term site resolved to.
fn term_at(resolutions: &[Resolution], site: SiteId) -> Terms {
    match resolutions[site as usize] {
        Resolution::Term { value, function } => (value, function),
        Resolution::Type(_) => (Err(NameError::InvalidName), Err(NameError::InvalidName)),
    }
}

fn is_type_missing(resolutions: &[Resolution], site: SiteId) -> bool {
    !matches!(resolutions[site as usize], Resolution::Type(Ok(_)))
}

/// A use of a name that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved<'u> {
    pub name: &'u Use,
    pub what: Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Type(NameError),
    /// A qualified function or value.
    Term(NameError),
    /// A bare name, which becomes a variable that nothing binds.
    Variable,
    /// A case with fields whose type is not written.
    CaseWithoutType,
}

/// Those of an item's uses that mean nothing: as many as [`Item::unresolved`] counts.
pub fn unresolved<'u>(resolutions: &[Resolution], uses: &'u [Use]) -> Vec<Unresolved<'u>> {
    let mut unresolved = Vec::new();
    let mut rest = uses;
    while let [name, after @ ..] = rest {
        rest = after;
        let what = match name.rule {
            UseRule::Type(site) => match resolutions[site as usize] {
                Resolution::Type(found) => found.err().map(Missing::Type),
                Resolution::Term { .. } => Some(Missing::Type(NameError::InvalidName)),
            },
            UseRule::Name(site, rule) => match reading(resolutions, site, rule) {
                Reading::Variable => Some(Missing::Variable),
                Reading::UnresolvedValue => term_at(resolutions, site).0.err().map(Missing::Term),
                Reading::Function | Reading::Value => None,
            },
            UseRule::Path { site, inner } => {
                if reading(resolutions, site, NameRule::Bare) != Reading::Variable {
                    rest = rest.get(inner..).unwrap_or_default();
                }
                None
            }
            UseRule::Pipe { site, or_variable } => term_at(resolutions, site)
                .1
                .err()
                .map(|error| if or_variable { Missing::Variable } else { Missing::Term(error) }),
            UseRule::CaseWithoutType => Some(Missing::CaseWithoutType),
        };
        unresolved.extend(what.map(|what| Unresolved { name, what }));
    }
    unresolved
}

/// The last part of a name; a name is never empty.
fn last<'a>(written: &'a [Text<'a>]) -> &'a str {
    written.last().map_or("", |part| part)
}
