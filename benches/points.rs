//! Ten million events on the points of a million members: how long the fold of the ledger takes.
//!
//! `cargo bench --profile dev --bench points`. Ten events for each member over three years: an opening balance, seven sales of
//! one to three lines of which every third uses points, a refund of a line, an adjustment. Folded until they have ended, so
//! that every lot expires too. Two threads, a member at a time; a batch of members is built anew before every measurement.

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Span;
use jiff::civil::date;
use rayon::prelude::*;
use storebook::loyalty::ledger::{Event, Kind, Line, fold};
use storebook::project::programme::Programme;
use storebook::project::{Loyalty, Tiers};

const MEMBERS: u64 = 1_000_000;
const BATCH: u64 = 50_000;

/// The life of one member; the same number, the same life.
fn life(member: u64) -> Vec<Event> {
    let mut state = member.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut events = Vec::with_capacity(10);
    for number in 0..10_u64 {
        let days = i64::try_from(number * 100 + draw(100)).unwrap_or(0);
        let day = date(2023, 1, 1).checked_add(Span::new().days(days)).unwrap_or(date(2023, 1, 1));
        let lines = (0..1 + draw(3)).map(|line| Line {
            sku: Some(format!("P{}", (member + line) % 300)),
            amount: i64::try_from(1_000 + draw(20_000)).unwrap_or(0),
            factor: 1_000_000,
        });
        let mut event = Event {
            at: day.at(12, 0, 0, 0),
            kind: Kind::Sale,
            id: format!("T{member}-{number}"),
            order: format!("T{member}-{number}"),
            version: 0,
            points: if number % 3 == 2 { 2_000 } else { 0 },
            lines: Vec::new(),
        };
        match number {
            0 => (event.kind, event.points) = (Kind::Opening, 10_000),
            5 => {
                event.kind = Kind::Refund;
                event.order = format!("T{member}-4");
                event.points = 0;
                event.lines = lines.take(1).collect();
            }
            8 => (event.kind, event.points) = (Kind::Adjust, -500),
            _ => event.lines = lines.collect(),
        }
        events.push(event);
    }
    events
}

fn points(criterion: &mut Criterion) {
    let programme = Programme::of(&Tiers::default(), &Loyalty::default()).expect("the defaults are rules");
    let mut group = criterion.benchmark_group("points, ten million events");
    group.sample_size(10);
    group.bench_function("fold", |bencher| {
        bencher.iter_custom(|times| {
            let mut spent = Duration::ZERO;
            for _ in 0..times {
                for batch in 0..MEMBERS / BATCH {
                    let members = batch * BATCH..(batch + 1) * BATCH;
                    let mut lives: Vec<Vec<Event>> = members.into_par_iter().map(life).collect();
                    let begun = Instant::now();
                    let entries: usize = lives
                        .par_iter_mut()
                        .map(|events| fold(&programme.versions, events, date(2030, 1, 1)).entries.len())
                        .sum();
                    spent += begun.elapsed();
                    assert!(entries > 0);
                }
            }
            spent
        });
    });
    group.finish();
}

criterion_group!(benches, points);
criterion_main!(benches);
