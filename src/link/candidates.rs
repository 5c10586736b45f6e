//! The fully qualified names that a written name may mean, in the order in which they are tried.
//!
//! (`darklang/dark backend/src/LibParser/NameResolver.fs`, `LibDB/NameLookup.fs`)

use darkc_cache_format::model::{Namespace, Text};

/// A written name, checked and taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub modules: &'a [Text<'a>],
    /// Without its `_v1`.
    pub name: &'a str,
    pub version: u32,
}

impl<'a> Written<'a> {
    /// `None` where Darklang calls the name invalid; it then never resolves.
    pub fn parse(namespace: Namespace, written: &'a [Text<'a>]) -> Option<Self> {
        let (last, modules) = written.split_last()?;
        if written[0] == "PACKAGE" {
            return None;
        }
        let (name, version) = match namespace {
            Namespace::Type => (type_name(last)?, 0),
            Namespace::Term => term_name(last)?,
        };
        Some(Written { modules, name, version })
    }

    pub fn is_builtin(&self) -> bool {
        matches!(self.modules, ["Builtin"])
    }

    /// Calls `try_name` with each candidate until it says yes. Every candidate has an owner; a bare name tried
    /// without any scope has none and is left out.
    pub fn candidates(
        &self,
        scope: &str,
        buffer: &mut String,
        mut try_name: impl FnMut(&str) -> bool,
    ) -> bool {
        let mut prefix = Some(scope).filter(|scope| !scope.is_empty());
        while let Some(modules) = prefix {
            buffer.clear();
            buffer.push_str(modules);
            buffer.push('.');
            self.spell(buffer);
            if try_name(buffer) {
                return true;
            }
            prefix = modules.rsplit_once('.').map(|(outer, _)| outer);
        }
        if !self.modules.is_empty() {
            buffer.clear();
            self.spell(buffer);
            if try_name(buffer) {
                return true;
            }
        }
        let Some(prefix) = self.standard_library_prefix() else { return false };
        buffer.clear();
        buffer.push_str(prefix);
        match self.shortcut() {
            Some(module) => {
                buffer.push_str(module);
                buffer.push('.');
                buffer.push_str(self.name);
            }
            None => self.spell(buffer),
        }
        try_name(buffer)
    }

    fn spell(&self, buffer: &mut String) {
        for module in self.modules {
            buffer.push_str(module);
            buffer.push('.');
        }
        buffer.push_str(self.name);
    }

    /// `Option` and `Result` alone, or as `Option.Option`, also mean the standard library's.
    fn shortcut(&self) -> Option<&'static str> {
        let module = match self.name {
            "Option" => "Option",
            "Result" => "Result",
            _ => return None,
        };
        match self.modules {
            [] => Some(module),
            [only] if *only == module => Some(module),
            _ => None,
        }
    }

    fn standard_library_prefix(&self) -> Option<&'static str> {
        if self.modules.first().is_some_and(|first| *first == "Stdlib") {
            Some("Darklang.")
        } else {
            self.shortcut().map(|_| "Darklang.Stdlib.")
        }
    }
}

/// `[a-z][a-zA-Z0-9_]*'?`, then perhaps `_v` and a version.
fn term_name(text: &str) -> Option<(&str, u32)> {
    if let Some((name, version)) = text.rsplit_once("_v")
        && !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_digit())
        && is_name(name, u8::is_ascii_lowercase)
    {
        return version.parse::<i32>().ok().map(|version| (name, version.unsigned_abs()));
    }
    is_name(text, u8::is_ascii_lowercase).then_some((text, 0))
}

/// `[A-Z][a-zA-Z0-9_]*'?`, then perhaps `_v0`.
fn type_name(text: &str) -> Option<&str> {
    let bare = text.strip_suffix("_v0").filter(|name| is_name(name, u8::is_ascii_uppercase));
    bare.or_else(|| is_name(text, u8::is_ascii_uppercase).then_some(text))
}

fn is_name(text: &str, starts: fn(&u8) -> bool) -> bool {
    let text = text.strip_suffix('\'').unwrap_or(text).as_bytes();
    text.first().is_some_and(starts) && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
