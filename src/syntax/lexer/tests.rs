//! The rules of the lexer that are easy to get wrong.

use super::{int_value, plain_text, tokenize, tokenize_region};
use crate::base::text::{LineIndex, Position, Span};
use crate::syntax::token::{IntLiteral, Token, TokenKind, identifier_name};

use TokenKind::{
    Arrow, Bar, BitOr, Char, Colon, Dot, DotDotDot, EndOfFile, Equals, EqualsEquals, Float, Greater,
    Identifier, Int, InterpolatedString, LeftParen, Let, Or, Pipe, Plus, RightParen, ShiftRight, Star,
    String as Str, Underscore,
};

fn kinds(text: &str) -> Vec<TokenKind> {
    tokenize(text).tokens.iter().map(|token| token.kind).filter(|kind| *kind != EndOfFile).collect()
}

/// Every diagnostic as `row:column-row:column message`, counted from one.
fn complaints(text: &str) -> Vec<String> {
    let tokens = tokenize(text);
    let all = tokens.lexical.iter().chain(&tokens.literal);
    all.map(|found| {
        let (start, end) = (found.start, found.end);
        let range = format!("{}:{}-{}:{}", start.row + 1, start.column + 1, end.row + 1, end.column + 1);
        format!("{range} {}", found.message)
    })
    .collect()
}

fn texts(text: &str) -> Vec<String> {
    let tokens = tokenize(text);
    let said = |(index, token): (usize, &Token)| {
        let plain = || plain_text(&text[token.span.start as usize..token.span.end as usize]).to_owned();
        let noted = tokens.texts.iter().find(|(at, _)| *at as usize == index);
        noted.map_or_else(plain, |(_, text)| text.clone().into_owned())
    };
    let is_text = |(_, token): &(usize, &Token)| matches!(token.kind, Str | Char);
    tokens.tokens.iter().enumerate().filter(is_text).map(said).collect()
}

fn int(text: &str) -> IntLiteral<'_> {
    match tokenize(text).tokens.first() {
        Some(token) if token.kind == Int => {
            int_value(&text[token.span.start as usize..token.span.end as usize])
        }
        other => panic!("{text}: {other:?}"),
    }
}

fn names(text: &str) -> Vec<&str> {
    let tokens = tokenize(text).tokens;
    let identifiers = tokens.iter().filter(|token| token.kind == Identifier);
    identifiers
        .map(|token| identifier_name(&text[token.span.start as usize..token.span.end as usize]))
        .collect()
}

#[test]
fn operators_take_the_longest_match() {
    assert_eq!(
        kinds("||| || |> | ... .. => == -> (*) >>="),
        [
            BitOr,
            Or,
            Pipe,
            Bar,
            DotDotDot,
            Dot,
            Dot,
            Equals,
            Greater,
            EqualsEquals,
            Arrow,
            LeftParen,
            Star,
            RightParen,
            ShiftRight,
            Equals,
        ]
    );
}

#[test]
fn names_come_in_four_spellings() {
    assert_eq!(names("f' ``a b`` ___ (x: 'elem) été _x"), ["f'", "a b", "", "x", "elem", "été", "_x"]);
    assert_eq!(kinds("_ let def falsey"), [Underscore, Let, Identifier, Identifier]);
    assert_eq!(complaints("``ab`\nx"), ["1:1-1:6 unterminated backtick identifier"]);
    assert_eq!(names("``ab`\nx"), ["ab`", "x"]);
}

#[test]
fn a_character_that_no_word_holds_ends_a_keyword() {
    assert_eq!(
        kinds("let\u{a7} f type\u{a7} match\u{20ac}x"),
        [Let, Identifier, TokenKind::Type, TokenKind::Match, Identifier]
    );
    assert_eq!(complaints("let\u{a7} f"), ["1:4-1:5 unexpected character: '\u{a7}'"]);
    // A letter goes on with the word.
    assert_eq!(kinds("let\u{e9} f"), [Identifier, Identifier]);
}

#[test]
fn a_tick_starts_a_type_variable_only_after_type_punctuation() {
    assert_eq!(kinds("(a: 'b)"), [LeftParen, Identifier, Colon, Identifier, RightParen]);
    assert_eq!(kinds("= 'b'"), [Equals, Char]);
    assert_eq!(complaints("f 'b)"), ["1:3-1:5 unterminated char literal"]);
    assert_eq!(complaints("= 'ab'"), ["1:3-1:7 Character literal must contain exactly one grapheme"]);
}

#[test]
fn a_character_is_one_grapheme() {
    assert_eq!(texts(r"['''; '\''; '\x41'; '👨‍👩‍👧'; '\U0001F600']"), ["'", "'", "A", "👨‍👩‍👧", "😀"]);
    assert_eq!(
        complaints("f '"),
        ["1:3-1:4 unterminated char literal", "1:3-1:4 Character literal must contain exactly one grapheme",]
    );
    assert_eq!(complaints("[ '\r\n' ]"), Vec::<String>::new());
}

#[test]
fn integers_have_their_type_and_range() {
    assert_eq!(int("007"), IntLiteral::Int("7"));
    assert_eq!(int("000"), IntLiteral::Int("0"));
    assert_eq!(int("255uy"), IntLiteral::UInt8(255));
    assert_eq!(int("128y"), IntLiteral::Int8(i8::MIN));
    assert_eq!(int("9223372036854775808L"), IntLiteral::Int64(i64::MIN));
    assert_eq!(int("170141183460469231731687303715884105728Q"), IntLiteral::Int128(i128::MIN));
    assert_eq!(int("340282366920938463463374607431768211455Z"), IntLiteral::UInt128(u128::MAX));
    assert_eq!(complaints("256uy"), ["1:1-1:6 out of range for UInt8: 256"]);
    assert_eq!(complaints("0128y"), ["1:1-1:6 out of range for Int8: 0128"]);
    assert_eq!(
        complaints("9223372036854775809L"),
        ["1:1-1:21 Integer literal too large: 9223372036854775809"]
    );
    assert_eq!(
        complaints("12l3 1_0"),
        ["1:1-1:5 invalid number literal: 12l3", "1:6-1:9 invalid number literal: 1_0",]
    );
    assert_eq!(
        complaints("٣ 1.٣"),
        ["1:1-1:2 Invalid integer literal: ٣", "1:3-1:6 malformed float literal: 1.٣"]
    );
}

#[test]
fn floats_need_digits_on_both_sides() {
    assert_eq!(kinds("1.5e-3 1E2 1.x 1.5.2"), [Float, Float, Int, Dot, Identifier, Float, Dot, Int]);
    assert_eq!(complaints("1else"), ["1:1-1:3 malformed float literal: 1e"]);
    assert_eq!(complaints("1.5abc"), ["1:1-1:7 invalid number literal: 1.5abc"]);
}

#[test]
fn strings_decode_escapes_and_normalize() {
    assert_eq!(texts(r#""a\tb\u00e9\{\x7f" "plain""#), ["a\tbé{\x7f", "plain"]);
    assert_eq!(texts("\"e\u{301}\" \"\"\"e\u{301}\\n\"\"\""), ["é", "é\\n"]);
    assert_eq!(texts(r#""\ud800\q""#), [r"\ud800\q"]);
    assert_eq!(complaints(r#""\ud800""#), ["1:1-1:9 Invalid escape sequence or codepoint in string literal"]);
    assert_eq!(complaints(r#""\U00110000" "\x4"#).len(), 3);
}

#[test]
fn unclosed_literals_end_with_their_line_but_raw_ones_with_the_file() {
    assert_eq!(complaints("\"ab\nx"), ["1:1-1:4 unterminated string literal"]);
    assert_eq!(kinds("\"ab\nx"), [Str, Identifier]);
    assert_eq!(
        complaints("\"ab\\\"\nx"),
        [
            "1:1-1:6 unterminated string literal",
            "1:1-1:6 Invalid escape sequence or codepoint in string literal",
        ]
    );
    assert_eq!(complaints("\"\"\"ab\nx"), ["1:1-2:2 unterminated triple-quoted string literal"]);
    assert_eq!(complaints("x (* (* *)\ny"), ["1:3-2:2 unterminated block comment"]);
}

#[test]
fn an_interpolated_string_ends_outside_its_expressions() {
    assert_eq!(kinds(r#"$"a{f "}" (* } *) '}' { b = $"}" }}" x"#), [InterpolatedString, Identifier]);
    assert_eq!(kinds("$\"\"\"a \" {b}\"\"\" x"), [InterpolatedString, Identifier]);
    assert_eq!(complaints(r#"$"{{a}} {b} \} é""#), Vec::<String>::new());
    assert_eq!(
        complaints(r#"$"a } \q""#),
        [
            "1:1-1:10 Invalid escape sequence or codepoint in interpolated string",
            "1:1-1:10 Single '}' in interpolated string text; use '}}' or '\\}' for a literal brace",
        ]
    );
    assert_eq!(complaints("$\"{a\nb"), ["1:1-1:5 unterminated interpolated string"]);
}

#[test]
fn doc_comments_belong_to_the_next_token() {
    let tokens = tokenize("let\n/// one \r\n// not\n///  two\n//// not\nx\n/// last");
    assert_eq!(tokens.docs, [(1, "one two".into()), (2, "last".into())]);
}

#[test]
fn columns_count_utf16_units_and_rows_newlines_only() {
    let text = "// 😀é\r\n\"😀é\n😀\" \u{e9}t\u{e9} (* \u{20ac}\n\u{20ac} *) x";
    let index = LineIndex::new(text);
    let tokens = tokenize(text).tokens;
    assert_eq!(tokens.len(), 4);
    for token in &tokens {
        assert_eq!(
            (token.start, token.end(text)),
            (index.position(token.span.start), index.position(token.span.end))
        );
    }
    assert_eq!(
        complaints("é \u{feff}\r\n\t#"),
        ["1:3-1:4 unexpected character: '\u{feff}'", "2:2-2:3 unexpected character: '#'"]
    );
    // Each half of a surrogate pair is a character of its own, and never a letter.
    assert_eq!(
        complaints("𝐀 #"),
        [
            "1:1-1:2 unexpected character: '\u{fffd}'",
            "1:2-1:3 unexpected character: '\u{fffd}'",
            "1:4-1:5 unexpected character: '#'",
        ]
    );
}

#[test]
fn a_region_is_lexed_as_its_own_text_at_its_place() {
    let source = "é\n  ab $\"é{1L\n + x}\"/";
    let start = source.find("1L").unwrap() as u32;
    let end = source.find('}').unwrap() as u32;
    let index = LineIndex::new(source);
    let tokens = tokenize_region(source, Span::new(start, end), index.position(start)).tokens;
    let seen: Vec<_> = tokens.iter().map(|token| (token.kind, token.start)).collect();
    let at = |row, column| Position { row, column };
    assert_eq!(seen, [(Int, at(1, 9)), (Plus, at(2, 1)), (Identifier, at(2, 3)), (EndOfFile, at(2, 4))]);
    assert_eq!(&source[tokens[2].span.start as usize..tokens[2].span.end as usize], "x");
}

/// Whatever the text, the tokens lie in order inside it, on character boundaries, at the right positions.
fn check(text: &str) {
    let index = LineIndex::new(text);
    let tokens = tokenize(text).tokens;
    let mut last = 0;
    for token in &tokens {
        assert!(
            last <= token.span.start
                && text.get(token.span.start as usize..token.span.end as usize).is_some()
        );
        assert_eq!(
            (token.start, token.end(text)),
            (index.position(token.span.start), index.position(token.span.end))
        );
        assert_eq!(token.end_row(text), token.end(text).row);
        last = token.span.end;
    }
    assert_eq!(tokens.last().map(|token| (token.kind, token.span.end)), Some((EndOfFile, text.len() as u32)));
}

#[test]
fn every_truncation_and_every_mixture_is_lexed() {
    let sample = "/// é\nlet f (x: 'a) = $\"\\{{x} {'}'}\" ++ \"\"\"é\"\"\" (* (* *) '\\x41' '😀' 12uy 1.5e3 ``a`` |> ~~~";
    for (end, _) in sample.char_indices() {
        check(&sample[..end]);
        check(&sample[end..]);
    }
    let pieces = [
        "$\"", "\"\"\"", "\"", "'", "\\", "{", "}", "(*", "*)", "//", "\n", "é", "😀", "\u{301}", "1", "e",
        "``", "=", "\0",
    ];
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
        }
        check(&text);
    }
}

#[test]
fn floods_of_unclosed_literals_take_linear_time() {
    for piece in ["\\\"\n", "$\"{\n\"", "'\\\n", "\"\"\"", "(*", "$\"{", "{'"] {
        assert!(!tokenize(&piece.repeat(200_000)).tokens.is_empty());
    }
}
