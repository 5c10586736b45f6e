//! All that darkc prints: text about the run to standard error, data to standard output.

mod deps;
mod diagnostics;
mod diff;
mod doctor;
mod explain;
mod findings;
mod hook;
mod inspection;
mod reasons;
mod status;
mod style;
mod summary;
#[cfg(test)]
mod tests;
mod timings;
mod version;
mod watch;

use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal};

use crate::base::amounts::{plural, thousands};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::location::ItemKind;
use crate::commands::Wait;
use crate::commands::outcome::ListedItem;
pub use style::{Color, Volume};

/// Gathers the whole output and writes it once, so that a line costs no system call and no output is cut in half.
#[derive(Debug, Default)]
pub struct Report {
    data: String,
    text: String,
    /// Whether diagnostics are coloured.
    styled: bool,
    volume: Volume,
}

/// Whether what was written has a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Yes,
    /// The reader of data or of text has gone away.
    No,
    /// Data could not be written.
    Failed,
}

impl Report {
    pub fn for_process() -> Self {
        let mut report = Report::default();
        report.set_style(Volume::Normal, Color::Auto);
        report
    }

    /// Sets how much is printed and whether in colours.
    pub fn set_style(&mut self, volume: Volume, color: Color) {
        self.volume = volume;
        self.styled = color.is_styled(|name| std::env::var_os(name), io::stderr().is_terminal());
    }

    /// Whether every change is to be listed.
    pub fn is_verbose(&self) -> bool {
        self.volume == Volume::Verbose
    }

    /// Adds a line that says how a run ended.
    fn end(&mut self, words: std::fmt::Arguments<'_>) {
        if self.volume != Volume::Quiet {
            line(&mut self.text, words);
        }
    }

    /// Prints a document as it is.
    pub fn document(&mut self, bytes: &[u8]) {
        self.data.push_str(&String::from_utf8_lossy(bytes));
    }

    /// Writes what was gathered. Returns false, after a message, if data could not be written. A reader that has gone
    /// away (`darkc items | head`) is no error, and a failed write to standard error is ignored.
    pub fn finish(mut self) -> bool {
        self.flush() != Heard::Failed
    }

    /// Writes what was gathered, and goes on with nothing.
    pub fn flush(&mut self) -> Heard {
        let written = write_all(&mut io::stdout().lock(), &self.data);
        if let Err(error) = &written {
            line(&mut self.text, format_args!("error: cannot write to standard output: {error}"));
        }
        let said = write_all(&mut io::stderr().lock(), &self.text);
        self.data.clear();
        self.text.clear();
        match (written, said) {
            (Err(_), _) => Heard::Failed,
            (Ok(false), _) | (_, Ok(false)) => Heard::No,
            _ => Heard::Yes,
        }
    }

    /// Prints for whom the run waits, without delay.
    pub fn announce(&mut self, wait: &Wait) {
        let _ = write_all(&mut io::stderr().lock(), &format!("{wait}\n"));
    }

    /// Output of the command line parser: help, the version, or usage.
    pub fn usage(&mut self, words: &str, is_error: bool) {
        let target = if is_error { &mut self.text } else { &mut self.data };
        target.push_str(words);
    }

    /// Why the run could not be finished.
    pub fn failure(&mut self, failure: &dyn Display) {
        line(&mut self.text, format_args!("error: {failure}"));
    }

    pub fn store_is_source(&mut self) {
        self.text.push_str(
            "not reloaded: DARK_CONFIG_PACKAGES_SOURCE is `seed`, so the package store is its own source\n",
        );
    }

    /// What is wrong with the sources, and what may be.
    pub fn findings(&mut self, failures: &[FileDiagnostics], found: &[FileDiagnostics], warnings: &[String]) {
        for file in failures.iter().chain(found) {
            diagnostics::render(&mut self.text, file, self.styled);
        }
        for warning in warnings {
            line(&mut self.text, format_args!("warning: {warning}"));
        }
    }

    /// How many uses of names mean nothing in places that the run was not about.
    pub fn names_elsewhere(&mut self, count: usize) {
        match count {
            0 => {}
            1 => line(
                &mut self.text,
                format_args!("warning: 1 name elsewhere resolves to nothing: darkc check lists it"),
            ),
            _ => line(
                &mut self.text,
                format_args!("warning: {count} names elsewhere resolve to nothing: darkc check lists them"),
            ),
        }
    }

    /// Lines of `kind TAB name TAB hash`, in bytewise order.
    pub fn items_tsv(&mut self, items: &[ListedItem]) {
        for item in sorted(items) {
            let ListedItem { kind, location, hash } = item;
            line(&mut self.data, format_args!("{}\t{location}\t{hash}", kind_name(*kind)));
        }
    }

    pub fn items_json(&mut self, items: &[ListedItem]) {
        for item in sorted(items) {
            json_line(&mut self.data, &inspection::JsonItem::of(item));
        }
    }
}

/// In bytewise order of their lines: no name holds a byte below the tab, so columns compare as lines do.
fn sorted(items: &[ListedItem]) -> Vec<&ListedItem> {
    let mut items: Vec<&ListedItem> = items.iter().collect();
    items.sort_by_key(|item| (kind_name(item.kind), item.location.as_str(), item.hash));
    items
}

/// Returns false where the reader has gone away.
fn write_all(target: &mut impl io::Write, text: &str) -> io::Result<bool> {
    match target.write_all(text.as_bytes()).and_then(|()| target.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        result => result.map(|()| true),
    }
}

/// As `items.tsv` and the database spell it.
fn kind_name(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "type",
        ItemKind::Value => "value",
        ItemKind::Fn => "fn",
    }
}

/// Adds a line. Names of files may hold control characters, which a terminal would obey; they are escaped.
fn line(target: &mut String, words: std::fmt::Arguments<'_>) {
    let start = target.len();
    // Writing to a string cannot fail.
    let _ = target.write_fmt(words);
    if target[start..].contains(is_obeyed) {
        let escaped = escaped(&target[start..]);
        target.truncate(start);
        target.push_str(&escaped);
    }
    target.push('\n');
}

/// Whether a terminal does something else than show the character. Tabs separate columns.
fn is_obeyed(character: char) -> bool {
    character.is_control() && character != '\t'
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_obeyed(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn json_line(target: &mut String, object: &impl serde::Serialize) {
    // The shapes printed here hold strings and numbers alone, so they always have a JSON form.
    target.push_str(&serde_json::to_string(object).unwrap_or_default());
    target.push('\n');
}
