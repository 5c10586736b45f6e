//! Instructions and declarations, read back from `rt_instrs` and `rt_def`.

use super::code::{
    Frame, Function, Instruction, Lambda, LetPattern, MatchPattern, Segment, Signature, TypeBody,
    TypeDefinition,
};
use super::reader::Reader;
use super::refusal::{Refusal, Result};
use super::value::{Key, Value};
use super::written::dval;
use crate::binary::tags::{definitions, string_segments};
use crate::compile::Register;
use crate::compile::code::tag;
use crate::compile::patterns::{let_tag, match_tag};
use crate::program::tree::Primitive;

/// Reads the column `package_functions.rt_instrs`.
pub fn function(bytes: &[u8]) -> Result<Function> {
    let mut reader = Reader::of_blob(bytes)?;
    reader.hash()?;
    let type_params = reader.list(Reader::key)?;
    let params = reader.non_empty(|reader| {
        reader.str()?;
        reader.type_reference()
    })?;
    let result = reader.type_reference()?;
    Ok(Function { signature: Signature::new(type_params, params, result), frame: reader.frame()?.into() })
}

/// Reads the column `package_types.rt_def`.
pub fn type_definition(bytes: &[u8]) -> Result<TypeDefinition> {
    let mut reader = Reader::of_blob(bytes)?;
    reader.hash()?;
    let params = reader.list(Reader::key)?;
    let body = match reader.byte()? {
        tag if tag == definitions::ALIAS.0 => TypeBody::Alias(reader.type_reference()?),
        tag if tag == definitions::RECORD.0 => {
            TypeBody::Record(reader.non_empty(|reader| Ok((reader.key()?, reader.type_reference()?)))?)
        }
        tag if tag == definitions::ENUM.0 => {
            TypeBody::Enum(reader.non_empty(|reader| Ok((reader.string()?, reader.types()?)))?)
        }
        _ => return Err(Refusal::Damaged("a type definition of an unknown kind")),
    };
    Ok(TypeDefinition { params, body })
}

/// Reads what `compile::value` writes.
pub fn value(bytes: &[u8]) -> Result<Frame> {
    Reader::new(bytes).frame()
}

impl Reader<'_> {
    fn frame(&mut self) -> Result<Frame> {
        Ok(Frame {
            registers: self.varint()?,
            instructions: self.list(Self::instruction)?,
            result: self.register()?,
        })
    }

    fn register(&mut self) -> Result<Register> {
        self.i32().map(|register| register as Register)
    }

    fn registers(&mut self) -> Result<Vec<Register>> {
        self.list(Self::register)
    }

    fn fields(&mut self) -> Result<Vec<(Key, Register)>> {
        self.named(Self::register)
    }

    /// Instructions to skip: compiled code only jumps ahead.
    fn distance(&mut self) -> Result<usize> {
        usize::try_from(self.i32()?).map_err(|_| Refusal::Damaged("a jump backwards"))
    }

    fn instruction(&mut self) -> Result<Instruction> {
        Ok(match self.byte()? {
            tag::LOAD => Instruction::Load(self.register()?, self.value()?),
            tag::COPY => Instruction::Copy(self.register()?, self.register()?),
            tag::OR => Instruction::Or(self.register()?, self.register()?, self.register()?),
            tag::AND => Instruction::And(self.register()?, self.register()?, self.register()?),
            tag::STRING => Instruction::String(self.register()?, self.list(Self::segment)?),
            tag::LET_PATTERN => Instruction::Let(self.register()?, self.let_pattern()?),
            tag::JUMP_IF_FALSE => Instruction::JumpIfFalse(self.distance()?, self.register()?),
            tag::JUMP => Instruction::Jump(self.distance()?),
            tag::MATCH_PATTERN => {
                Instruction::Match(self.register()?, self.match_pattern()?, self.distance()?)
            }
            tag::MATCH_UNMATCHED => {
                self.register()?;
                Instruction::MatchUnmatched
            }
            tag::TUPLE => Instruction::Tuple(self.register()?, self.two_or_more(Self::register)?),
            tag::LIST => Instruction::List(self.register()?, self.registers()?),
            tag::DICT => Instruction::Dict(self.register()?, self.fields()?),
            tag::RECORD => Instruction::Record(self.register()?, self.hash()?, self.types()?, self.fields()?),
            tag::RECORD_UPDATE => {
                Instruction::RecordUpdate(self.register()?, self.register()?, self.fields()?)
            }
            tag::FIELD => Instruction::Field(self.register()?, self.register()?, self.key()?),
            tag::ENUM => Instruction::Enum(
                self.register()?,
                self.hash()?,
                self.types()?,
                self.string()?,
                self.registers()?,
            ),
            tag::LOAD_VALUE => Instruction::LoadValue(self.register()?, self.fn_name()?),
            tag::LAMBDA => Instruction::Lambda(self.register()?, self.nested(Self::lambda)?.into()),
            tag::APPLY => Instruction::Apply(
                self.register()?,
                self.register()?,
                self.types()?.into(),
                self.non_empty(Self::register)?,
            ),
            tag::RAISE_NAME_ERROR => {
                self.list(|reader| reader.str().map(|_| ()))?;
                self.byte()?;
                Instruction::RaiseNameError
            }
            tag::VARIABLE_NOT_FOUND => {
                self.register()?;
                self.str()?;
                Instruction::RaiseNameError
            }
            tag::CHECK_UNIT => Instruction::CheckUnit(self.register()?),
            _ => return Err(Refusal::Damaged("an unknown instruction")),
        })
    }

    fn segment(&mut self) -> Result<Segment> {
        Ok(match self.byte()? {
            tag if tag == string_segments::TEXT.0 => Segment::Text(self.string()?),
            _ => Segment::Register(self.register()?),
        })
    }

    fn lambda(&mut self) -> Result<Lambda> {
        Ok(Lambda {
            id: self.u64()?,
            patterns: self.non_empty(Self::let_pattern)?,
            captures: self.list(|reader| Ok((reader.register()?, reader.register()?)))?,
            own_register: if self.byte()? == 0 { None } else { Some(self.register()?) },
            frame: self.frame()?.into(),
        })
    }

    fn let_pattern(&mut self) -> Result<LetPattern> {
        self.nested(|reader| {
            Ok(match reader.byte()? {
                let_tag::VARIABLE => LetPattern::Variable(reader.register()?),
                let_tag::TUPLE => LetPattern::Tuple(reader.two_or_more(Self::let_pattern)?),
                let_tag::UNIT => LetPattern::Unit,
                let_tag::WILDCARD => LetPattern::Wildcard,
                _ => return Err(Refusal::Damaged("a pattern of an unknown kind")),
            })
        })
    }

    fn match_pattern(&mut self) -> Result<MatchPattern> {
        self.nested(|reader| {
            let tag = reader.byte()?;
            if let Some(primitive) = dval::fixed_integer_of(tag) {
                return Ok(MatchPattern::Literal(Value::Integer(reader.integer(primitive)?)));
            }
            Ok(match tag {
                dval::UNIT => MatchPattern::Literal(Value::Unit),
                dval::BOOL => MatchPattern::Literal(Value::Bool(reader.byte()? != 0)),
                dval::FLOAT => MatchPattern::Literal(Value::Float(reader.float()?)),
                dval::CHAR => MatchPattern::Literal(Value::Char(reader.string()?)),
                dval::STRING => MatchPattern::Literal(Value::String(reader.string()?)),
                match_tag::LIST => MatchPattern::List(reader.list(Self::match_pattern)?),
                match_tag::CONS => {
                    MatchPattern::Cons(reader.match_pattern()?.into(), reader.match_pattern()?.into())
                }
                match_tag::TUPLE => MatchPattern::Tuple(reader.two_or_more(Self::match_pattern)?),
                match_tag::ENUM => MatchPattern::Enum(reader.string()?, reader.list(Self::match_pattern)?),
                match_tag::VARIABLE => MatchPattern::Variable(reader.register()?),
                match_tag::OR => MatchPattern::Or(reader.non_empty(Self::match_pattern)?),
                match_tag::INT => MatchPattern::Literal(Value::Integer(reader.integer(Primitive::Int)?)),
                _ => return Err(Refusal::Damaged("a pattern of an unknown kind")),
            })
        })
    }
}
