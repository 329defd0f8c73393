// Prints what a hint saves: a line for each hint, with the allocations, bytes and nanoseconds of making a map and filling it
// with as many entries as the hint says, with the hint and without it. The collector is off while it measures.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"
)

// Where maps go, so that they are not on the stack.
var sink map[int]int

func fill(hint, entries int) {
	if hint < 0 {
		sink = make(map[int]int)
	} else {
		sink = make(map[int]int, hint)
	}
	for key := range entries {
		sink[key] = key
	}
}

// The allocations and bytes of one filling, in the mean.
func allocated(hint, entries int) (float64, float64) {
	const turns = 64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range turns {
		fill(hint, entries)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / turns, float64(after.TotalAlloc-before.TotalAlloc) / turns
}

// The nanoseconds of one filling.
func timed(hint, entries int) float64 {
	turns := 20_000/(entries+1) + 1
	begun := time.Now()
	for range turns {
		fill(hint, entries)
	}
	return float64(time.Since(begun).Nanoseconds()) / float64(turns)
}

func median(samples []float64) float64 {
	slices.Sort(samples)
	return samples[len(samples)/2]
}

func main() {
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.SetGCPercent(-1)
	hints := []int{1024}
	for hint := 1; hint <= 128; hint++ {
		hints = append(hints, hint)
	}
	for _, hint := range hints {
		var with, without, ratios []float64
		for range rounds {
			runtime.GC()
			hinted, plain := timed(hint, hint), timed(-1, hint)
			with, without, ratios = append(with, hinted), append(without, plain), append(ratios, hinted/plain)
		}
		allocations, bytes := allocated(hint, hint)
		plainAllocations, plainBytes := allocated(-1, hint)
		fmt.Println(hint, allocations, bytes, plainAllocations, plainBytes, median(with), median(without), median(ratios))
	}
	allocations, bytes := allocated(0, 0)
	fmt.Println(0, allocations, bytes, allocations, bytes, timed(0, 0), timed(0, 0), 1.0)
}
