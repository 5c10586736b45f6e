//! Diagnostics as text, with the lines that they are about.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};

use super::{line, plural};
use crate::base::diagnostic::{Diagnostic, FileDiagnostics, Label, Level, did_you_mean};
use crate::base::text::{LineIndex, Position};

/// One broken bracket can upset the rest of a file; past this many errors, more do not help.
const SHOWN_PER_FILE: usize = 20;
/// A range of more rows than this is shown by its first row alone.
const SHOWN_ROWS: u32 = 6;

/// Renders all diagnostics of a file, in its order.
pub(super) fn render(target: &mut String, file: &FileDiagnostics, styled: bool) {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let lines = LineIndex::new(&file.text);
    let mut errors = 0;
    for diagnostic in &file.diagnostics {
        errors += usize::from(diagnostic.level == Level::Error);
        if diagnostic.level == Level::Warning || errors <= SHOWN_PER_FILE {
            target.push_str(&render_one(&renderer, file, diagnostic, &lines));
            target.push_str("\n\n");
        }
    }
    if errors > SHOWN_PER_FILE {
        let rest = plural(errors - SHOWN_PER_FILE, "more error");
        line(target, format_args!("error: {rest} in {}", file.path));
        target.push('\n');
    }
}

fn render_one(
    renderer: &Renderer,
    file: &FileDiagnostics,
    diagnostic: &Diagnostic,
    lines: &LineIndex<'_>,
) -> String {
    let level = match diagnostic.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str());
    let title = if diagnostic.code.is_empty() { title } else { title.id(diagnostic.code) };
    let mut group = title.element(snippet(
        &file.path,
        lines,
        diagnostic.start,
        diagnostic.end,
        AnnotationKind::Primary,
        None,
    ));
    for label in &diagnostic.labels {
        group = element(group, file, lines, label);
    }
    let notes = diagnostic.notes.iter().map(|note| Shown::NOTE.message(note.as_str()));
    let help = did_you_mean(&diagnostic.suggestions).map(|help| Shown::HELP.message(help));
    renderer.render(&[group.elements(notes).elements(help)])
}

/// Adds the lines of a label, if the text of its file is known.
fn element<'a>(
    group: Group<'a>,
    file: &'a FileDiagnostics,
    lines: &LineIndex<'a>,
    label: &'a Label,
) -> Group<'a> {
    let text = Some(label.text.as_str());
    match &label.path {
        None => {
            group.element(snippet(&file.path, lines, label.start, label.end, AnnotationKind::Context, text))
        }
        Some(path) => match file.others.iter().find(|other| other.path == *path) {
            Some(other) => {
                let lines = LineIndex::new(&other.text);
                group.element(snippet(path, &lines, label.start, label.end, AnnotationKind::Context, text))
            }
            None => group.element(Shown::NOTE.message(format!("{path}: {}", label.text))),
        },
    }
}

fn snippet<'a>(
    path: &'a str,
    lines: &LineIndex<'a>,
    start: Position,
    end: Position,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let excerpt = Excerpt::of(lines, start, end);
    Snippet::source(excerpt.text)
        .line_start(excerpt.first_line)
        .path(super::escaped(path))
        .annotation(kind.span(excerpt.range).label(label))
}

/// The rows that a range is about; cutting them out keeps the renderer from walking the whole file each time.
struct Excerpt<'s> {
    text: &'s str,
    /// One-based.
    first_line: usize,
    /// In bytes of `text`.
    range: Range<usize>,
}

impl<'s> Excerpt<'s> {
    fn of(lines: &LineIndex<'s>, start: Position, end: Position) -> Self {
        let mut end = end.max(start);
        if end.row - start.row >= SHOWN_ROWS {
            end = Position { row: start.row, column: u32::MAX };
        }
        let (start, end) = (lines.offset(start), lines.offset(end));
        let (first_row, from) = lines.row_of(start);
        let to = lines.row_end(end);
        Excerpt {
            text: &lines.text()[from..to],
            first_line: first_row + 1,
            range: start - from..end.max(start) - from,
        }
    }
}
