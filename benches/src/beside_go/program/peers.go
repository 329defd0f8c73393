//go:build peers

package main

import (
	cmap "github.com/orcaman/concurrent-map/v2"
	"github.com/puzpuzpuz/xsync/v4"
)

func init() {
	maps["xsync"] = func() shared { return xsyncMap{xsync.NewMap[uint64, uint64]()} }
	maps["concurrent-map"] = func() shared {
		// It has no hash for numbers of its own.
		shard := func(key uint64) uint32 { return uint32(key * 0x9E3779B97F4A7C15 >> 32) }
		return concurrentMap{cmap.NewWithCustomShardingFunction[uint64, uint64](shard)}
	}
}

type xsyncMap struct{ of *xsync.Map[uint64, uint64] }

func (m xsyncMap) get(key uint64) (uint64, bool) { return m.of.Load(key) }
func (m xsyncMap) put(key, value uint64)         { m.of.Store(key, value) }
func (m xsyncMap) remove(key uint64)             { m.of.Delete(key) }

type concurrentMap struct {
	of cmap.ConcurrentMap[uint64, uint64]
}

func (m concurrentMap) get(key uint64) (uint64, bool) { return m.of.Get(key) }
func (m concurrentMap) put(key, value uint64)         { m.of.Set(key, value) }
func (m concurrentMap) remove(key uint64)             { m.of.Remove(key) }
