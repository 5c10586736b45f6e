//! Reads Darklang's op blobs far enough to fold them: the items, the names, and what each item refers to.
//!
//! (`darklang/dark LibSerialization/Binary/Serializers/PT/*.fs`, `LibDB/DependencyExtractor.fs`)

use std::collections::BTreeSet;

/// Version and length, four bytes each.
pub const HEADER: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Type,
    Value,
    Fn,
}

impl Kind {
    /// As the columns `item_type` and `depends_on_item_type` have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Type => "type",
            Kind::Value => "value",
            Kind::Fn => "fn",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    pub owner: String,
    /// Dotted.
    pub modules: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    pub hash: String,
    pub kind: Kind,
    pub location: Option<Location>,
}

#[derive(Debug)]
pub enum Op {
    Add {
        kind: Kind,
        hash: String,
        description: String,
        /// The blob of the item's row: the op's payload without its tag, under a header of its own.
        pt_def: Vec<u8>,
        dependencies: BTreeSet<Dependency>,
        /// The id of every node.
        ids: Vec<u64>,
    },
    SetName {
        location: Location,
        kind: Kind,
        hash: String,
    },
    /// Deprecations and propagations, which a reload never writes.
    Other,
}

/// Decodes one op; panics where the blob is not one, as every blob of a store must be.
pub fn op(blob: &[u8]) -> Op {
    let length = u32::from_le_bytes(blob[4..HEADER].try_into().expect("four bytes"));
    assert_eq!(blob[..4], [1, 0, 0, 0], "the version of an op blob");
    assert_eq!(length as usize, blob.len() - HEADER, "the length in an op blob's header");
    let mut reader = Reader { bytes: &blob[HEADER..], at: 0, found: BTreeSet::new(), ids: Vec::new() };
    let op = match reader.byte() {
        tag @ 0..=2 => {
            let kind = [Kind::Type, Kind::Value, Kind::Fn][usize::from(tag)];
            let hash = reader.string();
            let description = match kind {
                Kind::Type => reader.type_declaration(),
                Kind::Value => reader.value(),
                Kind::Fn => reader.function(),
            };
            let payload = &reader.bytes[1..];
            let mut pt_def = blob[..4].to_vec();
            pt_def.extend((payload.len() as u32).to_le_bytes());
            pt_def.extend(payload);
            let (dependencies, ids) = (std::mem::take(&mut reader.found), std::mem::take(&mut reader.ids));
            Op::Add { kind, hash, description, pt_def, dependencies, ids }
        }
        3 => {
            let location = reader.location();
            let kind = [Kind::Type, Kind::Value, Kind::Fn][usize::from(reader.byte())];
            Op::SetName { location, kind, hash: reader.string() }
        }
        4..=7 => return Op::Other,
        tag => panic!("op tag {tag}"),
    };
    assert_eq!(reader.at, reader.bytes.len(), "bytes left over in an op blob");
    op
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    found: BTreeSet<Dependency>,
    ids: Vec<u64>,
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        self.at += 1;
        self.bytes[self.at - 1]
    }

    fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    fn varint(&mut self) -> usize {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    }

    fn string(&mut self) -> String {
        let length = self.varint();
        self.skip(length);
        String::from_utf8(self.bytes[self.at - length..self.at].to_vec()).expect("UTF-8 in a string")
    }

    fn skip_string(&mut self) {
        let length = self.varint();
        self.skip(length);
    }

    fn list(&mut self, mut each: impl FnMut(&mut Self)) {
        for _ in 0..self.varint() {
            each(self);
        }
    }

    fn non_empty_list(&mut self, mut each: impl FnMut(&mut Self)) {
        each(self);
        self.list(each);
    }

    fn option(&mut self, each: impl FnOnce(&mut Self)) {
        match self.byte() {
            0 => {}
            1 => each(self),
            tag => panic!("option tag {tag}"),
        }
    }

    fn location(&mut self) -> Location {
        let owner = self.string();
        let modules: Vec<String> = (0..self.varint()).map(|_| self.string()).collect();
        Location { owner, modules: modules.join("."), name: self.string() }
    }

    /// A name and what it resolved to; a package item becomes a dependency. Types have no builtins, so their
    /// only tag is 0, which in the other two namespaces means a builtin.
    fn resolution(&mut self, kind: Kind) {
        self.list(Self::skip_string);
        if self.byte() != 0 {
            self.skip(1);
            return;
        }
        let tag = self.byte();
        let hash = if kind == Kind::Type || tag == 1 {
            Some(self.string())
        } else {
            self.skip_string();
            self.skip(4);
            None
        };
        let location = (self.byte() == 1).then(|| self.location());
        if let Some(hash) = hash {
            self.found.insert(Dependency { hash, kind, location });
        }
    }

    fn type_declaration(&mut self) -> String {
        self.list(Self::skip_string);
        match self.byte() {
            0 => self.type_reference(),
            1 => self.non_empty_list(|reader| {
                reader.skip_string();
                reader.type_reference();
                reader.skip_string();
            }),
            2 => self.non_empty_list(|reader| {
                reader.skip_string();
                reader.list(|reader| {
                    reader.type_reference();
                    reader.option(Self::skip_string);
                    reader.skip_string();
                });
                reader.skip_string();
            }),
            tag => panic!("type definition tag {tag}"),
        }
        self.string()
    }

    fn value(&mut self) -> String {
        self.expression();
        self.string()
    }

    fn function(&mut self) -> String {
        self.expression();
        self.list(Self::skip_string);
        self.non_empty_list(|reader| {
            reader.skip_string();
            reader.type_reference();
            reader.skip_string();
        });
        self.type_reference();
        self.string()
    }

    fn type_reference(&mut self) {
        match self.byte() {
            0..=13 | 17..=19 | 24 | 26 => {}
            14..=16 | 25 => self.type_reference(),
            20 => {
                self.resolution(Kind::Type);
                self.list(Self::type_reference);
            }
            21 => self.skip_string(),
            22 => {
                self.non_empty_list(Self::type_reference);
                self.type_reference();
            }
            23 => {
                self.type_reference();
                self.type_reference();
                self.list(Self::type_reference);
            }
            tag => panic!("type reference tag {tag}"),
        }
    }

    fn let_pattern(&mut self) {
        let tag = self.byte();
        self.id();
        match tag {
            0 => self.skip_string(),
            1 | 3 => {}
            2 => {
                self.let_pattern();
                self.let_pattern();
                self.list(Self::let_pattern);
            }
            tag => panic!("let pattern tag {tag}"),
        }
    }

    fn match_pattern(&mut self) {
        let tag = self.byte();
        self.id();
        match tag {
            0 | 10 | 11 | 13 | 14 | 21 => self.skip_string(),
            1 => {
                self.skip_string();
                self.list(Self::match_pattern);
            }
            2 | 3 => self.skip(8),
            4 | 5 | 12 => self.skip(1),
            6 | 7 => self.skip(2),
            8 | 9 => self.skip(4),
            15 => self.float(),
            16 => {}
            17 => {
                self.match_pattern();
                self.match_pattern();
                self.list(Self::match_pattern);
            }
            18 => self.list(Self::match_pattern),
            19 => {
                self.match_pattern();
                self.match_pattern();
            }
            20 => self.non_empty_list(Self::match_pattern),
            tag => panic!("match pattern tag {tag}"),
        }
    }

    /// The id of a node.
    fn id(&mut self) {
        self.skip(8);
        let bytes = self.bytes[self.at - 8..self.at].try_into().expect("eight bytes");
        self.ids.push(u64::from_le_bytes(bytes));
    }

    /// Sign, whole part and fraction.
    fn float(&mut self) {
        self.skip(1);
        self.skip_string();
        self.skip_string();
    }

    /// Which family of operators, and which of it.
    fn infix(&mut self) {
        self.skip(2);
    }

    fn field(&mut self) {
        self.skip_string();
        self.expression();
    }

    fn pipe(&mut self) {
        let tag = self.byte();
        self.id();
        match tag {
            0 => {
                self.skip_string();
                self.list(Self::expression);
            }
            1 => {
                self.non_empty_list(Self::let_pattern);
                self.expression();
            }
            2 => {
                self.infix();
                self.expression();
            }
            3 => {
                self.resolution(Kind::Fn);
                self.list(Self::type_reference);
                self.list(Self::expression);
            }
            4 => {
                self.resolution(Kind::Type);
                self.skip_string();
                self.list(Self::expression);
            }
            tag => panic!("pipe tag {tag}"),
        }
    }

    fn expression(&mut self) {
        let tag = self.byte();
        self.id();
        match tag {
            0 | 1 => self.skip(8),
            2 | 3 | 10 => self.skip(1),
            4 | 5 => self.skip(2),
            6 | 7 | 34 => self.skip(4),
            8 | 9 | 12 | 20 | 35 => self.skip_string(),
            11 => self.list(|reader| match reader.byte() {
                0 => reader.skip_string(),
                1 => reader.expression(),
                tag => panic!("string segment tag {tag}"),
            }),
            13 => self.float(),
            14 | 33 => {}
            15 => self.resolution(Kind::Value),
            16 => {
                self.let_pattern();
                self.expression();
                self.expression();
            }
            17 => {
                self.expression();
                self.expression();
                self.option(Self::expression);
            }
            18 => {
                self.non_empty_list(Self::let_pattern);
                self.expression();
            }
            19 => {
                self.expression();
                self.skip_string();
            }
            21 => {
                self.expression();
                self.list(Self::type_reference);
                self.non_empty_list(Self::expression);
            }
            22 => self.list(Self::expression),
            23 => {
                self.resolution(Kind::Type);
                self.list(Self::type_reference);
                self.list(Self::field);
            }
            24 => {
                self.expression();
                self.non_empty_list(Self::field);
            }
            25 => {
                self.expression();
                self.list(Self::pipe);
            }
            26 => {
                self.resolution(Kind::Type);
                self.list(Self::type_reference);
                self.skip_string();
                self.list(Self::expression);
            }
            27 => {
                self.expression();
                self.list(|reader| {
                    reader.match_pattern();
                    reader.option(Self::expression);
                    reader.expression();
                });
            }
            28 => {
                self.expression();
                self.expression();
                self.list(Self::expression);
            }
            29 => {
                self.infix();
                self.expression();
                self.expression();
            }
            30 => self.list(Self::field),
            31 => self.resolution(Kind::Fn),
            32 => {
                self.expression();
                self.expression();
            }
            tag => panic!("expression tag {tag}"),
        }
    }
}
