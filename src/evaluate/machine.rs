//! Runs instructions (`darklang/dark LibExecution/Interpreter.fs`).
//!
//! Calls do not use the native stack: each is an [`Activation`] in a vector, so that depth costs memory alone.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::budget::{Budget, Limits, MAX_VALUE_DEPTH, Used};
use super::builtins;
use super::calls::Applied;
use super::check::Checker;
use super::code::{Frame, Function, Instruction, Segment, TypeReference};
use super::definitions::{Definitions, Lookup};
use super::patterns::{bind, matches};
use super::refusal::{Exhausted, Refusal, Result, fails};
use super::value::{self, Closure, Entries, FnName, Key, Value};
use super::value_types::{TypeSymbols, ValueType};
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::compile::Register;

enum Known {
    Running,
    Done(Result<Value>),
}

pub struct Machine<'l, L> {
    pub definitions: Definitions<'l, L>,
    pub budget: Budget,
    values: RefCell<HashMap<ContentHash, Known>>,
    /// How many values are being evaluated, each for the one before.
    value_depth: Cell<usize>,
}

/// A call in progress.
pub struct Activation {
    frame: Rc<Frame>,
    /// The next instruction.
    counter: usize,
    registers: Registers,
    pub symbols: TypeSymbols,
    /// Where the caller wants the result.
    result_to: Register,
    /// What the result is checked against; nothing does for lambdas.
    function: Option<Rc<Function>>,
}

impl Activation {
    pub fn new(
        frame: &Rc<Frame>,
        args: Vec<Value>,
        symbols: TypeSymbols,
        function: Option<Rc<Function>>,
        budget: &Budget,
    ) -> Result<Self> {
        budget.allocate(frame.registers.saturating_mul(size_of::<Value>()))?;
        let mut registers = Registers(args);
        registers.0.resize(frame.registers.max(registers.0.len()), Value::Unit);
        Ok(Activation { frame: frame.clone(), counter: 0, registers, symbols, result_to: 0, function })
    }

    pub fn set(&mut self, register: Register, value: Value) -> Result<()> {
        self.registers.set(register, value)
    }
}

const NO_REGISTER: Refusal = Refusal::Damaged("instructions that use a register beyond their frame's");

struct Registers(Vec<Value>);

impl Registers {
    fn get(&self, register: Register) -> Result<&Value> {
        self.0.get(register as usize).ok_or(NO_REGISTER)
    }

    fn all(&self, registers: &[Register]) -> Result<Vec<Value>> {
        registers.iter().map(|register| self.get(*register).cloned()).collect()
    }

    fn fields(&self, fields: &[(Key, Register)]) -> Result<Vec<(Key, Value)>> {
        fields.iter().map(|(name, register)| Ok((name.clone(), self.get(*register)?.clone()))).collect()
    }

    fn set(&mut self, register: Register, value: Value) -> Result<()> {
        *self.0.get_mut(register as usize).ok_or(NO_REGISTER)? = value;
        Ok(())
    }
}

/// What comes after an instruction.
enum Next {
    Instruction,
    /// That many instructions are skipped.
    Jump(usize),
    Call(Activation),
}

impl<'l, L: Lookup> Machine<'l, L> {
    pub fn new(lookup: &'l L, limits: Limits) -> Self {
        Machine {
            definitions: Definitions::new(lookup),
            budget: Budget::new(limits),
            values: RefCell::default(),
            value_depth: Cell::default(),
        }
    }

    pub fn checker(&self) -> Checker<'_, 'l, L> {
        Checker { definitions: &self.definitions, budget: &self.budget }
    }

    /// The value of a package item. Each is evaluated once, with a budget of its own.
    pub fn package_value(&self, hash: ContentHash) -> Result<Value> {
        match self.values.borrow().get(&hash) {
            Some(Known::Done(result)) => return result.clone(),
            Some(Known::Running) => return fails("a value that needs itself"),
            None => {}
        }
        let depth = self.value_depth.get();
        if depth >= MAX_VALUE_DEPTH {
            return Err(Refusal::Budget(Exhausted::Depth));
        }
        self.value_depth.set(depth + 1);
        self.values.borrow_mut().insert(hash, Known::Running);
        let (result, _) = self.with_own_budget(|| self.load_or_evaluate(hash));
        self.values.borrow_mut().insert(hash, Known::Done(result.clone()));
        self.value_depth.set(depth);
        result
    }

    /// Does `work` with a budget of its own; returns what it took as well.
    pub fn with_own_budget<T>(&self, work: impl FnOnce() -> T) -> (T, Used) {
        let outer = self.budget.start();
        let result = work();
        (result, self.budget.resume(outer))
    }

    fn load_or_evaluate(&self, hash: ContentHash) -> Result<Value> {
        if let Some(value) = self.definitions.result(hash) {
            return Ok(value);
        }
        match self.definitions.instructions(hash)? {
            Some(frame) => self.run(&frame.into()),
            None => Err(Refusal::Missing(ItemKind::Value, hash)),
        }
    }

    fn run(&self, frame: &Rc<Frame>) -> Result<Value> {
        let start = Activation::new(frame, Vec::new(), TypeSymbols::new(), None, &self.budget)?;
        let mut calls = vec![start];
        while let Some(current) = calls.last_mut() {
            if let Some(call) = self.run_until_call(current)? {
                self.budget.call(calls.len())?;
                calls.push(call);
                continue;
            }
            let result = current.registers.get(current.frame.result)?.clone();
            if let Some(function) = &current.function {
                let mut symbols = std::mem::take(&mut current.symbols);
                if !self.checker().fits(&mut symbols, &function.signature.result, &result)? {
                    return fails("a result of another type");
                }
            }
            let to = current.result_to;
            calls.pop();
            match calls.last_mut() {
                Some(caller) => caller.set(to, result)?,
                None => return Ok(result),
            }
        }
        fails("no instructions")
    }

    /// Runs the instructions of a frame until one makes a call, or to the end.
    fn run_until_call(&self, current: &mut Activation) -> Result<Option<Activation>> {
        let frame = current.frame.clone();
        while let Some(instruction) = frame.instructions.get(current.counter) {
            self.budget.step(1)?;
            current.counter += 1;
            match self.instruction(instruction, current)? {
                Next::Instruction => {}
                Next::Jump(distance) => current.counter = current.counter.saturating_add(distance),
                Next::Call(call) => return Ok(Some(call)),
            }
        }
        Ok(None)
    }

    fn instruction(&self, instruction: &Instruction, current: &mut Activation) -> Result<Next> {
        let registers = &mut current.registers;
        let (to, value) = match instruction {
            Instruction::Load(to, value) => (to, value.clone()),
            Instruction::Copy(to, from) => (to, registers.get(*from)?.clone()),
            Instruction::Or(to, left, right) => {
                (to, logic(true, registers.get(*left)?, registers.get(*right)?)?)
            }
            Instruction::And(to, left, right) => {
                (to, logic(false, registers.get(*left)?, registers.get(*right)?)?)
            }
            Instruction::String(to, segments) => (to, self.string(segments, registers)?),
            Instruction::Let(value, pattern) => {
                let mut bound = Vec::new();
                if !bind(pattern, registers.get(*value)?, &mut bound) {
                    return fails("a `let` whose pattern does not match");
                }
                bound.into_iter().try_for_each(|(register, value)| registers.set(register, value))?;
                return Ok(Next::Instruction);
            }
            Instruction::JumpIfFalse(distance, condition) => match registers.get(*condition)? {
                Value::Bool(true) => return Ok(Next::Instruction),
                Value::Bool(false) => return Ok(Next::Jump(*distance)),
                _ => return fails("a condition that is no Bool"),
            },
            Instruction::Jump(distance) => return Ok(Next::Jump(*distance)),
            Instruction::Match(value, pattern, distance) => {
                let mut bound = Vec::new();
                if !matches(pattern, registers.get(*value)?, &mut bound) {
                    return Ok(Next::Jump(*distance));
                }
                bound.into_iter().try_for_each(|(register, value)| registers.set(register, value))?;
                return Ok(Next::Instruction);
            }
            Instruction::MatchUnmatched => return fails("a value that no case matches"),
            Instruction::Tuple(to, parts) => {
                self.budget.allocate(parts.len() * size_of::<Value>())?;
                (to, Value::Tuple(registers.all(parts)?.into()))
            }
            Instruction::List(to, parts) => {
                (to, value::list(ValueType::Unknown, registers.all(parts)?, &self.budget)?)
            }
            Instruction::Dict(to, entries) => (to, self.dict(registers.fields(entries)?)?),
            Instruction::Record(to, typ, type_args, fields) => {
                let fields = self.fields(fields, registers)?;
                let type_args = self.value_types(&current.symbols, type_args)?;
                (to, self.checker().record(&current.symbols, *typ, &type_args, fields)?)
            }
            Instruction::RecordUpdate(to, record, updates) => match registers.get(*record)? {
                Value::Record(record) => {
                    let updates = registers.fields(updates)?;
                    self.budget.allocate(record.fields.len() * size_of::<(Key, Value)>())?;
                    (to, self.checker().update(&current.symbols, record, updates)?)
                }
                _ => return fails("an update of a value that is no record"),
            },
            Instruction::Field(to, record, field) => match registers.get(*record)? {
                Value::Record(record) => match record.fields.get(field) {
                    Some(value) => (to, value.clone()),
                    None => return fails("a field that the record does not have"),
                },
                _ => return fails("a field of a value that is no record"),
            },
            Instruction::Enum(to, typ, type_args, case, fields) => {
                self.budget.allocate(fields.len() * size_of::<Value>())?;
                let fields = registers.all(fields)?;
                let type_args = self.value_types(&current.symbols, type_args)?;
                (to, self.checker().enumeration(&current.symbols, *typ, &type_args, case, fields)?)
            }
            Instruction::LoadValue(to, FnName::Package(hash)) => (to, self.package_value(*hash)?),
            Instruction::LoadValue(to, FnName::Builtin(name, version)) => {
                (to, builtins::value(name, *version)?)
            }
            Instruction::Lambda(to, code) => {
                let capture = |(from, to): &(Register, Register)| Ok((*to, registers.get(*from)?.clone()));
                let captured = code.captures.iter().map(capture).collect::<Result<_>>()?;
                self.budget.allocate(code.captures.len() * size_of::<(Register, Value)>())?;
                let (code, symbols) = (code.clone(), current.symbols.clone());
                (
                    to,
                    Value::Closure(Closure { id: code.id, code, captured, symbols, args: Vec::new() }.into()),
                )
            }
            Instruction::Apply(to, callee, type_args, args) => {
                let args = registers.all(args)?;
                let callee = registers.get(*callee)?.clone();
                match self.apply(&callee, type_args, args, &current.symbols)? {
                    Applied::Value(value) => (to, value),
                    Applied::Call(mut call) => {
                        call.result_to = *to;
                        return Ok(Next::Call(call));
                    }
                }
            }
            Instruction::RaiseNameError => return fails("a name that means nothing"),
            Instruction::CheckUnit(value) => match registers.get(*value)? {
                Value::Unit => return Ok(Next::Instruction),
                _ => return fails("a statement that is not Unit"),
            },
        };
        current.registers.set(*to, value)?;
        Ok(Next::Instruction)
    }

    fn string(&self, segments: &[Segment], registers: &Registers) -> Result<Value> {
        let mut text = String::new();
        for segment in segments {
            let part = match segment {
                Segment::Text(part) => part,
                Segment::Register(register) => match registers.get(*register)? {
                    Value::String(part) => part,
                    _ => return fails("a value that is no String within a string"),
                },
            };
            self.budget.allocate(part.len())?;
            text.push_str(part);
        }
        Ok(Value::string(text))
    }

    fn dict(&self, entries: Vec<(Key, Value)>) -> Result<Value> {
        self.budget.allocate(entries.len() * size_of::<(Key, Value)>())?;
        let typ =
            value::merge_types(ValueType::Unknown, entries.iter().map(|(_, value)| value), &self.budget)?;
        let mut made = Entries::new();
        for (name, value) in entries {
            if made.insert(name, value).is_some() {
                return fails("a key that is given twice");
            }
        }
        Ok(Value::Dict(typ, made.into()))
    }

    fn fields(&self, fields: &[(Key, Register)], registers: &Registers) -> Result<Vec<(Key, Value)>> {
        self.budget.allocate(fields.len() * size_of::<(Key, Value)>())?;
        registers.fields(fields)
    }

    pub fn value_types(&self, symbols: &TypeSymbols, types: &[TypeReference]) -> Result<Vec<ValueType>> {
        types.iter().map(|typ| self.checker().value_type(symbols, typ)).collect()
    }
}

/// `||` where `decides` is true, `&&` where it is false: both sides are evaluated, but the right one need not be
/// a Bool where the left one decides.
fn logic(decides: bool, left: &Value, right: &Value) -> Result<Value> {
    match (left, right) {
        (Value::Bool(left), _) if *left == decides => Ok(Value::Bool(decides)),
        (Value::Bool(_), Value::Bool(right)) => Ok(Value::Bool(*right)),
        _ => fails("`&&` or `||` of values that are no Bools"),
    }
}
