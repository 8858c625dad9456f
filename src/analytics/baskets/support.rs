//! What the tests share: a generator that `tests/fixtures/expected_baskets.py` repeats number by number, and ways to count slowly.

use std::collections::{BTreeMap, BTreeSet};

use super::Baskets;

/// Numbers of Knuth's MMIX generator (TAOCP 2, 3.3.4), the upper 31 bits.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }
}

/// What random baskets are like: how many, of how many items, at most so many draws each.
#[derive(Clone, Copy)]
pub struct Kind {
    pub seed: u64,
    pub baskets: u32,
    pub items: u32,
    pub widest: u32,
}

impl Kind {
    /// Pairs as drawn, doubles and all; small ids are drawn more often.
    pub fn pairs(self) -> Vec<(u32, u32)> {
        let mut random = Lcg(self.seed);
        let mut pairs = Vec::new();
        for basket in 0..self.baskets {
            for _ in 0..=random.next() % self.widest {
                let (a, b) = (random.next() % self.items, random.next() % self.items);
                pairs.push((basket, a.min(b)));
            }
        }
        pairs
    }

    pub fn baskets(self) -> Baskets {
        Baskets::of(self.pairs())
    }
}

/// Baskets as sets, the plain way.
pub fn as_sets(pairs: &[(u32, u32)]) -> Vec<BTreeSet<u32>> {
    let mut sets: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (basket, item) in pairs {
        sets.entry(*basket).or_default().insert(*item);
    }
    sets.into_values().collect()
}

/// Number of sets that hold all items, by looking at every one.
pub fn holding(sets: &[BTreeSet<u32>], items: &[u32]) -> u32 {
    sets.iter().filter(|set| items.iter().all(|item| set.contains(item))).count() as u32
}

/// FNV-1a over whole numbers instead of bytes.
pub fn fnv(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(0xcbf2_9ce4_8422_2325, |state, number| (state ^ number).wrapping_mul(0x100_0000_01b3))
}

#[track_caller]
pub fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} is not {expected}");
}

/// The same on one thread and on several.
pub fn on_threads<T: PartialEq + std::fmt::Debug + Send>(run: impl Fn() -> T + Sync) -> T {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let one = pool(1).install(&run);
    for threads in [2, 5] {
        assert_eq!(one, pool(threads).install(&run), "{threads} threads");
    }
    one
}

pub const BREAD: u32 = 10;
pub const MILK: u32 = 20;
pub const DIAPERS: u32 = 30;
pub const BEER: u32 = 40;
pub const EGGS: u32 = 50;
pub const COLA: u32 = 60;

/// The market basket table of Tan, Steinbach and Kumar, *Introduction to Data Mining*, table 6.1.
pub fn five_baskets() -> Baskets {
    let rows: [&[u32]; 5] = [
        &[BREAD, MILK],
        &[BREAD, DIAPERS, BEER, EGGS],
        &[MILK, DIAPERS, BEER, COLA],
        &[BREAD, MILK, DIAPERS, BEER],
        &[BREAD, MILK, DIAPERS, COLA],
    ];
    Baskets::of((1..).zip(rows).flat_map(|(basket, row)| row.iter().map(move |item| (basket, *item))))
}
