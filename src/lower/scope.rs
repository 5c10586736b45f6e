//! What a bare name means by the file alone: a parameter, a local variable or the enclosing function.

use darkc_cache_format::model::{Parameter, Text};

#[derive(Clone, Debug)]
enum Binding {
    Arg(u32),
    Local,
}

/// The lexical meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexical {
    Arg(u32),
    Local,
    /// Not bound here: the linker has to look it up.
    Free,
}

/// A place to come back to when a scope ends.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    bindings: usize,
    self_visible: bool,
    inside_lambda: bool,
}

#[derive(Default, Debug)]
pub struct Scope<'s> {
    /// Innermost last; a later binding shadows an earlier one.
    bindings: Vec<(Text<'s>, Binding)>,
    function: Option<&'s str>,
    self_visible: bool,
    inside_lambda: bool,
}

impl<'s> Scope<'s> {
    pub fn enter_function(&mut self, name: &'s str, params: &[Parameter<'s>]) {
        self.function = Some(name);
        self.self_visible = true;
        let args = params.iter().enumerate();
        self.bindings.extend(args.map(|(index, param)| (param.name.clone(), Binding::Arg(index as u32))));
    }

    pub fn mark(&self) -> Mark {
        Mark {
            bindings: self.bindings.len(),
            self_visible: self.self_visible,
            inside_lambda: self.inside_lambda,
        }
    }

    pub fn leave(&mut self, mark: Mark) {
        self.bindings.truncate(mark.bindings);
        self.self_visible = mark.self_visible;
        self.inside_lambda = mark.inside_lambda;
    }

    /// Inside a lambda the function's parameters are captured variables, not argument slots.
    pub fn enter_lambda(&mut self) {
        self.inside_lambda = true;
    }

    /// A local of the function's own name hides the function from its body.
    pub fn bind(&mut self, name: &'s str) {
        self.hide_self(name);
        self.bindings.push((Text::Borrowed(name), Binding::Local));
    }

    pub fn hide_self(&mut self, name: &str) {
        if self.function == Some(name) {
            self.self_visible = false;
        }
    }

    pub fn lookup(&self, name: &str) -> Lexical {
        match self.bindings.iter().rev().find(|(bound, _)| bound == name) {
            Some((_, Binding::Arg(index))) if !self.inside_lambda => Lexical::Arg(*index),
            Some(_) => Lexical::Local,
            None => Lexical::Free,
        }
    }

    pub fn is_self(&self, name: &str) -> bool {
        self.self_visible && self.function == Some(name)
    }
}
