// Command metrics prints the runtime's own figures that the runbooks watch.
package main

import (
	"fmt"
	"runtime/metrics"
)

var names = []string{
	"/gc/heap/live:bytes",
	"/gc/heap/objects:objects",
	"/gc/heap/allocs:bytes",
	"/memory/classes/heap/objects:bytes",
	"/cpu/classes/gc/mark/assist:cpu-seconds",
	"/gc/scan/heap:bytes",
	"/sync/mutex/wait/total:seconds",
	"/sched/goroutines:goroutines",
}

func main() {
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	metrics.Read(samples)
	for _, s := range samples {
		switch s.Value.Kind() {
		case metrics.KindUint64:
			fmt.Println(s.Name, s.Value.Uint64())
		case metrics.KindFloat64:
			fmt.Println(s.Name, s.Value.Float64())
		default:
			fmt.Println(s.Name, "not in this version of Go")
		}
	}
}
