//! C11: the mix of channels, and people between stores. Figures by hand.

use crate::support::TestProject;

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", "2026-11-05", "--as-of", "2026-10-31"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

fn sales(rows: &str) -> TestProject {
    TestProject::empty().file(
        "data/sales.csv",
        format!("transaction_id,ordered_at,store_id,channel,record_id,sku,quantity,amount,kind\n{rows}"),
    )
}

/// The current period is 4 to 31 October, the one before 6 September to 3 October.
const MIX: &str = "T1,2026-10-10,S1,store,R1,A,1,60,\nT2,2026-10-11,S1,online,R1,A,1,30,\nT3,2026-10-12,S1,store,R2,A,1,10,\n\
    T4,2026-10-13,S2,store,,A,1,100,\nT5,2026-09-10,S1,store,R1,A,1,50,\nT6,2026-09-11,S1,online,R3,A,1,150,\n\
    T7,2026-10-14,S1,online,R3,A,-1,-20,refund\nT8,2026-10-15,S2,,R3,A,1,20,\n";

#[test]
fn c11_shares_of_channels_and_their_change() {
    let project = sales(MIX);
    // Chain, now: store 60 + 10 + 100 = 170, online 30 − 20 = 10, unknown 20, together 200. Before: store 50, online 150.
    assert_eq!(
        asked(
            &project,
            "select channel, net_sales, orders, customers, sales_share, customers_share, sales_share_previous, sales_share_change \
             from channel_summary where scope = 'chain' order by channel"
        ),
        // Customers now: R1 and R2 in the store, R1 online, R3 unknown: three people.
        "online,10.00,1,1,0.050000,0.333333,0.750000,-0.700000 store,170.00,3,2,0.850000,0.666667,0.250000,0.600000 \
         unknown,20.00,1,1,0.100000,0.333333,0.000000,0.100000"
    );
    // S1 in October: store 70, online 10 of 80; in September: 50 and 150 of 200.
    assert_eq!(
        asked(
            &project,
            "select month, channel, net_sales, orders, customers, sales_share from channel_months where scope_id = 'S1' order by month, channel"
        ),
        "2026-09-01,online,150.00,1,1,0.750000 2026-09-01,store,50.00,1,1,0.250000 \
         2026-10-01,online,10.00,1,1,0.125000 2026-10-01,store,70.00,2,2,0.875000"
    );
    // In 26 weeks R1 used two channels, R2 one, and R3 one that is named; R1 spent 60 + 30 + 50, R3 150 − 20 + 20. The home
    // store of R3 is S2, the later of two.
    assert_eq!(
        asked(
            &project,
            "select coalesce(nullif(scope_id, ''), 'chain') as place, reach, people, share, avg_spend, people_previous \
             from channel_buyers order by scope, scope_id, reach"
        ),
        "chain,multi,1,0.333333,140.00, chain,single,2,0.666667,80.00, S1,multi,1,0.500000,140.00, S1,single,1,0.500000,10.00, \
         S2,multi,0,0.000000,, S2,single,1,1.000000,150.00,"
    );
}

#[test]
fn c11_one_channel_is_no_mix_and_its_page_is_left_out_with_the_reason() {
    let project = sales("T1,2026-10-10,S1,store,R1,A,1,60,\nT2,2026-10-11,S1,,R1,A,1,30,\n");
    for model in ["channel_months", "channel_summary", "channel_buyers", "store_migration", "store_migration_summary"] {
        assert_eq!(asked(&project, &format!("select count(*) from {model}")), "0", "{model}");
    }
    let ran = project.run(&["build", "--unsealed", "--today", "2026-11-05", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("a report");
    for (page, model) in [("channels", "channel_months"), ("migration", "store_migration")] {
        assert!(!project.path(&format!("output/{page}/index.html")).exists());
        assert!(ran.out.contains(page) && report.to_string().contains(model), "{}", ran.out);
    }
}

#[test]
fn c11_who_stayed_moved_fell_silent_and_came() {
    // The year is 1 November 2025 to 31 October 2026, the one before 1 November 2024 to 31 October 2025.
    let mut rows = String::new();
    let mut sale = |person: &str, days: &[(&str, &str)]| {
        for (day, store) in days {
            rows += &format!("{person}{day},{day},{store},store,{person},A,1,10,\n");
        }
    };
    sale("kept", &[("2025-10-31", "S1"), ("2026-01-01", "S1")]);
    // Two days in S1 beat a later one in S2.
    sale("still", &[("2025-01-01", "S1"), ("2026-01-01", "S1"), ("2026-01-02", "S1"), ("2026-02-01", "S2")]);
    sale("moved", &[("2025-01-01", "S1"), ("2025-11-01", "S2")]);
    sale("silent", &[("2024-11-01", "S1")]);
    sale("new", &[("2026-05-01", "S2")]);
    sale("back", &[("2024-10-31", "S1"), ("2026-05-01", "S2")]);
    sale("gone", &[("2024-10-31", "S1")]);
    // Belonged to S3, which S2 took over from: bought there once more.
    sale("follows", &[("2025-03-01", "S3"), ("2025-12-01", "S3")]);
    sale("elsewhere", &[("2025-03-01", "S3"), ("2026-03-01", "S1")]);
    let project =
        sales(&rows).file("data/store_successions.csv", "store_id,successor_id,effective_on\nS3,S2,2026-02-01\n");
    assert_eq!(
        asked(
            &project,
            "select from_store_id, to_store_id, kind, people, from_share, to_share from store_migration order by kind, from_store_id"
        ),
        // S1 had four people and has three; S3 had two; S2 has four.
        "S3,S2,followed,1,0.500000,0.250000 S1,S1,kept,2,0.500000,0.666667 S1,S2,moved,1,0.250000,0.250000 \
         S3,S1,moved,1,0.500000,0.333333 ,S2,new,1,,0.250000 ,S2,returned,1,,0.250000 S1,,silent,1,0.250000,"
    );
    assert_eq!(
        asked(
            &project,
            "select store_id, people_before, people, kept, moved_out, moved_in, followed_out, followed_in, silent, new_people, returned \
             from store_migration_summary order by 1"
        ),
        "S1,4,3,2,1,1,0,0,1,0,0 S2,0,4,0,0,1,0,1,0,1,1 S3,2,0,0,1,0,1,0,0,0,0"
    );
}
