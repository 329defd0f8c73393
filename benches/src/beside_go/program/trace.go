package main

import (
	"encoding/binary"
	"os"
)

// What is done with a map: see trace.rs.
type trace struct{ keys, acts []uint64 }

func read(path string) *trace {
	bytes, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	numbers := make([]uint64, len(bytes)/8)
	for at := range numbers {
		numbers[at] = binary.LittleEndian.Uint64(bytes[8*at:])
	}
	entries := numbers[0]
	return &trace{numbers[1 : entries+1], numbers[entries+1:]}
}
