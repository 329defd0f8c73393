package repaired

import "sync"

// Session is what a service keeps for a user.
type Session struct{ User string }

// Sessions gives memory back after a burst: it moves to a fresh map when few entries are left.
type Sessions struct {
	mu   sync.Mutex
	m    map[int64]*Session // guarded by mu
	peak int                // the most entries that m has held
}

func (s *Sessions) Put(id int64, session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = make(map[int64]*Session)
	}
	s.m[id] = session
	s.peak = max(s.peak, len(s.m))
}

func (s *Sessions) Delete(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, id)
	if s.peak < 10_000 || len(s.m) > s.peak/8 {
		return
	}
	fresh := make(map[int64]*Session, len(s.m))
	for id, session := range s.m {
		fresh[id] = session
	}
	s.m, s.peak = fresh, len(fresh)
}
