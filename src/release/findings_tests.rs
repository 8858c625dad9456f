use std::path::Path;

use super::*;
use crate::release::gate::{Accept, CODES};
use crate::release::summary::{StoreFacts, TableFacts};

fn summary(rows: u64, rows_in: u64, quarantined: u64) -> Summary {
    let facts = TableFacts { rows, rows_in, quarantined };
    Summary { tables: BTreeMap::from([("transactions".to_owned(), facts)]), ..Summary::default() }
}

fn codes(settings: &project::Gate, before: Option<&Summary>, now: &Summary) -> Vec<&'static str> {
    let case = Case {
        settings,
        stale_days: 3,
        today: Date::constant(2026, 11, 5),
        before,
        now,
        root: Path::new("/nowhere"),
        warnings: 0,
    };
    of(&case).iter().map(|finding| finding.code.name()).collect()
}

#[test]
fn a_drop_is_a_reason_above_the_limit_only() {
    let gate = project::Gate::default();
    // 20 % of 1,000 are 200.
    assert_eq!(codes(&gate, Some(&summary(1000, 1000, 0)), &summary(800, 800, 0)), [""; 0]);
    assert_eq!(codes(&gate, Some(&summary(1000, 1000, 0)), &summary(799, 799, 0)), ["row-drop"]);
    // Fewer than min_rows are missing: 19 of 40, then 20 of 40.
    assert_eq!(codes(&gate, Some(&summary(40, 40, 0)), &summary(21, 21, 0)), [""; 0]);
    assert_eq!(codes(&gate, Some(&summary(40, 40, 0)), &summary(20, 20, 0)), ["row-drop"]);
    // The first release has nothing to fall from.
    assert_eq!(codes(&gate, None, &summary(1, 1, 0)), [""; 0]);
}

#[test]
fn quarantine_is_a_reason_above_its_share_also_for_the_first_release() {
    let gate = project::Gate::default();
    // 10 % of 1,000 are 100.
    assert_eq!(codes(&gate, None, &summary(900, 1000, 100)), [""; 0]);
    assert_eq!(codes(&gate, None, &summary(899, 1000, 101)), ["quarantine-share"]);
    assert_eq!(codes(&gate, None, &summary(1, 20, 19)), [""; 0]);
    assert_eq!(codes(&gate, None, &summary(1, 21, 20)), ["quarantine-share"]);
    // No limit may divide by zero, and a limit of nothing takes one row when asked to.
    let none = project::Gate { max_quarantine_share: 0.0, min_rows: 0, ..project::Gate::default() };
    assert_eq!(codes(&none, None, &summary(0, 0, 0)), [""; 0]);
    assert_eq!(codes(&none, None, &summary(9, 10, 1)), ["quarantine-share"]);
}

#[test]
fn stale_stores_count_among_the_open_ones() {
    let store = |open, newest: Option<&str>| StoreFacts {
        name: "x".into(),
        open,
        newest: newest.map(ToOwned::to_owned),
        ..StoreFacts::default()
    };
    let chain = |late: usize, fresh: usize| {
        let mut now = summary(100, 100, 0);
        // 2026-11-05 less three days: the first of November is late, the second is not.
        for at in 0..late {
            now.stores.insert(format!("L{at}"), store(true, Some("2026-11-01")));
        }
        for at in 0..fresh {
            now.stores.insert(format!("F{at}"), store(true, Some("2026-11-02")));
        }
        now.stores.insert("closed".into(), store(false, Some("2025-01-01")));
        now.stores.insert("silent".into(), store(false, None));
        now
    };
    let gate = project::Gate::default();
    // 5 % of 40 are 2.
    assert_eq!(codes(&gate, None, &chain(2, 38)), [""; 0]);
    assert_eq!(codes(&gate, None, &chain(3, 37)), ["stale-stores"]);
    assert_eq!(codes(&gate, None, &chain(0, 0)), [""; 0]);
}

#[test]
fn what_is_accepted_is_named_by_its_code() {
    let words = |text: &str| Accept::parse(&text.split(',').map(ToOwned::to_owned).collect::<Vec<_>>());
    assert_eq!(words("all").unwrap(), Accept::All);
    assert_eq!(words("").unwrap(), Accept::Nothing);
    let two = words("row-drop, files-gone").unwrap();
    assert!(two.takes(Code::RowDrop) && two.takes(Code::FilesGone) && !two.takes(Code::SchemaChange));
    let problem = words("row-drops").unwrap_err();
    assert_eq!(problem.hint_text(), Some("did you mean \"row-drop\"?"));
    for (code, name) in CODES {
        assert_eq!(serde_json::to_value(code).unwrap(), name);
    }
}

#[test]
fn thousands_are_grouped() {
    for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(grouped(n), text);
    }
}
