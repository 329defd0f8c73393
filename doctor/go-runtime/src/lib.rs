//! Go's runtime as data: function names and their operation, messages, symbol names.
