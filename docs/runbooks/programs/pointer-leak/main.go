// Command pointer-leak shows what a map keeps in memory after its entries were deleted.
package main

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"runtime"
	"runtime/pprof"
)

// session is what a service keeps for a user; body stands for a decoded request.
type session struct {
	user string
	body []byte
}

var (
	sessions = map[int64]*session{}
	names    = map[int64]string{}
)

// heapMiB is the live heap after a full collection.
func heapMiB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func report(what string) {
	fmt.Printf("%-44s %7.1f MiB  len %d\n", what, heapMiB(), len(sessions))
}

func fill(n int64) {
	for id := int64(0); id < n; id++ {
		sessions[id] = &session{user: fmt.Sprint("user", id), body: make([]byte, 200)}
	}
}

func rebuild(old map[int64]*session) map[int64]*session {
	fresh := make(map[int64]*session, len(old))
	for id, s := range old {
		fresh[id] = s
	}
	return fresh
}

func main() {
	n := flag.Int64("n", 1_000_000, "sessions")
	profile := flag.String("heap", "", "write a heap profile here while the map is full")
	flag.Parse()

	report("start")
	fill(*n)
	report("filled")
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			log.Fatal(err)
		}
		if err := pprof.Lookup("heap").WriteTo(f, 0); err != nil {
			log.Fatal(err)
		}
		if err := f.Close(); err != nil {
			log.Fatal(err)
		}
	}
	for id := int64(1000); id < *n; id++ {
		delete(sessions, id)
	}
	report("all but 1000 deleted")
	sessions = maps.Clone(sessions)
	report("maps.Clone of it")
	sessions = rebuild(sessions)
	report("rebuilt: copied into a fresh map")

	fill(*n)
	clear(sessions)
	report("filled again, then clear()")
	sessions = map[int64]*session{}
	report("assigned a fresh map")

	// A substring keeps the whole string it was cut from.
	for id := int64(0); id < 1000; id++ {
		line := string(make([]byte, 64<<10))
		names[id] = line[:8]
	}
	report("1000 names of 8 bytes, cut from 64 KiB lines")
	runtime.KeepAlive(names)
}
