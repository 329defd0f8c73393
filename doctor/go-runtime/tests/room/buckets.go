// Prints the buckets of maps made with hints, and of maps that have grown, of Go until 1.23.
package main

import (
	"fmt"
	"unsafe"
)

// What the runtime's hmap begins with.
type header struct {
	count int
	flags uint8
	log   uint8
}

func buckets(m map[int]int) int {
	return 1 << (*(**header)(unsafe.Pointer(&m))).log
}

func main() {
	hints := []int{1024, 4096, 100000}
	for hint := 0; hint <= 128; hint++ {
		hints = append(hints, hint)
	}
	for _, hint := range hints {
		fmt.Println("made", hint, buckets(make(map[int]int, hint)))
	}
	grown := map[int]int{}
	for entries := 1; entries <= 5000; entries++ {
		grown[entries] = entries
		fmt.Println("grown", entries, buckets(grown))
	}
}
