//! 到数: whose data have arrived, whose have not, and whose newest day looks incomplete. Today is Thursday, 5 November 2026;
//! with the default setting the data of Wednesday, 4 November are due.

use std::fmt::Write as _;

use crate::support::TestProject;

const HEADER: &str = "transaction_id,ordered_at,store_id,sku,quantity,amount\n";

/// `count` orders of one store on one day.
fn orders(store: &str, day: &str, count: u32) -> String {
    let mut text = String::new();
    for n in 0..count {
        let _ = writeln!(text, "{store}-{day}-{n},{day} 10:00:00,{store},A,1,10.00");
    }
    text
}

fn chain(newest: u32) -> TestProject {
    TestProject::empty()
        .file(
            "data/stores.csv",
            "store_id,name,region,opened_on,closed_on\n\
             S1,东店,华东,2020-01-01,\nS2,西店,华西,2020-01-01,\nS3,旧店,华东,2020-01-01,2026-11-04\n\
             S4,新店,华东,2026-11-05,\nS5,空店,华西,2026-10-01,\nS6,末店,华西,2020-01-01,2026-11-05\n",
        )
        .file(
            "data/s1.csv",
            // Four Wednesdays before: 10, 12, 14 and 20 orders, of which 12 is the lower middle one.
            HEADER.to_owned()
                + &orders("S1", "2026-10-07", 20)
                + &orders("S1", "2026-10-14", 14)
                + &orders("S1", "2026-10-21", 10)
                + &orders("S1", "2026-10-28", 12)
                + &orders("S1", "2026-11-04", newest),
        )
        .file("data/s2.csv", HEADER.to_owned() + &orders("S2", "2026-11-02", 3))
        .file("data/s3.csv", HEADER.to_owned() + &orders("S3", "2026-11-01", 3))
        .file("data/s6.csv", HEADER.to_owned() + &orders("S6", "2026-11-04", 1))
}

#[test]
fn stores_open_on_the_day_that_is_due_are_expected() {
    let project = chain(5);
    assert_eq!(
        project.query(
            "select store_id, due_on, data_until, days_late, missing_since, arrived, orders_newest, last_file, last_files
             from store_arrivals order by store_id"
        ),
        // S3 was closed by then, S4 not yet open; S5 opened and never sent anything; S6 closes after the day.
        "store_id,due_on,data_until,days_late,missing_since,arrived,orders_newest,last_file,last_files\n\
         S1,2026-11-04,2026-11-04,0,,true,5,data/s1.csv,1\n\
         S2,2026-11-04,2026-11-02,2,2026-11-03,false,3,data/s2.csv,1\n\
         S5,2026-11-04,,,2026-10-01,false,0,,0\n\
         S6,2026-11-04,2026-11-04,0,,true,1,data/s6.csv,1\n"
    );
}

#[test]
fn a_day_with_less_than_half_the_usual_orders_looks_incomplete() {
    let thin = "select store_id, orders_newest, orders_usual, thin from store_arrivals where store_id = 'S1'";
    assert_eq!(chain(5).query(thin), "store_id,orders_newest,orders_usual,thin\nS1,5,12,true\n");
    assert_eq!(chain(6).query(thin), "store_id,orders_newest,orders_usual,thin\nS1,6,12,false\n");
    // Twelve are too few to judge by when the setting says so.
    let strict = chain(5).file("storebook.toml", "[arrivals]\nthin_min_orders = 13\n");
    assert_eq!(strict.query(thin), "store_id,orders_newest,orders_usual,thin\nS1,5,12,false\n");
}

#[test]
fn the_setting_decides_what_is_due_and_as_of_does_not() {
    let count = "select count(*) filter (where arrived) as arrived, count(*) as expected from store_arrivals";
    assert_eq!(chain(5).query(count), "arrived,expected\n2,4\n");
    // Three days: 2 November is due. S3 was still open then.
    let project = chain(5).file("storebook.toml", "[arrivals]\ndue_days = 3\n");
    assert_eq!(project.query(count), "arrived,expected\n3,5\n");
    let project = chain(5).file("storebook.toml", "[project]\nas_of = \"2026-10-31\"\n");
    assert_eq!(project.query(count), "arrived,expected\n2,4\n");
}

#[test]
fn the_days_of_a_region_are_counted_over_its_open_stores() {
    let project = chain(5);
    assert_eq!(
        project.query("select region, count(*) as days, min(day) as from_day, max(day) as to_day from arrival_days group by region order by region"),
        "region,days,from_day,to_day\n华东,14,2026-10-22,2026-11-04\n华西,14,2026-10-22,2026-11-04\n"
    );
    // 1 November: S1 and S3 of the east, of which S3 has data; S2, S5 and S6 of the west, none of which has.
    // 4 November: S3 is closed; S1 has data. S6 has in the west.
    assert_eq!(
        project.query(
            "select region, day, stores, stores_with_data from arrival_days
             where day in (date '2026-11-01', date '2026-11-04') order by region, day"
        ),
        "region,day,stores,stores_with_data\n华东,2026-11-01,2,1\n华东,2026-11-04,1,1\n华西,2026-11-01,3,0\n华西,2026-11-04,3,1\n"
    );
}

#[test]
fn the_board_names_who_is_missing_and_says_when_all_have_arrived() {
    let project = chain(5);
    project.build();
    let page = project.read("output/data/arrivals/index.html");
    for text in ["还差 2 家", "西店", "stores/s2/index.html", "data/s2.csv"] {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains("空店"), "a store that never sent anything is missing too");
    assert!(project.read("output/en/data/arrivals/index.html").contains("2 of 4 stores have arrived"));
    assert!(project.read("output/overview/index.html").contains("2/4"));
    let project = chain(6)
        .file("data/s2.csv", HEADER.to_owned() + &orders("S2", "2026-11-04", 3))
        .file("data/s5.csv", HEADER.to_owned() + &orders("S5", "2026-11-04", 3));
    project.build();
    let page = project.read("output/data/arrivals/index.html");
    assert!(page.contains("全部到齐") && page.contains("没有：该到的都到了"));
}

#[test]
fn a_chain_without_a_stores_file_has_a_board_too() {
    let project = TestProject::empty().file("data/s1.csv", HEADER.to_owned() + &orders("S1", "2026-11-03", 2));
    project.build();
    assert!(project.read("output/data/arrivals/index.html").contains("还差 1 家"));
}
