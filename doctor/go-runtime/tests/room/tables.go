// Prints the tables of maps made with hints, and of maps that have grown, and the groups of each, of Go from 1.24 on.
package main

import (
	"fmt"
	"unsafe"
)

// What a map of the runtime begins with.
type header struct {
	used   uint64
	seed   uintptr
	tables unsafe.Pointer
	number int
}

// What a table of it begins with.
type table struct {
	used     uint16
	capacity uint16
}

func tables(m map[int]int) (int, int) {
	head := *(**header)(unsafe.Pointer(&m))
	if head.number == 0 {
		return 1, 1
	}
	first := *(**table)(head.tables)
	return head.number, int(first.capacity) / 8
}

func main() {
	hints := []int{1024, 4096, 100000}
	for hint := 0; hint <= 128; hint++ {
		hints = append(hints, hint)
	}
	for _, hint := range hints {
		number, groups := tables(make(map[int]int, hint))
		fmt.Println("made", hint, number, groups)
	}
	// Up to the greatest table: where larger maps are split differs from run to run.
	grown := map[int]int{}
	for entries := 1; entries <= 896; entries++ {
		grown[entries] = entries
		number, groups := tables(grown)
		fmt.Println("grown", entries, number, groups)
	}
}
