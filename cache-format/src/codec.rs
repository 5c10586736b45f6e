//! The byte form of every type of the model: one tag a variant, fields in the order listed.
//!
//! A field stands alone when any value of its type will do. `field[rule]` reads it with a rule of
//! [`Reader`]: `some` and `several` are lists of one or two elements and more, `site` an
//! index into the item's site table, `argument` one into the function's parameters. Tags are bytes of the file:
//! a variant keeps its tag for as long as the format version stays.

use crate::model::*;
use crate::wire::{Damaged, Reader, Result, Wire, Writer};

macro_rules! take {
    ($input:ident) => {
        Wire::take($input)?
    };
    ($input:ident $rule:ident) => {
        $input.$rule()?
    };
}

macro_rules! record {
    ($name:ty { $($field:ident $([$rule:ident])?),+ }) => {
        impl<'a> Wire<'a> for $name {
            fn put(&self, out: &mut Writer) {
                $(self.$field.put(out);)+
            }

            fn take(input: &mut Reader<'a>) -> Result<Self> {
                $(let $field = take!(input $($rule)?);)+
                Ok(Self { $($field),+ })
            }
        }
    };
}

macro_rules! variants {
    ($name:ty {
        $($tag:literal $variant:ident
            $(($($part:ident $([$part_rule:ident])?),+))?
            $({$($field:ident $([$field_rule:ident])?),+})?
        ;)+
    }) => {
        impl<'a> Wire<'a> for $name {
            fn put(&self, out: &mut Writer) {
                out.enter();
                match self {
                    $(Self::$variant $(($($part),+))? $({$($field),+})? => {
                        out.tag($tag);
                        $($($part.put(out);)+)?
                        $($($field.put(out);)+)?
                    })+
                }
                out.leave();
            }

            fn take(input: &mut Reader<'a>) -> Result<Self> {
                input.enter()?;
                let value = match input.tag()? {
                    $($tag => {
                        $($(let $part = take!(input $($part_rule)?);)+)?
                        $($(let $field = take!(input $($field_rule)?);)+)?
                        Self::$variant $(($($part),+))? $({$($field),+})?
                    })+
                    _ => return Err(Damaged),
                };
                input.leave();
                Ok(value)
            }
        }
    };
}

variants!(ItemKind {
    0 Type;
    1 Value;
    2 Fn;
});

record!(SourcePosition { row, column, length });

record!(Code<'a> { sites[site_table], definition });

record!(Site<'a> { namespace, written[some] });

variants!(Namespace {
    0 Type;
    1 Term;
});

variants!(Definition<'a> {
    0 Type(definition);
    1 Value(value);
    2 Fn(function);
});

record!(TypeDefinition<'a> { type_params, body });

variants!(TypeBody<'a> {
    0 Alias(target);
    1 Record(fields);
    2 Enum(cases);
});

record!(RecordField<'a> { name, typ });

record!(EnumCase<'a> { name, fields });

record!(EnumField<'a> { label, typ });

record!(Function<'a> { type_params, params[parameters], return_type, body });

record!(Parameter<'a> { name, typ });

variants!(Primitive {
    0 Unit;
    1 Bool;
    2 Int8;
    3 UInt8;
    4 Int16;
    5 UInt16;
    6 Int32;
    7 UInt32;
    8 Int64;
    9 UInt64;
    10 Int128;
    11 UInt128;
    12 Int;
    13 Float;
    14 Char;
    15 String;
    16 Uuid;
    17 DateTime;
    18 Blob;
});

variants!(TypeRef<'a> {
    0 Primitive(primitive);
    1 Stream(element);
    2 List(element);
    3 Dict(element);
    4 Db(element);
    5 Tuple(parts[several]);
    6 Fn(args[some], result);
    7 Variable(name);
    8 Custom { site[site], type_args };
});

variants!(IntLiteral<'a> {
    0 Int8(value);
    1 UInt8(value);
    2 Int16(value);
    3 UInt16(value);
    4 Int32(value);
    5 UInt32(value);
    6 Int64(value);
    7 UInt64(value);
    8 Int128(value);
    9 UInt128(value);
    10 Int(value[decimal]);
});

record!(FloatLiteral<'a> { negative, whole, fraction });

variants!(Infix {
    0 Plus;
    1 Minus;
    2 Multiply;
    3 Divide;
    4 Modulo;
    5 Power;
    6 GreaterThan;
    7 GreaterThanOrEqual;
    8 LessThan;
    9 LessThanOrEqual;
    10 Equals;
    11 NotEquals;
    12 StringConcat;
    13 And;
    14 Or;
});

variants!(LetPattern<'a> {
    0 Unit;
    1 Variable(name);
    2 Wildcard;
    3 Tuple(parts[several]);
});

variants!(MatchPattern<'a> {
    0 Unit;
    1 Bool(value);
    2 Int(value);
    3 Float(value);
    4 Char(value);
    5 String(value);
    6 Variable(name);
    7 Enum { case, fields };
    8 Tuple(parts[several]);
    9 List(elements);
    10 Cons(head, tail);
    11 Or(alternatives[some]);
});

variants!(NameRule {
    0 Bare;
    1 Qualified;
    2 BareCallee;
    3 QualifiedCallee;
});

variants!(EnumType {
    0 Site(site[site]);
    1 Missing;
});

impl<'a> Wire<'a> for Expr<'a> {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        Wire::take(input).map(Expr)
    }
}

variants!(ExprKind<'a> {
    0 Unit;
    1 Bool(value);
    2 Int(value);
    3 Float(value);
    4 Char(value);
    5 String(segments);
    6 Variable(name);
    7 Arg(index[argument]);
    8 SelfFn;
    9 Name(site[site], rule);
    10 If { condition, then, otherwise };
    11 Match { arg, cases };
    12 Let { pattern, value, body };
    13 Lambda(lambda);
    14 Apply { callee, type_args, args[some] };
    15 Pipe { head, parts };
    16 Infix { op, left, right };
    17 Statement { first, next };
    18 List(elements);
    19 Dict(entries);
    20 Tuple(parts[several]);
    21 Record { site[site], type_args, fields };
    22 RecordUpdate { record, updates[some] };
    23 FieldAccess { record, field, path[optional_site] };
    24 Enum { typ, type_args, case, fields };
});

variants!(StringSegment<'a> {
    0 Text(text);
    1 Interpolation(expr);
});

record!(MatchCase<'a> { pattern, guard, body });

record!(Lambda<'a> { patterns[some], body });

variants!(PipePart<'a> {
    0 Lambda(lambda);
    1 Infix(op, right);
    2 FnCall { site[site], or_variable, type_args, args };
    3 Enum { typ, case, fields };
    4 Variable { name, args };
});
