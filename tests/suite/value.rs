//! C17: customer value through the program: the published CDNOW study, and chains that no model can be made of.

use crate::support::TestProject;

/// The settings of `tests/cdnow` with the calibration of the study: everything up to 1997-09-30.
fn cdnow(as_of: &str) -> TestProject {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdnow");
    let settings = std::fs::read_to_string(folder.join("storebook.toml")).unwrap();
    let settings = settings.replace("[project]\n", &format!("[project]\nas_of = \"{as_of}\"\n"));
    TestProject::empty()
        .file("storebook.toml", settings)
        .file("data/CDNOW_sample.txt", std::fs::read(folder.join("data/CDNOW_sample.txt")).unwrap())
        .today("1998-07-01")
}

fn asked(project: &TestProject, sql: &str) -> String {
    asked_on(project, "1998-07-01", sql)
}

fn asked_on(project: &TestProject, today: &str, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", today]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

/// Fader, Hardie and Lee (2005), Fader and Hardie (2013), and the tests of CLVTools; rounded as they print them.
#[test]
fn c17_the_published_parameters_come_out_of_the_program() {
    let project = cdnow("1997-09-30");
    let parameters = "select model, parameter, case model when 'gamma_gamma' then printf('%.2f', value) else printf('%.4f', value) end as value \
        from clv_parameters where model in ('bg_nbd', 'gamma_gamma') and parameter not in ('log_likelihood', 'customers') order by 1, 2";
    assert_eq!(
        asked(&project, parameters),
        "model,parameter,value\nbg_nbd,a,0.7929\nbg_nbd,alpha,4.4136\nbg_nbd,b,2.4259\nbg_nbd,r,0.2426\n\
         gamma_gamma,p,6.25\ngamma_gamma,q,3.74\ngamma_gamma,v,15.44\n"
    );
    let fit = "select model, printf('%.3f', value) as value from clv_parameters where parameter = 'log_likelihood' and model = 'bg_nbd' \
        union all select model || ' of', printf('%.0f', value) from clv_parameters where parameter = 'customers' and model <> 'mbg_nbd' order by 1";
    assert_eq!(asked(&project, fit), "model,value\nbg_nbd,-9582.429\nbg_nbd of,2357\ngamma_gamma of,946\n");
    // The heaviest buyer of the study: x = 26, t_x = 216 days, T = 217; published .96885 and 25.757 in 52 weeks, a day less
    // than a year of 365 days.
    let heaviest = "select h.repeats, h.last_days, h.age_days, printf('%.5f', v.p_alive) as p_alive, v.expected_purchases_365d between 25.757 and 25.85 as year, v.method \
        from purchase_histories h join customer_value v using (person_id) where h.repeats = 26";
    assert_eq!(
        asked(&project, heaviest),
        "repeats,last_days,age_days,p_alive,year,method\n26,216,217,0.96885,true,bg_nbd\n"
    );
}

/// The study's own holdout: 39 weeks after 1997-09-30. Its Figure: 3,000 and some purchases; actual repeat purchases of the
/// 2,357 customers were counted in the file with another program: 1,788 (purchase days).
#[test]
fn c17_the_backtest_holds_back_a_third() {
    let project = cdnow("1998-06-30");
    assert_eq!(
        asked(&project, "select first_on, history_days, holdout_days, split_on from prediction_split"),
        "first_on,history_days,holdout_days,split_on\n1997-01-01,545,181,1997-12-31\n"
    );
    let totals = "select count(*) as customers, sum(actual) as actual, sum(expected) between sum(actual) * 0.8 and sum(actual) * 1.2 as near from clv_backtest";
    // Counted in the file with awk and sort: purchase days from 1998-01-01 on, at most one a day and customer.
    assert_eq!(asked(&project, totals), format!("customers,actual,near\n2357,{},true\n", counted_after("19971231")));
    assert_eq!(
        asked(&project, "select measure, better, correlation > 0.5 as related from clv_quality order by 1"),
        "measure,better,related\npurchases,true,true\nsales,true,true\n"
    );
    // The tracking ends with as_of's last full week and counts every repeat purchase day.
    assert_eq!(
        asked(&project, "select count(*) as weeks, max(actual_total) as actual from clv_tracking"),
        format!("weeks,actual\n77,{}\n", repeats_within("19980624"))
    );
}

fn purchase_days() -> std::collections::BTreeSet<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdnow/data/CDNOW_sample.txt");
    let text = std::fs::read_to_string(folder).unwrap();
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    text.lines().map(cells).map(|cells| (cells[1].clone(), cells[2].clone())).collect()
}

fn counted_after(day: &str) -> usize {
    purchase_days().iter().filter(|(_, on)| on.as_str() > day).count()
}

fn repeats_within(day: &str) -> usize {
    let days = purchase_days();
    let people: std::collections::BTreeSet<&String> = days.iter().map(|(person, _)| person).collect();
    days.iter().filter(|(_, on)| on.as_str() <= day).count() - people.len()
}

const HEAD: &str = "transaction_id,ordered_at,store_id,record_id,sku,product_name,category,quantity,amount,kind,original_transaction_id\n";

/// Chains that defeat models: every page is built, says why there is no model, and shows no NaN.
#[test]
fn c17_chains_that_no_model_can_be_made_of() {
    let line = |n: usize, day: &str, person: &str, amount: &str| {
        format!("T{n},{day} 10:00,S1,{person},A,茶,饮品,1,{amount},sale,\n")
    };
    let one_customer = line(1, "2026-10-01", "P1", "10.00");
    let nobody_again: String = (0..600)
        .map(|n| line(n, &format!("2026-{:02}-{:02}", n % 9 + 1, n % 28 + 1), &format!("P{n}"), "10.00"))
        .collect();
    let one_day: String = (0..600).map(|n| line(n, "2026-10-01", &format!("P{}", n % 550), "10.00")).collect();
    let equal_amounts: String = (0..3000)
        .map(|n| {
            line(
                n,
                &format!("2026-{:02}-{:02}", (n * 7) % 10 + 1, (n * 13) % 28 + 1),
                &format!("P{}", (n * n) % 701),
                "10.00",
            )
        })
        .collect();
    let negative: String = (0..3)
        .map(|n| line(n, &format!("2026-0{}-01", n + 1), "P1", "10.00"))
        .chain(["T9,2026-04-01 10:00,S1,P1,A,茶,饮品,-1,-500.00,refund,\n".to_owned()])
        .collect();
    // One customer with 100,000 purchases on 3,360 days.
    let heavy: String = (0..125_000)
        .map(|n| {
            line(
                n,
                &format!("{}-{:02}-{:02}", 2016 + n / 12_500, (n / 28) % 12 + 1, n % 28 + 1),
                if n % 5 == 0 { "P2" } else { "P1" },
                "99999.99",
            )
        })
        .collect();
    for (name, rows) in [
        ("one customer", one_customer),
        ("nobody came again", nobody_again),
        ("all on one day", one_day),
        ("all amounts equal", equal_amounts),
        ("more given back than bought", negative),
        ("ten years of a heavy buyer", heavy),
        (
            "a sale of tomorrow",
            format!("{}{}", line(1, "2026-10-01", "P1", "10.00"), line(2, "2026-11-09", "P1", "10.00")),
        ),
    ] {
        let project = TestProject::empty().file("data/sales.csv", format!("{HEAD}{rows}")).today("2026-11-05");
        let ran = project.try_build(&[]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        for (file, bytes) in project.tree().iter().filter(|(file, _)| file.ends_with(".html")) {
            let text = String::from_utf8_lossy(bytes);
            for bad in ["NaN", ">inf<", "Infinity", "-nan", ">nan"] {
                assert!(!text.contains(bad), "{name}: {bad} on {file}");
            }
        }
        let odd = asked_on(
            &project,
            "2026-11-05",
            "select count(*) as n from customer_value where not isfinite(expected_purchases_365d) or clv_12m is null or clv_12m < 0",
        );
        assert_eq!(odd, "n\n0\n", "{name}");
    }
}

#[test]
fn c17_the_page_says_why_there_is_no_model() {
    let project = TestProject::small();
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = project.read("output/value/index.html");
    assert!(page.contains("数据还不够用模型") && page.contains("500"), "the gate is told");
}
