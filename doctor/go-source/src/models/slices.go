package slices

import "iter"

func Clone[S ~[]E, E any](s S) S
func Collect[E any](seq iter.Seq[E]) []E
func ContainsFunc[S ~[]E, E any](s S, f func(E) bool) bool
func DeleteFunc[S ~[]E, E any](s S, del func(E) bool) S
func IndexFunc[S ~[]E, E any](s S, f func(E) bool) int
func SortFunc[S ~[]E, E any](x S, cmp func(a, b E) int)
func SortStableFunc[S ~[]E, E any](x S, cmp func(a, b E) int)
func Sorted[E any](seq iter.Seq[E]) []E
