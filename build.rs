//! Lets the program find the prebuilt libduckdb without `LD_LIBRARY_PATH`: beside the program, in `../lib`, or in the
//! folder it was linked from. `RUSTFLAGS` would override `.cargo/config.toml`, so the search path is set here.

use std::hash::{DefaultHasher, Hash, Hasher};

fn main() {
    fingerprint();
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    let origin =
        if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") { "@loader_path" } else { "$ORIGIN" };
    println!("cargo:rustc-link-arg=-Wl,-rpath,{origin}");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{origin}/../lib");
    if let Ok(dir) = std::env::var("DUCKDB_LIB_DIR") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{dir}");
    }
}

/// Hash of the program's own source: part of the key of everything it makes, so that no cache outlives the code.
fn fingerprint() {
    let mut files = vec![std::path::PathBuf::from("Cargo.lock")];
    let mut folders = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src can be listed").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() { folders.push(entry) } else { files.push(entry) }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        // A packed crate may come without its lock file.
        std::fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rustc-env=STOREBOOK_PROGRAM={:016x}", hasher.finish());
}
