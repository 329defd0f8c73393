// Command collision-storm measures what looks like a collision storm in a Go map.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"hash/maphash"
	"log"
	"math"
	"os"
	"runtime/pprof"
	"strings"
	"time"
)

type point struct{ x, y int32 }

func timed(what string, n int, work func()) {
	start := time.Now()
	work()
	fmt.Printf("%-46s %9.1f ns/op\n", what, float64(time.Since(start).Nanoseconds())/float64(n))
}

// keys inserts n regular keys of several types: none of them clusters.
func keys(n int) {
	timed("int, sequential", n, func() {
		m := map[int]int{}
		for i := 0; i < n; i++ {
			m[i] = i
		}
	})
	timed("int, multiples of 65536", n, func() {
		m := map[int]int{}
		for i := 0; i < n; i++ {
			m[i<<16] = i
		}
	})
	timed("struct{x, y int32}, a grid", n, func() {
		m := map[point]int{}
		for i := 0; i < n; i++ {
			m[point{int32(i & 1023), int32(i >> 10)}] = i
		}
	})
	timed("interface holding that struct", n, func() {
		m := map[any]int{}
		for i := 0; i < n; i++ {
			m[point{int32(i & 1023), int32(i >> 10)}] = i
		}
	})
}

// nan adds entries that can be neither found nor deleted.
func nan() {
	m := map[float64]int{}
	for i := 0; i < 1000; i++ {
		m[math.NaN()]++
	}
	delete(m, math.NaN())
	_, found := m[math.NaN()]
	fmt.Println("1000 x m[NaN]++ : len", len(m), "found", found)
	clear(m)
	fmt.Println("after clear     : len", len(m))
}

// drain uses a map that once was large as a queue: put one entry in, take any entry out.
func drain(n int) {
	m := map[int]int{}
	for i := 0; i < n; i++ {
		m[i] = i
	}
	for i := 0; i < n; i++ {
		delete(m, i)
	}
	timed(fmt.Sprintf("put one, take any; once held %d", n), 1000, func() {
		for i := 0; i < 1000; i++ {
			m[i] = i
			for k := range m {
				delete(m, k)
				break
			}
		}
	})
}

// shards counts how many of 4096 tenant names land on each of 16 shards.
func shards() {
	var byLength, byFNV, byMaphash [16]int
	seed := maphash.MakeSeed()
	for i := 0; i < 4096; i++ {
		key := fmt.Sprintf("tenant-%04d", i)
		byLength[len(key)%16]++
		h := fnv.New32a()
		h.Write([]byte(key))
		byFNV[h.Sum32()%16]++
		byMaphash[maphash.String(seed, key)%16]++
	}
	fmt.Println("len(key) % 16 ", byLength)
	fmt.Println("fnv32a % 16   ", byFNV)
	fmt.Println("maphash % 16  ", byMaphash)
}

// long looks up keys of several lengths; the key sought is another copy of the one stored.
func long() {
	m := map[string]int{}
	for i := 0; i < 100; i++ {
		m[fmt.Sprint(i)] = i
	}
	found := 0
	for _, size := range []int{16, 1 << 10, 64 << 10} {
		key := strings.Repeat("k", size)
		m[strings.Clone(key)] = 1
		timed(fmt.Sprintf("lookup of a key of %d bytes", size), 10000, func() {
			for i := 0; i < 10000; i++ {
				found += m[key]
			}
		})
	}
	fmt.Println("found:", found)
}

// chains keys a map by a weak hash of its own and keeps a list under each.
func chains(n int) {
	m := map[uint32][]string{}
	weak := func(s string) (h uint32) {
		for _, b := range []byte(s) {
			h += uint32(b)
		}
		return h
	}
	timed("own hash (sum of bytes), list per hash", n, func() {
		for i := 0; i < n; i++ {
			key := fmt.Sprintf("order-%06d", i)
			h := weak(key)
			known := false
			for _, k := range m[h] {
				known = known || k == key
			}
			if !known {
				m[h] = append(m[h], key)
			}
		}
	})
	fmt.Println("different hashes:", len(m))
}

func main() {
	mode := flag.String("mode", "keys", "keys, nan, drain, shards, long or chains")
	n := flag.Int("n", 100_000, "number of keys")
	profile := flag.String("cpu", "", "write a CPU profile here")
	flag.Parse()

	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			log.Fatal(err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			log.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}
	switch *mode {
	case "keys":
		keys(*n)
	case "nan":
		nan()
	case "drain":
		drain(*n)
	case "shards":
		shards()
	case "long":
		long()
	case "chains":
		chains(*n)
	default:
		flag.Usage()
	}
}
