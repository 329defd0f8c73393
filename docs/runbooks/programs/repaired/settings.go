package repaired

import "sync/atomic"

// Settings is read often and replaced whole. No map it has published is written again.
type Settings struct {
	current atomic.Pointer[map[string]string]
}

func (s *Settings) Get(name string) string {
	if m := s.current.Load(); m != nil {
		return (*m)[name]
	}
	return ""
}

// Replace publishes fresh. The caller must not touch it afterwards.
func (s *Settings) Replace(fresh map[string]string) {
	s.current.Store(&fresh)
}
