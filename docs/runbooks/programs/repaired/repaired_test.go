package repaired

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
)

// together runs each function in goroutines of its own; run it with -race.
func together(functions ...func(i int)) {
	var wg sync.WaitGroup
	for _, f := range functions {
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func(f func(int)) {
				defer wg.Done()
				for i := 0; i < 2000; i++ {
					f(i)
				}
			}(f)
		}
	}
	wg.Wait()
}

func TestStatuses(t *testing.T) {
	var s Statuses
	together(
		func(i int) { s.Put(strconv.Itoa(i), i) },
		func(i int) { s.Get(strconv.Itoa(i)) },
		func(i int) {
			if i%100 == 0 {
				_ = fmt.Sprint(s.Snapshot())
			}
		},
		func(i int) {
			if i%100 == 0 {
				s.Sweep(func(_ string, status int) bool { return status%2 == 0 })
			}
		},
	)
	s.Put("4", 7)
	if status, ok := s.Get("4"); !ok || status != 7 {
		t.Errorf("got %d, %v", status, ok)
	}
}

func TestSettings(t *testing.T) {
	var s Settings
	together(
		func(i int) { s.Replace(map[string]string{"limit": strconv.Itoa(i)}) },
		func(int) { s.Get("limit") },
	)
	s.Replace(map[string]string{"limit": "9"})
	if got := s.Get("limit"); got != "9" {
		t.Errorf("got %q", got)
	}
}

func TestSharded(t *testing.T) {
	s := NewSharded()
	together(
		func(i int) { s.Put(strconv.Itoa(i), i) },
		func(i int) { s.Get(strconv.Itoa(i)) },
	)
	for i := 0; i < 2000; i++ {
		if value, ok := s.Get(strconv.Itoa(i)); !ok || value != i {
			t.Fatalf("key %d: got %d, %v", i, value, ok)
		}
	}
}

func TestSessionsMoveToASmallerMap(t *testing.T) {
	var s Sessions
	for id := int64(0); id < 50_000; id++ {
		s.Put(id, &Session{})
	}
	for id := int64(100); id < 50_000; id++ {
		s.Delete(id)
	}
	if len(s.m) != 100 || s.peak >= 10_000 {
		t.Errorf("%d sessions, peak %d", len(s.m), s.peak)
	}
	if s.m[7] == nil {
		t.Error("session 7 was lost")
	}
}
