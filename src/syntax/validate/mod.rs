//! Checks of a parsed package file: what lowering relies on, and what only other kinds of file may hold.
//!
//! The rules and their order are those of `darklang/dark backend/src/LibParser/Validation.fs`. They are checked
//! after a parse without diagnostics only, so a hole left by recovery is not reported twice.

mod bindings;
mod expressions;

use super::Parsed;
use super::ast::{Declaration, FnParam, SourceFile, TestExpected, TypeDefinition};
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{LineIndex, Span};

/// Adds to a file without diagnostics those that refuse it as a package file.
pub fn package_source<'s>(text: &'s str, parsed: &mut Parsed<'s>) {
    if !parsed.diagnostics.is_empty() {
        return;
    }
    let issues = Checker::default().file(&parsed.file);
    if issues.is_empty() {
        return;
    }
    let lines = LineIndex::new(text);
    parsed.diagnostics.extend(issues.into_iter().map(|issue| {
        let (start, end) = (lines.position(issue.span.start), lines.position(issue.span.end));
        Diagnostic::error(issue.rule.code(), start, end, issue.message)
    }));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    DuplicateBinder,
    OrBindingMismatch,
    EmptyOrPattern,
    RecoveryHole,
    EmptyLambda,
    EmptyMatch,
    AnonymousRecord,
    EmptyRecordUpdate,
    PackageExpression,
    DbMode,
    DbShape,
    TestMode,
}

impl Rule {
    const fn code(self) -> &'static str {
        match self {
            Rule::DuplicateBinder => "VALIDATION-DUPLICATE-BINDER",
            Rule::OrBindingMismatch => "VALIDATION-OR-BINDINGS",
            Rule::EmptyOrPattern => "VALIDATION-OR-PATTERN",
            Rule::RecoveryHole => "VALIDATION-RECOVERY-HOLE",
            Rule::EmptyLambda => "VALIDATION-LAMBDA",
            Rule::EmptyMatch => "VALIDATION-MATCH",
            Rule::AnonymousRecord => "VALIDATION-ANONYMOUS-RECORD",
            Rule::EmptyRecordUpdate => "VALIDATION-RECORD-UPDATE",
            Rule::PackageExpression => "VALIDATION-PACKAGE-EXPR",
            Rule::DbMode => "VALIDATION-DB-MODE",
            Rule::DbShape => "VALIDATION-DB-SHAPE",
            Rule::TestMode => "VALIDATION-TEST-MODE",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Issue {
    span: Span,
    rule: Rule,
    message: String,
}

/// Walks a file and gathers what breaks the rules.
#[derive(Default)]
struct Checker<'t> {
    issues: Vec<Issue>,
    /// The bindings of the pattern at hand; kept between patterns for its room.
    bindings: Vec<(&'t str, Span)>,
}

const PACKAGE_EXPRESSION: &str = "Expressions are not allowed in package files";

impl<'t> Checker<'t> {
    /// The structure of the whole file comes first, then what a package may not hold.
    fn file(mut self, file: &'t SourceFile<'_>) -> Vec<Issue> {
        self.structure(file.declarations);
        for expr in file.expressions {
            self.expr(expr);
        }
        self.purpose(file.declarations);
        for expr in file.expressions {
            self.refuse(expr.span, Rule::PackageExpression, PACKAGE_EXPRESSION);
        }
        self.issues
    }

    fn refuse(&mut self, span: Span, rule: Rule, message: &str) {
        self.issues.push(Issue { span, rule, message: message.to_owned() });
    }

    fn structure(&mut self, declarations: &'t [Declaration<'_>]) {
        for declaration in declarations {
            match declaration {
                Declaration::Fn(decl) => {
                    for param in decl.params {
                        if let FnParam::Normal { name, .. } = param {
                            self.bindings.push((name.name, name.span));
                        }
                    }
                    self.duplicates();
                    self.expr(&decl.body);
                }
                Declaration::Value(decl) => self.expr(&decl.body),
                Declaration::Module(module) => self.structure(module.declarations),
                Declaration::Type(_) => {}
                Declaration::Expr(expr) => self.expr(expr),
                Declaration::Db(decl) => {
                    if !matches!(decl.definition, TypeDefinition::Alias(_)) {
                        self.refuse(decl.span, Rule::DbShape, "[<DB>] type must be a type alias");
                    }
                }
                Declaration::Test(test) => {
                    self.expr(&test.actual);
                    if let TestExpected::Expr(expected) = &test.expected {
                        self.expr(expected);
                    }
                }
            }
        }
    }

    fn purpose(&mut self, declarations: &[Declaration<'_>]) {
        for declaration in declarations {
            match declaration {
                Declaration::Fn(_) | Declaration::Value(_) | Declaration::Type(_) => {}
                Declaration::Module(module) => self.purpose(module.declarations),
                Declaration::Expr(expr) => {
                    self.refuse(expr.span, Rule::PackageExpression, PACKAGE_EXPRESSION);
                }
                Declaration::Db(decl) => {
                    self.refuse(
                        decl.span,
                        Rule::DbMode,
                        "[<DB>] declarations are only allowed in test files",
                    );
                }
                Declaration::Test(test) => {
                    self.refuse(test.span, Rule::TestMode, "Test assertions are only allowed in test files");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
