// The oracle of go-syntax's tests: what go/parser makes of Go files.
//
//	oracle DIR          one line a file below DIR: "ok HASH PATH" or "bad - PATH", HASH that of its dump
//	oracle -dump FILE   the dump itself: one line a node, and then the comments
//	oracle -bench DIR   go/parser's speed and memory over DIR, for examples/throughput.rs
//	oracle -unicode     the letters and digits outside ASCII
//
// The lines of a dump are written the same way by tests/support/dump.rs.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	switch args := os.Args[1:]; {
	case len(args) == 2 && args[0] == "-dump":
		src, err := os.ReadFile(args[1])
		check(err)
		if !dumpFile(out, args[1], src) {
			fmt.Fprintln(out, "rejected")
		}
	case len(args) == 2 && args[0] == "-bench":
		bench(out, args[1])
	case len(args) == 1 && args[0] == "-unicode":
		for c := rune(0x80); c <= unicode.MaxRune; c++ {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				fmt.Fprintf(out, "%d %t\n", c, unicode.IsLetter(c))
			}
		}
	case len(args) == 1:
		paths := goFiles(args[0])
		lines := make([]string, len(paths))
		var workers sync.WaitGroup
		next := int64(-1)
		for n := runtime.NumCPU(); n > 0; n-- {
			workers.Add(1)
			go func() {
				defer workers.Done()
				for i := atomic.AddInt64(&next, 1); i < int64(len(paths)); i = atomic.AddInt64(&next, 1) {
					lines[i] = verdict(paths[i])
				}
			}()
		}
		workers.Wait()
		for _, line := range lines {
			fmt.Fprintln(out, line)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: oracle [-dump|-bench] PATH | -unicode")
		os.Exit(2)
	}
}

// verdict is the line for one file.
func verdict(path string) string {
	src, err := os.ReadFile(path)
	check(err)
	hash := fnv.New64a()
	if !dumpFile(hash, path, src) {
		return "bad - " + path
	}
	return fmt.Sprintf("ok %016x %s", hash.Sum64(), path)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// goFiles lists the Go files below dir, testdata included.
func goFiles(dir string) (paths []string) {
	check(filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && strings.HasSuffix(path, ".go") {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

// dumpFile writes the tree of a file; it reports whether go/parser accepts it.
func dumpFile(w io.Writer, path string, src []byte) bool {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	d := &dumper{fset: fset, base: fset.File(file.Pos()).Base(), src: src}
	ast.Inspect(file, d.visit)
	for _, group := range file.Comments {
		for _, c := range group.List {
			d.line("comment", d.at(c.Pos()), flat(c.Text))
		}
	}
	d.line("generated", fmt.Sprint(ast.IsGenerated(file)))
	w.Write(d.out)
	return true
}

type dumper struct {
	out   []byte
	fset  *token.FileSet
	base  int
	src   []byte
	depth int
	decl  *ast.FuncType // the signature of the function declaration being visited
}

// at is the offset of a position, -1 if there is none.
func (d *dumper) at(pos token.Pos) int {
	if !pos.IsValid() {
		return -1
	}
	return int(pos) - d.base
}

// line appends words, texts and numbers as a line.
func (d *dumper) line(words ...any) {
	for i, word := range words {
		if i > 0 {
			d.out = append(d.out, ' ')
		}
		switch word := word.(type) {
		case int:
			d.out = strconv.AppendInt(d.out, int64(word), 10)
		case string:
			d.out = append(d.out, word...)
		case token.Token:
			d.out = append(d.out, word.String()...)
		}
	}
	d.out = append(d.out, '\n')
}

var flattener = strings.NewReplacer("\r", "", "\n", "\\n")

// flat is text on one line, without carriage returns.
func flat(text string) string { return flattener.Replace(text) }

func bit(is bool) int {
	if is {
		return 1
	}
	return 0
}

func present(node any) int {
	return bit(node != nil && !reflect.ValueOf(node).IsNil())
}

func (d *dumper) doc(group *ast.CommentGroup) int {
	if group == nil {
		return -1
	}
	return d.at(group.Pos())
}

func (d *dumper) visit(node ast.Node) bool {
	if node == nil {
		d.depth--
		return false
	}
	kind := strings.TrimPrefix(reflect.TypeOf(node).String(), "*ast.")
	start, end := d.at(node.Pos()), d.at(node.End())
	var extra []any
	switch n := node.(type) {
	case *ast.CommentGroup, *ast.Comment:
		return false
	case *ast.File:
		end = len(d.src)
	case *ast.FuncDecl:
		d.decl = n.Type
		line := d.fset.PositionFor(n.Name.Pos(), false)
		extra = []any{d.doc(n.Doc), present(n.Recv), present(n.Body), line.Line, line.Column}
	case *ast.GenDecl:
		extra = []any{d.doc(n.Doc), n.Tok, bit(n.Lparen.IsValid())}
	case *ast.ImportSpec:
		extra = []any{present(n.Name)}
	case *ast.ValueSpec:
		extra = []any{len(n.Names), present(n.Type), len(n.Values)}
	case *ast.TypeSpec:
		extra = []any{d.at(n.Assign), present(n.TypeParams)}
	case *ast.FieldList:
		extra = []any{bit(n.Opening.IsValid())}
	case *ast.Field:
		extra = []any{len(n.Names), present(n.Tag)}
	case *ast.FuncType:
		keyword := n.Func.IsValid()
		if n == d.decl {
			keyword = false
			start = d.at(n.Params.Pos())
			if n.TypeParams != nil {
				start = d.at(n.TypeParams.Pos())
			}
		}
		extra = []any{bit(keyword), present(n.TypeParams), present(n.Results)}
	case *ast.Ident:
		extra = []any{n.Name}
	case *ast.BasicLit:
		extra = []any{n.Kind, flat(n.Value)}
	case *ast.CompositeLit:
		extra = []any{present(n.Type), d.at(n.Lbrace)}
	case *ast.IndexExpr:
		extra = []any{d.at(n.Lbrack)}
	case *ast.IndexListExpr:
		extra = []any{d.at(n.Lbrack), len(n.Indices)}
	case *ast.SliceExpr:
		extra = []any{d.at(n.Lbrack), present(n.Low), present(n.High), present(n.Max), bit(n.Slice3)}
	case *ast.TypeAssertExpr:
		extra = []any{d.at(n.Lparen), present(n.Type)}
	case *ast.CallExpr:
		extra = []any{d.at(n.Lparen), len(n.Args), d.at(n.Ellipsis)}
	case *ast.UnaryExpr:
		extra = []any{n.Op}
	case *ast.BinaryExpr:
		extra = []any{n.Op, d.at(n.OpPos)}
	case *ast.KeyValueExpr:
		extra = []any{d.at(n.Colon)}
	case *ast.ArrayType:
		extra = []any{present(n.Len)}
	case *ast.ChanType:
		extra = []any{int(n.Dir)}
	case *ast.EmptyStmt:
		extra = []any{bit(n.Implicit)}
	case *ast.SendStmt:
		extra = []any{d.at(n.Arrow)}
	case *ast.IncDecStmt:
		extra = []any{n.Tok}
	case *ast.AssignStmt:
		extra = []any{n.Tok, d.at(n.TokPos), len(n.Lhs), len(n.Rhs)}
	case *ast.BranchStmt:
		extra = []any{n.Tok, present(n.Label)}
	case *ast.BlockStmt:
		extra = []any{d.at(n.Rbrace), len(n.List)}
	case *ast.IfStmt:
		extra = []any{present(n.Init), present(n.Else)}
	case *ast.CaseClause:
		extra = []any{len(n.List), d.at(n.Colon), len(n.Body)}
	case *ast.SwitchStmt:
		extra = []any{present(n.Init), present(n.Tag)}
	case *ast.TypeSwitchStmt:
		extra = []any{present(n.Init)}
	case *ast.CommClause:
		extra = []any{present(n.Comm), d.at(n.Colon), len(n.Body)}
	case *ast.ForStmt:
		extra = []any{present(n.Init), present(n.Cond), present(n.Post)}
	case *ast.RangeStmt:
		tok := n.Tok.String()
		if !n.TokPos.IsValid() {
			tok = "-"
		}
		extra = []any{present(n.Key), present(n.Value), tok, d.at(n.TokPos)}
	}
	d.line(append([]any{d.depth, kind, start, end}, extra...)...)
	d.depth++
	return true
}
