// Runs operations on a sync.Map, and prints after each its result and the inner state of the map.
//
// One operation a line in the file that is named; the layout is that of src/sync/map.go, Go 1.9 to 1.23.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"unsafe"
)

// The fields of sync.Map, in their order.
type layout struct {
	mu     sync.Mutex
	read   unsafe.Pointer
	dirty  map[any]*entry
	misses int
}

type entry struct{ p unsafe.Pointer }

type readOnly struct {
	m       map[any]*entry
	amended bool
}

//go:linkname expunged sync.expunged
var expunged unsafe.Pointer

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	var m sync.Map
	inner := (*layout)(unsafe.Pointer(&m))
	if unsafe.Sizeof(m) != unsafe.Sizeof(*inner) {
		panic("sync.Map is laid out otherwise")
	}
	promotions := 0
	var before map[any]*entry
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var op string
		var key, one, two int
		fmt.Sscan(lines.Text()+" 0 0 0", &op, &key, &one, &two)
		found := func(value any, ok bool) string {
			if !ok {
				return "none"
			}
			return fmt.Sprint(value)
		}
		result := "done"
		switch op {
		case "load":
			result = found(m.Load(key))
		case "store":
			m.Store(key, one)
		case "swap":
			result = found(m.Swap(key, one))
		case "load_or_store":
			value, loaded := m.LoadOrStore(key, one)
			result = found(value, loaded)
		case "load_and_delete":
			result = found(m.LoadAndDelete(key))
		case "delete":
			m.Delete(key)
		case "compare_and_swap":
			result = fmt.Sprint(m.CompareAndSwap(key, one, two))
		case "compare_and_delete":
			result = fmt.Sprint(m.CompareAndDelete(key, one))
		case "range":
			count, sum := 0, 0
			m.Range(func(key, value any) bool {
				count++
				sum += key.(int)*31 + value.(int)
				return true
			})
			result = fmt.Sprint(count, ":", sum)
		default:
			panic(op)
		}
		read := readOnly{}
		if inner.read != nil {
			read = *(*readOnly)(inner.read)
		}
		// A promotion is the one thing that replaces the read map by another; the old one is still referred to here.
		if *(*unsafe.Pointer)(unsafe.Pointer(&read.m)) != *(*unsafe.Pointer)(unsafe.Pointer(&before)) {
			promotions++
		}
		before = read.m
		gone := 0
		for _, e := range read.m {
			if e.p == expunged {
				gone++
			}
		}
		dirty := "none"
		if inner.dirty != nil {
			dirty = fmt.Sprint(len(inner.dirty))
		}
		fmt.Fprintln(out, strings.ReplaceAll(result, " ", ""), len(read.m), dirty, read.amended, inner.misses, gone, promotions)
	}
}
