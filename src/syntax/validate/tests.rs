//! The rules on trees built by hand: some of the shapes no parse without diagnostics gives.

use super::*;
use crate::syntax::ast::*;

/// A node for good; the tests' trees are small.
fn node<T>(node: T) -> &'static T {
    Box::leak(Box::new(node))
}

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
fn variables(names: &[(&'static str, u32)]) -> MatchPattern<'static> {
    let parts = names
        .iter()
        .map(|(name, at)| MatchPattern { span: span(*at), kind: MatchPatternKind::Variable(name) });
    MatchPattern { span: span(names[0].1), kind: MatchPatternKind::Tuple(parts.collect::<Vec<_>>().leak()) }
}

fn or<'s>(branches: &'s [MatchPattern<'s>]) -> MatchPattern<'s> {
    MatchPattern { span: span(0), kind: MatchPatternKind::Or(branches) }
}

fn issues(declarations: &[Declaration<'_>], expressions: &[Expr<'_>]) -> Vec<(u32, &'static str, String)> {
    let file = SourceFile { span: span(0), declarations, expressions };
    let found = Checker::default().file(&file);
    found.into_iter().map(|issue| (issue.span.start, issue.rule.code(), issue.message)).collect()
}

fn value(body: Expr<'static>) -> Declaration<'static> {
    Declaration::Value(node(ValueDecl { span: span(0), name: name("v"), body, description: "" }))
}

/// Where a match with this pattern is refused, and with which code.
fn pattern_issues(pattern: MatchPattern<'static>) -> Vec<(u32, &'static str)> {
    let cases = vec![MatchCase { pattern, guard: None, body: unit() }].leak();
    let body = expr(ExprKind::Match(node(unit()), cases));
    issues(&[value(body)], &[]).into_iter().map(|(at, code, _)| (at, code)).collect()
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
    const fn variable(at: u32) -> LetPattern<'static> {
        LetPattern { span: Span { start: at, end: at + 1 }, kind: LetPatternKind::Variable("x") }
    }
    const X1: LetPattern<'_> = variable(1);
    const X2: LetPattern<'_> = variable(2);
    let lambda = |patterns: &'static [LetPattern<'static>]| {
        expr(ExprKind::Lambda(node(Lambda { patterns, body: unit() })))
    };
    let list = |parts: &[Expr<'static>]| [value(expr(ExprKind::List(parts.to_vec().leak())))];
    assert_eq!(issues(&list(&[lambda(&[X1]), lambda(&[X2])]), &[]), []);
    assert_eq!(
        issues(&list(&[lambda(&[X1, X2])]), &[]),
        [(2, DUPLICATE, "Duplicate binding 'x' in the same pattern".to_owned())]
    );
}

#[test]
fn branches_of_an_or_pattern_bind_alike() {
    assert_eq!(
        pattern_issues(or(vec![variables(&[("a", 1), ("_b", 2)]), variables(&[("_c", 3), ("a", 4)])].leak())),
        []
    );
    let uneven =
        or(vec![variables(&[("a", 1)]), variables(&[("a", 2), ("b", 3), ("b", 4)]), variables(&[("c", 5)])]
            .leak());
    assert_eq!(pattern_issues(uneven), [(4, DUPLICATE), (2, MISMATCH), (5, MISMATCH)]);
    // Inside another pattern only the first branch is looked at for duplicates.
    let inner = or(vec![variables(&[("a", 1)]), variables(&[("b", 2), ("b", 3)])].leak());
    let outer = MatchPattern {
        span: span(0),
        kind: MatchPatternKind::List(vec![inner, variables(&[("a", 9)])].leak()),
    };
    assert_eq!(pattern_issues(outer), [(9, DUPLICATE), (2, MISMATCH)]);
    assert_eq!(pattern_issues(or(&[])), [(0, "VALIDATION-OR-PATTERN")]);
}

#[test]
fn structure_comes_before_purpose_and_modules_are_entered() {
    let hole = Expr { span: span(7), kind: ExprKind::Error };
    let module = ModuleDecl { span: span(0), path: &[name("M")], declarations: &[Declaration::Expr(unit())] };
    let found = issues(&[Declaration::Module(&module)], &[hole]);
    let seen: Vec<_> = found.iter().map(|(at, code, _)| (*at, *code)).collect();
    assert_eq!(
        seen,
        [(7, "VALIDATION-RECOVERY-HOLE"), (0, "VALIDATION-PACKAGE-EXPR"), (7, "VALIDATION-PACKAGE-EXPR")]
    );
}

#[test]
fn empty_and_nameless_shapes_are_refused_before_what_is_inside_them() {
    let nameless =
        QualifiedType { name: QualifiedName { span: span(0), modules: &[], name: name("") }, type_args: &[] };
    let lambda = || Lambda { patterns: &[], body: expr(ExprKind::Error) };
    let parts = vec![
        expr(ExprKind::Record(node(nameless), node([(name("f"), expr(ExprKind::Error))]))),
        expr(ExprKind::RecordUpdate(node(unit()), &[])),
        expr(ExprKind::Match(node(expr(ExprKind::Error)), &[])),
        expr(ExprKind::Pipe(
            node(unit()),
            node([PipePart { span: span(3), kind: PipePartKind::Lambda(node(lambda())) }]),
        )),
    ];
    let found = issues(&[value(expr(ExprKind::List(parts.leak())))], &[]);
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
    let file = SourceFile { span: span(0), declarations: &[], expressions: &[unit()] };
    let mut parsed = Parsed { file, diagnostics: vec![] };
    package_source("()", &mut parsed);
    assert_eq!(parsed.diagnostics.len(), 1);
    package_source("()", &mut parsed);
    assert_eq!(parsed.diagnostics.len(), 1);
}
