//! C12, C22, C38: months beside last year's, targets, stores beside their peers, and the alerts that follow from them. Every
//! expected figure is worked out by hand in the comments.

use std::fmt::Write as _;

use crate::support::TestProject;

const HEAD: &str = "transaction_id,ordered_at,store_id,record_id,sku,category,channel,quantity,amount\n";

fn chain(rows: &[(&str, &str, i32)], today: &'static str) -> TestProject {
    let mut text = HEAD.to_owned();
    for (at, (day, store, amount)) in rows.iter().enumerate() {
        let _ = writeln!(text, "T{at},{day} 10:00,{store},,A,茶,store,1,{amount}");
    }
    TestProject::empty().file("data/sales.csv", text).today(today)
}

fn asked(project: &TestProject, sql: &str, today: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", today]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

/// Spring Festival: 29 January 2025 and 17 February 2026 (published calendars). S2 opened in June 2025.
const FESTIVAL: &[(&str, &str, i32)] = &[
    ("2024-12-01", "S1", 1),
    ("2025-01-01", "S1", 10),
    ("2025-01-15", "S1", 20),
    ("2025-01-28", "S1", 100),
    ("2025-02-05", "S1", 40),
    ("2025-02-20", "S1", 30),
    ("2025-03-05", "S1", 50),
    ("2025-06-01", "S2", 7),
    ("2026-01-10", "S1", 5),
    ("2026-02-16", "S1", 200),
    ("2026-02-24", "S1", 60),
    ("2026-02-25", "S2", 1000),
    ("2026-03-04", "S1", 70),
    ("2026-03-10", "S2", 1),
];

#[test]
fn c12_months_around_the_spring_festival_are_compared_by_their_distance_from_it() {
    let day = "2026-03-11";
    let project = chain(FESTIVAL, day)
        .file("data/stores.csv", "store_id,name,region,opened_on\nS1,一店,华东,2024-01-01\nS2,二店,华东,2025-06-01\n");
    // January: 1 to 19 beside 2 to 20 January 2025 (20), 20 to 31 beside 1 to 12 January (10). February, 16 days before to 11
    // after the festival: 13 January to 9 February (20 + 100 + 40). March, ten days: 10 to 12 February and 5 to 11 March (50).
    let sql =
        "select cast(month as varchar) as month, net_sales, net_sales_last_year as other, growth_last_year as growth,
        growth_previous as before, is_complete as whole, festival
        from month_comparisons where scope = 'store' and scope_id = 'S1' and month >= date '2026-01-01' order by month";
    assert_eq!(
        asked(&project, sql, day),
        "month,net_sales,other,growth,before,whole,festival\n\
         2026-01-01,5.00,30.00,-0.833333,,true,true\n\
         2026-02-01,260.00,160.00,0.625000,51.000000,true,true\n\
         2026-03-01,70.00,50.00,0.400000,,false,true\n"
    );
    // A region's growth is that of S1 alone: S2 was not open a year before.
    let sql = "select net_sales, comparable_stores as n, growth_last_year as growth from month_comparisons
        where scope = 'region' and month = date '2026-02-01'";
    assert_eq!(asked(&project, sql, day), "net_sales,n,growth\n1260.00,1,0.625000\n");
    // The current 28 days, 11 February to 10 March, beside 23 January to 12 February and 5 to 11 March 2025: 100 + 40 + 50.
    let sql = "select period, net_sales from period_figures where scope = 'store' and scope_id = 'S1' order by period";
    assert_eq!(asked(&project, sql, day), "period,net_sales\ncurrent,330.00\nlast_year,190.00\nprevious,0.00\n");
    // Without the festival February lies beside 2 February to 1 March 2025: 40 + 30.
    let project = project.file("storebook.toml", "[period]\nspring_festival = false\n");
    let sql = "select net_sales_last_year as other, festival from month_comparisons
        where scope = 'store' and scope_id = 'S1' and month = date '2026-02-01'";
    assert_eq!(asked(&project, sql, day), "other,festival\n70.00,false\n");
}

/// Chains that do not pay in yuan do not celebrate, unless they say so.
#[test]
fn c12_other_currencies_have_no_spring_festival() {
    let project = chain(FESTIVAL, "2026-03-11").file("storebook.toml", "[project]\ncurrency = \"EUR\"\n");
    let sql = "select count(*) as n from comparison_days where aligned_by = 'spring_festival'";
    assert_eq!(asked(&project, sql, "2026-03-11"), "n\n0\n");
    let both = "[project]\ncurrency = \"EUR\"\n[period]\nspring_festival = true\n";
    let project = project.file("storebook.toml", both);
    assert_ne!(asked(&project, sql, "2026-03-11"), "n\n0\n");
}

/// as_of is 14 October 2026; 364 days before lies 15 October 2025. S1 sold 300 of 1,000 by then last year: 30 % should be done.
/// S2 is new: 14 of 31 days.
fn targets() -> TestProject {
    chain(
        &[
            ("2025-09-01", "S1", 1),
            ("2025-10-10", "S1", 300),
            ("2025-10-25", "S1", 700),
            ("2026-01-05", "S2", 1),
            ("2026-09-05", "S2", 50),
            ("2026-10-05", "S1", 600),
            ("2026-10-08", "S2", 100),
            ("2026-10-14", "S3", 1),
        ],
        "2026-10-15",
    )
    .file(
        "data/store_targets.csv",
        "门店编码,目标月份,指标,目标值\nS1,2026-10,净销售额,1500\nS2,2026-10,净销售额,1000\nS2,2026-09,销售额,100\nS2,2026-10,客单价,80\nS2,2026-12,净销售额,9\n",
    )
}

#[test]
fn c12_targets_are_measured_by_the_course_of_last_year() {
    // S1: 600 of 1,500 = 40 % where 30 % were due. S2: 10 % where 14/31 were due, so 221.43 at the end; September is over.
    // Chain: due (1,500 × 30 % + 1,000 × 14/31) / 2,500 = 36.0645 %, reached 28 %.
    let sql = "select scope, scope_id as id, cast(month as varchar) as month, measure, target, actual, achievement, pace, forecast
        from target_months where scope <> 'region' order by scope, id, month, measure";
    assert_eq!(
        asked(&targets(), sql, "2026-10-15"),
        "scope,id,month,measure,target,actual,achievement,pace,forecast\n\
         chain,,2026-09-01,net_sales,100.00,50.0000,0.500000,0.500000,50.00\n\
         chain,,2026-10-01,net_sales,2500.00,700.0000,0.280000,0.776386,1940.97\n\
         store,S1,2026-10-01,net_sales,1500.00,600.0000,0.400000,1.333333,2000.00\n\
         store,S2,2026-09-01,net_sales,100.00,50.0000,0.500000,0.500000,50.00\n\
         store,S2,2026-10-01,avg_basket,80.00,100.0000,1.250000,,\n\
         store,S2,2026-10-01,net_sales,1000.00,100.0000,0.100000,0.221429,221.43\n"
    );
}

#[test]
fn c22_a_month_that_heads_below_its_target_raises_an_alert() {
    let sql = "select rule, severity, coalesce(store_id, '-') as store, value, threshold, unit, section from alerts
        where rule = 'target_behind' order by store";
    assert_eq!(
        asked(&targets(), sql, "2026-10-15"),
        "rule,severity,store,value,threshold,unit,section\n\
         target_behind,critical,-,-0.223614,-0.100000,share,days\n\
         target_behind,critical,S2,-0.778571,-0.100000,share,days\n"
    );
}

/// Orders of one kind: on a Wednesday, in the store, `members` of 40 with a member.
fn peers(members: &[u32]) -> TestProject {
    let mut text = HEAD.to_owned();
    for (store, known) in members.iter().enumerate() {
        for order in 0..40 {
            let who = if order < *known { format!("M{store}-{order}") } else { String::new() };
            let _ = writeln!(text, "T{store}-{order},2026-10-14 10:00,S{store:02},{who},A,茶,store,1,10");
        }
    }
    TestProject::empty().file("data/sales.csv", text).today("2026-10-15")
}

#[test]
fn c38_limits_are_widened_where_stores_differ_more_than_by_chance() {
    // The chain's share is 1/2, so 20 of 40 are expected with a variance of 10: z = ±√10, else 0. The outer tenths lie at
    // ±0.6 √10, whose squares are 3.6: overdispersion 2 × 3.6 / 5 = 1.44. Deviation of the ratio: √10 × 1.2 / 20 = 0.189737;
    // limits at 1.959964 and 3.090232 of it.
    let sql = "select store_id as s, cases as n, observed as o, expected as e, ratio, adjusted, size, z, overdispersion as phi,
        low, high, low_outer, high_outer, verdict, better
        from store_comparisons where period = 'current' and measure = 'member_orders' order by store_id";
    let told = asked(&peers(&[30, 20, 20, 20, 10]), sql, "2026-10-15");
    let limits = "1.44,0.628123,1.371877,0.41367,1.58633";
    assert_eq!(
        told,
        format!(
            "s,n,o,e,ratio,adjusted,size,z,phi,low,high,low_outer,high_outer,verdict,better\n\
             S00,40,0.75,0.5,1.5,0.75,40,3.162278,{limits},above,true\n\
             S01,40,0.5,0.5,1,0.5,40,0,{limits},expected,\n\
             S02,40,0.5,0.5,1,0.5,40,0,{limits},expected,\n\
             S03,40,0.5,0.5,1,0.5,40,0,{limits},expected,\n\
             S04,40,0.25,0.5,0.5,0.25,40,-3.162278,{limits},below,false\n"
        )
    );
    // Four stores are too few for limits.
    let told = asked(&peers(&[30, 20, 20, 10]), sql, "2026-10-15");
    assert!(told.contains("S00,40,0.75,0.5,1.5,0.75,40,3.162278,") && told.contains(",,,,,,\n"), "{told}");
}

#[test]
fn c38_a_store_is_judged_by_its_own_kinds_of_orders() {
    let mut text = HEAD.to_owned();
    // Store channel: 15 of 30 and 9 of 30 with a member, together 40 %. Online: 10 of 10 and 20 of 30, together 75 %.
    // Expected: A 30 × 0.4 + 10 × 0.75 = 19.5 of 25; B 12 + 22.5 = 34.5 of 29. C alone sells by telephone: not compared.
    for (store, channel, orders, known) in [
        ("A", "store", 30, 15),
        ("B", "store", 30, 9),
        ("A", "online", 10, 10),
        ("B", "online", 30, 20),
        ("C", "phone", 50, 25),
    ] {
        for order in 0..orders {
            let who = if order < known { format!("{store}{channel}{order}") } else { String::new() };
            let _ = writeln!(text, "{store}{channel}{order},2026-10-14 10:00,{store},{who},A,茶,{channel},1,10");
        }
    }
    let project = TestProject::empty().file("data/sales.csv", text).today("2026-10-15");
    let sql = "select store_id, ratio from store_comparisons where period = 'current' and measure = 'member_orders' order by 1";
    assert_eq!(asked(&project, sql, "2026-10-15"), "store_id,ratio\nA,1.282051\nB,0.84058\n");
}

#[test]
fn c22_a_store_clearly_behind_its_peers_raises_an_alert() {
    // Nineteen stores with 20 of 40, one with 2: share 382/800, expected 19.1, variance 9.97975; no overdispersion.
    let members: Vec<u32> = (0..20).map(|store| if store == 7 { 2 } else { 20 }).collect();
    let sql = "select severity, store_id, value, threshold, measure, section from alerts where rule = 'peers_below'";
    assert_eq!(
        asked(&peers(&members), sql, "2026-10-15"),
        "severity,store_id,value,threshold,measure,section\nwarning,S07,0.104712,0.488886,member_orders,peers\n"
    );
}
