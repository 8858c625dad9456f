//! What is written is read back: by another library, and by our own loader.

mod back;
mod cells;
