//! What a bare name means by the file alone: a parameter, a local variable or the enclosing function.

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
pub struct Scope<'t> {
    /// Innermost last; a later binding shadows an earlier one.
    bindings: Vec<(&'t str, Binding)>,
    function: Option<&'t str>,
    self_visible: bool,
    inside_lambda: bool,
}

impl<'t> Scope<'t> {
    /// Forgets everything, for the next item.
    pub fn clear(&mut self) {
        self.bindings.clear();
        *self = Scope { bindings: std::mem::take(&mut self.bindings), ..Scope::default() };
    }

    pub fn enter_function(&mut self, name: &'t str, params: impl Iterator<Item = &'t str>) {
        self.function = Some(name);
        self.self_visible = true;
        self.bindings.extend(params.zip(0..).map(|(param, index)| (param, Binding::Arg(index))));
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
    pub fn bind(&mut self, name: &'t str) {
        self.hide_self(name);
        self.bindings.push((name, Binding::Local));
    }

    pub fn hide_self(&mut self, name: &str) {
        if self.function == Some(name) {
            self.self_visible = false;
        }
    }

    pub fn lookup(&self, name: &str) -> Lexical {
        match self.bindings.iter().rev().find(|(bound, _)| *bound == name) {
            Some((_, Binding::Arg(index))) if !self.inside_lambda => Lexical::Arg(*index),
            Some(_) => Lexical::Local,
            None => Lexical::Free,
        }
    }

    /// Every bound name, innermost first.
    pub fn names(&self) -> Vec<String> {
        let names = self.bindings.iter().rev().map(|(name, _)| *name);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    pub fn is_self(&self, name: &str) -> bool {
        self.self_visible && self.function == Some(name)
    }
}
