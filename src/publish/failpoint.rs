//! Places where a test can kill the program, to prove that a kill at any moment leaves a whole site.

/// Aborts the process when `STOREBOOK_FAILPOINT` equals `name`. Release builds compile this to nothing.
pub(super) fn failpoint(name: &str) {
    if cfg!(debug_assertions) && std::env::var_os("STOREBOOK_FAILPOINT").is_some_and(|wanted| wanted == name) {
        std::process::abort();
    }
}
