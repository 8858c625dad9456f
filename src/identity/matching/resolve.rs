//! The whole way: shared values forgotten, pairs chosen, parameters learned, pairs weighed, people joined.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::blocking::{self, Pair, pair, split};
use super::cluster::{self, Edge, Ground, Refused};
use super::compare::{Pattern, compare};
use super::records::Records;
use super::schema::Schema;
use super::train::{self, Lessons};
use super::weights::{Parameters, probability};
use super::words;

/// Where the lines are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// From this probability on, two records are one person.
    pub merge: f64,
    /// From this probability on, somebody should look.
    pub review: f64,
    /// Records a block may have.
    pub block: usize,
    /// Parameters that are not to be learned.
    pub given: Option<Parameters>,
}

impl Default for Options {
    fn default() -> Self {
        Options { merge: 0.95, review: 0.70, block: 120, given: None }
    }
}

/// What a person decided about pairs of records.
#[derive(Debug, Clone, Default)]
pub struct Forced {
    pub same: Vec<(u32, u32)>,
    pub different: Vec<(u32, u32)>,
}

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    Merged,
    Review,
    Household,
    Different,
}

/// Two records that have something in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub a: u32,
    pub b: u32,
    pub pattern: Pattern,
    pub probability: f64,
    pub decision: Decision,
    /// The rule or the guard that decided, where it was not the weight.
    pub word: Option<&'static str>,
}

/// People, and why.
#[derive(Debug)]
pub struct Outcome {
    /// Of each record, the first record of its person.
    pub people: Vec<u32>,
    /// Ordered by records.
    pub links: Vec<Link>,
    pub parameters: Parameters,
    /// Pairs compared.
    pub compared: usize,
    pub warnings: Vec<String>,
}

/// Finds out which records are one person.
pub fn resolve(schema: &Schema, records: &mut Records, forced: &Forced, options: &Options) -> Outcome {
    let mut warnings = Vec::new();
    for (column, names, most) in &schema.shared {
        let (values, of) = records.forget_shared(*column, *names, *most);
        if values > 0 {
            warnings.push(format!(
                "{values} values of {} stand in {of} records of many different names and speak for nobody",
                schema.columns[*column].name
            ));
        }
    }
    let records = &*records;
    let (candidates, lessons) = candidates(schema, records, options, &mut warnings);
    let parameters = options.given.clone().unwrap_or_else(|| {
        let mut parameters = train::learn(schema, &lessons);
        let met = train::patterns(schema, records, &candidates);
        parameters.lambda = train::share_of_matches(&parameters, &met, records.len());
        parameters
    });
    let different: HashSet<Pair> = forced.different.iter().map(|(a, b)| pair(*a, *b)).collect();
    let same: Vec<Pair> = forced.same.iter().map(|(a, b)| pair(*a, *b)).collect();
    let ground = Ground {
        schema,
        records,
        prior: parameters.prior_weight(),
        parameters: &parameters,
        same: &same,
        different: &different,
    };
    let mut links = weigh(&ground, &candidates, options);
    ambiguous(&ground, &mut links);
    let sets = decide(&ground, &mut links);
    Outcome { people: sets, links, compared: candidates.len(), parameters, warnings }
}

/// The pairs of all keys, and what each key has to teach.
fn candidates(
    schema: &Schema,
    records: &Records,
    options: &Options,
    warnings: &mut Vec<String>,
) -> (Vec<Pair>, Lessons) {
    let learn = options.given.is_none();
    let mut all: Vec<Pair> = Vec::new();
    let mut keyed = Vec::new();
    for rule in &schema.blocks {
        let blocked = blocking::block(records, rule, options.block);
        if blocked.windowed > 0 {
            let names: Vec<&str> = rule.keys.iter().map(|key| schema.columns[key.column()].name.as_str()).collect();
            warnings.push(format!(
                "{} records share their {} with more than {} others: they were compared with some of them only",
                blocked.windowed,
                names.join(" and "),
                options.block
            ));
        }
        if learn {
            let used: Vec<usize> = rule.keys.iter().map(|key| key.column()).collect();
            keyed.push((used, train::patterns(schema, records, &train::sample(&blocked.pairs))));
        }
        all.extend(blocked.pairs);
    }
    all.par_sort_unstable();
    all.dedup();
    let blind = if learn { train::blind_pairs(records.len()) } else { Vec::new() };
    let lessons = Lessons { records: records.len(), blind: train::patterns(schema, records, &blind), keyed };
    (all, lessons)
}

/// Gives every candidate its probability; keeps what could matter to anybody.
fn weigh(ground: &Ground<'_>, candidates: &[Pair], options: &Options) -> Vec<Link> {
    let (schema, records) = (ground.schema, ground.records);
    let mut links: Vec<Link> = candidates
        .par_chunks(1 << 14)
        .flat_map_iter(|chunk| {
            chunk.iter().filter_map(|both| {
                let (a, b) = split(*both);
                let pattern = compare(&schema.columns, records, a, b);
                link(ground, (a, b), pattern, options)
            })
        })
        .collect();
    // Pairs that a person spoke about are links also when no key brought them together.
    let known: HashSet<Pair> = links.iter().map(|link| pair(link.a, link.b)).collect();
    for both in ground.same.iter().chain(ground.different).filter(|both| !known.contains(both)) {
        let (a, b) = split(*both);
        let pattern = compare(&schema.columns, records, a, b);
        let probability = probability(weight(ground, (a, pattern)));
        links.push(Link { a, b, pattern, probability, decision: Decision::Different, word: None });
    }
    for link in &mut links {
        let both = pair(link.a, link.b);
        if ground.different.contains(&both) {
            (link.decision, link.word, link.probability) = (Decision::Different, Some(words::OVERRIDE_DIFFERENT), 0.0);
        }
    }
    let same: HashSet<Pair> = ground.same.iter().copied().collect();
    for link in links.iter_mut().filter(|link| same.contains(&pair(link.a, link.b))) {
        (link.decision, link.word, link.probability) = (Decision::Merged, Some(words::OVERRIDE_SAME), 1.0);
    }
    links.sort_by_key(|link| (link.a, link.b));
    links
}

fn weight(ground: &Ground<'_>, pair: (u32, Pattern)) -> f64 {
    ground.prior + ground.parameters.weights(&ground.schema.columns, ground.records, pair).sum::<f64>()
}

fn link(ground: &Ground<'_>, (a, b): (u32, u32), pattern: Pattern, options: &Options) -> Option<Link> {
    let found = |probability: f64, decision, word| Some(Link { a, b, pattern, probability, decision, word });
    let weight = weight(ground, (a, pattern));
    let likely = probability(weight);
    if let Some(rule) = pattern.any(&ground.schema.household) {
        return found(likely.min(options.review), Decision::Household, Some(rule.word));
    }
    if let Some(rule) = pattern.any(&ground.schema.held) {
        // However likely: below the merging limit, so that the list shows it as a question.
        let capped = likely.min(options.merge - 0.01).max(options.review);
        return (likely >= options.review).then(|| found(capped, Decision::Review, Some(rule.word))).flatten();
    }
    if let Some(rule) = pattern.any(&ground.schema.contradictions) {
        return (likely >= options.review).then(|| found(likely, Decision::Different, Some(rule.word))).flatten();
    }
    if let Some(rule) = pattern.any(&ground.schema.certain) {
        return found(likely.max(0.999), Decision::Merged, Some(rule.word));
    }
    match likely {
        _ if likely >= options.merge => found(likely, Decision::Merged, None),
        _ if likely >= options.review => found(likely, Decision::Review, None),
        _ => None,
    }
}

/// A record that fits two people who contradict each other (张先生, on the telephone of father and son) is for
/// somebody to look at.
fn ambiguous(ground: &Ground<'_>, links: &mut [Link]) {
    let (schema, records) = (ground.schema, ground.records);
    let mut fits: HashMap<u32, Vec<(u32, usize)>> = HashMap::new();
    for (at, link) in links.iter().enumerate().filter(|(_, link)| link.decision == Decision::Merged) {
        if link.pattern.any(&schema.vague).is_some() {
            fits.entry(link.a).or_default().push((link.b, at));
            fits.entry(link.b).or_default().push((link.a, at));
        }
    }
    let mut torn: Vec<usize> = Vec::new();
    for known in fits.values() {
        for (at, (x, first)) in known.iter().enumerate().take(MOST_FITS) {
            for (y, second) in known.iter().skip(at + 1).take(MOST_FITS) {
                let pattern = compare(&schema.columns, records, *x, *y);
                if pattern.any(&schema.contradictions).or(pattern.any(&schema.held)).is_some() {
                    torn.extend([*first, *second]);
                }
            }
        }
    }
    for at in torn {
        let link = &mut links[at];
        if link.word != Some(words::OVERRIDE_SAME) {
            (link.decision, link.word) = (Decision::Review, schema.vague.first().map(|rule| rule.word));
        }
    }
}

/// Links of one record that are looked at for contradictions.
const MOST_FITS: usize = 60;

/// Follows the links from the surest on; those that were not followed go to the review list.
fn decide(ground: &Ground<'_>, links: &mut [Link]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..links.len()).filter(|at| links[*at].decision == Decision::Merged).collect();
    // Of links that are equally sure, the content decides, so that the order in which records arrived does not.
    let rank = |link: &Link| {
        let (x, y) = (ground.records.content(link.a), ground.records.content(link.b));
        (link.word.is_none(), x.min(y), x.max(y), link.a, link.b)
    };
    order.sort_by(|x, y| {
        let (x, y) = (&links[*x], &links[*y]);
        y.probability.total_cmp(&x.probability).then_with(|| rank(x).cmp(&rank(y)))
    });
    let edges: Vec<Edge> = order.iter().map(|at| Edge { a: links[*at].a, b: links[*at].b }).collect();
    let (mut sets, verdicts) = cluster::join(ground, &edges);
    for (at, verdict) in order.iter().zip(verdicts) {
        let Some(refused) = verdict else { continue };
        let link = &mut links[*at];
        (link.decision, link.word) = match refused {
            Refused::Override => (Decision::Different, Some(words::CHAIN_OVERRIDE)),
            Refused::Contradiction => (Decision::Review, Some(words::CHAIN_CONTRADICTION)),
            Refused::Chain => (Decision::Review, Some(words::CHAIN_LOOSE)),
        };
    }
    // What the other links of a person joined after all is no question any more, and what they kept apart is none either.
    for link in links.iter_mut().filter(|link| link.decision == Decision::Review) {
        if sets.find(link.a) == sets.find(link.b) {
            (link.decision, link.word) = (Decision::Merged, link.word.or(Some(words::THROUGH_OTHERS)));
        }
    }
    (0..u32::try_from(ground.records.len()).unwrap_or(u32::MAX)).map(|record| sets.find(record)).collect()
}
