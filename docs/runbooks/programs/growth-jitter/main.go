// Command growth-jitter times every single insert into a growing map.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"
)

func main() {
	n := flag.Int("n", 4_000_000, "entries")
	hint := flag.Int("hint", 0, "size hint given to make")
	cpu := flag.String("cpu", "", "write a CPU profile here")
	flag.Parse()

	if *cpu != "" {
		f, err := os.Create(*cpu)
		if err != nil {
			panic(err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			panic(err)
		}
		defer pprof.StopCPUProfile()
	}

	start := time.Now()
	m := make(map[uint64]uint64, *hint)
	made := time.Since(start)

	limits := []time.Duration{16 * time.Microsecond, 64 * time.Microsecond, 256 * time.Microsecond, time.Millisecond}
	slower := make([]int, len(limits))
	var wave [20]int // inserts of at least limits[0], per twentieth of the run
	var worst time.Duration
	for i := 0; i < *n; i++ {
		t := time.Now()
		m[uint64(i)] = uint64(i)
		d := time.Since(t)
		if d < limits[0] {
			continue
		}
		wave[i*len(wave) / *n]++
		for j, limit := range limits {
			if d >= limit {
				slower[j]++
			}
		}
		worst = max(worst, d)
	}
	fmt.Printf("make(map, %d) took %v; %d inserts took %v\n", *hint, made, *n, time.Since(start)-made)
	fmt.Print("  inserts that took at least")
	for j, limit := range limits {
		fmt.Printf(" %v: %d,", limit, slower[j])
	}
	fmt.Printf(" worst %v\n", worst)
	fmt.Println("  slow ones per twentieth of the run:", wave)
}
