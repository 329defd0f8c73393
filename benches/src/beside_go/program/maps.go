package main

import "sync"

// What every map can do.
type shared interface {
	get(key uint64) (uint64, bool)
	put(key, value uint64)
	remove(key uint64)
}

// The maps by name; peers.go adds those of others.
var maps = map[string]func() shared{
	"sync.Map": func() shared { return new(syncMap) },
	"RWMutex":  func() shared { return newLocked() },
	"shards":   func() shared { return newShards() },
}

type syncMap struct{ of sync.Map }

func (m *syncMap) get(key uint64) (uint64, bool) {
	value, ok := m.of.Load(key)
	if !ok {
		return 0, false
	}
	return value.(uint64), true
}

func (m *syncMap) put(key, value uint64) { m.of.Store(key, value) }
func (m *syncMap) remove(key uint64)     { m.of.Delete(key) }

// A map under a lock for many readers or one writer.
type locked struct {
	sync.RWMutex
	of map[uint64]uint64
	// Locks of shards that lie beside each other are not on one cache line.
	_ [64]byte
}

func newLocked() *locked { return &locked{of: make(map[uint64]uint64)} }

func (m *locked) get(key uint64) (uint64, bool) {
	m.RLock()
	value, ok := m.of[key]
	m.RUnlock()
	return value, ok
}

func (m *locked) put(key, value uint64) {
	m.Lock()
	m.of[key] = value
	m.Unlock()
}

func (m *locked) remove(key uint64) {
	m.Lock()
	delete(m.of, key)
	m.Unlock()
}

// Sixteen of them, chosen by the high bits of a product.
type shards [16]*locked

func newShards() *shards {
	var m shards
	for at := range m {
		m[at] = newLocked()
	}
	return &m
}

func (m *shards) of(key uint64) *locked { return m[key*0x9E3779B97F4A7C15>>60] }

func (m *shards) get(key uint64) (uint64, bool) { return m.of(key).get(key) }
func (m *shards) put(key, value uint64)         { m.of(key).put(key, value) }
func (m *shards) remove(key uint64)             { m.of(key).remove(key) }
