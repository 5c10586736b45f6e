//! The productions that are easy to get wrong: what each test expects, Darklang's parser was read to do.

mod hostile;
mod offside;
mod precedence;
mod recovery;
mod show;

use bumpalo::Bump;

use crate::base::parallel;
use crate::base::text::Span;
use crate::syntax::{Parsed, lexer};

fn parse(text: &str) -> Parsed<'_> {
    let arena = Box::leak(Box::new(Bump::new()));
    super::parse(text, &lexer::tokenize(text), arena)
}

/// The tree of a package file that parses without diagnostics.
fn file(text: &str) -> String {
    let parsed = parse(text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    shape(&parsed)
}

fn shape(parsed: &Parsed<'_>) -> String {
    let declarations = parsed.file.declarations.iter().map(show::declaration);
    let expressions = parsed.file.expressions.iter().map(show::expr);
    declarations.chain(expressions).collect::<Vec<_>>().join("\n")
}

/// The tree of an expression.
fn expr(text: &str) -> String {
    file(text)
}

/// Every diagnostic as `CODE@row:column message`, one-based.
fn complaints(text: &str) -> Vec<String> {
    let line = |found: &crate::base::diagnostic::Diagnostic| {
        format!("{}@{}:{} {}", found.code, found.start.row + 1, found.start.column + 1, found.message)
    };
    parse(text).diagnostics.iter().map(line).collect()
}

fn covered(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Runs a test that needs the stack of a worker thread.
fn on_large_stack(test: impl FnOnce() + Send) {
    parallel::on_large_stack(test).unwrap();
}
