//! Calls: what a function or lambda is given, what its type variables become, and what is checked.

use std::rc::Rc;

use super::builtins::Builtin;
use super::check::WRONG_TYPE_ARGS;
use super::code::{Function, Signature, TypeReference};
use super::definitions::Lookup;
use super::machine::{Activation, Machine};
use super::patterns::bind;
use super::refusal::{Result, fails};
use super::value::{Closure, FnName, NamedFn, Value};
use super::value_types::{TypeSymbols, merge_symbols, without};

const TOO_MANY_ARGS: &str = "a call with too many arguments";

const HARMFUL: &str = "a call of a function that is deprecated as harmful";

/// What a call comes to.
pub enum Applied {
    Value(Value),
    /// Instructions that are to be run for the result.
    Call(Activation),
}

enum Callee {
    Package(Rc<Function>),
    Builtin(Rc<Builtin>),
}

impl Callee {
    fn signature(&self) -> &Signature {
        match self {
            Callee::Package(function) => &function.signature,
            Callee::Builtin(builtin) => &builtin.signature,
        }
    }
}

impl<L: Lookup> Machine<'_, L> {
    /// Applies what a register holds; `symbols` are the caller's.
    pub fn apply(
        &self,
        callee: &Value,
        type_args: &Rc<[TypeReference]>,
        args: Vec<Value>,
        symbols: &TypeSymbols,
    ) -> Result<Applied> {
        match callee {
            Value::Closure(closure) => self.apply_closure(closure, type_args, args, symbols),
            Value::NamedFn(named) => self.apply_named(named, type_args, args, symbols),
            _ => fails("a call of a value that is no function"),
        }
    }

    fn apply_closure(
        &self,
        closure: &Rc<Closure>,
        type_args: &[TypeReference],
        new: Vec<Value>,
        symbols: &TypeSymbols,
    ) -> Result<Applied> {
        let code = &closure.code;
        if !type_args.is_empty() {
            return fails("type arguments for a lambda");
        }
        let mut args = closure.args.clone();
        args.extend(new);
        if args.len() > code.patterns.len() {
            return fails(TOO_MANY_ARGS);
        }
        if args.len() < code.patterns.len() {
            return Ok(Applied::Value(Value::Closure(Closure { args, ..Closure::clone(closure) }.into())));
        }
        // The caller's symbols win over those that the lambda was made with.
        let symbols = merge_symbols(closure.symbols.clone(), symbols);
        let mut call = Activation::new(&code.frame, Vec::new(), symbols, None, &self.budget)?;
        let mut bound = Vec::new();
        for (pattern, arg) in code.patterns.iter().zip(&args) {
            if !bind(pattern, arg, &mut bound) {
                return fails("an argument that the lambda's pattern does not match");
            }
        }
        for (register, value) in bound.into_iter().chain(closure.captured.iter().cloned()) {
            call.set(register, value)?;
        }
        if let Some(own) = code.own_register {
            call.set(own, Value::Closure(Closure { args: Vec::new(), ..Closure::clone(closure) }.into()))?;
        }
        Ok(Applied::Call(call))
    }

    fn apply_named(
        &self,
        named: &NamedFn,
        new_type_args: &Rc<[TypeReference]>,
        new: Vec<Value>,
        symbols: &TypeSymbols,
    ) -> Result<Applied> {
        let outer = merge_symbols(symbols.clone(), &named.symbols);
        let type_args = match (named.type_args.is_empty(), new_type_args.is_empty()) {
            (true, _) => new_type_args,
            (false, true) => &named.type_args,
            (false, false) => return fails("type arguments that are given twice"),
        };
        let callee = match &named.name {
            FnName::Package(hash) if self.definitions.lookup.is_harmful(*hash) => return fails(HARMFUL),
            FnName::Package(hash) => Callee::Package(self.definitions.function(*hash)?),
            FnName::Builtin(name, version) => Callee::Builtin(self.definitions.builtin(name, *version)?),
        };
        let Signature { type_params, params, result, variables } = callee.signature();
        if !type_args.is_empty() && type_args.len() != type_params.len() {
            return fails(WRONG_TYPE_ARGS);
        }
        let explicit = self.value_types(&outer, type_args)?;
        let mut known: TypeSymbols = type_params.iter().cloned().zip(explicit).collect();
        let already_checked = named.args.len();
        let mut args = named.args.clone();
        args.extend(new);

        // A function's type variables are its own: what the caller's of the same name are does not count.
        let inner = merge_symbols(without(outer, variables), &known);
        if !variables.is_empty() {
            for (param, arg) in params.iter().zip(&args) {
                self.checker().infer(&mut known, param, &arg.type_of(&self.budget)?)?;
            }
        }
        let mut inner = merge_symbols(inner, &known);
        for (param, arg) in params.iter().zip(&args).skip(already_checked) {
            if !self.checker().fits_unaliased(&mut inner, param, arg)? {
                return fails("an argument of another type");
            }
        }
        if args.len() > params.len() {
            return fails(TOO_MANY_ARGS);
        }
        if args.len() < params.len() {
            let (name, type_args) = (named.name.clone(), type_args.clone());
            return Ok(Applied::Value(Value::NamedFn(
                NamedFn { name, symbols: inner, type_args, args }.into(),
            )));
        }
        match &callee {
            Callee::Package(function) => {
                // What the arguments were checked with stays with the check.
                let symbols = merge_symbols(without(symbols.clone(), variables), &known);
                let function = function.clone();
                let frame = function.frame.clone();
                Activation::new(&frame, args, symbols, Some(function), &self.budget).map(Applied::Call)
            }
            Callee::Builtin(builtin) => {
                let value = builtin.run(&args, &self.budget)?;
                if !self.checker().fits_unaliased(&mut inner, result, &value)? {
                    return fails("a result of another type");
                }
                Ok(Applied::Value(value))
            }
        }
    }
}
