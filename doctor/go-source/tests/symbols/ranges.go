//go:build go1.23

package main

import "fmt"

func count(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

func init() {
	total := map[int]int{}
	for i := range count(2) {
		total[i]++
		show := func() string { return fmt.Sprint(total[i]) }
		_ = show()
		for j := range count(3) {
			func() { total[j]-- }()
		}
	}
	func() {
		for k := range count(1) {
			func() { total[k] = k }()
		}
	}()
}
