//! C23: campaigns with a control arm. A chain of twenty people whose every figure is worked out by hand or, where t is needed,
//! with SciPy 1.17 (`ttest_ind(equal_var=False).confidence_interval()`); draws with Python's `hashlib.md5`.

use std::fmt::Write as _;

use crate::support::TestProject;

const DAY: &str = "2026-07-10";
const HEAD: &str =
    "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount,kind,original_transaction_id,coupon_code\n";
const CAMPAIGNS: &str = "campaign_id,name,starts_on,ends_on,channel,cost\nC1,春茶,2026-06-01,2026-06-10,sms,100\n";
const SETTINGS: &str = "[campaigns]\nmin_group = 10\n";

/// On 5 June person k of T buys one unit for 10 k, person k of K two units for 5 k; a unit costs 4. T10 brings 40 back on 20 June.
/// On 20 May they bought for 10, with an odd k for 11 (T) and 12 (K).
fn sales(until: &str) -> String {
    let mut text = HEAD.to_owned();
    for k in 1..=10 {
        for (arm, times, units, odd) in [("T", 10, 1, 11), ("K", 5, 2, 12)] {
            let before = if k % 2 == 0 { 10 } else { odd };
            let _ = writeln!(text, "{arm}{k}-0,2026-05-20 10:00,S1,{arm}{k},A,1,{before},sale,,");
            let _ = writeln!(text, "{arm}{k}-1,2026-06-05 10:00,S1,{arm}{k},A,{units},{},sale,,", times * k);
        }
    }
    text += "R1,2026-06-20 10:00,S1,T10,A,-1,-40,refund,T10-1,\n";
    let _ = writeln!(text, "Z,{until} 10:00,S1,,A,1,1,sale,,");
    text
}

fn targets(campaign: &str, arms: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (who, arm) in arms {
        for k in 1..=10 {
            let _ = writeln!(text, "{campaign},{who}{k},{arm}");
        }
    }
    text
}

fn listed(rows: &str) -> String {
    format!("campaign_id,record_id,arm\n{rows}")
}

fn project(until: &str, rows: &str) -> TestProject {
    TestProject::empty()
        .file("storebook.toml", SETTINGS)
        .file("data/sales.csv", sales(until))
        .file("data/products.csv", "sku,name,category,cost\nA,茶,茶,4\n")
        .file("data/campaigns.csv", CAMPAIGNS)
        .file("data/campaign_targets.csv", listed(rows))
        .today(DAY)
}

fn both() -> String {
    targets("C1", &[("T", "treated"), ("K", "control")])
}

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

#[test]
fn c23_the_difference_has_the_interval_of_welch() {
    let project = project("2026-06-30", &both());
    // T: 10 to 90 and 60 after the return: 510 / 10 = 51. K: 275 / 10 = 27.50. SciPy: 3.148810 to 43.851190, 14.468802 degrees of
    // freedom; 23.50 / 27.50 = 0.854545. All ten a side are of store S1 and bought on one day of the quarter before.
    let figures = "51.00,27.50,23.50,3.15,43.85,14.47,0.854545,235.00,31.49,438.51,better";
    let sql = "select level, store_id as s, segment as g, treated as t, control as k, sales_treated, sales_control, difference,
        low, high, degrees, lift, incremental_sales, incremental_low, incremental_high, verdict from campaign_results order by 1";
    let told = asked(&project, sql);
    let rows: Vec<&str> = told.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            format!("all,,,10,10,{figures}"),
            format!("segment,,one,10,10,{figures}"),
            format!("store,S1,,10,10,{figures}")
        ]
    );
    // Margin: 51 − 4 = 47 and 27.50 − 8 = 19.50, so 275 for ten people (the unit T10 brought back is not put back). SciPy: 71.488 to
    // 478.512. Return: (275 − 100) / 100.
    let sql = "select incremental_margin as m, margin_low as l, margin_high as h, net_return as n, return_on_cost as r, return_low as rl,
        return_high as rh, costed_share as c, treated_share as t, is_preliminary as p from campaign_results where level = 'all'";
    assert_eq!(
        asked(&project, sql),
        "m,l,h,n,r,rl,rh,c,t,p\n275.00,71.49,478.51,175.00,1.750000,-0.285118,3.785118,1.000000,1.000000,false\n"
    );
    // Before: 10 and 11 in turn (variance 5/18), 10 and 12 (10/9): −0.5 / √(25/36) = −0.6. By chance up to 3.143980 × √0.2.
    let sql = "select mean_treated as t, mean_control as k, difference as d, by_chance as c, verdict from campaign_balance where covariate = 'sales'";
    assert_eq!(asked(&project, sql), "t,k,d,c,verdict\n10.5000,11.0000,-0.6000,1.4060,chance\n");
}

#[test]
fn c23_a_result_is_preliminary_until_returns_are_in() {
    // The campaign ends on 10 June; fifteen days for returns: final from 25 June on.
    let sql = "select status, is_preliminary as p, verdict from campaign_results where level = 'all'";
    for (until, told) in [("2026-06-24", "preliminary,true,better"), ("2026-06-25", "final,false,better")] {
        assert_eq!(asked(&project(until, &both()), sql), format!("status,p,verdict\n{told}\n"));
    }
}

#[test]
fn c23_worse_and_no_difference_are_told_apart() {
    let sql = "select difference as d, low, high, incremental_sales as i, return_on_cost as r, verdict from campaign_results where level = 'all'";
    // The arms exchanged: the margin falls by 275, so (−275 − 100) / 100.
    let turned = targets("C1", &[("K", "treated"), ("T", "control")]);
    assert_eq!(
        asked(&project("2026-06-30", &turned), sql),
        "d,low,high,i,r,verdict\n-23.50,-43.85,-3.15,-235.00,-3.750000,worse\n"
    );
    // T1, T4, T5, T8, T9 with K2, K3, K6, K7, K10: 41.00 against 37.50; SciPy: −19.683084 to 26.683084.
    let mut mixed = String::new();
    for k in 1..=10 {
        let (t, c) = if [1, 4, 5, 8, 9].contains(&k) { ("treated", "control") } else { ("control", "treated") };
        let _ = writeln!(mixed, "C1,T{k},{t}\nC1,K{k},{c}");
    }
    let sql = "select sales_treated as t, sales_control as k, difference as d, low, high, verdict from campaign_results where level = 'all'";
    assert_eq!(
        asked(&project("2026-06-30", &mixed), sql),
        "t,k,d,low,high,verdict\n41.00,37.50,3.50,-19.68,26.68,no_difference\n"
    );
}

#[test]
fn c23_nothing_is_concluded_from_few_people_or_without_a_fair_control_arm() {
    let sql = "select level, treated as t, control as k, sales_treated as st, difference as d, low, return_on_cost as r, verdict from campaign_results";
    let head = "level,t,k,st,d,low,r,verdict\n";
    let few = project("2026-06-30", &both()).file("storebook.toml", "[campaigns]\nmin_group = 11\n");
    assert_eq!(asked(&few, sql), format!("{head}all,10,10,51.00,,,,too_small\n"));
    let alone = project("2026-06-30", &targets("C1", &[("T", "treated")]));
    assert_eq!(asked(&alone, sql), format!("{head}all,10,0,51.00,,,,no_control\n"));
    alone.build();
    let page = alone.read("output/campaigns/c1/index.html");
    assert!(page.contains("没有对照，不能下结论") && !page.contains("每人多买</"), "{page}");
    // People whom somebody picked because they bought ten times as much before: (109.5 − 11) by √((0.2778 + 1.1111) / 2) = 118.2.
    let picked = sales("2026-06-30").replace(",A,1,11,", ",A,1,110,").replace(",A,1,10,sale", ",A,1,109,sale");
    let mut text = String::new();
    for line in picked.lines() {
        let line = if line.starts_with('K') { line.replace(",A,1,109,", ",A,1,10,") } else { line.to_owned() };
        let _ = writeln!(text, "{line}");
    }
    let chosen = project("2026-06-30", &both()).file("data/sales.csv", text);
    let sql = "select count(*) as n, count(difference) as told from campaign_results where verdict = 'unbalanced'";
    assert_eq!(asked(&chosen, sql), "n,told\n3,0\n");
    assert_eq!(
        asked(&chosen, "select covariate, difference as d from campaign_balance where verdict = 'unbalanced'"),
        "covariate,d\nsales,118.2000\n"
    );
}

#[test]
fn c23_a_merged_person_keeps_the_arm_of_the_first_record() {
    let rows = both() + "C1,NEW,treated\nC1,OLD,control\nC1,GHOST,treated\n";
    let sql = "select a.arm, a.records, a.is_conflict, a.segment from campaign_arms a join person_records r using (person_id) where r.record_id = 'NEW'";
    for (joined, arm, counts) in [("2025-01-01", "control", "10,11"), ("2026-05-01", "treated", "11,10")] {
        let members = format!(
            "record_id,name,phone,joined_on\nOLD,欧阳静怡,13812349977,{joined}\nNEW,欧阳静怡,13812349977,2026-01-01\n"
        );
        let project = project("2026-06-30", &rows).file("data/members.csv", members);
        assert_eq!(asked(&project, sql), format!("arm,records,is_conflict,segment\n{arm},2,true,none\n"));
        let counted = "select treated as t, control as k from campaign_results where level = 'all'";
        assert_eq!(asked(&project, counted), format!("t,k\n{counts}\n"));
        // One of the 23 records is nobody's.
        assert_eq!(asked(&project, "select targets from campaign_list"), "targets\n23\n");
    }
}

#[test]
fn c23_dates_that_cannot_be_are_said() {
    let campaigns = "campaign_id,name,starts_on,ends_on\nBACK,a,2026-06-10,2026-06-01\nOPEN,b,2026-06-01,\n\
        EMPTY,c,2026-06-01,2026-06-10\nLATER,d,2026-08-01,2026-08-10\nDAY,e,2026-06-05,2026-06-05\nAHEAD,f,2026-07-05,2026-07-20\n";
    let rows: String = ["BACK", "OPEN", "LATER", "NODATE", "DAY", "AHEAD"]
        .map(|campaign| targets(campaign, &[("T", "treated"), ("K", "control")]))
        .concat();
    let project = project("2026-06-30", &rows).file("data/campaigns.csv", campaigns);
    assert_eq!(
        asked(
            &project,
            "select campaign_id as c, status, treated as t, control as k, difference as d, is_preliminary as p, verdict from campaign_results where level = 'all' order by 1"
        ),
        "c,status,t,k,d,p,verdict\n\
         AHEAD,running,10,10,,true,no_data\nBACK,bad_dates,0,0,,false,bad_dates\nDAY,final,10,10,23.50,false,better\n\
         EMPTY,not_frozen,0,0,,false,not_frozen\nLATER,frozen,0,0,,false,frozen\nNODATE,no_dates,0,0,,false,no_dates\n\
         OPEN,running,10,10,23.50,true,better\n"
    );
    project.build();
}

/// Forty members; the first thirty bought k yuan each within the last 21 days. M39 is a child, M40 refuses.
fn members() -> TestProject {
    let mut people = "record_id,name,consent_marketing,birthday\n".to_owned();
    let mut text = HEAD.to_owned();
    for k in 1..=40 {
        let (consent, birthday) = (k != 40, if k == 39 { "2020-01-01" } else { "" });
        let _ = writeln!(people, "M{k:02},人{k},{consent},{birthday}");
        if k <= 30 {
            let _ = writeln!(text, "S{k},2026-06-{} 10:00,S1,M{k:02},A,1,{k},sale,,", k % 10 + 10);
        }
    }
    text += "Z,2026-06-30 10:00,S1,,A,1,1,sale,,\n";
    TestProject::empty().file("data/sales.csv", text).file("data/members.csv", people).today(DAY)
}

fn plan(audience: &str, share: &str, seed: &str) -> String {
    format!(
        "[campaigns]\nmin_group = 10\nholdout_share = 0.2\n\n[[campaigns.plans]]\nid = \"P1\"\nname = \"夏天\"\naudience = \"{audience}\"\n\
         starts_on = \"2026-07-20\"\nends_on = \"2026-08-09\"\nseed = \"{seed}\"\ncontrol_share = {share}\ncost = 50\n"
    )
}

#[test]
fn c23_arms_are_drawn_by_seed_and_stay_once_the_list_is_exported() {
    let project = members().file("storebook.toml", plan("purchase_days >= 0", "0.4", "s"));
    // Records M01 … M40 are people P0000001 … P0000040. Python: int(md5("holdout:P…")[:12], 16) / 2**48 < 0.2 is a hold-out, of the
    // others md5("s:P1:P…") < 0.4 a control; that of P0000001 is 0.372849052.
    let sql = "select coalesce(arm, excluded) as arm, string_agg(substr(record_id, 2), ' ' order by record_id) as who from campaign_plan_arms group by 1 order by 1";
    let drawn = "arm,who\ncontrol,01 03 09 14 16 18 25 31 32 37\nholdout,04 05 15 24 26 33\nno_consent,40\n\
        treated,02 06 07 08 10 11 12 13 17 19 20 21 22 23 27 28 29 30 34 35 36 38\nunder_14,39\n";
    assert_eq!(asked(&project, sql), drawn);
    assert_eq!(asked(&project, "select draw from campaign_plan_arms where record_id = 'M01'"), "draw\n0.372849052\n");
    // 22 and 10 people; their sales of the 21 days to 30 June have mean 12.21875 and standard deviation 10.095462, so that
    // 2.801585 × 10.095462 × √(1/22 + 1/10) = 10.786826; by the mean 0.882809; (32 × (10.786826 / 1.221875)²) = 2,493.9 people.
    assert_eq!(
        asked(
            &project,
            "select audience as a, no_consent as n, under_14 as u, holdout as h, treated as t, control as k, days, buyers as b, sales_now as now, deviation as sd, effect as e, effect_share as s, needed, cost_per_customer as c from campaign_power"
        ),
        "a,n,u,h,t,k,days,b,now,sd,e,s,needed,c\n40,1,1,6,22,10,21,25,12.22,10.10,10.79,0.882809,2494,2.27\n"
    );
    let export = "select campaign_id, id_space, record_id, arm from campaign_plan_arms where arm <> 'holdout' and campaign_id = 'P1'";
    let list = asked(&project, export);
    let project = project.file("data/campaign_targets-P1.csv", list).file("storebook.toml", plan("false", "0.9", "x"));
    assert_eq!(
        asked(&project, "select status, is_frozen as f, targets as n from campaign_list"),
        "status,f,n\nfrozen,true,32\n"
    );
    let sql = "select a.arm, string_agg(substr(r.record_id, 2), ' ' order by r.record_id) as who from campaign_arms a join person_records r using (person_id) group by 1 order by 1";
    let kept: String = drawn
        .lines()
        .filter(|line| !line.starts_with("holdout") && !line.contains("_"))
        .flat_map(|line| [line, "\n"])
        .collect();
    assert_eq!(asked(&project, sql), kept);
}

#[test]
fn c23_a_plan_for_nobody_says_so() {
    let project = members().file("storebook.toml", plan("purchase_days > 1000", "0.4", "s"));
    let sql = "select audience as a, treated as t, control as k, effect as e from campaign_power";
    assert_eq!(asked(&project, sql), "a,t,k,e\n0,0,0,\n");
    project.build();
    assert!(project.read("output/campaigns/p1/index.html").contains("没有人符合条件"));
    // No campaign at all: the page says how to begin.
    let project = members();
    project.build();
    assert!(project.read("output/campaigns/index.html").contains("还没有营销活动"));
}

#[test]
fn c23_the_permanent_hold_out_measures_all_messages_together() {
    // Hold-out by Python as above with 0.3: these fifteen. They bought 10 + k mod 5, the others 20 + k mod 5: means 11.6667 and
    // 22.1111; SciPy: 10.4444, 9.471945 to 11.416943. X99 came after the first day and does not count.
    let out = [4, 5, 12, 15, 24, 26, 30, 33, 40, 43, 45, 52, 54, 55, 57];
    let (mut text, mut rows) = (HEAD.to_owned(), String::new());
    for k in 1..=60 {
        let amount = if out.contains(&k) { 10 } else { 20 } + k % 5;
        let _ = writeln!(text, "B{k},2026-03-01 10:00,S1,M{k:02},A,1,5,sale,,");
        let _ = writeln!(text, "A{k},2026-06-05 10:00,S1,M{k:02},A,1,{amount},sale,,");
        if !out.contains(&k) {
            let _ = writeln!(rows, "C1,M{k:02},{}", if k % 2 == 1 { "treated" } else { "control" });
        }
    }
    text += "N,2026-06-06 10:00,S1,X99,A,1,900,sale,,\nZ,2026-06-30 10:00,S1,,A,1,1,sale,,\n";
    let project = TestProject::empty()
        .file("storebook.toml", "[campaigns]\nmin_group = 10\nholdout_share = 0.3\n")
        .file("data/sales.csv", text)
        .file("data/campaigns.csv", CAMPAIGNS)
        .file("data/campaign_targets.csv", listed(&rows))
        .today(DAY);
    let sql = "select people as n, holdout as h, contacted as c, sales_people as sp, sales_holdout as sh, difference as d, low, high,
        incremental_sales as i, verdict from holdout_results";
    assert_eq!(
        asked(&project, sql),
        "n,h,c,sp,sh,d,low,high,i,verdict\n45,15,0,22.11,11.67,10.44,9.47,11.42,470.00,better\n"
    );
    // Two of fifteen were contacted all the same.
    let project = project.file("data/campaign_targets.csv", listed(&(rows + "C1,M04,treated\nC1,M05,treated\n")));
    assert_eq!(
        asked(&project, "select contacted as c, difference as d, verdict from holdout_results"),
        "c,d,verdict\n2,,not_kept\n"
    );
}

/// Five people who have been here before pay 10 on 21 to 25 June, five new ones `price` on the same days.
fn prices(price: &str) -> String {
    let mut text = HEAD.to_owned();
    for k in 1..=5 {
        let _ = writeln!(text, "O{k}-0,2026-03-0{k} 10:00,S1,O{k},A,1,10,sale,,");
        let _ = writeln!(text, "O{k}-1,2026-06-2{k} 10:00,S1,O{k},A,1,10,sale,,");
        let _ = writeln!(text, "N{k}-1,2026-06-2{k} 11:00,S1,N{k},A,1,{price},sale,,");
    }
    text + "Z,2026-06-30 10:00,S1,,B,1,1,sale,,\n"
}

#[test]
fn c23_prices_that_one_group_alone_pays_are_flagged() {
    let sql = "select segment as g, cast(fortnight as varchar) as f, people as n, price as p, others as o, price_others as po, people_apart as a,
        difference as d, verdict from price_differences where scheme = 'newness'";
    let told = |text: String| asked(&TestProject::empty().file("data/sales.csv", text).today(DAY), sql);
    let head = "g,f,n,p,o,po,a,d,verdict\n";
    // 8 against 10; the fortnight to 30 June begins on 17 June.
    assert_eq!(told(prices("8")), format!("{head}new,2026-06-17,5,8.00,5,10.00,5,-0.200000,flagged\n"));
    // Somebody unknown paid 8 too: it was open to all.
    let open = prices("8") + "Q,2026-06-22 12:00,S1,,A,1,8,sale,,\n";
    assert_eq!(told(open), format!("{head}new,2026-06-17,5,8.00,5,10.00,0,-0.200000,explained\n"));
    // All of them days later than the others: the price may have changed for all.
    let mut later = prices("8");
    for (k, day) in [(1, 28), (2, 28), (3, 29), (4, 29), (5, 29)] {
        later = later.replace(&format!("N{k}-1,2026-06-2{k}"), &format!("N{k}-1,2026-06-{day}"));
    }
    assert_eq!(told(later), format!("{head}new,2026-06-17,5,8.00,5,10.00,5,-0.200000,explained\n"));
    assert_eq!(told(prices("9.60")), format!("{head}new,2026-06-17,5,9.60,5,10.00,0,-0.040000,similar\n"));
    // With a coupon, or four people only, nothing is compared.
    assert_eq!(told(prices("8").replace(",8,sale,,", ",8,sale,,X")), head);
    assert_eq!(told(prices("8").replace("S1,N5,A", "S1,N5,B")), head);
}

/// The figures come from the raw files: 6,589 lines, two households without a purchase or a record; campaign 18 has 1,133 households, which bought
/// for 27,209.73 from 30 October to 24 December 2017, and 653 redemptions of 121 coupons by 214 of them.
#[test]
fn c23_campaigns_of_the_complete_journey_have_no_control_arm() {
    let project = TestProject::of("complete_journey").today("2018-01-02");
    let ask = |sql: &str| project.query(sql);
    let sql = "select verdict, count(*) as n, cast(sum(treated) as integer) as t from campaign_results where level = 'all' group by 1";
    assert_eq!(ask(sql), "verdict,n,t\nno_control,27,6587\n");
    let sql = "select treated as t, sales_treated as s, treated_share as b, difference as d from campaign_results where campaign_id = '18'";
    assert_eq!(ask(sql), "t,s,b,d\n1133,24.02,0.912621,\n");
    let sql = "select redeemed as r, redeemers as p, redeemers_treated as t, codes as c from campaign_coupons where campaign_id = '18'";
    assert_eq!(ask(sql), "r,p,t,c\n653,214,214,121\n");
}
