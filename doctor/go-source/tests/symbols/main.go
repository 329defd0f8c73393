package main

import (
	"fmt"
	"sort"
	"sync"
)

var first = func() int { return second() + 1 }

var second = func() int {
	inner := func() int { return 2 }
	return inner()
}

var table = map[string]func(int) int{
	"double": func(x int) int { return x * 2 },
	"nested": func(x int) int {
		f := func() int { return x }
		return f()
	},
}

var computed = compute(func() int { return dependsLater() })

var dependsLater = func() int { return 7 }

func compute(f func() int) int { return f() }

func init() {
	register("a", func() {})
}

func init() {
	register("b", func() {
		func() { fmt.Print("") }()
	})
}

var registry = map[string]func(){}

func register(name string, f func()) { registry[name] = f }

type counter struct {
	mu sync.Mutex
	m  map[string]int
}

func (c *counter) add(k string) func() int {
	return func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.m[k]++
		return c.m[k]
	}
}

func (c counter) keys() []string {
	var out []string
	each := func(f func(string)) {
		for k := range c.m {
			f(k)
		}
	}
	each(func(k string) { out = append(out, k) })
	sort.Slice(out, func(i, j int) bool {
		less := func() bool { return out[i] < out[j] }
		return less()
	})
	return out
}

type set[K comparable] struct{ m map[K]bool }

func (s *set[K]) each(f func(K)) {
	visit := func(k K) { f(k) }
	for k := range s.m {
		visit(k)
	}
}

func apply[T any](list []T, f func(T)) {
	run := func(t T) { f(t) }
	for _, t := range list {
		run(t)
	}
}

func spawn(n int, done chan int) {
	var wg sync.WaitGroup
	wg.Add(2)
	go worker(n, done)
	go func() {
		defer wg.Done()
		done <- n
	}()
	go func(k int) {
		defer func() { recover() }()
		defer release(k, 1)
		defer wg.Done()
		func() {
			done <- k
		}()
	}(n)
	after := func() { wg.Wait() }
	after()
}

func release(a, b int) {}

func worker(n int, done chan int) { done <- n }

func choose(x any, c chan func()) {
	switch x := x.(type) {
	case int:
		fmt.Sprint(func() int { return x }())
	case string:
		fmt.Sprint(func() string { return x }())
	}
	select {
	case f := <-c:
		f()
	case c <- func() { fmt.Print("") }:
	default:
		for i := 0; i < func() int { return 1 }(); i++ {
			func() { fmt.Print("") }()
		}
	}
	if f := func() bool { return true }; f() {
		func() { fmt.Print("") }()
	} else {
		func() { fmt.Print("") }()
	}
	a, b := func() int { return 1 }(), func() int { return 2 }()
	_ = a + b
	pair := struct{ f, g func() }{g: func() { fmt.Print("") }, f: func() { fmt.Print("") }}
	pair.f()
	pair.g()
	registry["x"], registry["y"] = func() {}, func() {}
	registry[func() string { return "k" }()] = func() {}
}

func main() {
	done := make(chan int, 16)
	c := &counter{m: map[string]int{}}
	c.add("x")()
	fmt.Println(first(), table["double"](1), table["nested"](2), computed, c.keys(), other())
	(&set[string]{m: map[string]bool{"a": true}}).each(func(string) {})
	(&set[int]{m: map[int]bool{1: true}}).each(func(int) {})
	apply([]int{1}, func(int) {})
	apply([]string{"1"}, func(string) {})
	spawn(1, done)
	choose(1, make(chan func(), 1))
	choose("s", make(chan func(), 1))
	add := c.add
	add("y")()
	for _, f := range registry {
		f()
	}
}
