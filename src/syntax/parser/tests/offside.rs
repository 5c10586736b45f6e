//! The offside rule: which lines continue a construct and which start the next one.

use super::{complaints, expr, file};

#[test]
fn a_line_at_the_same_column_is_the_next_statement() {
    assert_eq!(file("val x =\n  f a\n  g b\n  c"), "(val x = ((call @f<> a); ((call @g<> b); c)))");
    assert_eq!(file("val x =\n  f\n    a\n    b"), "(val x = (call @f<> a b))");
}

#[test]
fn an_operator_may_start_a_line_but_a_sign_starts_a_statement() {
    assert_eq!(file("val x =\n  a\n  ++ b"), "(val x = (StringConcat a b))");
    assert_eq!(file("val x =\n  a\n  -1"), "(val x = (a; -1))");
    assert_eq!(file("val x =\n  a\n    -1"), "(val x = (call @a<> -1))");
    assert_eq!(file("val x =\n  1\n    - 2"), "(val x = (Minus 1 2))");
}

#[test]
fn in_parentheses_even_a_dedented_line_continues() {
    assert_eq!(file("val x =\n    (f\n  a)"), "(val x = (call @f<> a))");
    assert_eq!(file("val x =\n  (f a\n   g b)"), "(val x = ((call @f<> a); (call @g<> b)))");
    assert_eq!(file("val x =\n  (1\n   - 2)"), "(val x = (1; -2))");
}

#[test]
fn list_elements_and_fields_do_not_take_each_other_for_arguments() {
    assert_eq!(expr("(g [ f a\n     f b ])"), "(call @g<> [(call @f<> a) (call @f<> b)])");
    assert_eq!(expr("R {\n  a = f\n  b = g }"), "(R {a=f b=g})");
}

#[test]
fn a_let_ends_where_its_body_starts() {
    assert_eq!(file("val x =\n  let a = f b\n  g a"), "(val x = (let a (call @f<> b) (call @g<> a)))");
    assert_eq!(file("val x =\n  let a =\n    f\n    b\n  a"), "(val x = (let a (f; b) a))");
    let local = "val x =\n  let f (a: Int) () : Int = a\n  f 1";
    assert_eq!(file(local), "(val x = (let f (fun a () -> a) (call @f<> 1)))");
}

#[test]
fn an_else_belongs_to_the_if_at_its_column_or_right_of_it() {
    let nested = "val x =\n  if a then\n    if b then c\n  else d";
    assert_eq!(file(nested), "(val x = (if a (if b c -) d))");
    let chain = "val x =\n  if a then b\n  else if c then d\n  elif e then f\n  else g";
    assert_eq!(file(chain), "(val x = (if a b (if c d (if e f g))))");
    let separate = "val x =\n  if a then b\n  else\n    if c then d\n  e";
    assert_eq!(file(separate), "(val x = ((if a b (if c d -)); e))");
}

#[test]
fn a_nested_match_leaves_the_outer_cases_alone() {
    let nested =
        "val x =\n  match a with\n  | B ->\n    match c with\n    | D -> e\n    | F -> g\n  | H -> i";
    let inner = "(match c |D[] -> e |F[] -> g)";
    assert_eq!(file(nested), format!("(val x = (match a |B[] -> {inner} |H[] -> i))"));
    assert_eq!(expr("match a with | B -> c | D -> e"), "(match a |B[] -> c |D[] -> e)");
    assert_eq!(expr("match a, b with | x, y -> x"), "(match (tuple a b) |(tuple x y) -> x)");
}

#[test]
fn a_module_ends_where_the_columns_return() {
    let nested = "module A =\n  module B =\n    val x = 1\n  val y = 2\nval z = 3";
    assert_eq!(file(nested), "(module A (module B (val x = 1)) (val y = 2))\n(val z = 3)");
    assert_eq!(file("module A.B\nval x = 1\nx"), "(module A.B (val x = 1) (expr x))");
}

#[test]
fn a_let_in_a_module_is_an_expression_only_with_in() {
    assert_eq!(file("let x = 1 in x"), "(let x 1 x)");
    let complaint = "PARSE-UNEXPECTED@1:1 Module value declarations must use 'val'; 'let' is reserved for functions \
                     and local bindings";
    assert_eq!(complaints("let x = 1"), [complaint]);
    assert_eq!(expr("$\"{let x = 1\nx}\""), "\"{(let x 1 x)}\"");
}

#[test]
fn only_the_first_case_may_do_without_its_bar() {
    assert_eq!(file("type T = A | B\nC.d = 1"), "(type T |A[] |B[])\n(test @C.d 1)");
}

#[test]
fn interpolations_count_rows_and_columns_of_the_file() {
    let text = "val x = $\"é{a}\n  {b c ]}\"";
    assert_eq!(complaints(text)[0], "PARSE-EXPECTED@2:8 expected an expression, found ']'");
    assert_eq!(expr("$\"\\{\\{ {{{b}}} }}\""), "\"{{ { {b} } }\"");
}
