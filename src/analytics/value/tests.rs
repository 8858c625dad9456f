//! C17: published figures of CDNOW, other programs' figures, and what must never happen.
//!
//! CDNOW: `r .2426, alpha 4.4136, a .7929, b 2.4259, LL −9582.429` (Fader, Hardie and Lee 2005, Table 2; the tests of
//! CLVTools); Gamma-Gamma `p 6.25, q 3.74, v 15.44, LL −4055.92` on 946 repeat buyers (Fader and Hardie 2013).

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, date};

use super::*;

const CDNOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cdnow/data/CDNOW_sample.txt");

/// Customers on a day, as the published studies prepare them: purchases of one day are one.
fn cdnow(until: Date) -> Vec<Customer> {
    let text = std::fs::read_to_string(Path::new(CDNOW)).unwrap();
    let mut people: BTreeMap<&str, BTreeMap<Date, f64>> = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let day: Date = Date::strptime("%Y%m%d", cells[2]).unwrap();
        if day <= until {
            *people.entry(cells[1]).or_default().entry(day).or_default() += cells[4].parse::<f64>().unwrap();
        }
    }
    let between = |a: Date, b: Date| u32::try_from((b - a).get_days()).unwrap();
    let customer = |days: &BTreeMap<Date, f64>| {
        let (first, last) = (*days.keys().next().unwrap(), *days.keys().last().unwrap());
        Customer {
            repeats: u32::try_from(days.len()).unwrap() - 1,
            last_days: between(first, last),
            age_days: between(first, until),
            days_of_year: u32::try_from(days.len()).unwrap(),
            net_sales: days.values().sum(),
            repeat_net_sales: days.values().skip(1).sum(),
        }
    };
    people.values().map(customer).collect()
}

fn histories(customers: &[Customer]) -> Vec<History> {
    customers.iter().map(Customer::history).collect()
}

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

fn calibration() -> Vec<Customer> {
    let customers = cdnow(date(1997, 9, 30));
    assert_eq!(customers.len(), 2357);
    customers
}

/// The parameters in the tests of CLVTools, all digits they print.
const PUBLISHED: PurchaseModel =
    PurchaseModel { kind: Kind::BgNbd, parameters: [0.242_594_5, 4.413_601_9, 0.792_919_9, 2.425_888_1] };

#[test]
fn c17_bg_nbd_finds_the_published_parameters_of_cdnow() {
    let fitted = fit_purchases(Kind::BgNbd, &histories(&calibration())).unwrap();
    for (found, expected) in fitted.parameters.iter().zip([0.2426, 4.4136, 0.7929, 2.4259]) {
        close(*found, expected, 5.1e-5);
    }
    close(fitted.log_likelihood, -9582.429, 1e-3);
}

/// x = 26, t_x = 30.857, T = 31 weeks, a year ahead: published as 25.75659 and .9688523. The search behind those figures
/// ended a little before the maximum; with the printed parameters mpmath (60 digits) gives 25.7573578304 and
/// .968854501414, which is what must come out here. Both agree to four digits and to five.
#[test]
fn c17_single_customers_are_predicted_as_published() {
    let of = History { repeats: 26, last: 216.0 / 7.0, age: 31.0 };
    close(PUBLISHED.expected(&of, 52.0), 25.757_357_830_4, 1e-9);
    close(PUBLISHED.p_alive(&of), 0.968_854_501_414, 1e-11);
    let fitted = fit_purchases(Kind::BgNbd, &histories(&calibration())).unwrap();
    let own = PurchaseModel { kind: Kind::BgNbd, parameters: fitted.parameters };
    close(own.expected(&of, 52.0), 25.756_59, 1e-3);
    close(own.p_alive(&of), 0.968_852_3, 3e-6);
}

/// Expected purchases worked out with mpmath (60 digits) from equation 10 as printed in the paper.
#[test]
fn c17_expectations_agree_with_sixty_digits() {
    let cases = [
        // A thousand purchases; the printed formula overflows.
        ([0.2426, 4.4136, 0.7929, 2.4259], (1000, 150.0, 156.0, 52.0), 1.006_917_932_521_215_4e-11),
        ([2.0, 1.0, 30.0, 2000.0], (1000, 520.0, 521.0, 52.0), 59.575_140_130_388_77),
        // a = 1 and a + b + x = 1, where the printed formula divides by zero: limits.
        ([0.2426, 4.4136, 1.0, 2.4259], (3, 10.0, 39.0, 52.0), 0.317_345_585_424_225_6),
        ([0.3, 5.0, 0.4, 0.6], (0, 0.0, 20.0, 52.0), 0.452_321_920_884_848_73),
        // Ten years ahead.
        ([5.0, 0.5, 0.05, 3.0], (2, 1.0, 2.0, 520.0), 790.421_412_742_697_5),
        ([0.2426, 4.4136, 0.7929, 2.4259], (0, 0.0, 39.0, 39.0), 0.194_220_317_690_509_2),
        ([0.02, 40.0, 0.01, 0.02], (1, 30.0, 400.0, 52.0), 0.028_262_370_761_471_33),
    ];
    for (parameters, (repeats, last, age, weeks), expected) in cases {
        let model = PurchaseModel { kind: Kind::BgNbd, parameters };
        let found = model.expected(&History { repeats, last, age }, weeks);
        assert!((found / expected - 1.0).abs() < 1e-9, "{parameters:?} {repeats}: {found} is not {expected}");
    }
}

#[test]
fn c17_gamma_gamma_finds_the_published_parameters_of_cdnow() {
    let spendings: Vec<Spending> = calibration().iter().map(Customer::spending).collect();
    let fitted = fit_spending(&spendings).unwrap();
    assert_eq!(fitted.customers, 946.0);
    for (found, expected) in fitted.parameters.iter().zip([6.25, 3.74, 15.44]) {
        close(*found, expected, 5.1e-3);
    }
    close(fitted.log_likelihood, -4055.92, 5.1e-3);
}

/// Maximum found by SciPy's L-BFGS-B and Nelder–Mead on the likelihood of Batislam et al. (2007).
#[test]
fn c17_mbg_nbd_agrees_with_scipy() {
    let fitted = fit_purchases(Kind::MbgNbd, &histories(&calibration())).unwrap();
    for (found, expected) in fitted.parameters.iter().zip([0.524_843, 6.183_086, 0.891_359, 1.614_002]) {
        close(*found, expected, 1e-5);
    }
    let once = History { repeats: 0, last: 0.0, age: 39.0 };
    let alive = PurchaseModel { kind: Kind::MbgNbd, parameters: fitted.parameters }.p_alive(&once);
    assert!(alive > 0.2 && alive < 0.6, "{alive}");
    assert_eq!(PUBLISHED.p_alive(&once), 1.0, "BG/NBD lets nobody stop after the first purchase");
}

fn estimates() -> Estimates {
    Estimates {
        purchases: PUBLISHED,
        one_timers: Some(PurchaseModel {
            kind: Kind::MbgNbd,
            parameters: [0.524_843, 6.183_086, 0.891_359, 1.614_002],
        }),
        spending: Some(SpendingModel { parameters: [6.25, 3.74, 15.44] }),
        monthly_discount: 0.01,
    }
}

#[test]
fn c17_heavy_and_odd_customers_get_numbers() {
    let odd = |repeats, last_days, age_days, money| Customer {
        repeats,
        last_days,
        age_days,
        days_of_year: repeats.min(365),
        net_sales: money,
        repeat_net_sales: money,
    };
    let customers = [
        odd(0, 0, 0, 10.0),
        odd(1000, 3650, 3650, 1e9),
        odd(1000, 10, 3650, 1e9),
        odd(100_000, 36_500, 36_500, 1.0),
        odd(3, 30, 60, -500.0),
        odd(0, 0, 36_500, 0.0),
    ];
    for (of, found) in customers.iter().zip(score(&estimates(), &customers)) {
        let figures = [found.purchases_90, found.purchases_365, found.basket, found.value, found.p_alive.unwrap()];
        assert!(figures.iter().all(|figure| figure.is_finite() && *figure >= 0.0), "{of:?}: {found:?}");
        assert!(found.purchases_90 <= found.purchases_365 && found.p_alive.unwrap() <= 1.0, "{found:?}");
    }
}

/// By hand: p (v + x m̄)/(p x + q − 1) = 6.25 · (15.44 + 2 · 30)/(12.5 + 2.74) = 471.5/15.24 = 30.938…
#[test]
fn c17_the_expected_basket_is_drawn_towards_the_chain() {
    let model = SpendingModel { parameters: [6.25, 3.74, 15.44] };
    close(model.expected(Spending { repeats: 2, mean: 30.0 }).unwrap(), 471.5 / 15.24, 1e-12);
    close(model.expected(Spending { repeats: 0, mean: 0.0 }).unwrap(), 96.5 / 2.74, 1e-12);
    assert_eq!(SpendingModel { parameters: [6.0, 0.9, 15.0] }.expected(Spending { repeats: 0, mean: 0.0 }), None);
}

/// By hand: 6 purchase days in the year, 600 in all on 10 days: 60 a day. With no interest 360; a quarter has 6 · 90/365.
#[test]
fn c17_the_simple_formula_repeats_the_last_year() {
    let of = Customer { repeats: 9, age_days: 800, days_of_year: 6, net_sales: 600.0, ..Customer::default() };
    let found = Simple::new(900, 0.0).predict(&of);
    close(found.value, 360.0, 1e-9);
    close(found.purchases_90, 6.0 * 90.0 / 365.0, 1e-12);
    // Twelve months of 30 each, the m-th divided by 1.01^m: 30 · 11.255077473… (the annuity factor of a bank's table).
    close(Simple::new(365, 0.01).predict(&of).value, 30.0 * 11.255_077_473_484_6, 1e-9);
    assert_eq!(found.p_alive, None);
    // Data of half a year: the 6 days stand for 12 a year; data of one day count as a quarter.
    close(Simple::new(182, 0.0).predict(&of).purchases_365, 6.0 * 365.0 / 182.0, 1e-12);
    close(Simple::new(1, 0.0).predict(&of).purchases_90, 6.0, 1e-12);
}

/// The inverse of the observed information by SciPy: second differences of the likelihood over the parameters themselves.
#[test]
fn c17_standard_errors_agree_with_scipy() {
    let customers = calibration();
    let near = |found: &[f64], expected: &[f64]| {
        assert!(found.iter().zip(expected).all(|(found, expected)| (found / expected - 1.0).abs() < 1e-3), "{found:?}");
    };
    let purchases = fit_purchases(Kind::BgNbd, &histories(&customers)).unwrap();
    near(&purchases.standard_errors, &[0.012_557, 0.378_224, 0.185_734, 0.705_414]);
    let spendings: Vec<Spending> = customers.iter().map(Customer::spending).collect();
    near(&fit_spending(&spendings).unwrap().standard_errors, &[1.190_056, 0.290_133, 4.159_428]);
}

#[test]
fn c17_data_without_a_maximum_give_no_model() {
    let once = |age: f64| History { repeats: 0, last: 0.0, age };
    let nobody_came_back: Vec<History> = (0..600u32).map(|at| once(f64::from(at % 50))).collect();
    let one_day = vec![once(0.0); 600];
    for kind in [Kind::BgNbd, Kind::MbgNbd] {
        assert_eq!(fit_purchases(kind, &nobody_came_back), None);
        assert_eq!(fit_purchases(kind, &one_day), None);
        assert_eq!(fit_purchases(kind, &[]), None);
    }
    assert_eq!(fit_spending(&[Spending { repeats: 3, mean: 20.0 }; 700]), None);
    assert_eq!(fit_spending(&[]), None);
    // One that came back is not enough to know four parameters; whatever comes out is a number.
    let mut one: Vec<History> = nobody_came_back;
    one.push(History { repeats: 1, last: 3.0, age: 40.0 });
    for kind in [Kind::BgNbd, Kind::MbgNbd] {
        let fitted = fit_purchases(kind, &one);
        assert!(fitted.is_none_or(|fitted| fitted.standard_errors.iter().all(|error| error.is_finite())), "{fitted:?}");
    }
}

/// The order of the customers and the number of threads change nothing.
#[test]
fn c17_a_fit_does_not_depend_on_the_order() {
    let forward = histories(&calibration());
    let mut backward = forward.clone();
    backward.reverse();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let fitted = fit_purchases(Kind::BgNbd, &forward).unwrap();
    assert_eq!(alone.install(|| fit_purchases(Kind::BgNbd, &backward)).unwrap(), fitted);
}
