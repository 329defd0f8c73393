package edited

import "sync"

// Half of this file is being typed: it never parses without errors.

type Cache struct {
	mu sync.Mutex
	entries map[string]int
	broken map[
}

func (c *Cache) Get(key string) int {
	c.mu.Lock()
	defer c.mu.
	return c.entries[key
}

func (c *Cache) Set(key string, value int) {
	c.mu.Lock()
	if value > {
		c.entries[key] = value
	for k := range c.entries {
		delete(c.entries, k

func (c *Cache) Len() int {
	return len(c.entries)
}

func odd() {
	foo(1, 2
	bar := struct{ a int
	switch x {
	case 1
		baz()
	}
	go
	x := "unterminated
	else { }
	)
	var
}

func last() { done() }
