use super::*;

const SECOND: Duration = Duration::from_secs(1);
/// The wall clock of the tests, in nanoseconds, long after any file of theirs was written.
const NOON: u128 = 1_000_000 * 1_000_000_000;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn entry(kind: Kind, size: u64, modified: u128, inode: u64) -> Entry {
    Entry { kind, stat: Stat { size, modified, id: (1, inode) }, remote: false }
}

fn scan(files: &[(&str, Entry)]) -> Scan {
    Scan {
        taken: NOON,
        entries: files.iter().map(|(name, entry)| ((*name).to_owned(), *entry)).collect(),
        ..Scan::default()
    }
}

fn page(modified: u128) -> (&'static str, Entry) {
    ("content/a.md", entry(Kind::Content, 5, modified, 1))
}

fn sales() -> (&'static str, Entry) {
    ("data/sales.csv", entry(Kind::Data, 100, 1, 2))
}

/// A pilot that built once at moment zero.
fn flying(files: &[(&str, Entry)]) -> Pilot {
    let mut pilot = Pilot::new(Pace::default());
    assert_eq!(pilot.next(Duration::ZERO), Step::Scan);
    assert_eq!(pilot.scanned(Duration::ZERO, scan(files), None), None);
    assert_eq!(pilot.next(Duration::ZERO), Step::Build);
    assert!(pilot.building().first);
    pilot.built(Duration::ZERO, true);
    assert_eq!(pilot.next(Duration::ZERO), Step::Scan);
    pilot.scanned(Duration::ZERO, scan(files), None);
    assert_eq!(pilot.next(Duration::ZERO), Step::Wait(60 * SECOND));
    pilot
}

/// Looks at `now` and expects nothing to wait for and a build; says what changed.
fn builds(pilot: &mut Pilot, now: Duration, files: &[(&str, Entry)]) -> Vec<String> {
    assert_eq!(pilot.scanned(now, scan(files), None), None);
    assert_eq!(pilot.next(now), Step::Build);
    let change = pilot.building();
    pilot.built(now, true);
    change.names
}

/// Looks at `now` and expects to wait for `until`.
fn waits(pilot: &mut Pilot, now: Duration, files: &[(&str, Entry)], until: Duration) -> Vec<String> {
    let told = pilot.scanned(now, scan(files), None).unwrap_or_default();
    assert_eq!(pilot.next(now), Step::Wait(until - now));
    told
}

#[test]
fn a_burst_of_ten_thousand_events_gives_one_look_and_one_build() {
    let mut pilot = flying(&[page(1)]);
    let mut looks = 0;
    for event in 0..10_000 {
        let now = SECOND + Duration::from_micros(100 * event);
        pilot.hint(now);
        looks += u32::from(pilot.next(now) == Step::Scan);
    }
    // The last event came at 1.9999 s; a quiet moment later there is one look.
    assert_eq!((looks, pilot.next(ms(2050))), (0, Step::Wait(Duration::from_micros(49_900))));
    assert_eq!(pilot.next(ms(2100)), Step::Scan);
    assert_eq!(builds(&mut pilot, ms(2100), &[page(2)]), ["content/a.md"]);
    pilot.scanned(ms(2200), scan(&[page(2)]), None);
    assert_eq!(pilot.next(ms(2200)), Step::Wait(60 * SECOND));
}

#[test]
fn events_without_end_do_not_put_a_look_off_for_ever() {
    let mut pilot = flying(&[page(1)]);
    for step in 0..=60 {
        pilot.hint(SECOND + ms(50 * step));
    }
    assert_eq!(pilot.next(SECOND + 3 * SECOND), Step::Scan);
}

#[test]
fn events_without_a_change_build_nothing() {
    let mut pilot = flying(&[page(1), sales()]);
    pilot.hint(SECOND);
    pilot.scanned(2 * SECOND, scan(&[page(1), sales()]), None);
    assert_eq!(pilot.next(2 * SECOND), Step::Wait(60 * SECOND));
}

#[test]
fn a_change_during_a_build_is_built_next() {
    let mut pilot = flying(&[page(1)]);
    pilot.scanned(SECOND, scan(&[page(2)]), None);
    assert_eq!(pilot.building().names, ["content/a.md"]);
    pilot.hint(2 * SECOND);
    pilot.built(5 * SECOND, true);
    assert_eq!(pilot.next(5 * SECOND), Step::Scan);
    assert_eq!(builds(&mut pilot, 5 * SECOND, &[page(3)]), ["content/a.md"]);
}

#[test]
fn a_page_that_was_written_a_moment_ago_is_looked_at_again() {
    let mut pilot = flying(&[page(1)]);
    // Without an event: 30 ms after the file was emptied.
    assert_eq!(pilot.scanned(SECOND, scan(&[page(NOON - 30_000_000)]), None), None);
    assert_eq!(pilot.next(SECOND), Step::Wait(ms(70)));
    assert_eq!(pilot.next(ms(1070)), Step::Scan);
    // By a clock that goes ahead nothing can be told.
    assert_eq!(builds(&mut pilot, ms(1070), &[page(NOON + 1)]), ["content/a.md"]);
}

#[test]
fn a_data_file_that_grows_is_waited_for() {
    let mut pilot = flying(&[page(1), sales()]);
    let grown = |size, modified| ("data/sales.csv", entry(Kind::Data, size, modified, 2));
    let told = waits(&mut pilot, SECOND, &[page(1), grown(200, 2)], 11 * SECOND);
    assert_eq!(told, ["data/sales.csv may still be arriving"]);
    // It grew again: ten more seconds from then on, and the same is not told twice.
    assert!(waits(&mut pilot, 5 * SECOND, &[page(1), grown(300, 3)], 15 * SECOND).is_empty());
    // A page edited meanwhile has to wait too: a build reads all data.
    waits(&mut pilot, 9 * SECOND, &[page(2), grown(300, 3)], 15 * SECOND);
    assert_eq!(pilot.next(15 * SECOND), Step::Scan);
    assert_eq!(builds(&mut pilot, 15 * SECOND, &[page(2), grown(300, 3)]), ["content/a.md", "data/sales.csv"]);
}

#[test]
fn network_file_systems_get_more_time() {
    let mut pilot = flying(&[]);
    let far = Entry { remote: true, ..entry(Kind::Data, 1, 2, 9) };
    pilot.scanned(SECOND, scan(&[("data/far.csv", far)]), None);
    assert_eq!(pilot.next(SECOND), Step::Wait(60 * SECOND));
    pilot.scanned(60 * SECOND, scan(&[("data/far.csv", far)]), None);
    assert_eq!(pilot.next(60 * SECOND), Step::Wait(SECOND));
    assert_eq!(builds(&mut pilot, 61 * SECOND, &[("data/far.csv", far)]), ["data/far.csv"]);
}

#[test]
fn what_is_old_when_the_watch_begins_is_whole() {
    let mut pilot = Pilot::new(Pace::default());
    let fresh = entry(Kind::Data, 1, NOON - 3 * 1_000_000_000, 3);
    let told = pilot.scanned(Duration::ZERO, scan(&[sales(), ("data/new.csv", fresh)]), None);
    assert_eq!(told.unwrap(), ["data/new.csv may still be arriving"]);
    // Written in the future, says its clock: only watching it can tell.
    let mut pilot = Pilot::new(Pace::default());
    let future = entry(Kind::Data, 1, NOON + 1, 3);
    pilot.scanned(Duration::ZERO, scan(&[("data/new.csv", future)]), None);
    assert_eq!(pilot.next(Duration::ZERO), Step::Wait(10 * SECOND));
}

#[test]
fn a_marker_makes_a_file_whole_at_once_unless_it_is_older() {
    let new = ("data/in/b.csv", entry(Kind::Data, 7, 50, 4));
    for (marker, at, whole) in [
        ("data/in/b.csv.done", 50, true),
        ("data/in/b.csv.done", 49, false),
        ("data/in/_SUCCESS", 51, true),
        ("data/in/.done", 60, true),
        ("data/.done", 60, true),
        ("data/out/.done", 60, false),
    ] {
        let mut pilot = flying(&[sales()]);
        let files = [sales(), new, (marker, entry(Kind::Marker, 0, at, 5))];
        if whole {
            assert_eq!(builds(&mut pilot, SECOND, &files), ["data/in/b.csv"], "{marker} {at}");
        } else {
            waits(&mut pilot, SECOND, &files, 11 * SECOND);
        }
    }
}

#[test]
fn an_unfinished_copy_is_ignored_and_whole_once_it_gets_its_name() {
    let part = entry(Kind::Unfinished, 7, 50, 4);
    let mut pilot = flying(&[sales()]);
    pilot.scanned(SECOND, scan(&[sales(), ("data/b.csv.part", part)]), None);
    assert_eq!(pilot.next(SECOND), Step::Wait(60 * SECOND));
    let named = ("data/b.csv", Entry { kind: Kind::Data, ..part });
    assert_eq!(builds(&mut pilot, 2 * SECOND, &[sales(), named]), ["data/b.csv"]);
}

#[test]
fn a_renamed_file_is_built_at_once_and_a_removed_one_after_a_while() {
    let mut pilot = flying(&[sales()]);
    let named = ("data/turnover.csv", sales().1);
    assert_eq!(builds(&mut pilot, SECOND, &[named]), ["data/sales.csv", "data/turnover.csv"]);
    let mut pilot = flying(&[page(1), sales()]);
    let told = waits(&mut pilot, SECOND, &[page(1)], 11 * SECOND);
    assert_eq!(told, ["data/sales.csv was removed and may be replaced"]);
    assert_eq!(builds(&mut pilot, 11 * SECOND, &[page(1)]), ["data/sales.csv"]);
}

#[test]
fn a_look_in_the_middle_of_renaming_puts_nothing_off() {
    let mut pilot = flying(&[page(1), sales()]);
    waits(&mut pilot, SECOND, &[page(1)], 11 * SECOND);
    let named = ("data/turnover.csv", sales().1);
    assert_eq!(builds(&mut pilot, 2 * SECOND, &[page(1), named]), ["data/sales.csv", "data/turnover.csv"]);
    // The same of a copy that gets its name.
    let part = entry(Kind::Unfinished, 7, 50, 4);
    pilot.scanned(3 * SECOND, scan(&[page(1), named, ("data/b.csv.part", part)]), None);
    pilot.scanned(4 * SECOND, scan(&[page(1), named]), None);
    let whole = ("data/b.csv", Entry { kind: Kind::Data, ..part });
    assert_eq!(builds(&mut pilot, 5 * SECOND, &[page(1), named, whole]), ["data/b.csv"]);
    // Another file that was given the inode of a removed one may still be arriving.
    waits(&mut pilot, 6 * SECOND, &[page(1), named], 16 * SECOND);
    let other = ("data/c.csv", entry(Kind::Data, 8, 60, 4));
    waits(&mut pilot, 7 * SECOND, &[page(1), named, other], 16 * SECOND);
}

#[test]
fn a_removed_page_and_one_saved_by_renaming_are_built_at_once() {
    let mut pilot = flying(&[page(1), sales()]);
    assert_eq!(builds(&mut pilot, SECOND, &[sales()]), ["content/a.md"]);
    // Same size and time, another file.
    let mut pilot = flying(&[page(1)]);
    assert_eq!(builds(&mut pilot, SECOND, &[("content/a.md", entry(Kind::Content, 5, 1, 99))]), ["content/a.md"]);
}

#[test]
fn a_manifest_is_waited_for_until_all_is_there_or_nothing_moves_any_more() {
    let manifest = ("data/d/manifest.json", entry(Kind::Manifest, 7, 50, 4));
    let listed = ("data/d/b.csv", entry(Kind::Data, 7, 51, 5));
    let with = |files: &[(&str, Entry)], fault: Option<&str>| Scan {
        announced: vec![Announced {
            manifest: "data/d/manifest.json".into(),
            listed: vec!["data/d/b.csv".into()],
            fault: fault.map(ToOwned::to_owned),
        }],
        ..scan(files)
    };
    let mut pilot = flying(&[sales()]);
    let told = pilot.scanned(SECOND, with(&[sales(), manifest], Some("b.csv is not there")), None);
    assert_eq!(told.unwrap(), ["b.csv is not there"]);
    assert_eq!(pilot.next(SECOND), Step::Wait(10 * SECOND));
    pilot.scanned(2 * SECOND, with(&[sales(), manifest, listed], Some("b.csv has another hash")), None);
    assert_eq!(pilot.next(2 * SECOND), Step::Wait(10 * SECOND));
    // Whole: at once.
    assert_eq!(pilot.scanned(3 * SECOND, with(&[sales(), manifest, listed], None), None), None);
    assert_eq!(pilot.next(3 * SECOND), Step::Build);
    // Never whole: the build is to say so.
    let mut pilot = flying(&[sales()]);
    pilot.scanned(SECOND, with(&[sales(), manifest], Some("b.csv is not there")), None);
    pilot.scanned(11 * SECOND, with(&[sales(), manifest], Some("b.csv is not there")), None);
    assert_eq!(pilot.next(11 * SECOND), Step::Build);
}

#[test]
fn a_failed_build_is_tried_again_after_a_minute_and_after_a_change() {
    let mut pilot = flying(&[page(1)]);
    pilot.scanned(SECOND, scan(&[page(2)]), None);
    pilot.building();
    pilot.built(SECOND, false);
    pilot.scanned(SECOND, scan(&[page(2)]), None);
    assert_eq!(pilot.next(SECOND), Step::Wait(60 * SECOND));
    pilot.scanned(61 * SECOND, scan(&[page(2)]), None);
    assert_eq!(pilot.next(61 * SECOND), Step::Build);
    let change = pilot.building();
    assert!(change.again && change.names.is_empty() && !change.first);
    pilot.built(62 * SECOND, false);
    assert_eq!(builds(&mut pilot, 63 * SECOND, &[page(3)]), ["content/a.md"]);
}

#[test]
fn a_new_day_is_built() {
    let day = |day| Some(Date::constant(2026, 11, day));
    let mut pilot = Pilot::new(Pace::default());
    pilot.scanned(Duration::ZERO, scan(&[page(1)]), day(5));
    pilot.building();
    pilot.built(Duration::ZERO, true);
    pilot.scanned(SECOND, scan(&[page(1)]), day(5));
    assert_eq!(pilot.next(SECOND), Step::Wait(60 * SECOND));
    assert_eq!(pilot.next(61 * SECOND), Step::Scan);
    pilot.scanned(61 * SECOND, scan(&[page(1)]), day(6));
    assert_eq!(pilot.next(61 * SECOND), Step::Build);
    assert!(pilot.building().new_day);
}
