//! The kinds of node, named after go/ast's node types, and the operators a node can carry.

/// What a node is. Names follow Go's `go/ast`, so what is known about one tree holds for the other.
///
/// Two shapes differ, both to keep children in source order and free of overlap:
/// a [`Kind::FuncDecl`]'s [`Kind::FuncType`] starts behind the name rather than at `func`, and a
/// [`Kind::RangeStmt`] holds its key and value directly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// The whole file: package name, then declarations.
    File,
    /// Tokens where a declaration was expected.
    BadDecl,
    /// `import`, `const`, `type` or `var`, with one spec or a parenthesised list.
    GenDecl,
    /// A function or method declaration.
    FuncDecl,
    /// One import.
    ImportSpec,
    /// One line of a `const` or `var` declaration.
    ValueSpec,
    /// One type definition or alias.
    TypeSpec,
    /// Fields, parameters, results or type parameters with their brackets.
    FieldList,
    /// Names that share a type: a struct field, a parameter, an interface element.
    Field,
    /// Tokens where a statement was expected.
    BadStmt,
    /// A declaration inside a function.
    DeclStmt,
    /// A lone semicolon, explicit or implied.
    EmptyStmt,
    /// `label: statement`.
    LabeledStmt,
    /// An expression on its own.
    ExprStmt,
    /// `channel <- value`.
    SendStmt,
    /// `x++` or `x--`.
    IncDecStmt,
    /// An assignment or short variable declaration.
    AssignStmt,
    /// `go call()`.
    GoStmt,
    /// `defer call()`.
    DeferStmt,
    /// `return …`.
    ReturnStmt,
    /// `break`, `continue`, `goto` or `fallthrough`.
    BranchStmt,
    /// Statements in braces; also the clauses of a switch or select.
    BlockStmt,
    /// `if`.
    IfStmt,
    /// `case …:` or `default:` of a switch.
    CaseClause,
    /// An expression switch.
    SwitchStmt,
    /// A type switch.
    TypeSwitchStmt,
    /// `case …:` or `default:` of a select.
    CommClause,
    /// `select`.
    SelectStmt,
    /// `for` without `range`.
    ForStmt,
    /// `for … range`.
    RangeStmt,
    /// Tokens where an expression or type was expected.
    BadExpr,
    /// A name. Empty where one was expected and missing.
    Ident,
    /// `...` with or without a type.
    Ellipsis,
    /// A literal of a basic type.
    BasicLit,
    /// A function literal.
    FuncLit,
    /// `T{…}`, or `{…}` inside another.
    CompositeLit,
    /// `(x)`.
    ParenExpr,
    /// `x.name`.
    SelectorExpr,
    /// `x[i]`, also an instantiation with one type argument.
    IndexExpr,
    /// An instantiation with several type arguments.
    IndexListExpr,
    /// `x[low:high:max]`.
    SliceExpr,
    /// `x.(T)` or `x.(type)`.
    TypeAssertExpr,
    /// A call or conversion.
    CallExpr,
    /// `*x`: dereference or pointer type.
    StarExpr,
    /// A unary operator and its operand.
    UnaryExpr,
    /// A binary operator between its operands; also a union in a constraint.
    BinaryExpr,
    /// `key: value` in a composite literal.
    KeyValueExpr,
    /// `[n]T`, `[...]T` or `[]T`.
    ArrayType,
    /// `struct{…}`.
    StructType,
    /// A function type; the signature of a declaration or literal; an interface method.
    FuncType,
    /// `interface{…}`.
    InterfaceType,
    /// `map[K]V`.
    MapType,
    /// `chan T`, `<-chan T` or `chan<- T`.
    ChanType,
}

impl Kind {
    /// Whether nodes of this kind are expressions or types.
    #[must_use]
    pub fn is_expr(self) -> bool {
        self >= Self::BadExpr
    }

    /// Whether nodes of this kind are statements, clauses included.
    #[must_use]
    pub fn is_stmt(self) -> bool {
        (Self::BadStmt..=Self::RangeStmt).contains(&self)
    }

    /// Whether nodes of this kind stand for source that could not be parsed.
    #[must_use]
    pub fn is_bad(self) -> bool {
        matches!(self, Self::BadDecl | Self::BadStmt | Self::BadExpr)
    }
}

/// Declares an operator enum together with its spelling and its one-byte code in a node.
macro_rules! operators {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* #[doc = concat!("`", $text, "`")] $variant,)* }

        impl $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As written in source.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            pub(crate) fn from_code(code: u8, default: Self) -> Self {
                Self::ALL.get(usize::from(code)).copied().unwrap_or(default)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.text())
            }
        }
    };
}

operators! {
    /// The operator of a [`Kind::BinaryExpr`].
    BinaryOp {
        Add = "+", Sub = "-", Mul = "*", Quo = "/", Rem = "%",
        And = "&", Or = "|", Xor = "^", Shl = "<<", Shr = ">>", AndNot = "&^",
        LogicalAnd = "&&", LogicalOr = "||",
        Equal = "==", NotEqual = "!=", Less = "<", LessEqual = "<=", Greater = ">", GreaterEqual = ">=",
    }
}

operators! {
    /// The operator of a [`Kind::UnaryExpr`].
    UnaryOp { Plus = "+", Minus = "-", Not = "!", Complement = "^", Address = "&", Tilde = "~", Receive = "<-", }
}

operators! {
    /// The operator of a [`Kind::AssignStmt`] or a [`Kind::RangeStmt`].
    AssignOp {
        Assign = "=", Define = ":=",
        Add = "+=", Sub = "-=", Mul = "*=", Quo = "/=", Rem = "%=",
        And = "&=", Or = "|=", Xor = "^=", Shl = "<<=", Shr = ">>=", AndNot = "&^=",
    }
}

impl AssignOp {
    /// Whether the statement reads its left side before it writes it, as `+=` does.
    #[must_use]
    pub fn is_compound(self) -> bool {
        !matches!(self, Self::Assign | Self::Define)
    }
}

operators! {
    /// Which kind of [`Kind::BranchStmt`].
    Branch { Break = "break", Continue = "continue", Goto = "goto", Fallthrough = "fallthrough", }
}

operators! {
    /// The keyword of a [`Kind::GenDecl`].
    Keyword { Import = "import", Const = "const", Type = "type", Var = "var", }
}

/// What a [`Kind::BasicLit`] denotes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum LitKind {
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// An imaginary number.
    Imag,
    /// A rune in single quotes.
    Char,
    /// A string, quoted or raw.
    String,
}

impl LitKind {
    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Int,
            1 => Self::Float,
            2 => Self::Imag,
            3 => Self::Char,
            _ => Self::String,
        }
    }
}

/// Which way values flow through a [`Kind::ChanType`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum ChanDir {
    /// `chan T`.
    Both,
    /// `chan<- T`.
    Send,
    /// `<-chan T`.
    Receive,
}

impl ChanDir {
    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Send,
            2 => Self::Receive,
            _ => Self::Both,
        }
    }
}
