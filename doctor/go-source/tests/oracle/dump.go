// Command dump type-checks packages of a source tree with go/types and prints every operation on a
// map: file, start and end of the map's expression, what is done, and where the variable or field
// that the expression names is declared.
//
//	go run dump.go SRC PACKAGE...
//
// Lines are "file start end operation declfile:line:col" with byte offsets; "-" stands for a map
// that has no name, such as the result of a call. Packages that do not type-check are named on
// standard error and left out.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

type loader struct {
	fset  *token.FileSet
	src   string
	pkgs  map[string]*types.Package
	files map[string][]*ast.File
	infos map[string]*types.Info
	bad   map[string]bool
}

func (l *loader) ImportFrom(path, dir string, _ types.ImportMode) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p, err := build.Import(path, dir, 0)
	if err != nil {
		return nil, err
	}
	if pkg, ok := l.pkgs[p.ImportPath]; ok {
		if pkg == nil {
			return nil, fmt.Errorf("import cycle through %s", path)
		}
		return pkg, nil
	}
	l.pkgs[p.ImportPath] = nil
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(l.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Defs:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: l, FakeImportC: true, Sizes: types.SizesFor("gc", "amd64"), Error: func(err error) {
		if !l.bad[p.ImportPath] {
			fmt.Fprintln(os.Stderr, "bad:", p.ImportPath, err)
		}
		l.bad[p.ImportPath] = true
	}}
	pkg, _ := conf.Check(p.ImportPath, l.fset, files, info)
	l.pkgs[p.ImportPath] = pkg
	l.files[p.ImportPath] = files
	l.infos[p.ImportPath] = info
	return pkg, nil
}

func (l *loader) Import(path string) (*types.Package, error) { return l.ImportFrom(path, l.src, 0) }

type dumper struct {
	*loader
	info *types.Info
	out  *bufio.Writer
	done map[ast.Node]bool
}

func (d *dumper) isMap(e ast.Expr) bool {
	tv, ok := d.info.Types[e]
	if !ok || tv.Type == nil || !tv.IsValue() {
		return false
	}
	return underMap(tv.Type)
}

// underMap tells whether a type is a map underneath; a type parameter is one if all its terms are.
func underMap(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Interface:
		if _, ok := types.Unalias(t).(*types.TypeParam); !ok || u.NumEmbeddeds() == 0 {
			return false
		}
		for i := range u.NumEmbeddeds() {
			union, ok := u.EmbeddedType(i).(*types.Union)
			if !ok {
				return false
			}
			for j := range union.Len() {
				if !underMap(union.Term(j).Type()) {
					return false
				}
			}
		}
		return true
	}
	return false
}

func (d *dumper) named(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return d.named(e.X)
	case *ast.StarExpr:
		return d.named(e.X)
	case *ast.Ident:
		if o := d.info.Uses[e]; o != nil {
			return o
		}
		return d.info.Defs[e]
	case *ast.SelectorExpr:
		if s := d.info.Selections[e]; s != nil {
			return s.Obj()
		}
		return d.info.Uses[e.Sel]
	case *ast.IndexExpr:
		return d.named(e.X)
	case *ast.CallExpr:
		if tv := d.info.Types[e.Fun]; tv.IsType() && len(e.Args) == 1 {
			return d.named(e.Args[0])
		}
	}
	return nil
}

func (d *dumper) emit(e ast.Expr, op string) {
	from, to := d.fset.Position(e.Pos()), d.fset.Position(e.End())
	decl := "-"
	if v, ok := d.named(e).(*types.Var); ok {
		p := d.fset.Position(v.Pos())
		decl = fmt.Sprintf("%s:%d:%d", d.rel(p.Filename), p.Line, p.Column)
	}
	fmt.Fprintf(d.out, "%s %d %d %s %s\n", d.rel(from.Filename), from.Offset, to.Offset, op, decl)
}

func (d *dumper) rel(name string) string {
	r, err := filepath.Rel(d.src, name)
	if err != nil {
		return name
	}
	return filepath.ToSlash(r)
}

func unparen(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

func (d *dumper) target(e ast.Expr) {
	if ix, ok := unparen(e).(*ast.IndexExpr); ok && d.isMap(ix.X) {
		d.done[ix] = true
		d.emit(ix.X, "write")
	}
}

func (d *dumper) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, l := range n.Lhs {
			d.target(l)
		}
	case *ast.IncDecStmt:
		d.target(n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			if n.Key != nil {
				d.target(n.Key)
			}
			if n.Value != nil {
				d.target(n.Value)
			}
		}
		if d.isMap(n.X) {
			d.emit(n.X, "iterate")
		}
	case *ast.IndexExpr:
		if !d.done[n] && d.isMap(n.X) {
			d.emit(n.X, "read")
		}
	case *ast.CallExpr:
		if id, ok := unparen(n.Fun).(*ast.Ident); ok && len(n.Args) > 0 {
			if _, ok := d.info.Uses[id].(*types.Builtin); ok && d.isMap(n.Args[0]) {
				op := map[string]string{"len": "length", "delete": "delete", "clear": "clear"}[id.Name]
				if op != "" {
					d.emit(n.Args[0], op)
				}
			}
		}
	}
	return d
}

func main() {
	src := os.Args[1]
	build.Default.CgoEnabled = false
	l := &loader{token.NewFileSet(), src, map[string]*types.Package{}, map[string][]*ast.File{}, map[string]*types.Info{}, map[string]bool{}}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, path := range os.Args[2:] {
		if _, err := l.ImportFrom(path, src, 0); err != nil {
			fmt.Fprintln(os.Stderr, "bad:", path, err)
		}
	}
	for path, files := range l.files {
		if l.bad[path] {
			continue
		}
		for _, f := range files {
			name := d(l, f)
			if strings.HasPrefix(name, "..") {
				continue
			}
			fmt.Fprintf(out, "file %s\n", name)
			ast.Walk(&dumper{l, l.infos[path], out, map[ast.Node]bool{}}, f)
		}
	}
}

func d(l *loader, f *ast.File) string {
	return (&dumper{loader: l}).rel(l.fset.Position(f.Package).Filename)
}
