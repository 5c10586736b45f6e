//! Reads Darklang's `pt_def` blobs back into trees; what it allocates lives until the test ends.

use darkc::internals::base::location::ItemKind;
use darkc::internals::program::lookup::ItemId;
use darkc::internals::program::tree::*;

/// Finds an item by kind and fully qualified name.
pub type Find<'f> = &'f dyn Fn(ItemKind, &str) -> ItemId;

pub struct Decoder<'f> {
    rest: &'static [u8],
    find: Find<'f>,
    next_node: NodeIndex,
}

const HEADER_LENGTH: usize = 8;

/// Decodes a blob; also returns the hash that it holds.
pub fn item(kind: ItemKind, id: ItemId, blob: &[u8], find: Find<'_>) -> (String, Item<'static>) {
    let rest = &Vec::leak(blob.to_vec())[HEADER_LENGTH..];
    let mut decoder = Decoder { rest, find, next_node: 0 };
    let hash = decoder.text().to_owned();
    let definition = match kind {
        ItemKind::Type => Definition::Type(decoder.type_declaration()),
        ItemKind::Value => Definition::Value(decoder.expr()),
        ItemKind::Fn => Definition::Fn(decoder.function()),
    };
    let description = decoder.text();
    assert!(decoder.rest.is_empty(), "bytes are left over");
    (hash, Item { id, description, definition, unresolved: 0 })
}

impl Decoder<'_> {
    fn take(&mut self, count: usize) -> &'static [u8] {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.bytes::<1>()[0]
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    fn node(&mut self) -> NodeIndex {
        assert_eq!(u64::from_le_bytes(self.bytes()), 0, "the ids of the oracle are 0");
        self.next_node += 1;
        self.next_node - 1
    }

    fn varint(&mut self) -> usize {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    fn text(&mut self) -> &'static str {
        let length = self.varint();
        std::str::from_utf8(self.take(length)).unwrap()
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.varint()).map(|_| read(self)).collect()
    }

    fn leading<T>(&mut self, count: usize, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items: Vec<T> = (0..count).map(|_| read(self)).collect();
        items.extend(self.list(read));
        items
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.byte() == 1).then(|| read(self))
    }

    fn texts(&mut self) -> &'static [Text<'static>] {
        Vec::leak(self.list(|d| d.text()))
    }

    fn name(&mut self, kind: ItemKind) -> NameRef<'static> {
        let written = self.texts();
        if self.byte() == 1 {
            let error = if self.byte() == 0 { NameError::NotFound } else { NameError::InvalidName };
            return NameRef { written, resolved: Err(error) };
        }
        let package = self.byte() == u8::from(kind != ItemKind::Type);
        let resolved = if package {
            self.text();
            assert_eq!(self.byte(), 1, "a package name has a location");
            let owner = self.text();
            let modules = self.list(Self::text);
            let mut parts = vec![owner];
            parts.extend(modules);
            parts.push(self.text());
            Target::Item((self.find)(kind, &parts.join(".")))
        } else {
            let (name, version) = (self.text(), self.u32());
            assert_eq!(self.byte(), 0, "a built-in has no location");
            Target::Builtin { name, version }
        };
        NameRef { written, resolved: Ok(resolved) }
    }

    fn no_description(&mut self) {
        assert_eq!(self.text(), "");
    }

    fn type_declaration(&mut self) -> TypeDeclaration<'static> {
        let type_params = self.texts();
        let body = match self.byte() {
            0 => TypeBody::Alias(self.type_ref()),
            1 => TypeBody::Record(self.leading(1, Self::named_type)),
            _ => TypeBody::Enum(self.leading(1, |d| {
                let name = d.text();
                let fields = d.list(|d| {
                    let typ = d.type_ref();
                    let label = d.option(Self::text);
                    d.no_description();
                    EnumField { label, typ }
                });
                d.no_description();
                EnumCase { name, fields }
            })),
        };
        TypeDeclaration { type_params, body }
    }

    fn named_type(&mut self) -> (&'static str, TypeRef<'static>) {
        let named = (self.text(), self.type_ref());
        self.no_description();
        named
    }

    fn function(&mut self) -> Function<'static> {
        let body = self.expr();
        let type_params = self.texts();
        let params = self.leading(1, Self::named_type);
        Function { type_params, params, return_type: self.type_ref(), body }
    }

    fn type_ref(&mut self) -> TypeRef<'static> {
        use Primitive::*;
        const FIXED: [Primitive; 14] = [
            Int64, UInt64, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int128, UInt128, Float, Bool, Unit,
            String,
        ];
        match self.byte() {
            tag @ 0..14 => TypeRef::Primitive(FIXED[usize::from(tag)]),
            14 => TypeRef::List(Box::new(self.type_ref())),
            15 => TypeRef::Dict(Box::new(self.type_ref())),
            16 => TypeRef::Db(Box::new(self.type_ref())),
            17 => TypeRef::Primitive(DateTime),
            18 => TypeRef::Primitive(Char),
            19 => TypeRef::Primitive(Uuid),
            20 => TypeRef::Custom(self.name(ItemKind::Type), self.list(Self::type_ref)),
            21 => TypeRef::Variable(self.text()),
            22 => TypeRef::Fn(self.leading(1, Self::type_ref), Box::new(self.type_ref())),
            23 => TypeRef::Tuple(self.leading(2, Self::type_ref)),
            24 => TypeRef::Primitive(Blob),
            25 => TypeRef::Stream(Box::new(self.type_ref())),
            26 => TypeRef::Primitive(Int),
            tag => panic!("type tag {tag}"),
        }
    }

    /// `order` is the integer's place among the ten, 10 for the unbounded one.
    fn int(&mut self, order: u8) -> &'static IntLiteral<'static> {
        Box::leak(Box::new(match order {
            0 => IntLiteral::Int64(i64::from_le_bytes(self.bytes())),
            1 => IntLiteral::UInt64(u64::from_le_bytes(self.bytes())),
            2 => IntLiteral::Int8(i8::from_le_bytes(self.bytes())),
            3 => IntLiteral::UInt8(self.byte()),
            4 => IntLiteral::Int16(i16::from_le_bytes(self.bytes())),
            5 => IntLiteral::UInt16(u16::from_le_bytes(self.bytes())),
            6 => IntLiteral::Int32(i32::from_le_bytes(self.bytes())),
            7 => IntLiteral::UInt32(self.u32()),
            8 => IntLiteral::Int128(self.text().parse().unwrap()),
            9 => IntLiteral::UInt128(self.text().parse().unwrap()),
            _ => IntLiteral::Int(self.text()),
        }))
    }

    fn float(&mut self) -> &'static FloatLiteral<'static> {
        let negative = self.byte() == 1;
        let (whole, fraction) = (self.text(), self.text());
        Box::leak(Box::new(FloatLiteral { negative, whole, fraction }))
    }

    fn let_pattern(&mut self) -> LetPattern<'static> {
        let tag = self.byte();
        let node = self.node();
        let kind = match tag {
            0 => LetPatternKind::Variable(self.text()),
            1 => LetPatternKind::Unit,
            2 => LetPatternKind::Tuple(self.leading(2, Self::let_pattern)),
            _ => LetPatternKind::Wildcard,
        };
        LetPattern { node, kind }
    }

    fn match_pattern(&mut self) -> MatchPattern<'static> {
        use MatchPatternKind as Kind;
        let tag = self.byte();
        let node = self.node();
        let kind = match tag {
            0 => Kind::Variable(self.text()),
            1 => Kind::Enum { case: self.text(), fields: self.list(Self::match_pattern) },
            tag @ 2..12 => Kind::Int(self.int(tag - 2)),
            12 => Kind::Bool(self.byte() == 1),
            13 => Kind::Char(self.text()),
            14 => Kind::String(self.text()),
            15 => Kind::Float(self.float()),
            16 => Kind::Unit,
            17 => Kind::Tuple(self.leading(2, Self::match_pattern)),
            18 => Kind::List(self.list(Self::match_pattern)),
            19 => Kind::Cons(Box::new(self.match_pattern()), Box::new(self.match_pattern())),
            20 => Kind::Or(self.leading(1, Self::match_pattern)),
            21 => Kind::Int(self.int(10)),
            tag => panic!("pattern tag {tag}"),
        };
        MatchPattern { node, kind }
    }

    fn infix(&mut self) -> Infix {
        use Infix::*;
        const FUNCTIONS: [Infix; 13] = [
            Plus,
            Minus,
            Multiply,
            Divide,
            Modulo,
            Power,
            GreaterThan,
            GreaterThanOrEqual,
            LessThan,
            LessThanOrEqual,
            Equals,
            NotEquals,
            StringConcat,
        ];
        match self.bytes::<2>() {
            [0, operator] => FUNCTIONS[usize::from(operator)],
            [_, 0] => And,
            _ => Or,
        }
    }

    fn boxed(&mut self) -> Box<Expr<'static>> {
        Box::new(self.expr())
    }

    fn field(&mut self) -> (&'static str, Expr<'static>) {
        (self.text(), self.expr())
    }

    fn lambda(&mut self) -> Lambda<'static> {
        Lambda { patterns: self.leading(1, Self::let_pattern), body: self.boxed() }
    }

    fn expr(&mut self) -> Expr<'static> {
        use ExprKind as Kind;
        let tag = self.byte();
        let node = self.node();
        let kind = match tag {
            tag @ 0..10 => Kind::Int(self.int(tag)),
            10 => Kind::Bool(self.byte() == 1),
            11 => Kind::String(self.list(|d| match d.byte() {
                0 => StringSegment::Text(d.text()),
                _ => StringSegment::Interpolation(d.expr()),
            })),
            12 => Kind::Char(self.text()),
            13 => Kind::Float(self.float()),
            14 => Kind::Unit,
            15 => Kind::ValueName(self.name(ItemKind::Value)),
            16 => Kind::Let { pattern: self.let_pattern(), value: self.boxed(), body: self.boxed() },
            17 => {
                Kind::If { condition: self.boxed(), then: self.boxed(), otherwise: self.option(Self::boxed) }
            }
            18 => Kind::Lambda(self.lambda()),
            19 => Kind::FieldAccess { record: self.boxed(), field: self.text() },
            20 => Kind::Variable(self.text()),
            21 => Kind::Apply {
                callee: self.boxed(),
                type_args: self.list(Self::type_ref),
                args: self.leading(1, Self::expr),
            },
            22 => Kind::List(self.list(Self::expr)),
            23 => Kind::Record {
                typ: self.name(ItemKind::Type),
                type_args: self.list(Self::type_ref),
                fields: self.list(Self::field),
            },
            24 => Kind::RecordUpdate { record: self.boxed(), updates: self.leading(1, Self::field) },
            25 => Kind::Pipe { head: self.boxed(), parts: self.list(Self::pipe_part) },
            26 => Kind::Enum {
                typ: self.name(ItemKind::Type),
                type_args: self.list(Self::type_ref),
                case: self.text(),
                fields: self.list(Self::expr),
            },
            27 => Kind::Match {
                arg: self.boxed(),
                cases: self.list(|d| MatchCase {
                    pattern: d.match_pattern(),
                    guard: d.option(Self::expr),
                    body: d.expr(),
                }),
            },
            28 => Kind::Tuple(self.leading(2, Self::expr)),
            29 => Kind::Infix { op: self.infix(), left: self.boxed(), right: self.boxed() },
            30 => Kind::Dict(self.list(Self::field)),
            31 => Kind::FnName(self.name(ItemKind::Fn)),
            32 => Kind::Statement { first: self.boxed(), next: self.boxed() },
            33 => Kind::SelfFn,
            34 => Kind::Arg(self.u32()),
            35 => Kind::Int(self.int(10)),
            tag => panic!("expression tag {tag}"),
        };
        Expr { node, kind }
    }

    fn pipe_part(&mut self) -> PipePart<'static> {
        use PipePartKind as Kind;
        let tag = self.byte();
        let node = self.node();
        let kind = match tag {
            0 => Kind::Variable { name: self.text(), args: self.list(Self::expr) },
            1 => Kind::Lambda(self.lambda()),
            2 => Kind::Infix(self.infix(), self.boxed()),
            3 => Kind::FnCall {
                name: self.name(ItemKind::Fn),
                type_args: self.list(Self::type_ref),
                args: self.list(Self::expr),
            },
            _ => Kind::Enum {
                typ: self.name(ItemKind::Type),
                case: self.text(),
                fields: self.list(Self::expr),
            },
        };
        PipePart { node, kind }
    }
}
