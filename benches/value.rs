//! A million customers of a made-up chain: how long it takes to fit both models and to score everybody.
//!
//! `cargo bench --profile dev --bench value`. Customers are drawn from BG/NBD and Gamma-Gamma themselves, with the published
//! parameters of CDNOW, first purchases over a year, watched for two years.

use criterion::{Criterion, criterion_group, criterion_main};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp, Gamma, Uniform};
use storebook::analytics::value::{
    Customer, Estimates, History, Kind, PurchaseModel, SpendingModel, fit_purchases, fit_spending, score,
};

const CUSTOMERS: usize = 1_000_000;

fn drawn(count: usize) -> Vec<Customer> {
    let mut lot = ChaCha8Rng::seed_from_u64(7);
    let rate = Gamma::new(0.2426, 1.0 / 4.4136).expect("positive");
    let stopping = Beta::new(0.7929, 2.4259).expect("positive");
    let (chance, first) = (Uniform::new(0.0, 1.0).expect("a range"), Uniform::new(0.0, 365.0).expect("a range"));
    let scale = Gamma::new(3.74, 1.0 / 15.44).expect("positive");
    (0..count)
        .map(|_| {
            let age = 730.0 - first.sample(&mut lot);
            let (rate, stops) = (f64::max(rate.sample(&mut lot), 1e-9) / 7.0, stopping.sample(&mut lot));
            let gap = Exp::new(rate).expect("positive");
            let basket = Gamma::new(6.25, 1.0 / f64::max(scale.sample(&mut lot), 1e-9)).expect("positive");
            let (mut at, mut last, mut repeats, mut money) = (0.0, 0.0, 0, 0.0);
            loop {
                at += gap.sample(&mut lot);
                if at >= age {
                    break;
                }
                if f64::floor(at) > last {
                    repeats += 1;
                    last = at.floor();
                    money += basket.sample(&mut lot);
                }
                if chance.sample(&mut lot) < stops {
                    break;
                }
            }
            let first_basket: f64 = basket.sample(&mut lot);
            Customer {
                repeats,
                last_days: last as u32,
                age_days: age as u32,
                days_of_year: repeats.min(365),
                net_sales: money + first_basket,
                repeat_net_sales: money,
            }
        })
        .collect()
}

fn fitted(customers: &[Customer]) -> Estimates {
    let histories: Vec<History> = customers.iter().map(Customer::history).collect();
    let spendings: Vec<_> = customers.iter().map(Customer::spending).collect();
    let model = |kind| {
        let fitted = fit_purchases(kind, &histories).expect("a model");
        PurchaseModel { kind, parameters: fitted.parameters }
    };
    let spending = fit_spending(&spendings).expect("a model");
    Estimates {
        purchases: model(Kind::BgNbd),
        one_timers: Some(model(Kind::MbgNbd)),
        spending: Some(SpendingModel { parameters: spending.parameters }),
        monthly_discount: 0.01,
    }
}

fn value(criterion: &mut Criterion) {
    let customers = drawn(CUSTOMERS);
    let estimates = fitted(&customers);
    let mut group = criterion.benchmark_group("customer value, a million customers");
    group.sample_size(10);
    group.bench_function("fit BG/NBD, MBG/NBD and Gamma-Gamma", |bencher| bencher.iter(|| fitted(&customers)));
    group.bench_function("score", |bencher| bencher.iter(|| score(&estimates, &customers)));
    group.bench_function("fit and score", |bencher| bencher.iter(|| score(&fitted(&customers), &customers)));
    group.finish();
}

criterion_group!(benches, value);
criterion_main!(benches);
