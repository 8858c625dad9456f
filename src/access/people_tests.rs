//! Who is given a code, who loses it, and what follows the staff file.

use super::*;
use crate::progress::Silent;

fn manager(id: &str, store: &str) -> Grant {
    Grant { id: id.into(), role: Some(Role::Manager), stores: BTreeSet::from([store.into()]), ..Grant::default() }
}

#[test]
fn who_leaves_takes_no_key_along() {
    let mut keys = Keys::create().unwrap();
    keys.grant(Grant { id: "owner".into(), role: Some(Role::Owner), ..Grant::default() }, "2026-11-01").unwrap();
    keys.grant(manager("E1", "S001"), "2026-11-01").unwrap();
    keys.grant(manager("E2", "S002"), "2026-11-01").unwrap();
    let id = keys.person("E1").unwrap().unlock().unwrap().id.clone();
    let left = Member { staff_id: "E1".into(), left_on: Some("2026-11-22".into()), ..Member::default() };
    let moved = Member { staff_id: "E2".into(), store_id: "S003".into(), ..Member::default() };
    let staff = [left, moved];
    assert_eq!(keys.follow(&staff).unwrap(), ["E1", "E2"]);
    let gone = keys.person("E1").unwrap();
    assert!(!gone.is_active() && gone.retired.contains(&id) && gone.revoked_on.as_deref() == Some("2026-11-22"));
    assert_eq!([1, 2, 2, 2], ["hq", "staff", "store:S001", "store:S002"].map(|audience| keys.epoch(audience)));
    assert!(keys.person("E2").unwrap().opens("store:S003", None));
    assert!(!keys.person("E2").unwrap().opens("store:S002", None));
    // Nothing new happened: nothing changes.
    assert!(keys.follow(&staff).unwrap().is_empty());
    assert!(keys.rotate(WhoRotates::Person("E1"), &Silent).unwrap_err().hint_text().unwrap().contains("grant"));
    assert!(keys.grant(manager("E1", "S001"), "2026-12-01").unwrap().is_active());
    assert!(keys.person("E1").unwrap().retired.contains(&id));
}

#[test]
fn the_staff_file_is_followed_for_roles_and_for_people_with_several_stores() {
    let mut keys = Keys::create().unwrap();
    let member = |store: &str, role: &str| Member {
        staff_id: "E1".into(),
        store_id: store.into(),
        role: role.into(),
        ..Member::default()
    };
    let stores = BTreeSet::from(["S1".to_owned(), "S9".to_owned()]);
    let post = Some(member("S1", "店长").post());
    keys.grant(Grant { stores, post, ..manager("E1", "S1") }, "").unwrap();
    assert!(keys.follow(&[member("S1", "店长")]).unwrap().is_empty());
    // To another store: the one that was given by hand stays.
    assert_eq!(keys.follow(&[member("S2", "店长")]).unwrap(), ["E1"]);
    assert_eq!(keys.person("E1").unwrap().stores, BTreeSet::from(["S2".to_owned(), "S9".to_owned()]));
    assert_eq!([2, 1, 1], ["S1", "S2", "S9"].map(|store| keys.epoch(&format!("store:{store}"))));
    // No longer a manager: what a manager sees has new keys wherever the person could see it.
    assert_eq!(keys.follow(&[member("S2", "导购")]).unwrap(), ["E1"]);
    assert_eq!(keys.person("E1").unwrap().role, Role::Clerk);
    assert_eq!([2, 2, 2], ["S1", "S2", "S9"].map(|store| keys.epoch(&format!("store:{store}"))));
    // A file that no longer tells role or store changes nothing.
    assert!(keys.follow(&[member("", "")]).unwrap().is_empty());
    assert!(keys.follow(&[member("S2", "导购")]).unwrap().is_empty());
}

#[test]
fn many_codes_are_as_good_as_one() {
    let mut keys = Keys::create().unwrap();
    keys.grant_all((0..3).map(|n| manager(&format!("E{n}"), "S1")).collect(), "", &Silent).unwrap();
    let code = |keys: &Keys, id: &str| keys.person(id).unwrap().code().unwrap().to_hex();
    let before: BTreeSet<String> = ["E0", "E1", "E2"].iter().map(|id| code(&keys, id)).collect();
    let locks = keys.locks();
    assert_eq!(keys.rotate(WhoRotates::Everybody, &Silent).unwrap().codes, 3);
    let after: BTreeSet<String> = ["E0", "E1", "E2"].iter().map(|id| code(&keys, id)).collect();
    assert_eq!((before.len(), after.len(), before.intersection(&after).count()), (3, 3, 0));
    // Three codes, and the keys of everything once.
    assert_eq!(keys.locks(), locks + 4);
}

#[test]
fn each_role_opens_its_own() {
    let person = |role, stores: &[&str], regions: &[&str]| {
        let mut keys = Keys::create().unwrap();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let grant =
            Grant { id: "x".into(), role: Some(role), stores: set(stores), regions: set(regions), ..Grant::default() };
        keys.grant(grant, "").unwrap().clone()
    };
    let owner = person(Role::Owner, &[], &[]);
    assert!(["hq", "staff", "store:S1", "region:N"].iter().all(|audience| owner.opens(audience, None)));
    let lead = person(Role::Region, &[], &["N"]);
    assert!(lead.opens("store:S1", Some("N")) && lead.opens("region:N", None) && !lead.opens("hq", None));
    assert!(!lead.opens("store:S1", Some("S")) && !lead.opens("store:S1", None));
    let clerk = person(Role::Clerk, &["S1", "S2"], &["N"]);
    assert!(clerk.opens("store:S2", Some("N")) && clerk.opens("staff", None) && !clerk.opens("store:S3", Some("N")));
    assert!(!clerk.opens("region:N", None) && !clerk.opens("hq", None) && !clerk.opens("unknown:x", None));
}

#[test]
fn a_code_that_opens_nothing_is_not_given() {
    let mut keys = Keys::create().unwrap();
    assert!(keys.grant(Grant { id: "a".into(), role: Some(Role::Manager), ..Grant::default() }, "").is_err());
    assert!(keys.grant(Grant { id: "a".into(), role: Some(Role::Region), ..Grant::default() }, "").is_err());
    keys.grant(manager("a", "S1"), "").unwrap();
    assert!(keys.grant(manager("a", "S1"), "").unwrap_err().hint_text().unwrap().contains("rotate a"));
    assert!(keys.revoke("b", "").is_err());
}
