//! What must not change the findings of whole package sets: the names of locals, the order of declarations, and a `let`
//! around each body.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bumpalo::Bump;
use darkc_cache_format::model::{
    Definition, Expr, ExprKind, Function, Item, Lambda, LetPattern, MatchCase, MatchPattern, Parameter,
    PipePart, StringSegment, UnlinkedFile,
};

use super::{Change, Findings, check_changed, package_texts};
use crate::common;

/// Renames every local.
struct Renaming<'a>(&'a Bump);

impl<'a> Renaming<'a> {
    fn name(&self, name: &str) -> &'a str {
        self.0.alloc_str(&format!("{name}Renamed"))
    }

    fn list<T: Copy>(&self, list: &'a [T], rename: impl Fn(T) -> T) -> &'a [T] {
        self.0.alloc_slice_fill_iter(list.iter().map(|one| rename(*one)))
    }

    fn exprs(&self, exprs: &'a [Expr<'a>]) -> &'a [Expr<'a>] {
        self.list(exprs, |one| self.expr(one))
    }

    fn fields(&self, fields: &'a [(&'a str, Expr<'a>)]) -> &'a [(&'a str, Expr<'a>)] {
        self.list(fields, |(name, one)| (name, self.expr(one)))
    }

    fn let_pattern(&self, pattern: LetPattern<'a>) -> LetPattern<'a> {
        match pattern {
            LetPattern::Variable(name) => LetPattern::Variable(self.name(name)),
            LetPattern::Tuple(parts) => LetPattern::Tuple(self.list(parts, |one| self.let_pattern(one))),
            LetPattern::Unit | LetPattern::Wildcard => pattern,
        }
    }

    fn match_pattern(&self, pattern: MatchPattern<'a>) -> MatchPattern<'a> {
        let list = |parts| self.list(parts, |one| self.match_pattern(one));
        let one = |part: &MatchPattern<'a>| &*self.0.alloc(self.match_pattern(*part));
        match pattern {
            MatchPattern::Variable(name) => MatchPattern::Variable(self.name(name)),
            MatchPattern::Enum { case, fields } => MatchPattern::Enum { case, fields: list(fields) },
            MatchPattern::Tuple(parts) => MatchPattern::Tuple(list(parts)),
            MatchPattern::List(parts) => MatchPattern::List(list(parts)),
            MatchPattern::Or(parts) => MatchPattern::Or(list(parts)),
            MatchPattern::Cons(head, tail) => MatchPattern::Cons(one(head), one(tail)),
            literal => literal,
        }
    }

    fn lambda(&self, Lambda { patterns, body }: Lambda<'a>) -> Lambda<'a> {
        Lambda { patterns: self.list(patterns, |one| self.let_pattern(one)), body: self.expr(body) }
    }

    fn pipe_part(&self, part: PipePart<'a>) -> PipePart<'a> {
        match part {
            PipePart::Lambda(lambda) => PipePart::Lambda(self.lambda(lambda)),
            PipePart::Infix(op, right) => PipePart::Infix(op, self.expr(right)),
            PipePart::FnCall { site, or_variable, type_args, args } => {
                PipePart::FnCall { site, or_variable, type_args, args: self.exprs(args) }
            }
            PipePart::Enum { typ, case, fields } => PipePart::Enum { typ, case, fields: self.exprs(fields) },
            PipePart::Variable { name, args } => {
                PipePart::Variable { name: self.name(name), args: self.exprs(args) }
            }
        }
    }

    fn expr(&self, expr: Expr<'a>) -> Expr<'a> {
        use ExprKind as K;
        let kind = match *expr.0 {
            K::Variable(name) => K::Variable(self.name(name)),
            K::String(segments) => K::String(self.list(segments, |segment| match segment {
                StringSegment::Interpolation(inner) => StringSegment::Interpolation(self.expr(inner)),
                text => text,
            })),
            K::If { condition, then, otherwise } => K::If {
                condition: self.expr(condition),
                then: self.expr(then),
                otherwise: otherwise.map(|one| self.expr(one)),
            },
            K::Match { arg, cases } => K::Match {
                arg: self.expr(arg),
                cases: self.list(cases, |MatchCase { pattern, guard, body }| MatchCase {
                    pattern: self.match_pattern(pattern),
                    guard: guard.map(|one| self.expr(one)),
                    body: self.expr(body),
                }),
            },
            K::Let { pattern, value, body } => {
                K::Let { pattern: self.let_pattern(pattern), value: self.expr(value), body: self.expr(body) }
            }
            K::Lambda(lambda) => K::Lambda(self.lambda(lambda)),
            K::Apply { callee, type_args, args } => {
                K::Apply { callee: self.expr(callee), type_args, args: self.exprs(args) }
            }
            K::Pipe { head, parts } => {
                K::Pipe { head: self.expr(head), parts: self.list(parts, |one| self.pipe_part(one)) }
            }
            K::Infix { op, left, right } => K::Infix { op, left: self.expr(left), right: self.expr(right) },
            K::Statement { first, next } => K::Statement { first: self.expr(first), next: self.expr(next) },
            K::List(parts) => K::List(self.exprs(parts)),
            K::Tuple(parts) => K::Tuple(self.exprs(parts)),
            K::Dict(entries) => K::Dict(self.fields(entries)),
            K::Record { site, type_args, fields } => {
                K::Record { site, type_args, fields: self.fields(fields) }
            }
            K::RecordUpdate { record, updates } => {
                K::RecordUpdate { record: self.expr(record), updates: self.fields(updates) }
            }
            K::FieldAccess { record, field, path } => {
                K::FieldAccess { record: self.expr(record), field, path }
            }
            K::Enum { typ, type_args, case, fields } => {
                K::Enum { typ, type_args, case, fields: self.exprs(fields) }
            }
            other => other,
        };
        Expr(self.0.alloc(kind))
    }
}

fn with_items<'a>(arena: &'a Bump, items: impl ExactSizeIterator<Item = Item<'a>>) -> UnlinkedFile<'a> {
    UnlinkedFile { items: arena.alloc_slice_fill_iter(items) }
}

/// Changes each body; the function's parameters get the names that `parameter` says.
fn with_bodies<'a>(
    arena: &'a Bump,
    file: UnlinkedFile<'a>,
    change: &dyn Fn(Expr<'a>) -> Expr<'a>,
    parameter: &dyn Fn(&'a str) -> &'a str,
) -> UnlinkedFile<'a> {
    let definition = |definition| match definition {
        Definition::Type(_) => definition,
        Definition::Value(body) => Definition::Value(change(body)),
        Definition::Fn(function) => {
            let params = function.params.iter().map(|one| Parameter { name: parameter(one.name), ..*one });
            let params = arena.alloc_slice_fill_iter(params.collect::<Vec<_>>());
            Definition::Fn(Function { params, body: change(function.body), ..function })
        }
    };
    with_items(
        arena,
        file.items.iter().map(|item| {
            let mut item = *item;
            item.code.definition = definition(item.code.definition);
            item
        }),
    )
}

fn renamed<'a>(arena: &'a Bump, file: UnlinkedFile<'a>) -> UnlinkedFile<'a> {
    let renaming = Renaming(arena);
    with_bodies(arena, file, &|body| renaming.expr(body), &|name| renaming.name(name))
}

fn reversed<'a>(arena: &'a Bump, file: UnlinkedFile<'a>) -> UnlinkedFile<'a> {
    with_items(arena, file.items.iter().rev().copied())
}

fn wrapped<'a>(arena: &'a Bump, file: UnlinkedFile<'a>) -> UnlinkedFile<'a> {
    const NAME: &str = "wrapped";
    let wrap = |value| {
        let body = Expr(arena.alloc(ExprKind::Variable(NAME)));
        Expr(arena.alloc(ExprKind::Let { pattern: LetPattern::Variable(NAME), value, body }))
    };
    with_bodies(arena, file, &wrap, &|name| name)
}

/// Code and node of each finding, by item.
fn places(found: &Findings) -> BTreeMap<&str, Vec<(&'static str, u32)>> {
    found
        .by_item
        .iter()
        .map(|(item, findings)| {
            (item.as_str(), findings.iter().map(|finding| (finding.code.name(), finding.node)).collect())
        })
        .collect()
}

/// Holds the changes against the set as it is; returns how many items of it have findings.
fn hold(name: &str, texts: &BTreeMap<String, String>) -> usize {
    let same: Change = |_, file| file;
    let check = |change: Change| check_changed(texts.values().map(String::as_str), change);
    let as_it_is = check(same);
    assert!(as_it_is.compared > 0, "{name}");
    let expected = places(&as_it_is);
    assert_eq!(places(&check(renamed)), expected, "{name}: locals renamed");
    let turned = check_changed(texts.values().rev().map(String::as_str), reversed);
    assert_eq!(places(&turned), expected, "{name}: declarations in the opposite order");
    // Behind a `let` the body is at another node, and what a branch contradicts may be another branch.
    let found = check(wrapped);
    let items = |found: &Findings| found.by_item.keys().cloned().collect::<BTreeSet<_>>();
    let (before, after) = (items(&as_it_is), items(&found));
    let differ: Vec<_> = before.symmetric_difference(&after).collect();
    println!("{name}: {} functions, {} items with findings", as_it_is.functions, before.len());
    assert!(differ.is_empty(), "{name}: wrapped in `let`: {differ:?}");
    before.len()
}

#[test]
fn small_sets() {
    let mut sets = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")];
    sets.extend(common::ground_truth::package_sets().map(|set| set.packages));
    let found: usize =
        sets.iter().map(|packages| hold(&packages.display().to_string(), &package_texts(packages))).sum();
    assert!(found > 3, "sets without findings show little");
}

#[test]
fn the_real_set_and_its_small_changes() {
    let Some(oracle) = common::oracle() else { return };
    let mut texts = package_texts(&oracle.join("packages"));
    assert_eq!(hold("the real set", &texts), 4);
    texts.extend(package_texts(&oracle.join("typecheck/mutated/files")));
    assert!(hold("small changes of it", &texts) > 370);
}
