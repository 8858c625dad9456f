//! Stores that another one took over from: whose people, lists and keys are with that one now.

use std::collections::BTreeMap;

/// The store that has taken over from each store that is no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heirs(BTreeMap<String, String>);

impl Heirs {
    /// From each store to its successor; chains are followed to their end.
    pub fn new(successors: &BTreeMap<String, String>) -> Heirs {
        let end = |store: &String| {
            let mut at = successors.get(store)?;
            // A circle has no end; loading refuses it, and nobody is to gain a key by one.
            for _ in 0..successors.len() {
                match successors.get(at) {
                    Some(further) => at = further,
                    None => return Some((store.clone(), at.clone())),
                }
            }
            None
        };
        Heirs(successors.keys().filter_map(end).collect())
    }

    /// The store that has taken over from `store`.
    pub fn of(&self, store: &str) -> Option<&str> {
        self.0.get(store).map(String::as_str)
    }

    /// The store that stands for `store` today: the one that took over, else itself.
    pub fn now(&self, store: String) -> String {
        self.0.get(&store).cloned().unwrap_or(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_end_and_circles_give_nobody_anything() {
        let successors = [("A", "B"), ("B", "C"), ("X", "Y"), ("Y", "X"), ("Z", "X")];
        let successors = successors.map(|(store, successor)| (store.to_owned(), successor.to_owned())).into();
        let heirs = Heirs::new(&successors);
        assert_eq!(
            ["A", "B", "C", "X", "Y", "Z"].map(|store| heirs.of(store)),
            [Some("C"), Some("C"), None, None, None, None]
        );
        assert_eq!((heirs.now("A".into()), heirs.now("C".into())), ("C".to_owned(), "C".to_owned()));
    }
}
