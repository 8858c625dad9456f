//! What holds for any customers, on tables made up at random.

use proptest::prelude::*;

use super::customers::{Customer, cells, schema};
use super::matching::{Decision, Forced, Options, Outcome, RecordsBuilder, resolve};

fn resolved(customers: &[Customer], forced: &Forced) -> Outcome {
    let schema = schema(&[]);
    let mut builder = RecordsBuilder::new(&schema.columns);
    customers.iter().for_each(|customer| builder.push(cells(customer)));
    resolve(&schema, &mut builder.finish(), forced, &Options::default())
}

fn customer(name: &str, phone: &str, birthday: &str) -> Customer {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Customer { name: some(name), phone: some(phone), birthday: birthday.parse().ok(), ..Customer::default() }
}

fn one(outcome: &Outcome, a: usize, b: usize) -> bool {
    outcome.people[a] == outcome.people[b]
}

/// A small world: few names, few phones, few birthdays, so that everything falls together now and then.
fn any_customer() -> impl Strategy<Value = Customer> {
    let names =
        prop::sample::select(vec!["张伟", "张偉", "张玮", "王芳", "王女士", "Zhang Wei", "散客", "李强", "李刚", ""]);
    let phones = prop::sample::select(vec![
        "13912340056",
        "139 1234 0056",
        "13912340065",
        "13812349977",
        "13800138000",
        "138****8000",
        "11111111111",
        "",
    ]);
    let birthdays =
        prop::sample::select(vec!["1985-03-05", "1985-05-03", "1990-11-20", "1900-01-01", "1970-01-01", ""]);
    let genders = prop::sample::select(vec![None, Some("male".to_owned()), Some("female".to_owned())]);
    (names, phones, birthdays, genders)
        .prop_map(|(name, phone, birthday, gender)| Customer { gender, ..customer(name, phone, birthday) })
}

/// The partition, written so that two of them can be compared: the smallest member of everybody's set.
fn partition(people: &[u32], order: &[usize]) -> Vec<usize> {
    let mut back = vec![0; order.len()];
    order.iter().enumerate().for_each(|(now, before)| back[*before] = now);
    (0..order.len())
        .map(|at| (0..order.len()).find(|other| people[back[*other]] == people[back[at]]).unwrap_or(at))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn c06_decisions_are_honoured_whatever_the_data_say(
        customers in prop::collection::vec(any_customer(), 4..16), a in 0_u32..4, b in 0_u32..4,
    ) {
        prop_assume!(a != b);
        let (at, bt) = (a as usize, b as usize);
        let same = Forced { same: vec![(a, b)], different: vec![] };
        prop_assert!(one(&resolved(&customers, &same), at, bt));
        let different = Forced { same: vec![], different: vec![(a, b)] };
        prop_assert!(!one(&resolved(&customers, &different), at, bt));
    }

    #[test]
    fn c06_placeholders_never_link(count in 2_usize..30) {
        let nobody = Customer {
            email: Some("test@test.com".into()),
            address: Some("无".into()),
            ..customer("散客", "13800138000", "1900-01-01")
        };
        let mut customers = vec![nobody; count];
        customers[0].phone = Some("138****8000".into());
        let outcome = resolved(&customers, &Forced::default());
        prop_assert!(outcome.links.is_empty());
        prop_assert!((0..count).all(|at| outcome.people[at] as usize == at));
    }

    #[test]
    fn c06_the_order_of_records_changes_nothing(
        customers in prop::collection::vec(any_customer(), 2..14), seed in 0_u64..1000,
    ) {
        // Records that agree in everything are one: which of two links is followed first could only matter between
        // links of one weight.
        let mut order: Vec<usize> = (0..customers.len()).collect();
        order.sort_by_key(|at| (*at as u64 * 2_654_435_761 + seed * 40_503) % 1009);
        let turned: Vec<Customer> = order.iter().map(|at| customers[*at].clone()).collect();
        let plain: Vec<usize> = (0..customers.len()).collect();
        let before = partition(&resolved(&customers, &Forced::default()).people, &plain);
        let after = partition(&resolved(&turned, &Forced::default()).people, &order);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn c06_the_outcome_is_the_same_at_any_number_of_threads(customers in prop::collection::vec(any_customer(), 2..40)) {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| resolved(&customers, &Forced::default()))
        };
        let (one, two) = (with(1), with(2));
        prop_assert_eq!(one.people, two.people);
        prop_assert_eq!(one.links, two.links);
        prop_assert_eq!(one.parameters, two.parameters);
    }
}

#[test]
fn c06_same_phone_and_a_name_that_fits_is_one_person() {
    for other in ["张伟", "張偉", "Zhang Wei", "张 伟先生"] {
        let outcome = resolved(
            &[customer("张伟", "139-1234-0056", ""), customer(other, "+8613912340056", "")],
            &Forced::default(),
        );
        assert!(one(&outcome, 0, 1), "{other}");
        assert_eq!(outcome.links[0].word, Some("same_phone_and_name"), "{other}");
    }
}

#[test]
fn c06_one_phone_with_another_name_and_birthday_is_a_household() {
    let family = [customer("张建国", "13912340056", "1958-02-11"), customer("张磊", "13912340056", "1986-07-30")];
    let outcome = resolved(&family, &Forced::default());
    assert!(!one(&outcome, 0, 1));
    assert_eq!(outcome.links[0].decision, Decision::Household);
}

#[test]
fn c06_twins_stay_two_and_are_shown() {
    let twins = [customer("陈思远", "13912340056", "2004-03-09"), customer("陈思齐", "13912340056", "2004-03-09")];
    let outcome = resolved(&twins, &Forced::default());
    assert!(!one(&outcome, 0, 1));
    assert_eq!(outcome.links[0].decision, Decision::Review);
}

/// Father and son on one telephone, and a record that fits both: it joins one of them, and never makes them one.
#[test]
fn c06_no_chain_joins_people_who_contradict_each_other() {
    let records = [
        customer("张建国", "13912340056", "1958-02-11"),
        customer("张磊", "13912340056", "1986-07-30"),
        Customer { gender: Some("male".into()), ..customer("张先生", "13912340056", "") },
    ];
    let outcome = resolved(&records, &Forced::default());
    assert!(!one(&outcome, 0, 1));
    let said = Forced { same: vec![(0, 1)], different: vec![] };
    assert!(one(&resolved(&records, &said), 0, 1));
}

#[test]
fn c06_a_lunar_birthday_is_the_solar_day_it_fell_on() {
    // Published calendars: the 15th of the eighth month of 1988 was 25 September.
    let lunar = Customer { lunar: true, ..customer("赵雪瑶", "", "1988-08-15") };
    let solar = customer("赵雪瑶", "", "1988-09-25");
    // Two hundred others, each with a name, a phone and a birthday of their own.
    let (surnames, given) = ("王李张刘陈杨黄吴周徐", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平");
    let mut customers = Vec::new();
    for (at, surname) in surnames.chars().enumerate() {
        for (more, given) in given.chars().enumerate() {
            let number = at * 20 + more;
            let day = format!("{}-{:02}-{:02}", 1960 + number % 40, 1 + number % 12, 1 + number % 28);
            customers.push(customer(
                &format!("{surname}{given}"),
                &format!("139{:08}", 11_234_567 + number * 79_193),
                &day,
            ));
        }
    }
    customers.extend([lunar, solar]);
    let outcome = resolved(&customers, &Forced::default());
    let link =
        outcome.links.iter().find(|link| (link.a, link.b) == (200, 201)).expect("they have a birthday in common");
    assert!(link.probability > 0.7, "{link:?}");
}

/// A number that stands in the records of ten different people is a shop's.
#[test]
fn c06_a_number_with_many_names_speaks_for_nobody() {
    let names = ["张伟", "王芳", "李强", "刘洋", "陈静", "杨帆", "赵敏", "黄磊", "周杰", "吴迪"];
    let records: Vec<Customer> = names.iter().map(|name| customer(name, "13912340056", "")).collect();
    let outcome = resolved(&records, &Forced::default());
    assert!(outcome.links.is_empty());
    assert_eq!(outcome.warnings.len(), 1);
}
