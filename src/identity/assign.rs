//! Which id a person bears: ids are kept whatever becomes of the clusters.
//!
//! Every id began with one record, its origin. A cluster bears the lowest id that began with one of its records, so on
//! a merge the older id survives and the other becomes an alias, and on a split each part takes up the id that its own
//! records began with; the part with the original record keeps the id. Only a part in which no id began gets a new one.

use std::collections::{BTreeMap, HashMap};

/// What the registry knows of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub person: u64,
    /// The id that began with this record.
    pub origin: Option<u64>,
}

/// The clusters of this build and what is known of their records.
pub struct Situation<'a> {
    /// Of each record, its cluster: any number that its members share. Records stand in their total order.
    pub clusters: &'a [u32],
    pub known: &'a [Option<Known>],
    /// Ids whose origin is a record that is no longer in the data.
    pub orphaned: &'a dyn Fn(u64) -> bool,
    /// The first number that was never given.
    pub next: u64,
}

/// Who every record is, and what became of older ids.
#[derive(Debug, PartialEq, Eq)]
pub struct Assigned {
    pub people: Vec<u64>,
    /// Ids that lead to another one now.
    pub aliases: BTreeMap<u64, u64>,
}

/// Gives every cluster its id.
pub fn assign(situation: &Situation<'_>) -> Assigned {
    let mut order: Vec<u32> = Vec::new();
    let mut claims: HashMap<u32, Vec<u64>> = HashMap::new();
    let mut heirs: BTreeMap<u64, u32> = BTreeMap::new();
    for (cluster, known) in situation.clusters.iter().zip(situation.known) {
        let claimed = claims.entry(*cluster).or_insert_with(|| {
            order.push(*cluster);
            Vec::new()
        });
        let Some(known) = known else { continue };
        claimed.extend(known.origin);
        // Whoever stands first inherits an id whose own record is gone.
        if known.origin != Some(known.person) && (situation.orphaned)(known.person) {
            heirs.entry(known.person).or_insert(*cluster);
        }
    }
    for (id, cluster) in heirs {
        claims.entry(cluster).or_default().push(id);
    }
    let mut next = situation.next;
    let mut ids: HashMap<u32, u64> = HashMap::new();
    let mut aliases = BTreeMap::new();
    for cluster in order {
        let claimed = claims.get(&cluster).map(Vec::as_slice).unwrap_or_default();
        let id = claimed.iter().min().copied().unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        aliases.extend(claimed.iter().filter(|other| **other != id).map(|other| (*other, id)));
        ids.insert(cluster, id);
    }
    let people = situation.clusters.iter().map(|cluster| ids.get(cluster).copied().unwrap_or(situation.next)).collect();
    Assigned { people, aliases }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(person: u64, origin: u64) -> Option<Known> {
        Some(Known { person, origin: if origin == 0 { None } else { Some(origin) } })
    }

    fn assigned(clusters: &[u32], known: &[Option<Known>], gone: &[u64]) -> Assigned {
        assign(&Situation { clusters, known, orphaned: &|id| gone.contains(&id), next: 10 })
    }

    #[test]
    fn c06_on_a_merge_the_older_id_survives_and_the_other_becomes_an_alias() {
        let found = assigned(&[0, 0, 2], &[at(7, 7), at(3, 3), None], &[]);
        assert_eq!(found.people, [3, 3, 10]);
        assert_eq!(found.aliases, BTreeMap::from([(7, 3)]));
    }

    #[test]
    fn c06_on_a_split_the_original_record_keeps_the_id_and_the_other_takes_up_its_own() {
        assert_eq!(assigned(&[0, 1], &[at(3, 7), at(3, 3)], &[]).people, [7, 3]);
        // A record that never had one gets a new id.
        assert_eq!(assigned(&[0, 1], &[at(3, 0), at(3, 3)], &[]).people, [10, 3]);
    }

    #[test]
    fn c06_an_id_outlives_the_record_it_began_with() {
        assert_eq!(assigned(&[0, 0], &[at(3, 0), None], &[3]).people, [3, 3]);
        // Two heirs: the first one.
        assert_eq!(assigned(&[0, 1], &[at(3, 0), at(3, 0)], &[3]).people, [3, 10]);
        // The heir bore another id once: the older one survives.
        let found = assigned(&[0], &[at(3, 7)], &[3]);
        assert_eq!((found.people, found.aliases), (vec![3], BTreeMap::from([(7, 3)])));
    }

    #[test]
    fn c06_new_people_are_numbered_in_the_order_of_their_records() {
        assert_eq!(assigned(&[5, 4, 5, 3], &[None, None, None, None], &[]).people, [10, 11, 10, 12]);
    }

    proptest::proptest! {
        /// Whatever clusters come and go: an id that stands for a cluster stands for one only, and building again with
        /// the outcome changes nothing.
        #[test]
        fn ids_are_unique_and_settled(clusters in proptest::collection::vec(0_u32..6, 1..12)) {
            let known = vec![None; clusters.len()];
            let first = assigned(&clusters, &known, &[]);
            let mut by_id: HashMap<u64, u32> = HashMap::new();
            for (id, cluster) in first.people.iter().zip(&clusters) {
                proptest::prop_assert_eq!(by_id.entry(*id).or_insert(*cluster), cluster);
            }
            let mut seen = std::collections::HashSet::new();
            let known: Vec<Option<Known>> =
                first.people.iter().map(|id| Some(Known { person: *id, origin: seen.insert(*id).then_some(*id) })).collect();
            let again = assigned(&clusters, &known, &[]);
            proptest::prop_assert_eq!(again.people, first.people);
            proptest::prop_assert!(again.aliases.is_empty());
        }
    }
}
