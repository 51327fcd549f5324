//! What is too long.

/// Lines of a source file: what one can hold in mind, and about ten screens.
pub(super) const MAX_FILE_LINES: usize = 500;

/// Lines of a function, from its signature to its last brace: one tall screen.
pub(super) const MAX_FUNCTION_LINES: usize = 70;
