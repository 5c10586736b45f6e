//! Instructions as bytes, one method each.
//!
//! A frame: varint count of registers, varint count of instructions, the instructions, `i32` result register.
//! An instruction: its tag, then its operands. Registers and jump distances are `i32`.
//!
//! | tag | instruction | operands |
//! |---|---|---|
//! | 0 | load a constant | to, value |
//! | 1 | copy | to, from |
//! | 2, 3 | or, and | to, left, right |
//! | 4 | create string | to, list of (tag 0, string) or (tag 1, register) |
//! | 5 | match a let pattern | value, let pattern |
//! | 6 | jump if false | distance, condition |
//! | 7 | jump | distance |
//! | 8 | match a case's pattern | value, match pattern, distance if it fails |
//! | 9 | no case matched | value |
//! | 10 | create tuple | to, first, second, list of the others |
//! | 11 | create list | to, list of registers |
//! | 12 | create dict | to, list of (string, register) |
//! | 13 | create record | to, hash, list of type arguments, list of (string, register) |
//! | 14 | update record | to, record, list of (string, register) |
//! | 15 | get field | to, record, string |
//! | 16 | create enum | to, hash, list of type arguments, string, list of registers |
//! | 17 | load a package or built-in value | to, name |
//! | 18 | create lambda | to, `u64` id, non-empty list of let patterns, list of (from, to), option of own register, frame |
//! | 19 | apply | to, callee, list of type arguments, non-empty list of registers |
//! | 20 | fail on a name | list of strings, error |
//! | 21 | fail on a variable | to, string |
//! | 22 | check a statement for unit | value |
//!
//! A distance counts the instructions to skip.

use crate::base::hash::ContentHash;
use crate::binary::tags;
use crate::binary::writer::Writer;
use crate::program::lookup::ItemLookup;
use crate::program::tree::{LetPattern, MatchPattern, NameError, TypeRef};

use super::Register;
use super::constants::Constant;
use super::patterns::{write_let_pattern, write_match_pattern};
use super::types::{Callable, write_callable, write_types};

pub mod tag {
    pub const LOAD: u8 = 0;
    pub const COPY: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const STRING: u8 = 4;
    pub const LET_PATTERN: u8 = 5;
    pub const JUMP_IF_FALSE: u8 = 6;
    pub const JUMP: u8 = 7;
    pub const MATCH_PATTERN: u8 = 8;
    pub const MATCH_UNMATCHED: u8 = 9;
    pub const TUPLE: u8 = 10;
    pub const LIST: u8 = 11;
    pub const DICT: u8 = 12;
    pub const RECORD: u8 = 13;
    pub const RECORD_UPDATE: u8 = 14;
    pub const FIELD: u8 = 15;
    pub const ENUM: u8 = 16;
    pub const LOAD_VALUE: u8 = 17;
    pub const LAMBDA: u8 = 18;
    pub const APPLY: u8 = 19;
    pub const RAISE_NAME_ERROR: u8 = 20;
    pub const VARIABLE_NOT_FOUND: u8 = 21;
    pub const CHECK_UNIT: u8 = 22;
}

/// A part of a string that is put together at run time.
#[derive(Clone, Copy, Debug)]
pub enum Segment<'a> {
    Text(&'a str),
    Register(Register),
}

/// A jump whose distance is not known yet. Each one is passed to [`Code::land`].
#[must_use]
pub struct Jump {
    /// Where its distance stands in the output.
    field: usize,
    /// The number of the instruction after it.
    from: u32,
}

/// A frame that still lacks its counts. Each one is passed to [`Code::close_frame`].
#[must_use]
pub struct OpenFrame {
    start: usize,
    outer_count: u32,
}

/// What a lambda is besides its frame.
pub struct LambdaHead<'a> {
    pub id: u64,
    pub patterns: &'a [LetPattern<'a>],
    /// Registers of the enclosing frame and where they are copied to.
    pub captures: &'a [(Register, Register)],
    /// Where the frame finds the lambda itself.
    pub own_register: Option<Register>,
}

/// The instructions written so far.
pub struct Code<'c, W> {
    lookup: &'c W,
    out: &'c mut Writer,
    /// Instructions of the open frame.
    count: u32,
}

impl<'c, W: ItemLookup> Code<'c, W> {
    pub fn new(lookup: &'c W, out: &'c mut Writer) -> Self {
        Code { lookup, out, count: 0 }
    }

    pub fn open_frame(&mut self) -> OpenFrame {
        OpenFrame { start: self.out.position(), outer_count: std::mem::take(&mut self.count) }
    }

    /// `registers` is how many the frame uses.
    pub fn close_frame(&mut self, frame: OpenFrame, registers: u32, result: Register) {
        let count = std::mem::replace(&mut self.count, frame.outer_count);
        self.out.insert(frame.start, |out| {
            out.varint(registers as usize);
            out.varint(count as usize);
        });
        self.register(result);
    }

    pub fn load(&mut self, to: Register, constant: Constant<'_>) {
        self.begin(tag::LOAD, to);
        constant.write(self.out);
    }

    pub fn copy(&mut self, to: Register, from: Register) {
        self.begin(tag::COPY, to);
        self.register(from);
    }

    pub fn or(&mut self, to: Register, left: Register, right: Register) {
        self.begin(tag::OR, to);
        self.register(left);
        self.register(right);
    }

    pub fn and(&mut self, to: Register, left: Register, right: Register) {
        self.begin(tag::AND, to);
        self.register(left);
        self.register(right);
    }

    pub fn string(&mut self, to: Register, segments: &[Segment<'_>]) {
        self.begin(tag::STRING, to);
        self.out.list(segments, |out, segment| match segment {
            Segment::Text(text) => {
                out.byte(tags::string_segments::TEXT.0);
                out.string(text);
            }
            Segment::Register(register) => {
                out.byte(tags::string_segments::INTERPOLATION.0);
                out.i32(*register as i32);
            }
        });
    }

    /// The pattern's variables get the registers from `first` on.
    pub fn let_pattern(&mut self, value: Register, pattern: &LetPattern<'_>, first: Register) {
        self.begin(tag::LET_PATTERN, value);
        write_let_pattern(self.out, pattern, &mut { first });
    }

    pub fn jump_if_false(&mut self, condition: Register) -> Jump {
        self.instruction(tag::JUMP_IF_FALSE);
        let jump = self.distance();
        self.register(condition);
        jump
    }

    pub fn jump(&mut self) -> Jump {
        self.instruction(tag::JUMP);
        self.distance()
    }

    /// The pattern's variables get `registers`, in the order in which they are written.
    pub fn match_pattern(
        &mut self,
        value: Register,
        pattern: &MatchPattern<'_>,
        registers: &[Register],
    ) -> Jump {
        self.begin(tag::MATCH_PATTERN, value);
        write_match_pattern(self.out, pattern, &mut registers.iter().copied());
        self.distance()
    }

    /// Makes a jump end before the next instruction.
    pub fn land(&mut self, jump: Jump) {
        self.out.set_i32(jump.field, (self.count - jump.from) as i32);
    }

    pub fn match_unmatched(&mut self, value: Register) {
        self.begin(tag::MATCH_UNMATCHED, value);
    }

    pub fn tuple(&mut self, to: Register, parts: &[Register]) {
        self.begin(tag::TUPLE, to);
        let (two, rest) = parts.split_at(parts.len().min(2));
        two.iter().for_each(|part| self.register(*part));
        self.registers(rest);
    }

    pub fn list(&mut self, to: Register, items: &[Register]) {
        self.begin(tag::LIST, to);
        self.registers(items);
    }

    pub fn dict<'n>(&mut self, to: Register, entries: impl ExactSizeIterator<Item = (&'n str, Register)>) {
        self.begin(tag::DICT, to);
        self.fields(entries);
    }

    pub fn record<'n>(
        &mut self,
        to: Register,
        typ: ContentHash,
        type_args: &[TypeRef<'_>],
        fields: impl ExactSizeIterator<Item = (&'n str, Register)>,
    ) {
        self.begin(tag::RECORD, to);
        self.out.hash(typ);
        write_types(self.out, self.lookup, type_args);
        self.fields(fields);
    }

    pub fn record_update<'n>(
        &mut self,
        to: Register,
        record: Register,
        updates: impl ExactSizeIterator<Item = (&'n str, Register)>,
    ) {
        self.begin(tag::RECORD_UPDATE, to);
        self.register(record);
        self.fields(updates);
    }

    pub fn field(&mut self, to: Register, record: Register, name: &str) {
        self.begin(tag::FIELD, to);
        self.register(record);
        self.out.string(name);
    }

    pub fn enumeration(
        &mut self,
        to: Register,
        typ: ContentHash,
        type_args: &[TypeRef<'_>],
        case: &str,
        fields: &[Register],
    ) {
        self.begin(tag::ENUM, to);
        self.out.hash(typ);
        write_types(self.out, self.lookup, type_args);
        self.out.string(case);
        self.registers(fields);
    }

    pub fn load_value(&mut self, to: Register, value: Callable<'_>) {
        self.begin(tag::LOAD_VALUE, to);
        write_callable(self.out, value);
    }

    /// Starts a lambda; its frame follows.
    pub fn lambda(&mut self, to: Register, head: &LambdaHead<'_>) -> OpenFrame {
        self.begin(tag::LAMBDA, to);
        self.out.node_id(head.id);
        let mut next = 0;
        self.out.non_empty_list(head.patterns, |out, pattern| write_let_pattern(out, pattern, &mut next));
        self.out.list(head.captures, |out, (from, to)| {
            out.i32(*from as i32);
            out.i32(*to as i32);
        });
        self.out.option(head.own_register, |out, register| out.i32(register as i32));
        self.open_frame()
    }

    pub fn apply(&mut self, to: Register, callee: Register, type_args: &[TypeRef<'_>], args: &[Register]) {
        self.begin(tag::APPLY, to);
        self.register(callee);
        write_types(self.out, self.lookup, type_args);
        self.out.non_empty_list(args, |out, arg| out.i32(*arg as i32));
    }

    pub fn raise_name_error<S: AsRef<str>>(&mut self, written: &[S], error: NameError) {
        self.instruction(tag::RAISE_NAME_ERROR);
        self.out.list(written, |out, part| out.string(part.as_ref()));
        self.out.byte(tags::name_error(error));
    }

    pub fn variable_not_found(&mut self, to: Register, name: &str) {
        self.begin(tag::VARIABLE_NOT_FOUND, to);
        self.out.string(name);
    }

    pub fn check_unit(&mut self, value: Register) {
        self.begin(tag::CHECK_UNIT, value);
    }

    fn instruction(&mut self, tag: u8) {
        self.count += 1;
        self.out.byte(tag);
    }

    /// Starts an instruction whose first operand is a register, as most are.
    fn begin(&mut self, tag: u8, first: Register) {
        self.instruction(tag);
        self.register(first);
    }

    fn register(&mut self, register: Register) {
        self.out.i32(register as i32);
    }

    fn registers(&mut self, registers: &[Register]) {
        self.out.list(registers, |out, register| out.i32(*register as i32));
    }

    fn fields<'n>(&mut self, fields: impl ExactSizeIterator<Item = (&'n str, Register)>) {
        self.out.list(fields, |out, (name, register)| {
            out.string(name);
            out.i32(register as i32);
        });
    }

    /// Leaves room for a distance, which is counted from the instruction after the open one.
    fn distance(&mut self) -> Jump {
        let field = self.out.position();
        self.out.i32(0);
        Jump { field, from: self.count }
    }
}
