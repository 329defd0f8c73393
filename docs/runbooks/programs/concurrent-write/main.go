// Command concurrent-write shares one map between goroutines, without a lock or with one.
//
// Without a lock it dies within moments, unless the scheduler is kind: run it again then.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

// statusCache is what a handler fills and a cleaner sweeps.
type statusCache struct {
	mu      sync.RWMutex
	locked  bool
	entries map[string]int
}

func (c *statusCache) put(id string, status int) {
	if c.locked {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	c.entries[id] = status
}

func (c *statusCache) get(id string) int {
	if c.locked {
		c.mu.RLock()
		defer c.mu.RUnlock()
	}
	return c.entries[id]
}

func (c *statusCache) sum() int {
	if c.locked {
		c.mu.RLock()
		defer c.mu.RUnlock()
	}
	total := 0
	for _, status := range c.entries {
		total += status
	}
	return total
}

func (c *statusCache) print() {
	if c.locked {
		c.mu.RLock()
		defer c.mu.RUnlock()
	}
	fmt.Fprintln(io.Discard, c.entries)
}

func main() {
	mode := flag.String("mode", "write", "what the second goroutine does: write, read, range or print")
	locked := flag.Bool("locked", false, "take the lock")
	duration := flag.Duration("for", 2*time.Second, "how long to run")
	flag.Parse()

	c := &statusCache{locked: *locked, entries: map[string]int{}}
	second := map[string]func(string){
		"write": func(id string) { c.put(id, 2) },
		"read":  func(id string) { c.get(id) },
		"range": func(string) { c.sum() },
		"print": func(string) { c.print() },
	}[*mode]
	if second == nil {
		flag.Usage()
		os.Exit(2)
	}
	stop := time.Now().Add(*duration)

	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; time.Now().Before(stop); i++ {
			c.put(strconv.Itoa(i%1000), 1)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; time.Now().Before(stop); i++ {
			second(strconv.Itoa(i % 1000))
		}
	}()
	wg.Wait()
	fmt.Println("finished,", len(c.entries), "entries")
}
