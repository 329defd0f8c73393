// Package choice compares the three ways to share a map between goroutines.
package choice

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

const entries = 1 << 14

type store interface {
	get(key uint64) (uint64, bool)
	put(key, value uint64)
}

type locked struct {
	mu sync.RWMutex
	m  map[uint64]uint64
}

func (l *locked) get(key uint64) (uint64, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	value, ok := l.m[key]
	return value, ok
}

func (l *locked) put(key, value uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[key] = value
}

type sharded [64]struct {
	locked
	_ [64]byte // keeps two shards off one cache line
}

func (s *sharded) get(key uint64) (uint64, bool) { return s[key%64].get(key) }
func (s *sharded) put(key, value uint64)         { s[key%64].put(key, value) }

type syncMap struct{ m sync.Map }

func (s *syncMap) get(key uint64) (uint64, bool) {
	value, ok := s.m.Load(key)
	if !ok {
		return 0, false
	}
	return value.(uint64), true
}

func (s *syncMap) put(key, value uint64) { s.m.Store(key, value) }

func newStores() map[string]store {
	l := &locked{m: map[uint64]uint64{}}
	s := &sharded{}
	for i := range s {
		s[i].m = map[uint64]uint64{}
	}
	return map[string]store{"RWMutex": l, "shards": s, "syncMap": &syncMap{}}
}

func BenchmarkShared(b *testing.B) {
	for _, writes := range []uint64{0, 1, 10, 50} {
		for _, name := range []string{"RWMutex", "shards", "syncMap"} {
			b.Run(fmt.Sprintf("writes=%d%%/%s", writes, name), func(b *testing.B) {
				s := newStores()[name]
				for key := uint64(0); key < entries; key++ {
					s.put(key, key)
				}
				var seeds atomic.Uint64
				b.ReportAllocs()
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					x := seeds.Add(1) * 0x9e3779b97f4a7c15
					for pb.Next() {
						x ^= x << 13
						x ^= x >> 7
						x ^= x << 17
						if x%100 < writes {
							s.put(x>>32%entries, x)
						} else {
							s.get(x >> 32 % entries)
						}
					}
				})
			})
		}
	}
}
