package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// bench parses the files below dir, which are read beforehand, on one thread: the best of several
// runs in seconds of processor time, garbage collection included, and the heap that all trees take.
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
	best := 1e9
	for run := 0; run < 3; run++ {
		runtime.GC()
		start := processorSeconds()
		for _, src := range sources {
			// A set of its own for each file, which is the faster way to parse unrelated files.
			parser.ParseFile(token.NewFileSet(), "x.go", src, mode)
		}
		if took := processorSeconds() - start; took < best {
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
		len(sources), mb, best, mb/best, float64(held)/1e6)
	runtime.KeepAlive(files)
	runtime.KeepAlive(fset)
	runtime.KeepAlive(sources)
}

// processorSeconds is the time this process has had, or where the system does not tell, the time of day.
func processorSeconds() float64 {
	if stat, err := os.ReadFile("/proc/self/stat"); err == nil {
		// The fields behind the name in parentheses; user and system time are the 14th and 15th of all.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		user, _ := strconv.ParseFloat(fields[11], 64)
		system, _ := strconv.ParseFloat(fields[12], 64)
		return (user + system) / 100
	}
	return float64(time.Now().UnixNano()) / 1e9
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
