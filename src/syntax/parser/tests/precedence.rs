//! Operators, applications and the names that decide which node is built.

use super::{complaints, covered, expr, file, parse};
use crate::syntax::ast::{Declaration, ExprKind};

#[test]
fn operators_climb_and_powers_nest_to_the_right() {
    assert_eq!(expr("a + b * c ^ d ^ e"), "(Plus a (Multiply b (Power c (Power d e))))");
    assert_eq!(expr("a - b - c"), "(Minus (Minus a b) c)");
    assert_eq!(expr("a || b && c == d"), "(Or a (And b (Equals c d)))");
    assert_eq!(expr("a < b < c"), "(LessThan (LessThan a b) c)");
}

#[test]
fn at_is_a_call_that_nests_to_the_right() {
    let inner = "(call @Stdlib.List.append<> b c)";
    assert_eq!(expr("a @ b @ c"), format!("(call @Stdlib.List.append<> a {inner})"));
    assert_eq!(expr("(@)"), "(fun a b -> (call @Stdlib.List.append<> a b))");
}

#[test]
fn a_minus_is_a_sign_only_where_it_touches_the_number() {
    assert_eq!(expr("f a -1L"), "(call @f<> a Int64(-1)");
    assert_eq!(expr("a - 1"), "(Minus a 1)");
    assert_eq!(expr("a -1uy"), "(Minus a UInt8(1)");
    assert_eq!(expr("a-1"), "(Minus a 1)");
    assert_eq!(expr("-f x + y"), "(Plus (call @Builtin.negate<> (call @f<> x)) y)");
    assert_eq!(expr("-0"), "0");
}

#[test]
fn only_the_head_of_an_application_takes_arguments() {
    assert_eq!(expr("f None (g)"), "(call @f<> #None[] g)");
    assert_eq!(expr("Ok 5 6"), "#Ok[5 6]");
    assert_eq!(expr("r.f x"), "(call r.f<> x)");
    assert_eq!(expr("(fun x -> x) 1"), "(call (fun x -> x)<> 1)");
    assert_eq!(expr("M.v"), "@M.v");
    assert_eq!(expr("M.v.field"), "@M.v.field");
    assert_eq!(expr("x"), "x");
}

#[test]
fn constructor_fields_are_not_a_tuple_unless_parenthesized_twice() {
    assert_eq!(expr("Pair(a, b)"), "#Pair[a b]");
    assert_eq!(expr("Pair (a, b)"), "#Pair[a b]");
    assert_eq!(expr("Pair ((a, b))"), "#Pair[(tuple a b)]");
    assert_eq!(expr("T.Pair()"), "T#Pair[()]");
    assert_eq!(expr("M.T<Int>.Case 1"), "M.T<Int>#Case[1]");
}

#[test]
fn type_arguments_touch_their_name() {
    assert_eq!(expr("parse<Int> x"), "(call @parse<Int> x)");
    assert_eq!(expr("parse<List<Int>>"), "(call @parse<List<Int>> )");
    assert_eq!(expr("a < b"), "(LessThan a b)");
}

#[test]
fn a_shift_closes_two_generics_and_hides_stars_and_commas_between() {
    let types = "type T = Dict<List<Int>> * A<B<Int>, C<D<Bool>>>";
    assert_eq!(file(types), "(type T (Dict<List<Int>> * A<B<Int>, C<D<Bool>>>))");
}

#[test]
fn braces_after_a_name_are_a_literal_only_with_fields() {
    assert_eq!(expr("R { a = 1 }"), "(R {a=1})");
    assert_eq!(expr("Dict { a = 1; b = 2 }"), "(Dict a=1 b=2)");
    assert_eq!(expr("M.Dict { }"), "(M.Dict {})");
    assert_eq!(expr("Ok { r with a = 1 }"), "#Ok[(update r a=1)]");
}

#[test]
fn a_pipe_turns_its_parts_into_calls() {
    assert_eq!(expr("x |> f |> M.g a |> h b"), "(pipe x |>f |>@M.g<>(a) |>@h<>(b))");
    assert_eq!(expr("x |> (+) y |> (+)"), "(pipe x |>Plus y |>(fun a b -> (Plus a b)))");
    assert_eq!(expr("x |> Ok |> fun y -> y"), "(pipe x |>#Ok[] |>(fun y -> y))");
    assert_eq!(complaints("x |> 1"), ["PARSE-PIPE-SEGMENT@1:6 unsupported pipe segment"]);
}

#[test]
fn alternatives_bind_looser_than_commas_in_patterns() {
    let cases = "match x with | 1, 2 | 3, a :: b :: [] -> x";
    assert_eq!(expr(cases), "(match x |(or (tuple 1 2) (tuple 3 (a :: (b :: [])))) -> x)");
    assert_eq!(expr("match x with | P(a | b, -1) -> x"), "(match x |P[(or a b) -1] -> x)");
    assert_eq!(expr("match x with | P -1L A _ -> x"), "(match x |P[Int64(-1 A[_]] -> x)");
}

#[test]
fn only_a_single_field_type_separates_enum_fields() {
    let cases = "type T = A of x: Int * (Bool * Char) | B\n| C of Int -> Int";
    assert_eq!(complaints(cases), ["PARSE-EXPECTED@2:12 expected an expression, found '->'"]);
    assert_eq!(file("type T = A of x: Int * (Bool * Char) | B"), "(type T |A[Int (Bool * Char)] |B[])");
    assert_eq!(file("type T = Int -> Bool -> Char"), "(type T (Int -> Bool -> Char))");
}

#[test]
fn names_in_backticks_and_blanks() {
    assert_eq!(expr("fun ___ ``a b`` -> ``a b``"), "(fun  a b -> a b)");
    assert_eq!(file("module A. ``b.c``\nval x = 1"), "(module A.b.c (val x = 1))");
}

#[test]
fn floats_keep_the_digits_that_darklang_keeps() {
    assert_eq!(expr("1.50"), "1.5");
    assert_eq!(expr("-0.1"), "-0.1");
    assert_eq!(expr("1e3"), "1000.0");
    assert_eq!(expr("1.25e20"), "125000000000000000000.0");
    assert_eq!(expr("2.5e-7"), "0.00000025");
    assert_eq!(expr("1e400").len(), "1".len() + 400 + ".0".len());
}

#[test]
fn spans_leave_the_parentheses_of_a_group_out() {
    let text = "val x = ((a + (b)))";
    let parsed = parse(text);
    let [Declaration::Value(value)] = parsed.file.declarations else { panic!("one value") };
    assert_eq!(covered(text, value.body.span), "a + (b");
    assert_eq!(covered(text, value.span), "val x = ((a + (b");
    let ExprKind::Infix(_, operands) = &value.body.kind else { panic!("an operation") };
    assert_eq!(covered(text, operands.1.span), "b");
}
