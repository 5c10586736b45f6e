//! What a check found: snippets, lines, JSON and annotations.

use serde::Serialize;

use super::{Report, diagnostics, json_line, line, plural};
use crate::base::diagnostic::{Diagnostic, FileDiagnostics, did_you_mean};
use crate::base::text::{LineIndex, Place};
use crate::commands::CheckOutcome;

/// How many findings are printed after a reload.
const BRIEF: usize = 5;

/// Lines and columns count from one, columns in characters, as the text output does; `bytes` is the range in the
/// decoded source. `utf16` has the columns that .NET and the language server protocol count, also from one.
#[derive(Clone, Serialize)]
pub(super) struct JsonDiagnostic<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'o str>,
    code: &'o str,
    level: &'static str,
    message: &'o str,
    start: [usize; 2],
    end: [usize; 2],
    bytes: [usize; 2],
    utf16: [u32; 2],
    item: Option<&'o str>,
    suggestions: &'o [String],
}

impl<'o> JsonDiagnostic<'o> {
    pub(super) fn of(path: Option<&'o str>, diagnostic: &'o Diagnostic, lines: &LineIndex<'_>) -> Self {
        let (start, end) = (lines.place(diagnostic.start), lines.place(diagnostic.end));
        JsonDiagnostic {
            path,
            code: diagnostic.code,
            level: diagnostic.level.name(),
            message: &diagnostic.message,
            start: [start.line, start.column],
            end: [end.line, end.column],
            bytes: [start.byte, end.byte],
            utf16: [diagnostic.start.column + 1, diagnostic.end.column + 1],
            item: diagnostic.item.as_deref(),
            suggestions: &diagnostic.suggestions,
        }
    }
}

impl Report {
    /// Each finding with the lines that it is about.
    pub fn finding_snippets(&mut self, file: &FileDiagnostics) {
        // Data may go into a file, so it is never coloured.
        diagnostics::render(&mut self.data, file, false);
    }

    /// `file:line:col: level[CODE]: message`, one line a finding.
    pub fn finding_lines(&mut self, file: &FileDiagnostics) {
        for text in lines(file) {
            line(&mut self.data, format_args!("{text}"));
        }
    }

    /// One object a finding.
    pub fn finding_json(&mut self, file: &FileDiagnostics) {
        let index = LineIndex::new(&file.text);
        for diagnostic in &file.diagnostics {
            json_line(&mut self.data, &JsonDiagnostic::of(Some(&file.path), diagnostic, &index));
        }
    }

    /// Workflow commands that GitHub shows at the lines of a pull request.
    pub fn finding_annotations(&mut self, file: &FileDiagnostics) {
        let index = LineIndex::new(&file.text);
        for diagnostic in &file.diagnostics {
            let Place { line: row, column, .. } = index.place(diagnostic.start);
            let end = index.place(diagnostic.end);
            let (level, path) = (diagnostic.level.name(), property(&file.path));
            let help = did_you_mean(&diagnostic.suggestions);
            let message = help
                .map_or_else(|| diagnostic.message.clone(), |help| format!("{}\n{help}", diagnostic.message));
            line(
                &mut self.data,
                format_args!(
                    "::{level} file={path},line={row},col={column},endLine={},endColumn={},title={}::{}",
                    end.line,
                    end.column,
                    diagnostic.code,
                    data(&message)
                ),
            );
        }
    }

    /// The last line of a check.
    pub fn checked(&mut self, outcome: &CheckOutcome) {
        let word = if outcome.failures.is_empty() { "checked" } else { "not checked" };
        let counts = &outcome.counts;
        let found: usize = outcome.findings.iter().map(|file| file.diagnostics.len()).sum();
        let accepted = match (outcome.accepted, outcome.made_baseline) {
            (0, false) => String::new(),
            (accepted, false) => format!(", {accepted} accepted"),
            (accepted, true) => format!(", {accepted} accepted from now on"),
        };
        line(
            &mut self.text,
            format_args!(
                "{word}: {}, {}, {}{accepted}, {} ms",
                plural(counts.files, "file"),
                if counts.bodies_checked == 1 {
                    "1 body".to_owned()
                } else {
                    format!("{} bodies", counts.bodies_checked)
                },
                plural(found, "finding"),
                outcome.timings.total().as_millis()
            ),
        );
    }

    /// A few lines after a reload.
    pub fn brief_findings(&mut self, files: &[FileDiagnostics]) {
        let all: Vec<String> = files.iter().flat_map(lines).collect();
        for text in all.iter().take(BRIEF) {
            line(&mut self.text, format_args!("{text}"));
        }
        if all.len() > BRIEF {
            let rest = plural(all.len() - BRIEF, "more finding");
            line(&mut self.text, format_args!("warning: {rest}; `darkc check` lists them"));
        }
    }

    /// How many findings there are in bodies that the run was not about.
    pub fn findings_elsewhere(&mut self, count: usize) {
        let them = if count == 1 { "it" } else { "them" };
        if count > 0 {
            let findings = plural(count, "finding");
            line(&mut self.text, format_args!("warning: {findings} elsewhere: darkc check lists {them}"));
        }
    }
}

fn lines(file: &FileDiagnostics) -> Vec<String> {
    let index = LineIndex::new(&file.text);
    let one = |diagnostic: &Diagnostic| {
        let Place { line, column, .. } = index.place(diagnostic.start);
        let code = if diagnostic.code.is_empty() { String::new() } else { format!("[{}]", diagnostic.code) };
        format!("{}:{line}:{column}: {}{code}: {}", file.path, diagnostic.level.name(), diagnostic.message)
    };
    file.diagnostics.iter().map(one).collect()
}

/// Escapes the text of a workflow command for GitHub.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command for GitHub.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
