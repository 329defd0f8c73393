//! Declarations, and what a file declares.

use super::{BasicLit, BlockStmt, Expr, Field, FieldList, FuncType, Ident};
use crate::file::File;
use crate::flag;
use crate::kind::Keyword;
use crate::node::Children;
use crate::view::{View, Views, group, required, view};

group! {
    /// A declaration.
    Decl:
    Gen(GenDecl) = "`import`, `const`, `type`, `var`",
    Func(FuncDecl) = "`func`",
    ; Bad = BadDecl
}

group! {
    /// One line of an `import`, `const`, `type` or `var` declaration.
    Spec:
    Import(ImportSpec) = "`import \"path\"`",
    Value(ValueSpec) = "`const x = 1`, `var x int`",
    Type(TypeSpec) = "`type T …`",
    ; Bad = BadDecl
}

required! { Decl }

view! {
    /// A declaration with a keyword and specs.
    GenDecl
    /// A function or method declaration.
    FuncDecl
    /// An import.
    ImportSpec
    /// Constants or variables.
    ValueSpec
    /// A type definition or alias.
    TypeSpec
}

impl File {
    /// The name in the package clause.
    #[must_use]
    pub fn package_name(&self) -> &str {
        self.root().children().find_map(Ident::cast).map_or("", Ident::name)
    }

    /// The declarations, imports included.
    #[must_use]
    pub fn decls(&self) -> Views<'_, Decl<'_>> {
        Views::new(self.root().children())
    }

    /// The imports.
    pub fn imports(&self) -> impl Iterator<Item = ImportSpec<'_>> {
        let groups = Views::<GenDecl<'_>>::new(self.root().children());
        let imports = groups.filter(|group| group.keyword() == Keyword::Import);
        imports.flat_map(|group| Views::new(group.0.children()))
    }

    /// The functions and methods.
    #[must_use]
    pub fn funcs(&self) -> Views<'_, FuncDecl<'_>> {
        Views::new(self.root().children())
    }
}

impl<'a> GenDecl<'a> {
    /// Which declaration.
    #[must_use]
    pub fn keyword(self) -> Keyword {
        Keyword::from_code(self.0.aux() & 3, Keyword::Var)
    }

    /// Its specs.
    #[must_use]
    pub fn specs(self) -> Views<'a, Spec<'a>> {
        Views::new(self.0.children())
    }

    /// Whether the specs stand in parentheses.
    #[must_use]
    pub fn is_grouped(self) -> bool {
        self.0.has(flag::GROUPED)
    }
}

impl<'a> FuncDecl<'a> {
    /// The receiver list of a method: `(r *T)`.
    #[must_use]
    pub fn recv(self) -> Option<FieldList<'a>> {
        self.0.child_if(flag::RECEIVER, 0).map(FieldList)
    }

    /// The receiver itself.
    #[must_use]
    pub fn receiver(self) -> Option<Field<'a>> {
        self.recv().and_then(|list| list.fields().next())
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> Ident<'a> {
        Ident(self.0.child(self.name_place()))
    }

    /// Its type parameters, parameters and results.
    #[must_use]
    pub fn signature(self) -> FuncType<'a> {
        FuncType(self.0.child(self.name_place().saturating_add(1)))
    }

    /// Its body; none if it is written in another language.
    #[must_use]
    pub fn body(self) -> Option<BlockStmt<'a>> {
        self.0.child_if(flag::BODY, self.name_place().saturating_add(2)).map(BlockStmt)
    }

    fn name_place(self) -> usize {
        usize::from(self.0.has(flag::RECEIVER))
    }
}

impl<'a> ImportSpec<'a> {
    /// The name it is imported under, `.` and `_` included, if the source says one.
    #[must_use]
    pub fn name(self) -> Option<Ident<'a>> {
        self.0.child_if(flag::NAMED, 0).map(Ident)
    }

    /// The quoted path.
    #[must_use]
    pub fn path(self) -> BasicLit<'a> {
        BasicLit(self.0.child(usize::from(self.0.has(flag::NAMED))))
    }

    /// The path without its quotes.
    #[must_use]
    pub fn path_text(self) -> &'a str {
        self.path().text().trim_matches(['"', '`'])
    }
}

impl<'a> ValueSpec<'a> {
    /// The names.
    #[must_use]
    pub fn names(self) -> Views<'a, Ident<'a>> {
        Views::new(self.parts().0)
    }

    /// The declared type.
    #[must_use]
    pub fn ty(self) -> Option<Expr<'a>> {
        let mut rest = self.parts().1;
        if self.0.has(flag::TYPED) { rest.next().map(Expr::of) } else { None }
    }

    /// The initial values.
    #[must_use]
    pub fn values(self) -> Views<'a, Expr<'a>> {
        let mut rest = self.parts().1;
        if self.0.has(flag::TYPED) {
            rest.next();
        }
        Views::new(rest)
    }

    /// The names, and what follows them.
    fn parts(self) -> (Children<'a>, Children<'a>) {
        let stored = self.0.aux() >> flag::NAMES_SHIFT;
        self.0.split_list(usize::from(stored), stored == flag::NAMES_MANY)
    }
}

impl<'a> TypeSpec<'a> {
    /// The name.
    #[must_use]
    pub fn name(self) -> Ident<'a> {
        Ident(self.0.child(0))
    }

    /// The type parameters.
    #[must_use]
    pub fn type_params(self) -> Option<FieldList<'a>> {
        self.0.child_if(flag::TYPE_PARAMS, 1).map(FieldList)
    }

    /// Whether it declares an alias: `type A = B`.
    #[must_use]
    pub fn is_alias(self) -> bool {
        self.0.has(flag::ALIAS)
    }

    /// Offset of the `=` of an alias.
    #[must_use]
    pub fn assign(self) -> Option<u32> {
        let before = self.type_params().map_or(self.name().end(), |params| params.end());
        self.is_alias().then(|| self.0.file().token_at(before))
    }

    /// The type.
    #[must_use]
    pub fn ty(self) -> Expr<'a> {
        let params = usize::from(self.0.has(flag::TYPE_PARAMS));
        Expr::of(self.0.child(params.saturating_add(1)))
    }
}
