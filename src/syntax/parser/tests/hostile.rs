//! Input that is made to exhaust the parser: it must end, soon, with a diagnostic.

use super::super::errors::code;
use super::{on_large_stack, parse};

/// The code of the only diagnostic.
fn refusal(text: &str) -> &'static str {
    let parsed = parse(text);
    assert_eq!(parsed.diagnostics.len(), 1, "{:?}", &parsed.diagnostics[..2]);
    parsed.diagnostics[0].code
}

#[test]
fn nesting_stops_at_two_hundred_levels() {
    on_large_stack(|| {
        let nested = |depth: usize| format!("val x = {}1{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(parse(&nested(199)).diagnostics, []);
        assert_eq!(refusal(&nested(200)), code::TOO_DEEP);
        assert_eq!(refusal(&nested(100_000)), code::TOO_DEEP);
        assert_eq!(refusal(&format!("type T = {}", "List<".repeat(100_000))), code::TOO_DEEP);
    });
}

#[test]
fn chains_that_darklang_leaves_to_its_stack_are_bounded() {
    on_large_stack(|| {
        let chains = [
            ("val x = 1", " + 1"),
            ("val x = 1", " ^ 1"),
            ("val x = a", ".a"),
            ("val x = ", "-"),
            ("val x = ", "a;"),
            ("val x = if a then b", " elif a then b"),
            ("val x = match a with | a", " :: a"),
            ("val x = fun ", "("),
            ("type T = ", "("),
        ];
        for (start, link) in chains {
            let text = format!("{start}{}", link.repeat(200_000));
            assert_eq!(refusal(&text), code::TOO_DEEP, "{start}{link}…");
            let text = format!("{start}{}", link.repeat(5_000));
            assert!(
                parse(&text).diagnostics.iter().all(|found| found.code != code::TOO_DEEP),
                "{start}{link}"
            );
        }
    });
}

#[test]
fn interpolations_nest_sixty_four_deep_and_are_read_once_each() {
    on_large_stack(|| {
        let nested = |depth: usize| {
            format!("val x = {}1{}", "$\"\"\"{let a = ".repeat(depth), " in a}\"\"\"".repeat(depth))
        };
        let codes: Vec<_> = parse(&nested(30)).diagnostics.iter().map(|found| found.code).collect();
        assert!(!codes.contains(&code::TOO_DEEP), "{codes:?}");
        parse(&nested(200));
    });
}

#[test]
fn damaged_files_end() {
    on_large_stack(|| {
        let pieces = [
            "let ", "val x", " = ", "(", ")", "[", "]", "{", "}", "|", "->", "match ", " with ", "if ",
            "then ", "else ", "$\"{", "}\"", "\"", "'", "1L", "-", "A.b", ",", ";", "\n", "\n  ", "type ",
            "<", ">>", ">", "fun ", "of ", "*", ":", "é", "😀", "\\", "module ", "in ", "|>", "@", "...",
            "`",
        ];
        // A linear congruential generator is random enough, and the same every time.
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..40 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            let parsed = parse(&text);
            assert!(
                parsed.diagnostics.iter().all(|found| found.code != code::INTERNAL_LOOP),
                "the step budget is for loops: {text:?}"
            );
        }
    });
}
