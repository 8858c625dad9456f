//! What it costs to take a whole site over into the next release: `cargo bench --profile dev --bench publish [FILES …]`.
//!
//! One file of 8 kB per folder, as pages are. Prints seconds of the first publish (everything written), of taking
//! everything over with and without what the last publish remembered of its files, and of proving and publishing it.

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;
use storebook::problem::Result;
use storebook::publish::{Keep, Options, Release, Stage};

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 20_000] } else { sizes };
    println!(
        "{:>8} {:>8} {:>10} {:>8} {:>10} {:>8}",
        "files", "write s", "read all s", "swap s", "by sight s", "swap s"
    );
    for files in sizes {
        match measure(files) {
            Ok([write, slow, slow_swap, fast, fast_swap]) => {
                println!("{files:>8} {write:>8.2} {slow:>10.2} {slow_swap:>8.2} {fast:>10.2} {fast_swap:>8.2}")
            }
            Err(problem) => eprintln!("{files}: {problem}"),
        }
    }
}

fn measure(files: usize) -> Result<[f64; 5]> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("output");
    let facts = folder.path().join("cache/facts.json");
    let open = || {
        let mut options = Options::default();
        options.limits.max_files = 1_000_000;
        options.keep = Some(Keep { releases: 5, days: 30 });
        options.facts = Some(facts.clone());
        Stage::open(&output, options)
    };
    let paths: Vec<String> = (0..files).map(|number| format!("items/i{number}/index.html")).collect();
    let start = Instant::now();
    let stage = open()?;
    paths.par_iter().try_for_each(|path| stage.write(path, &page(path)))?;
    finish(stage, 0)?;
    let write = start.elapsed().as_secs_f64();
    let _ = std::fs::remove_file(&facts);
    let [slow, slow_swap] = again(open()?, &paths, 1, &facts)?;
    let [fast, fast_swap] = again(open()?, &paths, 2, &facts)?;
    Ok([write, slow, slow_swap, fast, fast_swap])
}

/// Takes all files over but one, which makes it another release.
fn again(stage: Stage, paths: &[String], number: usize, facts: &Path) -> Result<[f64; 2]> {
    let start = Instant::now();
    paths.par_iter().try_for_each(|path| {
        assert!(stage.carry(path)?, "{path} is not taken over");
        Ok(())
    })?;
    let carry = start.elapsed().as_secs_f64();
    let start = Instant::now();
    finish(stage, number)?;
    assert!(facts.exists());
    Ok([carry, start.elapsed().as_secs_f64()])
}

fn finish(stage: Stage, number: usize) -> Result<()> {
    stage.write("number.html", number.to_string().as_bytes())?;
    let release = Release { generator: "storebook bench".into(), ..Release::default() };
    stage.finish(&release).map(drop)
}

fn page(path: &str) -> Vec<u8> {
    path.bytes().cycle().take(8_000).collect()
}
