// Reads addresses of its own code, one a line, and prints what the runtime says of each: entry, function, file and line.
package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
)

func main() {
	// So that there is more than the runtime.
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {})
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		pc, err := strconv.ParseUint(in.Text(), 16, 64)
		if err != nil {
			panic(err)
		}
		// Addresses are taken as those behind a call.
		frame, _ := runtime.CallersFrames([]uintptr{uintptr(pc) + 1}).Next()
		fmt.Fprintf(out, "%x %s %s:%d\n", frame.Entry, frame.Function, frame.File, frame.Line)
	}
}
