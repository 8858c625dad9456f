//! The order of models: every model after its inputs, or an error that shows the cycle.

use std::collections::BTreeMap;

use crate::problem::{Problem, Result};

/// Names in an order in which every name stands after the names it depends on; ties in name order, so that the order
/// is the same on every run.
pub fn sorted(dependencies: &BTreeMap<String, Vec<String>>) -> Result<Vec<String>> {
    let mut waiting: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, needs) in dependencies {
        waiting
            .insert(name, needs.iter().map(String::as_str).filter(|need| dependencies.contains_key(*need)).collect());
    }
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready: Vec<&str> = waiting.iter().filter(|(_, needs)| needs.is_empty()).map(|(name, _)| *name).collect();
        if ready.is_empty() {
            return Err(cycle(&waiting));
        }
        for name in &ready {
            waiting.remove(name);
            order.push((*name).to_owned());
        }
        for needs in waiting.values_mut() {
            needs.retain(|need| !ready.contains(need));
        }
    }
    Ok(order)
}

fn cycle(waiting: &BTreeMap<&str, Vec<&str>>) -> Problem {
    let mut path: Vec<&str> = Vec::new();
    let mut at = waiting.keys().next().copied().unwrap_or_default();
    while !path.contains(&at) {
        path.push(at);
        at = waiting.get(at).and_then(|needs| needs.first()).copied().unwrap_or_default();
    }
    let start = path.iter().position(|name| *name == at).unwrap_or(0);
    let mut circle = path[start..].to_vec();
    circle.push(at);
    Problem::failed(format!("models form a cycle: {}", circle.join(" → ")))
        .hint("a model can only read models that do not read it; break the circle at one ref()")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        edges
            .iter()
            .map(|(name, needs)| ((*name).to_owned(), needs.iter().map(|n| (*n).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn inputs_come_first() {
        assert_eq!(sorted(&graph(&[("a", &["c"]), ("b", &["a"]), ("c", &[])])).unwrap(), ["c", "a", "b"]);
    }

    #[test]
    fn a_cycle_is_shown_as_a_path() {
        let problem = sorted(&graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])])).unwrap_err();
        assert_eq!(problem.message(), "models form a cycle: b → c → b");
    }
}
