//! C13, C14, C17, C18, C19: stages, value classes, churn, cohorts and segments of one's own. A chain of eight people whose every
//! figure is worked out by hand.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

/// Every purchase is one line of 100.00. The newest day, 2026-10-31, is as_of.
/// - L1, tea: 1, 11, 21 and 31 January: gaps of 10 days.
/// - L2, tea: 1 and 31 January, 2 March (gaps of 30), 20 October (a gap of 232).
/// - L3, tea: 15 October only. L5, tea: 1 June and 1 August. L6, tea: 11, 21 and 31 October.
/// - L7, snacks: 10 May, 10 June, 10 July, 10 August (gaps of 31, 30, 31).
/// - L4 and L8 are members who have not bought yet; L8 has no joining day.
fn sales() -> String {
    let days = [
        ("L1", "茶", &["2026-01-01", "2026-01-11", "2026-01-21", "2026-01-31"][..]),
        ("L2", "茶", &["2026-01-01", "2026-01-31", "2026-03-02", "2026-10-20"]),
        ("L3", "茶", &["2026-10-15"]),
        ("L5", "茶", &["2026-06-01", "2026-08-01"]),
        ("L6", "茶", &["2026-10-11", "2026-10-21", "2026-10-31"]),
        ("L7", "零食", &["2026-05-10", "2026-06-10", "2026-07-10", "2026-08-10"]),
    ];
    let mut text = "transaction_id,ordered_at,store_id,record_id,sku,category,channel,quantity,amount\n".to_owned();
    for (person, category, days) in days {
        for day in days {
            text += &format!("{person}-{day},{day} 10:00,S1,{person},A,{category},store,1,100\n");
        }
    }
    text
}

const MEMBERS: &str = "会员卡号,姓名,生日,性别,入会日期,职业\n\
    L4,张伟,1990-01-01,男,2026-09-01,老师\nL8,李娜,2010-01-01,女,,\n";

fn project() -> TestProject {
    TestProject::empty().file("data/sales.csv", sales()).file("data/会员.csv", MEMBERS).today(DAY)
}

fn settings(project: TestProject, more: &str) -> TestProject {
    project.file("storebook.toml", more)
}

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

/// The record of each person, as a table to join.
const WHO: &str = "join person_records r using (person_id)";

#[test]
fn c18_everybody_is_in_the_stage_of_their_own_rhythm() {
    let project = project();
    // L1: g = 10: active to day max(25, 30), silent to max(60, 90), lost from day 91 = 2 May on.
    // L2: before October g = 30: silent to day 180; after 232 days it came back; g stays 30: won back until 19 November.
    // L3: g of tea = median of 10, 30, 10 = 10: new to day 30. L5: two days only, so g of tea: lost on day 91 = 31 October.
    // L6: active since the second purchase. L7: g of snacks and own 31: active to day 77 = 26 October, then silent.
    assert_eq!(
        asked(
            &project,
            &format!(
                "select record_id, stage, since, previous_stage, usual_gap, lost_on from customer_lifecycle {WHO} order by 1"
            )
        ),
        "record_id,stage,since,previous_stage,usual_gap,lost_on\n\
         L1,lost,2026-05-02,silent,10.00,2026-05-02\n\
         L2,won_back,2026-10-20,lost,30.00,2027-04-19\n\
         L3,new,2026-10-15,,10.00,2027-01-14\n\
         L4,prospect,2026-09-01,,,\n\
         L5,lost,2026-10-31,silent,10.00,2026-10-31\n\
         L6,active,2026-10-21,new,10.00,2027-01-30\n\
         L7,silent,2026-10-27,active,31.00,2027-02-13\n\
         L8,prospect,2026-10-31,,,\n"
    );
    assert_eq!(
        asked(
            &project,
            &format!("select stage, since, until from lifecycle_spells {WHO} where record_id = 'L2' order by since")
        ),
        "stage,since,until\nnew,2026-01-01,2026-01-30\nactive,2026-01-31,2026-05-16\nsilent,2026-05-17,2026-08-29\n\
         lost,2026-08-30,2026-10-19\nwon_back,2026-10-20,\n"
    );
}

/// Every day of everybody is in exactly one stage: no gaps, no overlaps.
#[test]
fn c18_spells_follow_one_another_without_gaps() {
    let gaps = "select count(*) as wrong from (select until, lead(since) over (partition by person_id order by since) as next_since, \
        lead(person_id) over (partition by person_id order by since) as next from lifecycle_spells) where next is not null and (until is null or next_since <> until + 1)";
    assert_eq!(asked(&project(), gaps), "wrong\n0\n");
}

#[test]
fn c18_fixed_days_are_the_same_for_all() {
    let project =
        settings(project(), "[lifecycle]\nmode = \"fixed\"\nnew_days = 20\nactive_days = 60\nsilent_days = 85\n");
    // L5 last bought 91 days ago, L7 82 days ago; L2's gap of 232 days is longer than 85.
    assert_eq!(
        asked(&project, &format!("select record_id, stage, since from customer_lifecycle {WHO} order by 1")),
        "record_id,stage,since\nL1,lost,2026-04-27\nL2,won_back,2026-10-20\nL3,new,2026-10-15\nL4,prospect,2026-09-01\n\
         L5,lost,2026-10-26\nL6,active,2026-10-21\nL7,silent,2026-10-10\nL8,prospect,2026-10-31\n"
    );
}

#[test]
fn c18_transitions_and_returns_are_counted() {
    let project = project();
    assert_eq!(
        asked(
            &project,
            "select from_stage, to_stage, customers, share from lifecycle_transitions where month = '2026-10-01' order by 1, 2"
        ),
        "from_stage,to_stage,customers,share\nactive,silent,1,1.000000\nlost,lost,1,0.500000\nlost,won_back,1,0.500000\n\
         prospect,prospect,1,1.000000\nsilent,lost,1,1.000000\n"
    );
    // Silent: L1 3 March, L2 17 May, L5 2 July (bought after exactly 30 days) and 1 September, L7 27 October (4 days ago).
    // Lost: L1 2 May (182 days ago), L2 30 August (62), L5 31 October. Wilson of 1 in 4: .0456 to .6994.
    assert_eq!(
        asked(
            &project,
            "select stage, within_days, watched, came_back, share, low, high from lifecycle_returns where within_days <> 90 order by 1, 2"
        ),
        "stage,within_days,watched,came_back,share,low,high\nlost,30,2,0,0.000000,0.000000,0.657620\nlost,180,1,0,0.000000,0.000000,0.793451\n\
         silent,30,4,1,0.250000,0.045587,0.699358\nsilent,180,1,0,0.000000,0.000000,0.793451\n"
    );
}

/// The history goes back 303 days; four purchase days in it stand for 4 · 365 / 303 a year, 100.00 each, and twelve months
/// discounted by 1 % are worth 11.2550775 / 12 of that: 451.94. Three days 338.95, two 225.97, one 112.98.
#[test]
fn c17_too_little_data_gives_the_simple_formula_and_ties_share_a_class() {
    let project = settings(project(), "[value]\nhigh = 0.2\npotential = 0.4\n");
    assert_eq!(
        asked(
            &project,
            &format!(
                "select record_id, v.clv_12m, expected_basket, p_alive, method, class from customer_value v join value_classes c using (person_id) {WHO} order by 1"
            )
        ),
        "record_id,clv_12m,expected_basket,p_alive,method,class\n\
         L1,451.94,100.00,,simple,high\nL2,451.94,100.00,,simple,high\nL3,112.98,100.00,,simple,ordinary\n\
         L5,225.97,100.00,,simple,ordinary\nL6,338.95,100.00,,simple,potential\nL7,451.94,100.00,,simple,high\n"
    );
    assert_eq!(
        asked(&project, "select reference, buyers, regulars, history_days, ready from clv_readiness order by 1"),
        "reference,buyers,regulars,history_days,ready\nas_of,6,4,303,false\nsplit,4,3,202,false\n"
    );
    for empty in ["clv_parameters", "clv_backtest", "clv_tracking", "clv_quality", "customer_clusters", "tree_nodes"] {
        assert_eq!(asked(&project, &format!("select count(*) as n from {empty}")), "n\n0\n", "{empty}");
    }
}

/// L7: away for 82 days with gaps of at most 31; one visit in 90 days after three in the 90 before. Without a model the
/// score is 1 − ½ · 0.9². The lost are not warned of.
#[test]
fn c19_the_warning_has_its_reasons() {
    assert_eq!(
        asked(
            &project(),
            &format!("select record_id, risk, score, reasons, recency_days from customer_churn {WHO} order by 1")
        ),
        "record_id,risk,score,reasons,recency_days\nL2,low,0.500000,,11\nL3,low,0.500000,,16\nL6,low,0.500000,,0\n\
         L7,high,0.595000,\"recency, visits\",82\n"
    );
}

/// 90 days before as_of is 2 August: L1 (183 days away, gaps of 10) and L7 are known with L2 and L5. L1 is late (but has no
/// second sign: no visits at all in the 180 days), L2 is late too, 153 days after gaps of 30, with one visit 90 days before.
#[test]
fn c19_the_warning_is_tried_on_what_was_known_then() {
    let project = project();
    assert_eq!(
        asked(
            &project,
            &format!(
                "select record_id, recency_days, late, fewer_visits, stayed_away from churn_backtest_signals {WHO} order by 1"
            )
        ),
        "record_id,recency_days,late,fewer_visits,stayed_away\nL1,183,true,false,true\nL2,153,true,false,false\n\
         L5,1,false,false,true\nL7,23,false,false,false\n"
    );
    // One sign alone is no high risk: nobody is flagged, two of four stayed away.
    assert_eq!(
        asked(
            &project,
            "select customers, stayed_away, flagged, caught, baseline_caught, precision, recall, verdict from churn_quality"
        ),
        "customers,stayed_away,flagged,caught,baseline_caught,precision,recall,verdict\n4,2,0,0,0,,0.000000,same\n"
    );
}

#[test]
fn c13_cohorts_are_counted_by_the_month_of_the_first_purchase() {
    let project = project();
    assert_eq!(
        asked(
            &project,
            "select cohort_month, month_number, customers, retained, net_sales, net_sales_total, sales_per_customer from cohorts where retained > 0 order by 1, 2"
        ),
        "cohort_month,month_number,customers,retained,net_sales,net_sales_total,sales_per_customer\n\
         2026-01-01,0,2,2,600.00,600.00,300.00\n2026-01-01,2,2,1,100.00,700.00,350.00\n2026-01-01,9,2,1,100.00,800.00,400.00\n\
         2026-05-01,0,1,1,100.00,100.00,100.00\n2026-05-01,1,1,1,100.00,200.00,200.00\n2026-05-01,2,1,1,100.00,300.00,300.00\n2026-05-01,3,1,1,100.00,400.00,400.00\n\
         2026-06-01,0,1,1,100.00,100.00,100.00\n2026-06-01,2,1,1,100.00,200.00,200.00\n\
         2026-10-01,0,2,2,400.00,400.00,200.00\n"
    );
    // The triangle has every month up to as_of, also those in which nobody came.
    assert_eq!(asked(&project, "select count(*) as n from cohorts"), "n\n22\n");
}

#[test]
fn c14_schemes_of_ones_own_may_use_extra_columns_and_tell_of_overlaps() {
    let own = "[[segments]]\nscheme = \"来客\"\nname = \"常来\"\ncondition = \"purchase_days >= 3\"\n\
        [[segments]]\nscheme = \"来客\"\nname = \"茶客\"\ncondition = \"top_category = '茶'\"\n\
        [[segments]]\nscheme = \"职业\"\nname = \"老师\"\ncondition = \"extra_职业 = '老师'\"\n";
    let project = settings(project(), own);
    assert_eq!(
        asked(&project, "select scheme, customers, segments, overlapping from segment_schemes where own order by 1"),
        "scheme,customers,segments,overlapping\n来客,6,2,3\n职业,1,1,0\n"
    );
    // 常来: L1, L2, L6, L7; 茶客: L1, L2, L3, L5, L6; both: 3 of 4, and of eight people in all 3·8/(4·5) = 1.2 times chance.
    assert_eq!(
        asked(
            &project,
            "select customers, share, lift from segment_overlaps where segment = '常来' and other_segment = '茶客'"
        ),
        "customers,share,lift\n3,0.750000,1.2000\n"
    );
    let ran = project.build();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = project.read("output/groups/index.html");
    assert!(page.contains("来客") && page.contains("3 人同时在几群里"), "the overlap is told");
}

#[test]
fn c14_a_segment_whose_sql_fails_is_named() {
    let wrong = |rule: &str| {
        let ran = settings(project(), rule).try_build(&[]);
        assert_ne!(ran.code, 0);
        ran.err
    };
    let rule = |scheme: &str, name: &str, condition: &str| {
        format!("[[segments]]\nscheme = \"{scheme}\"\nname = \"{name}\"\ncondition = \"{condition}\"\n")
    };
    let misspelt = wrong(&rule("来客", "常来", "purchase_dayz >= 3"));
    assert!(misspelt.contains("purchase_dayz") && misspelt.contains("常来"), "{misspelt}");
    let broken = wrong(&rule("来客", "常来", "purchase_days >="));
    assert!(broken.contains("常来"), "{broken}");
    let taken = wrong(&rule("lifecycle", "常来", "true"));
    assert!(taken.contains("scheme of the program"), "{taken}");
    let twice = wrong(&format!("{}{}", rule("来客", "常来", "true"), rule("来客", "常来", "false")));
    assert!(twice.contains("two rules"), "{twice}");
    let reaching = wrong(&rule("来客", "常来", "exists (select 1 from read_csv('/etc/passwd'))"));
    assert!(reaching.contains("read_csv"), "{reaching}");
}

/// Ages on the day of the build: L4 is 36, L8 16; the others have no birthday.
#[test]
fn c14_people_are_divided_by_age_and_gender() {
    assert_eq!(
        asked(
            &project(),
            "select scheme, segment, customers from segment_summary where scheme in ('age', 'gender') order by scheme, segment_no"
        ),
        "scheme,segment,customers\nage,under_18,1\nage,35_44,1\nage,unknown,6\ngender,female,1\ngender,male,1\ngender,unknown,6\n"
    );
}

/// 90 days before as_of, by today's cuts: L5 had bought the day before (r = 5), now 91 days ago; L3 and L6 had not bought yet.
#[test]
fn c15_moves_are_by_the_same_cuts() {
    let project = project();
    assert_eq!(
        asked(
            &project,
            "select sum(customers) as n, sum(customers) filter (where from_segment = 'outside') as came from rfm_migration where scheme = 'rfm_grid'"
        ),
        "n,came\n6,2\n"
    );
    assert_eq!(
        asked(
            &project,
            &format!(
                "select b.recency_days as before, n.recency_days as now, b.r as r_before, n.r as r_now from rfm_before b join customer_rfm n using (person_id) {WHO} where record_id = 'L5'"
            )
        ),
        "before,now,r_before,r_now\n1,91,5,2\n"
    );
}

/// Five customers with 10 to 50 on five days: quantiles at the places 0.8, 1.6, 2.4, 3.2 of 0 to 4 days and of 10 to 50.
#[test]
fn c15_frozen_limits_stay_when_customers_change() {
    let lines: String = (1..=5).map(|n| format!("T{n},2026-10-0{n} 10:00,S1,P{n},A,茶,store,1,{n}0\n")).collect();
    let head = "transaction_id,ordered_at,store_id,record_id,sku,category,channel,quantity,amount\n";
    let project = TestProject::empty().file("data/sales.csv", format!("{head}{lines}")).today(DAY);
    let project = settings(project, "# kept\n[rfm]\nwindow = 300\n");
    let shown = project.run(&["rules", "freeze", "rfm", "--dry-run", "--today", DAY]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("+recency = [0.8, 1.6, 2.4, 3.2]"), "{}", shown.out);
    assert!(!project.read("storebook.toml").contains("cuts"), "a dry run writes nothing");
    let frozen = project.run(&["rules", "freeze", "rfm", "--today", DAY]);
    assert_eq!(frozen.code, 0, "{}", frozen.err);
    assert_eq!(
        project.read("storebook.toml"),
        "# kept\n[rfm]\nwindow = 300\n\n[rfm.cuts]\nfrequency = [1, 2, 4, 9]\nmonetary = [18, 26, 34, 42]\nrecency = [0.8, 1.6, 2.4, 3.2]\n"
    );
    // A sixth customer with a fortune moves no limit.
    let project = project.file("data/more.csv", format!("{head}T9,2026-10-05 11:00,S1,P9,A,茶,store,1,99999\n"));
    assert_eq!(
        asked(&project, "select value, source from rfm_cuts where dimension = 'monetary' order by cut_no"),
        "value,source\n18.000000,fixed\n26.000000,fixed\n34.000000,fixed\n42.000000,fixed\n"
    );
}

#[test]
fn c15_limits_that_are_not_apart_are_not_frozen() {
    let ran = project().run(&["rules", "freeze", "rfm", "--today", DAY]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("monetary are not apart: [200.0, 300.0, 400.0, 400.0]"), "{}", ran.err);
}
