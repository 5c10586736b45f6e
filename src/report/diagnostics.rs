//! Problems of source files, with the lines that they are about.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{line, plural};
use crate::base::text::Position;
use crate::commands::outcome::{FileFailure, Problem};

/// One broken bracket can upset the rest of a file; past this many problems, more do not help.
const SHOWN_PER_FILE: usize = 20;
/// A range of more rows than this is shown by its first row alone.
const SHOWN_ROWS: u32 = 6;

/// Renders all problems of a file, in its order. The columns shown count characters, as editors do.
pub(super) fn render(target: &mut String, failure: &FileFailure, styled: bool) {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let rows = row_starts(&failure.text);
    for problem in failure.problems.iter().take(SHOWN_PER_FILE) {
        target.push_str(&render_one(&renderer, failure, problem, &rows));
        target.push_str("\n\n");
    }
    if failure.problems.len() > SHOWN_PER_FILE {
        let rest = plural(failure.problems.len() - SHOWN_PER_FILE, "more problem");
        line(target, format_args!("error: {rest} in {}\n", failure.path));
    }
}

fn render_one(renderer: &Renderer, failure: &FileFailure, problem: &Problem, rows: &[usize]) -> String {
    let excerpt = Excerpt::of(&failure.text, rows, problem);
    let title = Level::ERROR.primary_title(problem.message.as_str());
    let title = if problem.code.is_empty() { title } else { title.id(problem.code) };
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.first_line)
        .path(failure.path.as_str())
        .annotation(AnnotationKind::Primary.span(excerpt.range));
    let group =
        title.element(snippet).elements(problem.notes.iter().map(|note| Level::NOTE.message(note.as_str())));
    renderer.render(&[group])
}

/// The rows that a problem is about; cutting them out keeps the renderer from walking the whole file each time.
struct Excerpt<'s> {
    text: &'s str,
    /// One-based.
    first_line: usize,
    /// In bytes of `text`.
    range: Range<usize>,
}

impl<'s> Excerpt<'s> {
    fn of(text: &'s str, rows: &[usize], problem: &Problem) -> Self {
        let (start, mut end) = (problem.start, problem.end.max(problem.start));
        let last = rows.len() - 1;
        let first_row = (start.row as usize).min(last);
        if end.row - start.row >= SHOWN_ROWS {
            end = Position { row: start.row, column: u32::MAX };
        }
        let last_row = (end.row as usize).min(last);
        let from = rows[first_row];
        let to = rows.get(last_row + 1).copied().unwrap_or(text.len());
        let start = byte_offset(text, rows, start) - from;
        let end = byte_offset(text, rows, end) - from;
        Excerpt { text: &text[from..to], first_line: first_row + 1, range: start..end.max(start) }
    }
}

/// The byte offset of each row's start.
fn row_starts(text: &str) -> Vec<usize> {
    let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0).chain(newlines.map(|(offset, _)| offset + 1)).collect()
}

/// Where a position is, in bytes; one outside the text is moved to the nearest place inside.
fn byte_offset(text: &str, rows: &[usize], position: Position) -> usize {
    let row = position.row as usize;
    let Some(&start) = rows.get(row) else { return text.len() };
    let end = rows.get(row + 1).map_or(text.len(), |next| next - 1);
    let mut units = 0;
    for (offset, character) in text[start..end].char_indices() {
        if units >= position.column as usize {
            return start + offset;
        }
        units += character.len_utf16();
    }
    end
}
