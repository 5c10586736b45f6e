//! The rules on trees built by hand: some of the shapes no parse without diagnostics gives.

use super::*;
use crate::syntax::ast::*;

fn span(at: u32) -> Span {
    Span::new(at, at + 1)
}

fn name(name: &str) -> Identifier<'_> {
    Identifier { span: span(0), name }
}

fn expr(kind: ExprKind<'_>) -> Expr<'_> {
    Expr { span: span(0), kind }
}

fn unit() -> Expr<'static> {
    expr(ExprKind::Unit)
}

/// A tuple of variables, each at the place that its number tells.
fn variables<'s>(names: &[(&'s str, u32)]) -> MatchPattern<'s> {
    let parts = names
        .iter()
        .map(|(name, at)| MatchPattern { span: span(*at), kind: MatchPatternKind::Variable(name) });
    MatchPattern { span: span(names[0].1), kind: MatchPatternKind::Tuple(parts.collect()) }
}

fn or(branches: Vec<MatchPattern<'_>>) -> MatchPattern<'_> {
    MatchPattern { span: span(0), kind: MatchPatternKind::Or(branches) }
}

fn issues(
    declarations: Vec<Declaration<'_>>,
    expressions: Vec<Expr<'_>>,
) -> Vec<(u32, &'static str, String)> {
    let file = SourceFile { span: span(0), declarations, expressions };
    let found = Checker::default().file(&file);
    found.into_iter().map(|issue| (issue.span.start, issue.rule.code(), issue.message)).collect()
}

fn value(body: Expr<'_>) -> Declaration<'_> {
    Declaration::Value(Box::new(ValueDecl { span: span(0), name: name("v"), body, description: "".into() }))
}

/// Where a match with this pattern is refused, and with which code.
fn pattern_issues(pattern: MatchPattern<'_>) -> Vec<(u32, &'static str)> {
    let cases = vec![MatchCase { pattern, guard: None, body: unit() }];
    let body = expr(ExprKind::Match(Box::new(unit()), cases));
    issues(vec![value(body)], vec![]).into_iter().map(|(at, code, _)| (at, code)).collect()
}

const DUPLICATE: &str = "VALIDATION-DUPLICATE-BINDER";
const MISMATCH: &str = "VALIDATION-OR-BINDINGS";

#[test]
fn duplicates_come_by_name_and_then_by_place() {
    let pattern = variables(&[
        ("b", 1),
        ("a", 2),
        ("b", 3),
        ("b", 4),
        ("a", 5),
        ("_x", 6),
        ("_x", 7),
        ("", 8),
        ("", 9),
    ]);
    assert_eq!(pattern_issues(pattern), [(5, DUPLICATE), (3, DUPLICATE), (4, DUPLICATE)]);
    // U+FF41 sorts after the surrogates of U+1D41A, though its code point is the lower one.
    let pattern = variables(&[("\u{ff41}", 1), ("\u{ff41}", 2), ("\u{1d41a}", 3), ("\u{1d41a}", 4)]);
    assert_eq!(pattern_issues(pattern), [(4, DUPLICATE), (2, DUPLICATE)]);
}

#[test]
fn bindings_of_one_pattern_do_not_meet_those_of_the_next() {
    let variable = |at| LetPattern { span: span(at), kind: LetPatternKind::Variable("x") };
    let lambda = |patterns| expr(ExprKind::Lambda(Box::new(Lambda { patterns, body: unit() })));
    let list = |parts| vec![value(expr(ExprKind::List(parts)))];
    assert_eq!(issues(list(vec![lambda(vec![variable(1)]), lambda(vec![variable(2)])]), vec![]), []);
    assert_eq!(
        issues(list(vec![lambda(vec![variable(1), variable(2)])]), vec![]),
        [(2, DUPLICATE, "Duplicate binding 'x' in the same pattern".to_owned())]
    );
}

#[test]
fn branches_of_an_or_pattern_bind_alike() {
    assert_eq!(
        pattern_issues(or(vec![variables(&[("a", 1), ("_b", 2)]), variables(&[("_c", 3), ("a", 4)])])),
        []
    );
    let uneven =
        or(vec![variables(&[("a", 1)]), variables(&[("a", 2), ("b", 3), ("b", 4)]), variables(&[("c", 5)])]);
    assert_eq!(pattern_issues(uneven), [(4, DUPLICATE), (2, MISMATCH), (5, MISMATCH)]);
    // Inside another pattern only the first branch is looked at for duplicates.
    let inner = or(vec![variables(&[("a", 1)]), variables(&[("b", 2), ("b", 3)])]);
    let outer =
        MatchPattern { span: span(0), kind: MatchPatternKind::List(vec![inner, variables(&[("a", 9)])]) };
    assert_eq!(pattern_issues(outer), [(9, DUPLICATE), (2, MISMATCH)]);
    assert_eq!(pattern_issues(or(vec![])), [(0, "VALIDATION-OR-PATTERN")]);
}

#[test]
fn structure_comes_before_purpose_and_modules_are_entered() {
    let hole = Expr { span: span(7), kind: ExprKind::Error };
    let module =
        ModuleDecl { span: span(0), path: vec![name("M")], declarations: vec![Declaration::Expr(unit())] };
    let found = issues(vec![Declaration::Module(Box::new(module))], vec![hole]);
    let seen: Vec<_> = found.iter().map(|(at, code, _)| (*at, *code)).collect();
    assert_eq!(
        seen,
        [(7, "VALIDATION-RECOVERY-HOLE"), (0, "VALIDATION-PACKAGE-EXPR"), (7, "VALIDATION-PACKAGE-EXPR")]
    );
}

#[test]
fn empty_and_nameless_shapes_are_refused_before_what_is_inside_them() {
    let nameless = QualifiedType {
        name: QualifiedName { span: span(0), modules: vec![], name: name("") },
        type_args: vec![],
    };
    let lambda = || Lambda { patterns: vec![], body: expr(ExprKind::Error) };
    let parts = vec![
        expr(ExprKind::Record(Box::new(nameless), vec![(name("f"), expr(ExprKind::Error))])),
        expr(ExprKind::RecordUpdate(Box::new(unit()), vec![])),
        expr(ExprKind::Match(Box::new(expr(ExprKind::Error)), vec![])),
        expr(ExprKind::Pipe(
            Box::new(unit()),
            vec![PipePart { span: span(3), kind: PipePartKind::Lambda(Box::new(lambda())) }],
        )),
    ];
    let found = issues(vec![value(expr(ExprKind::List(parts)))], vec![]);
    let codes: Vec<_> = found.iter().map(|(_, code, _)| code.trim_start_matches("VALIDATION-")).collect();
    let expected = [
        "ANONYMOUS-RECORD",
        "RECOVERY-HOLE",
        "RECORD-UPDATE",
        "MATCH",
        "RECOVERY-HOLE",
        "LAMBDA",
        "RECOVERY-HOLE",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_file_with_diagnostics_is_left_alone() {
    let file = SourceFile { span: span(0), declarations: vec![], expressions: vec![unit()] };
    let mut parsed = Parsed { file, diagnostics: vec![] };
    package_source("()", &mut parsed);
    assert_eq!(parsed.diagnostics.len(), 1);
    package_source("()", &mut parsed);
    assert_eq!(parsed.diagnostics.len(), 1);
}
