// One of Go's maps in a process of its own: what child.rs does with one of ours.
//
// It takes the name of the map, the file of the trace, unpaced or paced, the operations of each goroutine, and the goroutines.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Between two paced operations.
const pace = 100 * time.Microsecond

// Does so many operations from a place of the trace on; says how many look-ups found something.
func act(of shared, trace *trace, from, operations int) (found int) {
	at := from % len(trace.acts)
	for range operations {
		found += once(of, trace.acts[at])
		if at++; at == len(trace.acts) {
			at = 0
		}
	}
	return found
}

// Does an operation; says whether it was a look-up that found something.
func once(of shared, act uint64) int {
	key := act &^ (3 << 62)
	switch act >> 62 {
	case 0:
		if _, ok := of.get(key); ok {
			return 1
		}
	case 1:
		of.put(key, key)
	default:
		of.remove(key)
	}
	return 0
}

func unpaced(of shared, trace *trace, operations, goroutines int) (time.Duration, int) {
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	all, times := make([]int, goroutines), make([]time.Duration, goroutines)
	for number := range goroutines {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-begin
			begun := time.Now()
			all[number] = act(of, trace, len(trace.acts)/goroutines*number, operations)
			times[number] = time.Since(begun)
		}()
	}
	ready.Wait()
	close(begin)
	done.Wait()
	found := 0
	for _, each := range all {
		found += each
	}
	return slices.Max(times), found
}

func paced(of shared, trace *trace, operations int) (nanos []int64, found int) {
	nanos = make([]int64, 0, operations)
	due, at := time.Now().Add(pace), 0
	for range operations {
		for time.Now().Before(due) {
		}
		found += once(of, trace.acts[at])
		nanos = append(nanos, int64(time.Since(due)))
		due = due.Add(pace)
		if at++; at == len(trace.acts) {
			at = 0
		}
	}
	slices.Sort(nanos)
	return nanos, found
}

func number(word string) int {
	number, err := strconv.Atoi(word)
	if err != nil {
		panic(err)
	}
	return number
}

func main() {
	of, ok := maps[os.Args[1]]
	if !ok {
		panic("no map " + os.Args[1])
	}
	made, trace := of(), read(os.Args[2])
	operations, goroutines := number(os.Args[4]), number(os.Args[5])
	for _, key := range trace.keys {
		made.put(key, key)
	}
	// Once around, so that everything is where it will be.
	if os.Args[3] == "unpaced" {
		act(made, trace, 0, min(len(trace.acts)/4, operations))
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var first, second float64
	var found int
	if os.Args[3] == "paced" {
		var nanos []int64
		nanos, found = paced(made, trace, operations)
		first, second = float64(nanos[len(nanos)*99/100]), float64(nanos[len(nanos)*999/1000])
	} else {
		var took time.Duration
		took, found = unpaced(made, trace, operations, goroutines)
		first = float64(took) / float64(operations)
		second = first
	}
	runtime.ReadMemStats(&after)
	allocations := float64(after.Mallocs-before.Mallocs) / float64(operations*goroutines)
	// The pauses of the last 256 collections are kept.
	collections, longest := after.NumGC-before.NumGC, uint64(0)
	for at := range min(collections, 256) {
		longest = max(longest, after.PauseNs[(after.NumGC-at+255)%256])
	}
	fmt.Println(first, second, allocations, collections, after.PauseTotalNs-before.PauseTotalNs, longest, found)
}
