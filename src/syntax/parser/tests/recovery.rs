//! Diagnostics, and the trees that are left when there are some.

use super::{complaints, parse, shape};

#[test]
fn an_unclosed_bracket_stops_at_the_next_declaration() {
    let text = "val x = [1;\nval y = 2";
    assert_eq!(
        complaints(text),
        ["PARSE-UNCLOSED@2:1 expected ']' to close the '[' at line 1:9, found 'val'"]
    );
    assert_eq!(shape(&parse(text)), "(val x = [1])\n(val y = 2)");
}

#[test]
fn a_hole_skips_one_token_but_never_a_closing_one() {
    assert_eq!(complaints("val x = (1 + )"), ["PARSE-EXPECTED@1:14 expected an expression, found ')'"]);
    assert_eq!(shape(&parse("val x = (1 + )")), "(val x = (Plus 1 ?))");
    assert_eq!(shape(&parse("val x = 1 + | 2")), "(val x = (Plus 1 ?))\n2");
}

#[test]
fn elements_on_one_row_need_a_separator() {
    assert_eq!(
        complaints("val x = [1 2]"),
        ["PARSE-EXPECTED@1:12 expected a comma, semicolon, or newline between list elements, found '2'"]
    );
    assert_eq!(complaints("val x = [1\n 2]"), [""; 0]);
}

#[test]
fn long_tokens_are_cut_in_utf16_units() {
    let text = format!("val x = [1 \"{}\"]", "😀".repeat(20));
    assert!(complaints(&text)[0].ends_with(&format!("found '\"{}\u{FFFD}…'", "😀".repeat(11))));
    assert!(complaints("type \"\"\"a\nb\"\"\"")[0].ends_with("found 'type'"));
}

#[test]
fn type_parameters_are_checked_one_by_one() {
    let tick = "Declared type parameters must start with an apostrophe, such as 'a";
    assert_eq!(
        complaints("type T <a b,> = Int"),
        [
            "PARSE-EXPECTED@1:8 Generic type parameters must be adjacent to the declaration name",
            &format!("PARSE-EXPECTED@1:9 {tick}"),
            "PARSE-EXPECTED@1:11 expected a comma between type parameters, found 'b'",
            &format!("PARSE-EXPECTED@1:11 {tick}"),
            "PARSE-EXPECTED@1:13 expected a type parameter after ',', found '>'",
        ]
    );
}

#[test]
fn a_smallest_magnitude_needs_its_sign() {
    let complaint = "PARSE-INT-RANGE@1:9 integer literal 128y is out of range (this magnitude is only valid negated: \
                     -128y)";
    assert_eq!(complaints("val x = 128y"), [complaint]);
    assert_eq!(complaints("val x = -128y"), [""; 0]);
    assert_eq!(complaints("val x = match y with | 128y -> 1").len(), 1);
}

#[test]
fn exponents_are_bounded() {
    let beyond = "PARSE-INT-RANGE@1:9 Float exponent 401 is outside the supported range -400..400";
    assert_eq!(complaints("val x = 1e401"), [beyond]);
    let huge = "PARSE-INT-RANGE@1:9 Float exponent is too large to represent";
    assert_eq!(complaints("val x = 1e99999999999"), [huge]);
    assert_eq!(complaints("val x = 1e5"), [""; 0]);
}

#[test]
fn what_a_declaration_may_not_hold() {
    let starts =
        |text: &str, start: &str| assert!(complaints(text)[0].starts_with(start), "{:?}", complaints(text));
    starts("val x: Int = 1", "PARSE-UNEXPECTED@1:6 Value annotations");
    starts("val f (x: Int) : Int = x", "PARSE-EXPECTED@1:1 'val' declares a value");
    starts("let f (___: Int) : Int = 1", "PARSE-PATTERN@1:8 Blank parameter");
    starts("type T = {}", "PARSE-EXPECTED@1:11 a record type needs");
    starts("type T = |", "PARSE-EXPECTED@1:11 an enum type needs");
    starts("module A =\nval x = 1", "PARSE-EXPECTED@2:1 expected an indented module body");
    starts("val x = { a = 1 }", "PARSE-EXPECTED@1:9 Anonymous records");
    starts("val x = { a with }", "PARSE-EXPECTED@1:18 expected at least one 'field = value'");
    starts("val x = a ; !b", "PARSE-UNEXPECTED@1:13 '!' is reserved");
    starts("val x = match a with | M.B -> 1", "PARSE-PATTERN@1:24 Invalid match pattern.");
    starts("val x = match a with 1", "PARSE-EXPECTED@1:22 expected at least one match case");
    starts("[<DB>] type T = { a: Int }", "PARSE-EXPECTED@1:8 [<DB>] type must be a type alias");
}

#[test]
fn an_interpolation_holds_one_expression() {
    let complaint = |text: &str| complaints(text).pop().unwrap();
    assert_eq!(complaint("$\"{}\""), "PARSE-INTERPOLATION@1:4 Interpolation body cannot be empty");
    assert_eq!(
        complaint("$\"{a\nb}\""),
        "PARSE-INTERPOLATION@1:4 Interpolation body must contain exactly one expression"
    );
    assert_eq!(
        complaint("$\"{val a = 1}\""),
        "PARSE-INTERPOLATION@1:4 Interpolation body must be one expression, not a declaration"
    );
}
