//! A module of two packages, of which the one decides what is found in the other.

use std::fs;
use std::path::Path;

/// A package with a function that only its caller makes safe.
pub(crate) const STORE: &str = r#"package store

import "sync"

// Store counts.
type Store struct {
	mu     sync.Mutex
	counts map[string]int
}

// New is an empty store.
func New() *Store { return &Store{counts: make(map[string]int)} }

// Put counts a key.
func (s *Store) Put(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[key]++
}

// Get is how often a key was put.
func (s *Store) Get(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[key]
}

// Fill puts keys; only before others have the store.
func (s *Store) Fill(keys ...string) {
	for _, key := range keys {
		s.counts[key] = 1
	}
}
"#;

/// A caller that does.
pub(crate) const MAIN: &str = r#"package main

import "example.com/s/store"

func main() {
	counts := store.New()
	counts.Fill("a")
	go counts.Put("a")
	_ = counts.Get("a")
}
"#;

/// The module, with more files.
pub(crate) fn module(more: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mod_file = ("go.mod", "module example.com/s\n\ngo 1.21\n");
    write(folder.path(), &[mod_file, ("store/store.go", STORE), ("main.go", MAIN)]);
    write(folder.path(), more);
    folder
}

/// Writes files below a folder.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
