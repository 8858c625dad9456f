//! Parses the command line, runs the command, turns the outcome into an exit code.

use std::process::ExitCode;

/// Rendering allocates many small pieces on every core; this allocator serves them faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    storebook::cli::main()
}
