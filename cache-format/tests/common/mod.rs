//! Random models from a seed: every variant, sound by the model's own rules.

use darkc_cache_format::model::*;

/// SplitMix64.
pub struct Models(u64);

/// A node for good; the tests' models are small.
fn leak<T>(node: T) -> &'static T {
    Box::leak(Box::new(node))
}

const SITES: u64 = 5;
const PARAMS: u64 = 3;

impl Models {
    pub fn new(seed: u64) -> Self {
        Models(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 0
    }

    fn text(&mut self) -> Text<'static> {
        const TEXTS: [&str; 8] = ["", "x", "Stdlib", "naïve", "日本語", "a\r\nb", "\u{0}", "e\u{301}🙂"];
        match self.below(12) {
            8 => "long ".repeat(60).leak(),
            pick => TEXTS[pick as usize % TEXTS.len()],
        }
    }

    fn list<T>(&mut self, at_least: u64, mut element: impl FnMut(&mut Self) -> T) -> &'static [T] {
        let length = at_least + self.below(3);
        (0..length).map(|_| element(self)).collect::<Vec<_>>().leak()
    }

    fn small(&mut self) -> u32 {
        const NUMBERS: [u32; 7] = [0, 1, 250, 251, 65_535, 65_536, u32::MAX];
        NUMBERS[self.below(7) as usize]
    }

    pub fn position(&mut self) -> SourcePosition {
        SourcePosition { row: self.small(), column: self.small(), length: self.small() }
    }

    fn site(&mut self) -> SiteId {
        self.below(SITES) as SiteId
    }

    pub fn file(&mut self) -> UnlinkedFile<'static> {
        UnlinkedFile { items: self.list(0, Self::item) }
    }

    pub fn item(&mut self) -> Item<'static> {
        let (kind, definition) = match self.below(3) {
            0 => (ItemKind::Type, Definition::Type(self.type_definition())),
            1 => (ItemKind::Value, Definition::Value(self.expr(4, false))),
            _ => (ItemKind::Fn, Definition::Fn(self.function())),
        };
        let sites = (0..SITES)
            .map(|_| Site {
                namespace: if self.flag() { Namespace::Type } else { Namespace::Term },
                written: self.list(1, Self::text),
            })
            .collect::<Vec<_>>()
            .leak();
        Item {
            kind,
            location: self.text(),
            code: Code { sites, definition },
            description: self.text(),
            position: self.position(),
            site_positions: (0..SITES).map(|_| self.position()).collect::<Vec<_>>().leak(),
        }
    }

    fn type_definition(&mut self) -> TypeDefinition<'static> {
        let body = match self.below(3) {
            0 => TypeBody::Alias(self.typ(3)),
            1 => TypeBody::Record(self.list(0, |this| RecordField { name: this.text(), typ: this.typ(3) })),
            _ => TypeBody::Enum(self.list(0, |this| EnumCase {
                name: this.text(),
                fields:
                    this.list(0, |this| EnumField {
                        label: this.flag().then(|| this.text()),
                        typ: this.typ(2),
                    }),
            })),
        };
        TypeDefinition { type_params: self.list(0, Self::text), body }
    }

    fn function(&mut self) -> Function<'static> {
        Function {
            type_params: self.list(0, Self::text),
            params: (0..PARAMS)
                .map(|_| Parameter { name: self.text(), typ: self.typ(3) })
                .collect::<Vec<_>>()
                .leak(),
            return_type: self.typ(3),
            body: self.expr(5, true),
        }
    }

    fn typ(&mut self, depth: u32) -> TypeRef<'static> {
        use Primitive::*;
        const ALL: [Primitive; 19] = [
            Unit, Bool, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Int128, UInt128, Int,
            Float, Char, String, Uuid, DateTime, Blob,
        ];
        let pick = if depth == 0 { self.below(2) } else { self.below(9) };
        let next = depth.saturating_sub(1);
        match pick {
            0 => TypeRef::Primitive(ALL[self.below(19) as usize]),
            1 => TypeRef::Variable(self.text()),
            2 => TypeRef::Stream(leak(self.typ(next))),
            3 => TypeRef::List(leak(self.typ(next))),
            4 => TypeRef::Dict(leak(self.typ(next))),
            5 => TypeRef::Db(leak(self.typ(next))),
            6 => TypeRef::Tuple(self.list(2, |this| this.typ(next))),
            7 => TypeRef::Fn(self.list(1, |this| this.typ(next)), leak(self.typ(next))),
            _ => TypeRef::Custom { site: self.site(), type_args: self.list(0, |this| this.typ(next)) },
        }
    }

    fn int(&mut self) -> IntLiteral<'static> {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        let bits = bits >> (self.below(128) as u32);
        match self.below(11) {
            0 => IntLiteral::Int8(bits as i8),
            1 => IntLiteral::UInt8(bits as u8),
            2 => IntLiteral::Int16(bits as i16),
            3 => IntLiteral::UInt16(bits as u16),
            4 => IntLiteral::Int32(bits as i32),
            5 => IntLiteral::UInt32(bits as u32),
            6 => IntLiteral::Int64(bits as i64),
            7 => IntLiteral::UInt64(bits as u64),
            8 => IntLiteral::Int128(bits as i128),
            9 => IntLiteral::UInt128(bits),
            _ => IntLiteral::Int((bits as i128).to_string().leak()),
        }
    }

    fn float(&mut self) -> FloatLiteral<'static> {
        let whole = self.small().to_string().leak();
        FloatLiteral { negative: self.flag(), whole, fraction: "00" }
    }

    fn let_pattern(&mut self, depth: u32) -> LetPattern<'static> {
        match self.below(if depth == 0 { 3 } else { 4 }) {
            0 => LetPattern::Unit,
            1 => LetPattern::Variable(self.text()),
            2 => LetPattern::Wildcard,
            _ => LetPattern::Tuple(self.list(2, |this| this.let_pattern(depth - 1))),
        }
    }

    fn match_pattern(&mut self, depth: u32) -> MatchPattern<'static> {
        let pick = if depth == 0 { self.below(7) } else { self.below(12) };
        let next = depth.saturating_sub(1);
        match pick {
            0 => MatchPattern::Unit,
            1 => MatchPattern::Bool(self.flag()),
            2 => MatchPattern::Int(leak(self.int())),
            3 => MatchPattern::Float(leak(self.float())),
            4 => MatchPattern::Char(self.text()),
            5 => MatchPattern::String(self.text()),
            6 => MatchPattern::Variable(self.text()),
            7 => MatchPattern::Enum {
                case: self.text(),
                fields: self.list(0, |this| this.match_pattern(next)),
            },
            8 => MatchPattern::Tuple(self.list(2, |this| this.match_pattern(next))),
            9 => MatchPattern::List(self.list(0, |this| this.match_pattern(next))),
            10 => MatchPattern::Cons(leak(self.match_pattern(next)), leak(self.match_pattern(next))),
            _ => MatchPattern::Or(self.list(1, |this| this.match_pattern(next))),
        }
    }

    fn enum_type(&mut self) -> EnumType {
        if self.flag() { EnumType::Site(self.site()) } else { EnumType::Missing }
    }

    fn infix(&mut self) -> Infix {
        use Infix::*;
        const ALL: [Infix; 15] = [
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
            And,
            Or,
        ];
        ALL[self.below(15) as usize]
    }

    fn rule(&mut self) -> NameRule {
        use NameRule::*;
        [Bare, Qualified, BareCallee, QualifiedCallee][self.below(4) as usize]
    }

    fn lambda(&mut self, depth: u32, in_fn: bool) -> Lambda<'static> {
        Lambda { patterns: self.list(1, |this| this.let_pattern(2)), body: self.expr(depth, in_fn) }
    }

    fn fields(
        &mut self,
        at_least: u64,
        depth: u32,
        in_fn: bool,
    ) -> &'static [(Text<'static>, Expr<'static>)] {
        self.list(at_least, |this| (this.text(), this.expr(depth, in_fn)))
    }

    fn expr(&mut self, depth: u32, in_fn: bool) -> Expr<'static> {
        let pick = if depth == 0 { self.below(9) } else { self.below(25) };
        let next = depth.saturating_sub(1);
        let one = |this: &mut Self| this.expr(next, in_fn);
        Expr(leak(match pick {
            0 => ExprKind::Unit,
            1 => ExprKind::Bool(self.flag()),
            2 => ExprKind::Int(leak(self.int())),
            3 => ExprKind::Float(leak(self.float())),
            4 => ExprKind::Char(self.text()),
            5 => ExprKind::Variable(self.text()),
            6 if in_fn => ExprKind::Arg(self.below(PARAMS) as u32),
            6 | 7 => ExprKind::SelfFn,
            8 => ExprKind::Name(self.site(), self.rule()),
            9 => ExprKind::String(self.list(0, |this| match this.below(2) {
                0 => StringSegment::Text(this.text()),
                _ => StringSegment::Interpolation(one(this)),
            })),
            10 => ExprKind::If {
                condition: one(self),
                then: one(self),
                otherwise: self.flag().then(|| one(self)),
            },
            11 => ExprKind::Match {
                arg: one(self),
                cases: self.list(0, |this| MatchCase {
                    pattern: this.match_pattern(3),
                    guard: this.flag().then(|| one(this)),
                    body: one(this),
                }),
            },
            12 => ExprKind::Let { pattern: self.let_pattern(3), value: one(self), body: one(self) },
            13 => ExprKind::Lambda(self.lambda(next, in_fn)),
            14 => ExprKind::Apply {
                callee: one(self),
                type_args: self.list(0, |this| this.typ(2)),
                args: self.list(1, one),
            },
            15 => ExprKind::Pipe { head: one(self), parts: self.list(0, |this| this.pipe_part(next, in_fn)) },
            16 => ExprKind::Infix { op: self.infix(), left: one(self), right: one(self) },
            17 => ExprKind::Statement { first: one(self), next: one(self) },
            18 => ExprKind::List(self.list(0, one)),
            19 => ExprKind::Dict(self.fields(0, next, in_fn)),
            20 => ExprKind::Tuple(self.list(2, one)),
            21 => ExprKind::Record {
                site: self.site(),
                type_args: self.list(0, |this| this.typ(2)),
                fields: self.fields(0, next, in_fn),
            },
            22 => ExprKind::RecordUpdate { record: one(self), updates: self.fields(1, next, in_fn) },
            23 => ExprKind::FieldAccess {
                record: one(self),
                field: self.text(),
                path: self.flag().then(|| self.site()),
            },
            _ => ExprKind::Enum {
                typ: self.enum_type(),
                type_args: self.list(0, |this| this.typ(2)),
                case: self.text(),
                fields: self.list(0, one),
            },
        }))
    }

    fn pipe_part(&mut self, depth: u32, in_fn: bool) -> PipePart<'static> {
        let args = |this: &mut Self| this.list(0, |this| this.expr(depth, in_fn));
        match self.below(5) {
            0 => PipePart::Lambda(self.lambda(depth, in_fn)),
            1 => PipePart::Infix(self.infix(), self.expr(depth, in_fn)),
            2 => PipePart::FnCall {
                site: self.site(),
                or_variable: self.flag(),
                type_args: self.list(0, |this| this.typ(2)),
                args: args(self),
            },
            3 => PipePart::Enum { typ: self.enum_type(), case: self.text(), fields: args(self) },
            _ => PipePart::Variable { name: self.text(), args: args(self) },
        }
    }
}
