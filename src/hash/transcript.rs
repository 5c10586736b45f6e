//! The canonical form as text: one node a line, each with the offset of its first byte.
//!
//! The walker that writes the bytes also writes the text, so the two cannot disagree. Two transcripts differ first
//! where the hashed bytes differ first.

use std::fmt::Write as _;

use super::canonical::{self, Reference};
use crate::binary::writer::{Part, Watch, Writer};
use crate::program::tree::Item;

/// What a reference is replaced by when an item is hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// How many bytes it has.
    pub length: usize,
    pub text: String,
}

/// Returns the lines of an item's canonical form. `fill` says what each reference is hashed as.
pub fn transcribe(item: &Item<'_>, mut fill: impl FnMut(&Reference) -> Filling) -> String {
    let mut references = Vec::new();
    let mut out = Writer::watched(Transcript::default());
    canonical::write(&mut out, &mut references, item);
    let mut references = references.iter();
    let mut text = String::new();
    // Offsets are those of the hashed bytes, in which every reference is filled in.
    let mut filled = 0;
    let mut open = false;
    for event in &out.watch().events {
        let offset = event.offset as usize + filled;
        let part = |words: &str, text: &mut String| match open {
            true => {
                let _ = write!(text, " {words}");
            }
            false => line(text, offset, event.depth, words),
        };
        match &event.what {
            What::Enter(name) => {
                end_line(&mut text, open);
                line(&mut text, offset, event.depth, name);
                open = true;
            }
            // What follows a child belongs to the node around it and has a line of its own.
            What::Leave => {
                end_line(&mut text, open);
                open = false;
            }
            What::Part(words) => {
                part(words, &mut text);
                open = true;
            }
            What::Reference => {
                let Some(filling) = references.next().map(&mut fill) else { continue };
                part(&filling.text, &mut text);
                filled += filling.length;
                open = true;
            }
        }
    }
    end_line(&mut text, open);
    text
}

fn line(text: &mut String, offset: usize, depth: usize, words: &str) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{offset:>6}  {:width$}{words}", "", width = 2 * depth);
}

fn end_line(text: &mut String, open: bool) {
    if open {
        text.push('\n');
    }
}

/// What was written, in the order of the bytes.
#[derive(Debug, Default)]
struct Transcript {
    events: Vec<Event>,
    depth: usize,
}

#[derive(Debug)]
struct Event {
    offset: u32,
    depth: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Enter(&'static str),
    Leave,
    Part(String),
    Reference,
}

impl Transcript {
    fn push(&mut self, offset: usize, what: What) {
        self.events.push(Event { offset: offset as u32, depth: self.depth, what });
    }
}

impl Watch for Transcript {
    fn part(&mut self, offset: usize, part: Part<'_>) {
        let what = match part {
            Part::Text(text) => What::Part(format!("{text:?}")),
            Part::Count(count) => What::Part(format!("[{count}]")),
            Part::Number(number) => What::Part(number.to_string()),
            Part::Word(word) => What::Part(word.to_owned()),
            Part::Reference => What::Reference,
        };
        self.push(offset, what);
    }

    fn enter(&mut self, offset: usize, name: &'static str) {
        self.push(offset, What::Enter(name));
        self.depth += 1;
    }

    fn leave(&mut self) {
        self.depth -= 1;
        let offset = self.events.last().map_or(0, |event| event.offset as usize);
        self.push(offset, What::Leave);
    }

    /// A let writes its value, then its pattern, and swaps the two. Both are children of the node that is open, so
    /// depth tells where each begins: a reference has no bytes yet, and offsets do not.
    fn rotate(&mut self, start: usize, middle: usize, end: usize) {
        let is_open = |event: &Event| matches!(event.what, What::Enter(_)) && event.depth + 1 == self.depth;
        let first = self.events.iter().rposition(is_open).map_or(0, |at| at + 1);
        let is_end = |event: &Event| matches!(event.what, What::Leave) && event.depth == self.depth;
        let second = self.events[first..].iter().position(is_end).map_or(first, |at| first + at + 1);
        for event in &mut self.events[first..second] {
            event.offset += (end - middle) as u32;
        }
        for event in &mut self.events[second..] {
            event.offset -= (middle - start) as u32;
        }
        self.events[first..].rotate_left(second - first);
    }
}
