//! Reads `rt_dval` and shows it as text, types and symbols included.
//!
//! Written from Darklang's serializers alone, so that a mistake of darkc's own reader and writer shows.

use std::collections::BTreeMap;

/// Shows the value in `rt_dval`; `names` has a name for each content hash that may come up.
pub fn show(blob: &[u8], names: &BTreeMap<String, String>) -> String {
    const HEADER: usize = 8;
    let mut reader = Reader { rest: &blob[HEADER..], names };
    reader.text();
    let shown = reader.value();
    assert!(reader.rest.is_empty(), "{} bytes behind a value", reader.rest.len());
    shown
}

/// Shows what is in `value_type`.
pub fn show_type(bytes: &[u8], names: &BTreeMap<String, String>) -> String {
    let mut reader = Reader { rest: bytes, names };
    let shown = reader.value_type();
    assert!(reader.rest.is_empty(), "{} bytes behind a type", reader.rest.len());
    shown
}

const PRIMITIVES: [&str; 17] = [
    "Unit", "Bool", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Int128",
    "UInt128", "Float", "Char", "String", "Uuid", "DateTime",
];

struct Reader<'b> {
    rest: &'b [u8],
    names: &'b BTreeMap<String, String>,
}

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.rest.split_at(N);
        self.rest = rest;
        taken.try_into().expect("the bytes of a number")
    }

    fn byte(&mut self) -> u8 {
        self.bytes::<1>()[0]
    }

    fn count(&mut self) -> usize {
        let (mut count, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            count |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 {
                return count;
            }
        }
    }

    fn text(&mut self) -> String {
        let length = self.count();
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        String::from_utf8(taken.to_vec()).expect("UTF-8")
    }

    fn name(&mut self) -> String {
        let hash = self.text();
        self.names.get(&hash).cloned().unwrap_or_else(|| panic!("no name for {hash}"))
    }

    fn list(&mut self, mut one: impl FnMut(&mut Self) -> String) -> Vec<String> {
        (0..self.count()).map(|_| one(self)).collect()
    }

    fn after(&mut self, first: usize, mut one: impl FnMut(&mut Self) -> String) -> Vec<String> {
        let mut all: Vec<String> = (0..first).map(|_| one(self)).collect();
        all.extend(self.list(one));
        all
    }

    fn value_type(&mut self) -> String {
        if self.byte() == 0 {
            return "_".to_owned();
        }
        match self.byte() {
            tag @ 0..=16 => PRIMITIVES[usize::from(tag)].to_owned(),
            17 => format!("List<{}>", self.value_type()),
            18 => format!("({})", self.after(2, Self::value_type).join(" * ")),
            19 => format!("({} -> {})", self.after(1, Self::value_type).join(" -> "), self.value_type()),
            21 => self.name() + &self.type_args(),
            22 => format!("Dict<{}>", self.value_type()),
            23 => "Blob".to_owned(),
            25 => "Int".to_owned(),
            tag => panic!("value type {tag}"),
        }
    }

    fn type_args(&mut self) -> String {
        let args = self.list(Self::value_type);
        if args.is_empty() { String::new() } else { format!("<{}>", args.join(", ")) }
    }

    /// A type as named, `=` and what it is where the two differ, and its arguments.
    fn custom(&mut self) -> String {
        let (source, typ) = (self.name(), self.name());
        let name = if source == typ { typ } else { format!("{source}={typ}") };
        name + &self.type_args()
    }

    fn entry(&mut self) -> String {
        format!("{} = {}", self.text(), self.value())
    }

    /// Type symbols, then whatever arguments there are.
    fn symbols(&mut self) -> String {
        let symbols = self.list(|reader| format!("'{} = {}", reader.text(), reader.value_type()));
        if symbols.is_empty() { String::new() } else { format!(" with {}", symbols.join(", ")) }
    }

    fn args(&mut self) -> String {
        let args = self.list(Self::value);
        if args.is_empty() { String::new() } else { format!(" given {}", args.join(", ")) }
    }

    fn value(&mut self) -> String {
        match self.byte() {
            0 => "()".to_owned(),
            1 => (self.byte() != 0).to_string(),
            2 => format!("{}y", i8::from_le_bytes(self.bytes())),
            3 => format!("{}uy", u8::from_le_bytes(self.bytes())),
            4 => format!("{}s", i16::from_le_bytes(self.bytes())),
            5 => format!("{}us", u16::from_le_bytes(self.bytes())),
            6 => format!("{}l", i32::from_le_bytes(self.bytes())),
            7 => format!("{}ul", u32::from_le_bytes(self.bytes())),
            8 => format!("{}L", i64::from_le_bytes(self.bytes())),
            9 => format!("{}UL", u64::from_le_bytes(self.bytes())),
            10 => self.text() + "Q",
            11 => self.text() + "Z",
            12 => match self.byte() {
                0 => "NaN".to_owned(),
                1 => "Infinity".to_owned(),
                2 => "-Infinity".to_owned(),
                _ => format!("{:?}", f64::from_le_bytes(self.bytes())),
            },
            13 => format!("'{}'", self.text()),
            14 => format!("{:?}", self.text()),
            17 => format!("List<{}>[{}]", self.value_type(), self.list(Self::value).join("; ")),
            18 => format!("({})", self.after(2, Self::value).join(", ")),
            19 => format!("Dict<{}>{{ {} }}", self.value_type(), self.list(Self::entry).join("; ")),
            20 => format!("{} {{ {} }}", self.custom(), self.list(Self::entry).join("; ")),
            21 => {
                let (typ, case) = (self.custom(), self.text());
                format!("{typ}.{case}({})", self.list(Self::value).join(", "))
            }
            22 if self.byte() == 0 => {
                self.bytes::<8>();
                let captured = self
                    .list(|reader| format!("{} = {}", u32::from_le_bytes(reader.bytes()), reader.value()));
                format!("lambda [{}]{}{}", captured.join("; "), self.symbols(), self.args())
            }
            22 => {
                let name = if self.byte() == 0 {
                    let name = self.text();
                    self.bytes::<4>();
                    name
                } else {
                    self.name()
                };
                let symbols = self.symbols();
                assert_eq!(self.count(), 0, "type arguments are not shown");
                format!("fn {name}{symbols}{}", self.args())
            }
            25 => self.text(),
            tag => panic!("value {tag}"),
        }
    }
}
