//! C47: nothing personal can be read in a sealed book, in whatever form.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::sealing::changed;
use crate::support::{TODAY, TestProject, storebook, tree};

/// Every way a value could stand in a file.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let bytes = value.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let wide: Vec<u16> = value.encode_utf16().collect();
    let escaped: String = wide.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let decimal: String = value.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    let entity: String = value.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect();
    let mut forms = vec![
        bytes.to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        percent.to_lowercase().into_bytes(),
        percent.into_bytes(),
        wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        escaped.to_uppercase().replace("\\U", "\\u").into_bytes(),
        escaped.into_bytes(),
        decimal.into_bytes(),
        entity.into_bytes(),
    ];
    // Two Chinese characters can be four letters when written in 16 bits each, and those come up by chance.
    forms.retain(|form| form.len() > 4 || !form.iter().all(u8::is_ascii_graphic));
    // In base 64 a value looks different at each of three places; only the characters it fills alone count.
    for before in 0..3 {
        let text = STANDARD.encode([vec![0; before], bytes.to_vec()].concat());
        let start = (before * 8).div_ceil(6);
        let end = (before + bytes.len()) * 8 / 6;
        // Shorter pieces come up by chance in a megabyte of ciphertext.
        if end - start >= 8 {
            forms.push(text.as_bytes()[start..end].to_vec());
            forms.push(text[start..end].replace('+', "-").replace('/', "_").into_bytes());
        }
    }
    forms
}

/// Whether a hit is one that ciphertext has by chance: fewer than eight letters in the midst of a long run in base 64.
/// Six given letters stand somewhere in a hundred megabytes of it once in some seven hundred books, and the names of three
/// characters whose 16-bit units happen to be letters are many. A value that was encoded instead of sealed is found by its
/// forms in base 64, which have eight letters and more.
fn by_chance(bytes: &[u8], hit: std::ops::Range<usize>) -> bool {
    let letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let within = &bytes[hit.clone()];
    let before = bytes[..hit.start].iter().rev().take(200).take_while(letter).count();
    let after = bytes[hit.end..].iter().take(200).take_while(letter).count();
    within.len() < 8 && within.iter().all(|byte| letter(&byte)) && before + after >= 200
}

#[test]
fn only_short_hits_within_ciphertext_are_chance() {
    let run = "A7".repeat(120);
    let of = |text: &str, value: &str| {
        let start = text.find(value).expect("it stands there");
        by_chance(text.as_bytes(), start..start + value.len())
    };
    assert!(of(&format!("\"{run}UOga0t{run}\""), "UOga0t"));
    assert!(!of(&format!("<td>UOga0t</td>{run}"), "UOga0t"));
    assert!(!of(&format!("{run}M0000061{run}"), "M0000061"));
    assert!(!of(&format!("{run}段艺婉{run}"), "段艺婉"));
}

/// What the customers' files hold: telephone numbers, e-mail addresses, names, member numbers.
pub(crate) fn personal(project: &TestProject) -> Vec<String> {
    let csv = project.query(
        "select distinct unnest([record_id, name, phone, email]) as value from {{ source('customers') }} order by 1",
    );
    let values: Vec<String> = csv.lines().skip(1).map(|line| line.trim_matches('"').to_owned()).collect();
    values.into_iter().filter(|value| value.chars().count() >= 2 && value.len() >= 6).collect()
}

pub(crate) fn demo() -> TestProject {
    let project = TestProject::empty().today(TODAY);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["data", "content", "storebook.toml"] {
        copy(&root.join(name), &project.path(name));
    }
    project
}

fn copy(from: &Path, to: &PathBuf) {
    if from.is_dir() {
        std::fs::create_dir_all(to).expect("make a folder");
        for entry in from.read_dir().expect("read a folder").flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).expect("copy a file");
    }
}

#[test]
fn c47_no_value_of_a_customer_stands_in_the_sealed_book_of_the_demo_in_any_form() {
    let project = demo();
    // A page that shows them all, so that sealing has something to hide.
    let page = "+++\ntitle = \"All\"\naudience = \"hq\"\ncontact_list = true\n[queries.all]\n\
                sql = \"select record_id, name, phone, email from {{ source('customers') }}\"\n+++\n{{ table(all, download=true) }}\n";
    std::fs::write(project.path("content/all.md"), page).expect("write a page");
    let values = personal(&project);
    assert!(values.len() > 500, "{} values", values.len());
    let built = project.run(&["-vvv", "build", "--today", TODAY, "--json"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let patterns: Vec<Vec<u8>> = values.iter().flat_map(|value| forms(value)).collect();
    let search = AhoCorasick::new(&patterns).expect("patterns");
    let found = |bytes: &[u8]| {
        let mut hits = search.find_overlapping_iter(bytes);
        hits.find(|hit| !by_chance(bytes, hit.range())).map(|hit| hit.pattern().as_usize())
    };
    // The search finds what is there: the same page, readable.
    let open = project.path("readable");
    let readable = project.run(&["build", "--unsealed", "--today", TODAY, "--output", &open.to_string_lossy()]);
    assert_eq!(readable.code, 0, "{}", readable.err);
    assert!(found(&tree(&open)["all/index.html"]).is_some());
    let site = project.tree();
    assert!(site.len() > 120, "{} files", site.len());
    for (path, bytes) in &site {
        assert!(found(path.as_bytes()).is_none(), "the name {path}");
        let hit = found(bytes).map(|hit| String::from_utf8_lossy(&patterns[hit]).into_owned());
        assert!(hit.is_none(), "{path} holds {hit:?}");
    }
    assert!(found(built.out.as_bytes()).is_none() && found(built.err.as_bytes()).is_none());
    // What others on the machine can read: the site, and nothing of state, cache or quarantine.
    for folder in ["state", ".storebook", "quarantine"] {
        let path = project.path(folder);
        if path.exists() {
            let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{folder} is open to others");
        }
    }
    let message = storebook(&["--project", &project.root().to_string_lossy(), "notify"]);
    assert!(found(message.out.as_bytes()).is_none() && found(message.err.as_bytes()).is_none());
}

#[test]
fn c47_what_can_be_read_does_not_depend_on_who_the_households_are() {
    // A page that shows the numbers, so that there is something to hide.
    let page = "+++\ntitle = \"All\"\naudience = \"hq\"\n[queries.all]\nsql = \"select distinct record_id from {{ source('customers') }}\"\n\
                +++\n{{ table(all) }}\n";
    let project = TestProject::of("complete_journey").file("content/all.md", page);
    let today = "2018-01-02";
    let ran = project.run(&["build", "--today", today]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let first = project.tree();
    // Every household gets another number; nothing else changes.
    let renamed = TestProject::of("complete_journey").file("content/all.md", page);
    copy(&project.path("state/keys"), &renamed.path("state/keys"));
    let config = renamed.read("storebook.toml");
    assert!(config.contains("household_id"), "the settings name the column of the households");
    rename_households(&renamed);
    let ran = renamed.run(&["build", "--today", today]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let second = renamed.tree();
    let sealed = |bytes: &[u8]| bytes.windows(24).any(|window| window == b"<template class=\"variant");
    let differ = changed(&first, &second);
    let readable: Vec<&String> = (differ.iter())
        .filter(|path| !path.ends_with(".json") && !first.get(*path).is_some_and(|bytes| sealed(bytes)))
        .collect();
    assert!(readable.is_empty(), "{readable:?}");
    assert!(differ.contains("all/index.html"), "what shows the numbers did change: {differ:?}");
    assert!(first.values().filter(|bytes| sealed(bytes)).count() > 20);
}

/// Gives every household of the files another number of the same kind.
fn rename_households(project: &TestProject) {
    use std::io::{Read as _, Write as _};
    for name in ["transactions_sample.csv.gz", "demographics.csv.gz", "campaigns.csv.gz", "coupon_redemptions.csv.gz"] {
        let file = project.path(&format!("data/{name}"));
        let mut text = String::new();
        let packed = std::fs::File::open(&file).expect("open a file of the data");
        flate2::read::GzDecoder::new(packed).read_to_string(&mut text).expect("it is text");
        let mut lines = text.lines();
        let header = lines.next().expect("a header");
        let at = header.split(',').position(|name| name.trim_matches('"') == "household_id").expect("the column");
        let mut out = format!("{header}\n");
        for line in lines {
            let mut cells: Vec<String> = line.split(',').map(ToOwned::to_owned).collect();
            let number: u64 = cells[at].trim_matches('"').parse().expect("a number");
            cells[at] = (number * 7 + 50_000).to_string();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
        let packed = std::fs::File::create(&file).expect("replace the file");
        let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
        encoder.write_all(out.as_bytes()).and_then(|()| encoder.finish().map(|_| ())).expect("write the file");
    }
}
