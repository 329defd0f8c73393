//! Lexer, parser and flat syntax tree for Go.
