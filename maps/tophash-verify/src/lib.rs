//! Linearizability checking, fault injection and stress for concurrent maps: ours and anybody's.
