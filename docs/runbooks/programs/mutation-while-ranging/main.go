// Command mutation-while-ranging changes a map inside its own range loop.
package main

import (
	"flag"
	"fmt"
)

func numbers(n int) map[int]bool {
	m := make(map[int]bool)
	for i := 0; i < n; i++ {
		m[i] = true
	}
	return m
}

// inserting adds an entry for each entry visited and reports how many were visited.
func inserting(n int) (visited int) {
	m := numbers(n)
	for k := range m {
		visited++
		if k < n {
			m[k+n] = true
		}
	}
	return visited
}

// deleting removes every other entry that is still to come.
func deleting(n int) (visited int) {
	m := numbers(n)
	for k := range m {
		visited++
		delete(m, k^1)
	}
	return visited
}

// collecting reads first and changes afterwards: the same result each time.
func collecting(n int) int {
	m := numbers(n)
	var add []int
	for k := range m {
		add = append(add, k+n)
	}
	for _, k := range add {
		m[k] = true
	}
	return len(add)
}

func main() {
	n := flag.Int("n", 100, "entries at the start")
	flag.Parse()

	for _, c := range []struct {
		name string
		run  func(int) int
	}{
		{"insert while ranging", inserting},
		{"delete while ranging", deleting},
		{"collect, then insert", collecting},
	} {
		fmt.Printf("%s, %d entries, visited:", c.name, *n)
		for i := 0; i < 6; i++ {
			fmt.Print(" ", c.run(*n))
		}
		fmt.Println()
	}
}
