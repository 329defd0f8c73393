package repaired

import (
	"hash/maphash"
	"sync"
)

// Sharded spreads a map over 64 locks. The zero value is not ready: call NewSharded.
type Sharded struct {
	seed   maphash.Seed
	shards [64]shard
}

type shard struct {
	mu sync.RWMutex
	m  map[string]int // guarded by mu
}

func NewSharded() *Sharded {
	s := &Sharded{seed: maphash.MakeSeed()}
	for i := range s.shards {
		s.shards[i].m = make(map[string]int)
	}
	return s
}

func (s *Sharded) of(key string) *shard {
	return &s.shards[maphash.String(s.seed, key)%uint64(len(s.shards))]
}

func (s *Sharded) Get(key string) (int, bool) {
	shard := s.of(key)
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	value, ok := shard.m[key]
	return value, ok
}

func (s *Sharded) Put(key string, value int) {
	shard := s.of(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	shard.m[key] = value
}
