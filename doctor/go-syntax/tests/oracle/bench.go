package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"runtime"
	"time"
)

// bench parses the files below dir, which are read beforehand, on one thread: the best of several
// runs, and the heap that all trees take.
func bench(w io.Writer, dir string) {
	runtime.GOMAXPROCS(1)
	var sources [][]byte
	size := 0
	for _, path := range goFiles(dir) {
		src, err := os.ReadFile(path)
		check(err)
		sources = append(sources, src)
		size += len(src)
	}
	const mode = parser.ParseComments | parser.SkipObjectResolution
	best := time.Duration(1 << 62)
	for run := 0; run < 3; run++ {
		runtime.GC()
		start := time.Now()
		for _, src := range sources {
			// A set of its own for each file, which is the faster way to parse unrelated files.
			parser.ParseFile(token.NewFileSet(), "x.go", src, mode)
		}
		if took := time.Since(start); took < best {
			best = took
		}
	}
	before := heap()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, src := range sources {
		if file, err := parser.ParseFile(fset, "x.go", src, mode); err == nil {
			files = append(files, file)
		}
	}
	held := heap() - before
	mb := float64(size) / 1e6
	fmt.Fprintf(w, "go/parser: %d files, %.1f MB, %.3f s, %.1f MB/s, %.1f MB of trees\n",
		len(sources), mb, best.Seconds(), mb/best.Seconds(), float64(held)/1e6)
	runtime.KeepAlive(files)
	runtime.KeepAlive(fset)
	runtime.KeepAlive(sources)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
