// Package repaired holds the repairs that the runbooks recommend, small enough to copy.
package repaired

import (
	"maps"
	"sync"
)

// Statuses is a map with its lock beside it. Only its methods touch the map.
type Statuses struct {
	mu sync.RWMutex
	m  map[string]int // guarded by mu
}

func (s *Statuses) Get(id string) (int, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	status, ok := s.m[id]
	return status, ok
}

func (s *Statuses) Put(id string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = make(map[string]int)
	}
	s.m[id] = status
}

// Snapshot is a copy that the caller owns: to range over, to print, to encode.
func (s *Statuses) Snapshot() map[string]int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.m)
}

// Sweep deletes what is no longer wanted. keep runs under the lock and must not call s.
func (s *Statuses) Sweep(keep func(id string, status int) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, status := range s.m {
		if !keep(id, status) {
			delete(s.m, id)
		}
	}
}
