//! C32, C47: the page of the day of a store, and cases that nobody has brought to an end. Days and lists by hand.

use crate::support::TestProject;

/// F1 is old and open, F2 has no words, F3 and F4 are at an end, F5 and F6 are newer and no cases, F7 is about a store that
/// S1 took over, F8 about no store.
const FEEDBACK: &str = "feedback_id,at,record_id,store_id,kind,text,status,resolved_at\n\
    F1,2026-09-01 09:00,R1,S1,complaint,杯子有裂纹 请打13912345678,open,\n\
    F2,2026-10-30 09:00,,S1,rights,,,\n\
    F3,2026-10-02 09:00,,S1,complaint,等太久,closed,\n\
    F4,2026-10-03 09:00,,S1,complaint,太吵,open,2026-10-04 10:00\n\
    F5,2026-11-01 09:00,,S1,praise,店员热情,,\n\
    F6,2026-11-02 09:00,,S1,survey,还行,open,\n\
    F7,2026-10-31 09:00,,S0,complaint,灯坏了,in_progress,\n\
    F8,2026-11-03 09:00,,,complaint,网站打不开,,\n";

fn project() -> TestProject {
    TestProject::empty()
        .file("data/stores.csv", "store_id,name\nS0,旧街店\nS1,东湖店\n")
        .file(
            "data/sales.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\nT1,2026-10-10,S1,R1,A,1,60\n",
        )
        .file("data/customers.csv", "record_id,name,phone,store_id,joined_on\nR1,张伟,13912340001,S1,2026-01-01\n")
        .file("data/feedback.csv", FEEDBACK)
        .file("data/store_successions.csv", "store_id,successor_id,effective_on\nS0,S1,2026-11-01\n")
        .file("storebook.toml", "[feedback]\nrecent = 1\n")
        .today("2026-11-05")
}

#[test]
fn c32_an_open_case_stays_listed_until_it_is_ended_however_old_it_is() {
    let project = project();
    let ran = project.run(&[
        "query",
        "select feedback_id, store_id, person_id is not null as known, age_days from open_cases order by feedback_id",
        "--format",
        "csv",
        "--today",
        "2026-11-05",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // September has 30 days, October 31: 29 + 31 + 5 days since the first of September.
    assert_eq!(
        ran.out,
        "feedback_id,store_id,known,age_days\nF1,S1,true,65\nF2,S1,false,6\nF7,S1,false,5\nF8,,false,2\n"
    );
    project.build();
    let service = project.read("output/service/feedback/index.html");
    assert!(service.contains("4 件还没有了结"), "{service}");
    assert!(service.contains("最早的已经 65 天"), "{service}");
    let today = project.read("output/today/s1/index.html");
    for page in [&service, &today] {
        // The newest comment of a store is another one: the words of an old case stay, its number masked.
        assert!(
            page.contains("杯子有裂纹 请打139****5678") && page.contains("没有写下原话") && page.contains("灯坏了"),
            "{page}"
        );
        assert!(!page.contains("等太久") && !page.contains("太吵"), "{page}");
    }
    assert!(service.contains("网站打不开") && !today.contains("网站打不开") && !today.contains("店员热情"), "{today}");
}

#[test]
fn c47_only_a_store_that_is_open_has_a_page_of_the_day() {
    let project = project().file("data/stores.csv", "store_id,name,closed_on\nS0,旧街店,2026-10-01\nS1,东湖店,\n");
    project.build();
    assert!(project.path("output/today/s1/index.html").exists());
    assert!(!project.path("output/today/s0").exists());
    let report = project.read("output/stores/s1/index.html");
    assert!(report.contains("../../today/s1/index.html"), "{report}");
}
