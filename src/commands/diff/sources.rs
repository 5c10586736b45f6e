//! The sources of a side, parsed when something first asks for an item of one.

use std::collections::HashMap;
use std::sync::Arc;

use bumpalo::Bump;
use darkc_cache_format::model;

use crate::commands::reasons::SourceAt;
use crate::load::{self, Content, FileContent};
use crate::lower::{self, ItemText};
use crate::syntax;

/// Returns the decoded text of a source, if it can be had.
pub type Reader<'r> = dyn Fn(&SourceAt) -> Option<String> + 'r;

/// A file, and the source of each of its items.
struct File {
    content: Arc<FileContent>,
    texts: HashMap<String, ItemText>,
}

pub struct Sources<'r> {
    read: &'r Reader<'r>,
    files: HashMap<String, Option<File>>,
}

/// An item as it was written.
pub struct WrittenItem {
    content: Arc<FileContent>,
    /// Its place in the file.
    place: usize,
    pub text: ItemText,
}

impl WrittenItem {
    pub fn item(&self) -> Option<&model::Item<'_>> {
        self.content.file().items.get(self.place)
    }
}

impl<'r> Sources<'r> {
    pub fn new(read: &'r Reader<'r>) -> Self {
        Sources { read, files: HashMap::new() }
    }

    /// Returns an item of a source; of two of one name the last, which has it.
    pub fn item(&mut self, at: &SourceAt, name: &str) -> Option<WrittenItem> {
        let read = self.read;
        let file = self.files.entry(at.path.clone()).or_insert_with(|| parse(&read(at)?)).as_ref()?;
        let place = file.content.file().items.iter().rposition(|item| item.location == name)?;
        let text = file.texts.get(name)?.clone();
        Some(WrittenItem { content: Arc::clone(&file.content), place, text })
    }
}

fn parse(text: &str) -> Option<File> {
    let content = FileContent::new(|memory| {
        let file = load::parse(text, memory.arena())?;
        Ok(Content { file, code_fingerprints: &[] })
    });
    let tree = Bump::new();
    let texts = lower::texts(text, &syntax::parse(text, &tree).file);
    Some(File { content: Arc::new(content.ok()?), texts })
}
