//! Positions in a source text, counted as Darklang's tokenizer counts them.

/// A half-open range of byte offsets into the decoded source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// A zero-based row and column; columns count UTF-16 code units, as .NET strings do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub row: u32,
    pub column: u32,
}

/// Decodes the bytes of a source file as .NET's `File.ReadAllText` does: a UTF-8 byte order mark is dropped
/// and every invalid sequence becomes U+FFFD. Line endings stay as they are.
pub fn decode(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    String::from_utf8_lossy(bytes)
}

/// Row starts of a text, for turning many offsets into positions.
pub struct LineIndex<'s> {
    text: &'s str,
    starts: Vec<u32>,
}

impl<'s> LineIndex<'s> {
    pub fn new(text: &'s str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(offset, _)| offset as u32 + 1)).collect();
        LineIndex { text, starts }
    }

    pub fn position(&self, offset: u32) -> Position {
        let row = self.starts.partition_point(|start| *start <= offset) - 1;
        let start = self.starts[row];
        Position { row: row as u32, column: utf16_length(&self.text[start as usize..offset as usize]) }
    }

    /// The length of a span in UTF-16 units.
    pub fn length(&self, span: Span) -> u32 {
        utf16_length(&self.text[span.start as usize..span.end as usize])
    }
}

/// How many UTF-16 code units a text takes.
pub fn utf16_length(text: &str) -> u32 {
    if text.is_ascii() { text.len() as u32 } else { text.encode_utf16().count() as u32 }
}
