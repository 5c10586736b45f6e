//! Splits F# source text into tokens, as far as the scanners of this folder need it.
//!
//! Comments are skipped; strings keep their text as written, without quotes. Any input is accepted: what is no
//! word and no string is a symbol of one character.

use std::iter::Peekable;
use std::str::CharIndices;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, a keyword, a number, or identifiers joined by dots.
    Word,
    /// A string; escape sequences are left as they are.
    Text,
    /// Any other character that is no white space.
    Symbol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    pub kind: Kind,
    pub text: &'s str,
    /// In characters from the start of the line.
    pub column: usize,
    /// Whether it is the first token of its line.
    pub leads: bool,
}

impl Token<'_> {
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
}

/// All tokens of a source, in order.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer =
        Lexer { source, rest: source.char_indices().peekable(), column: 0, leads: true, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'s> {
    source: &'s str,
    rest: Peekable<CharIndices<'s>>,
    column: usize,
    leads: bool,
    tokens: Vec<Token<'s>>,
}

impl<'s> Lexer<'s> {
    fn at(&mut self) -> usize {
        self.rest.peek().map_or(self.source.len(), |(at, _)| *at)
    }

    fn advance(&mut self) -> Option<char> {
        let (_, character) = self.rest.next()?;
        if character == '\n' {
            self.column = 0;
            self.leads = true;
        } else {
            self.column += 1;
        }
        Some(character)
    }

    /// Whether the text at the current place starts with `text`.
    fn sees(&mut self, text: &str) -> bool {
        let at = self.at();
        self.source[at..].starts_with(text)
    }

    fn skip(&mut self, characters: usize) {
        for _ in 0..characters {
            self.advance();
        }
    }

    /// Skips to behind `end`, or to the end of the source; returns the text before `end`.
    fn skip_past(&mut self, end: &str) -> &'s str {
        let from = self.at();
        let length = self.source[from..].find(end);
        let to = length.map_or(self.source.len(), |length| from + length);
        while self.at() < to {
            self.advance();
        }
        self.skip(end.chars().count());
        &self.source[from..to]
    }

    /// Takes one token, comment or blank; returns `false` at the end.
    fn step(&mut self) -> bool {
        let Some((from, character)) = self.rest.peek().copied() else { return false };
        if character.is_whitespace() {
            self.advance();
        } else if self.sees("//") {
            while self.rest.peek().is_some_and(|(_, character)| *character != '\n') {
                self.advance();
            }
        } else if self.sees("(*") && !self.sees("(*)") {
            self.comment();
        } else if self.sees("\"\"\"") {
            self.string("\"\"\"", false);
        } else if character == '"' {
            let verbatim = self.source[..from].ends_with('@') || self.source[..from].ends_with("@$");
            self.string("\"", !verbatim);
        } else if character == '\'' && self.skip_character_literal() {
        } else if starts_word(character) || character.is_ascii_digit() {
            self.word();
        } else {
            let (column, leads) = (self.column, self.leads);
            self.advance();
            self.push(Kind::Symbol, from, column, leads);
        }
        true
    }

    fn push(&mut self, kind: Kind, from: usize, column: usize, leads: bool) {
        let to = self.at();
        self.tokens.push(Token { kind, text: &self.source[from..to], column, leads });
        self.leads = false;
    }

    /// Block comments nest.
    fn comment(&mut self) {
        let mut depth = 0;
        loop {
            if self.sees("(*") {
                depth += 1;
                self.skip(2);
            } else if self.sees("*)") {
                depth -= 1;
                self.skip(2);
                if depth == 0 {
                    return;
                }
            } else if self.advance().is_none() {
                return;
            }
        }
    }

    fn string(&mut self, quote: &str, escapes: bool) {
        let (column, leads) = (self.column, self.leads);
        self.skip(quote.len());
        let text = if escapes { self.escaped_string() } else { self.skip_past(quote) };
        self.tokens.push(Token { kind: Kind::Text, text, column, leads });
        self.leads = false;
    }

    fn escaped_string(&mut self) -> &'s str {
        let from = self.at();
        loop {
            let to = self.at();
            match self.advance() {
                None | Some('"') => return &self.source[from..to],
                Some('\\') => self.skip(1),
                Some(_) => {}
            }
        }
    }

    /// `'x'` and `'\n'`, but not the type variable `'x`.
    fn skip_character_literal(&mut self) -> bool {
        let from = self.at();
        let mut characters = self.source[from..].chars().skip(1);
        match (characters.next(), characters.next()) {
            (Some('\\'), Some(_)) => {
                self.skip(3);
                self.skip_past("'");
                true
            }
            (Some(_), Some('\'')) => {
                self.skip(3);
                true
            }
            _ => false,
        }
    }

    fn word(&mut self) {
        let (from, column, leads) = (self.at(), self.column, self.leads);
        while let Some((at, character)) = self.rest.peek().copied() {
            let continues = character == '_' || character == '\'' || character.is_alphanumeric();
            let joins = character == '.' && self.source[at + 1..].starts_with(starts_word);
            if !continues && !joins {
                break;
            }
            self.advance();
        }
        self.push(Kind::Word, from, column, leads);
    }
}

fn starts_word(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Vec<String> {
        let show = |token: Token<'_>| match token.kind {
            Kind::Word => token.text.to_owned(),
            Kind::Text => format!("\"{}\"", token.text),
            Kind::Symbol => format!("<{}>", token.text),
        };
        tokens(source).into_iter().map(show).collect()
    }

    #[test]
    fn comments_are_skipped_and_strings_are_kept() {
        let source = "let a = 1 // fn \"no\" 0\n(* outer (* inner *) \"x\" *)b \"y // z\" (*) c";
        assert_eq!(shown(source), ["let", "a", "<=>", "1", "b", "\"y // z\"", "<(>", "<*>", "<)>", "c"]);
    }

    #[test]
    fn every_form_of_string_ends_where_it_should() {
        assert_eq!(shown(r#""a\"b" c"#), [r#""a\"b""#, "c"]);
        assert_eq!(shown(r#"@"a\" c"#), ["<@>", r#""a\""#, "c"]);
        assert_eq!(shown(r#"$"{x}" c"#), ["<$>", "\"{x}\"", "c"]);
        assert_eq!(shown(r#"$"""a "quoted" b""" c"#), ["<$>", "\"a \"quoted\" b\"", "c"]);
        assert_eq!(shown("\"open"), ["\"open\""]);
        assert_eq!(shown("\"open\\"), ["\"open\\\""]);
    }

    #[test]
    fn a_quote_is_a_character_or_a_type_variable() {
        assert_eq!(shown(r#"f '"' "s""#), ["f", "\"s\""]);
        assert_eq!(shown(r#"f '\'' 'é' "s""#), ["f", "\"s\""]);
        assert_eq!(shown(r"x<'a> x'"), ["x", "<<>", "<'>", "a", "<>>", "x'"]);
    }

    #[test]
    fn places_are_columns_of_characters() {
        let found = tokens("é a.b.c\n  x 1");
        let places: Vec<_> = found.iter().map(|token| (token.text, token.column, token.leads)).collect();
        assert_eq!(places, [("é", 0, true), ("a.b.c", 2, false), ("x", 2, true), ("1", 4, false)]);
    }
}
