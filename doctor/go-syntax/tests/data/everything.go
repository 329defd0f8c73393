//go:build linux && !cgo

// Package everything holds one of each thing that Go's grammar has.
package everything

import "fmt"
import (
	. "math"
	_ "net/http/pprof"
	str "strings"
)

const answer = 42

const (
	a, b = iota, 1 << iota // a trailing comment
	c, d
	hex      = 0xFF_00 + 0b1010 + 0o17 + 017 + 1_000
	floats   = .5 + 1. + 1e-9 + 0x1p-2 + 3i + 0x1.8p1
	runes    = 'a' + '\n' + '\x41' + '\'' + '\u00e9' + '\U0001F600' + '\377'
	text     = "quoted \"text\" \t\u00e9" + `raw
text`
)

var (
	x, y   int
	z      = 3
	m      map[string][]map[int]chan<- struct{}
	in     <-chan (<-chan int)
	out    chan<- chan<- int
	fn     func(int, ...string) (n int, err error)
	arr    = [...]string{2: "two", "three"}
	nested = [][]point{{{1, 2}, {X: 3}}, nil}
	p      = &point{X: 1, Y: 2}
	_      = interface{}(nil)
)

type point struct {
	X, Y int `json:"x"`
	*inner
	fmt.Stringer
	_    [0]func()
	tag  string "plain"
	anon struct{ a, b byte }
}

type (
	inner = map[string]int
	iface interface {
		fmt.Stringer
		Method(a, b int, _ ...string) (ok bool)
		Plain(int, string) error
	}
)

// Method has a receiver.
func (p *point) Method(a, b int, rest ...string) (ok bool) {
	defer p.close()
	defer func() { recover() }()
	if v, found := m["k"]; found && len(v) > 0 {
		return true
	} else if x := y; x != 0 {
		goto end
	} else {
		x--
	}
	for i := 0; i < 10; i++ {
		continue
	}
	for x < y {
		x++
	}
	for {
		break
	}
	for range 10 {
	}
	for k, v := range m {
		_, _ = k, v
	}
	for k = range in {
	}
outer:
	for {
		switch x := f(); {
		case x > 1, x < -1:
			fallthrough
		case !ok:
			break outer
		default:
		}
		switch v := any(x).(type) {
		case nil:
		case int, *point, func(), []map[string]int:
			_ = v
		}
		switch y.(type) {
		}
		switch {
		}
	}
	select {
	case v := <-in:
		_ = v
	case v, ok = <-in:
	case out <- <-in:
	case <-done:
	default:
	}
end:
	x, y = y, x
	x += 1; x -= 1; x *= 2; x /= 2; x %= 2; x &= 1; x |= 1; x ^= 1; x <<= 1; x >>= 1; x &^= 1
	go func(n int) { out <- nil }(1)
	_ = arr[1:2:3]
	_ = arr[:]
	_ = -x + ^y*(z)/3%2&1|4&^3<<2>>1 - +1
	_ = a == b || c != d && a <= b && a >= b && !(a < b)
	_ = *p.inner, <-in, &x
	_ = f(rest...)(1)[2].field.(T)
	_ = struct{ A int }{1}
	_ = []int{1, 2,
		3,
	}
	_ = func() (int, error) { return 1, nil }
	var local, other int = 1, 2
	const inside = 1
	type here struct{}
	{
		;
	}
	return
}

func external(x int) (y int)
