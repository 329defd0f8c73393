//! An error of the program: what went wrong, why, and the way out.

use std::fmt;

/// The program's result.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A message, the chain of causes behind it, and a hint.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    hint: Option<String>,
}

impl Error {
    /// An error that says `message`, a lowercase fragment.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds the cause and its causes.
    pub(crate) fn because(mut self, cause: &dyn std::error::Error) -> Self {
        let mut cause = Some(cause);
        while let Some(error) = cause {
            self.message.push_str(": ");
            self.message.push_str(&error.to_string());
            cause = error.source();
        }
        self
    }

    /// Adds what the user can do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// True when it says what the user can do about it.
    pub(crate) fn is_hinted(&self) -> bool {
        self.hint.is_some()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
