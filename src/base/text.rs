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

impl Position {
    /// The position behind a text that starts here.
    pub fn after(self, text: &str) -> Position {
        match text.rfind('\n') {
            None => Position { column: self.column + utf16_length(text), ..self },
            Some(last) => Position {
                row: self.row + text.bytes().filter(|byte| *byte == b'\n').count() as u32,
                column: utf16_length(&text[last + 1..]),
            },
        }
    }
}

/// A position as users and their editors count: line and column from one, columns in characters (Unicode scalar
/// values), and the byte offset from zero in the UTF-8 of the decoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
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

    /// The byte offset of a position; one outside the text is moved to the nearest place inside.
    pub fn offset(&self, position: Position) -> usize {
        let row = position.row as usize;
        let Some(&start) = self.starts.get(row) else { return self.text.len() };
        let start = start as usize;
        let end = self.starts.get(row + 1).map_or(self.text.len(), |next| *next as usize - 1);
        let mut units = 0;
        for (offset, character) in self.text[start..end].char_indices() {
            if units >= position.column as usize {
                return start + offset;
            }
            units += character.len_utf16();
        }
        end
    }

    /// The row that holds a byte offset, and the offset of the row's first byte.
    pub fn row_of(&self, offset: usize) -> (usize, usize) {
        let row = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        (row, self.starts[row] as usize)
    }

    /// Where the row of a byte offset ends, its newline included.
    pub fn row_end(&self, offset: usize) -> usize {
        let (row, _) = self.row_of(offset);
        self.starts.get(row + 1).map_or(self.text.len(), |next| *next as usize)
    }

    /// A position in the form in which all output shows it.
    pub fn place(&self, position: Position) -> Place {
        let byte = self.offset(position);
        let (row, start) = self.row_of(byte);
        Place { line: row + 1, column: self.text[start..byte].chars().count() + 1, byte }
    }

    pub fn text(&self) -> &'s str {
        self.text
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
