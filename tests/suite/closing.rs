//! Closing a month: what is frozen, what is found afterwards, and that both give the current figures. Every figure here was
//! added up by hand.

use crate::support::TestProject;

const STORES: &str = "store_id,name,region\nS1,东店,华东\nS2,西店,华西\n";
const HEADER: &str = "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount,kind,original_transaction_id\n";
/// August: S1 100. September: S1 200 + 10 = 210 in two orders, S2 50 in one. October: S1 70. November: S2 30.
const SALES: &str = "T1,2026-08-15 10:00:00,S1,13800138000,A,1,100.00,sale,\n\
    T2,2026-09-10 10:00:00,S1,13800138000,A,1,200.00,sale,\n\
    T3,2026-09-20 10:00:00,S2,R2,B,2,50.00,sale,\n\
    T4,2026-09-30 23:59:59,S1,,A,1,10.00,sale,\n\
    T5,2026-10-01 00:00:00,S1,13800138000,A,1,70.00,sale,\n\
    T6,2026-11-02 09:00:00,S2,R2,B,1,30.00,sale,\n";
/// Arrives later and wins over the first file: T2 costs 180, T4 was sold in S2, T5 the evening before, T7 is new, T8 takes T1
/// back in November.
const LATER: &str = "T2,2026-09-10 10:00:00,S1,13800138000,A,1,180.00,sale,\n\
    T4,2026-09-30 23:59:59,S2,,A,1,10.00,sale,\n\
    T5,2026-09-30 23:00:00,S1,13800138000,A,1,70.00,sale,\n\
    T7,2026-09-15 12:00:00,S2,,A,1,25.50,sale,\n\
    T8,2026-11-03 10:00:00,S1,13800138000,A,-1,-100.00,refund,T1\n";

fn chain(closed_through: &str) -> TestProject {
    TestProject::empty()
        .file("data/stores.csv", STORES)
        .file("data/sales-1.csv", format!("{HEADER}{SALES}"))
        .file("storebook.toml", format!("[periods]\nclosed_through = \"{closed_through}\"\n"))
}

/// September closed, then the later file comes and T3 goes.
fn changed() -> TestProject {
    let project = chain("2026-09");
    project.build();
    project.file("data/sales-2.csv", format!("{HEADER}{LATER}")).change(
        "data/sales-1.csv",
        "T3,2026-09-20 10:00:00,S2,R2,B,2,50.00,sale,\n",
        "",
    )
}

fn closed_files(project: &TestProject) -> Vec<(String, Vec<u8>)> {
    crate::support::tree(&project.path("state/closed")).into_iter().collect()
}

#[test]
fn months_are_frozen_when_they_are_first_published_closed() {
    let project = chain("2026-09");
    let ran = project.build();
    assert!(ran.out.contains("Closed   2026-08, 2026-09"), "{}", ran.out);
    assert_eq!(
        project.query(
            "select month, scope, scope_id, net_sales, orders, customers, avg_basket from closed_month_figures
             order by month, scope, scope_id"
        ),
        "month,scope,scope_id,net_sales,orders,customers,avg_basket\n\
         2026-08-01,chain,,100.00,1,1,100.00\n\
         2026-08-01,region,华东,100.00,1,1,100.00\n\
         2026-08-01,store,S1,100.00,1,1,100.00\n\
         2026-09-01,chain,,260.00,3,2,86.67\n\
         2026-09-01,region,华东,210.00,2,1,105.00\n\
         2026-09-01,region,华西,50.00,1,1,50.00\n\
         2026-09-01,store,S1,210.00,2,1,105.00\n\
         2026-09-01,store,S2,50.00,1,1,50.00\n"
    );
    let names: Vec<String> = closed_files(&project).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["2026-08.csv", "2026-08.orders.csv", "2026-09.csv", "2026-09.orders.csv"]);
    let orders = project.read("state/closed/2026-09.orders.csv");
    assert_eq!(orders.lines().count(), 4, "{orders}");
    assert!(orders.contains(",T2,S1,2026-09-10,1,1,200.00,"), "{orders}");
    for (name, bytes) in closed_files(&project) {
        assert!(!String::from_utf8_lossy(&bytes).contains("13800138000"), "{name} names a customer");
    }
    let page = project.read("output/months/2026-09/index.html");
    assert!(page.contains("260.00") && page.contains("86.67"), "the figures stand on the page");
}

#[test]
fn building_again_and_without_cache_changes_nothing() {
    let project = changed();
    project.build();
    let (tree, state) = (project.tree(), closed_files(&project));
    project.build();
    assert_eq!((project.tree() == tree, closed_files(&project) == state), (true, true));
    std::fs::remove_dir_all(project.path(".storebook")).expect("delete the cache");
    project.build();
    assert_eq!((project.tree() == tree, closed_files(&project) == state), (true, true));
}

#[test]
fn what_changes_later_is_an_adjustment_with_its_row() {
    let project = changed();
    let frozen = closed_files(&project);
    let page = project.read("output/months/2026-09/index.html");
    let english = project.read("output/en/months/2026-08/index.html");
    project.build();
    // T1's refund is posted in November: no row of a closed month changed by it.
    assert_eq!(
        project.query(
            "select month, store_id, transaction_id, kind, amount_before, amount_now, difference, orders_difference as n, file, line,
                 posted_month, noticed_on
             from period_adjustments order by no"
        ),
        "month,store_id,transaction_id,kind,amount_before,amount_now,difference,n,file,line,posted_month,noticed_on\n\
         2026-09-01,S1,T2,changed,200.00,180.00,-20.00,0,data/sales-2.csv,2,2026-11-01,2026-11-03\n\
         2026-09-01,S1,T4,gone,10.00,0.00,-10.00,-1,,,2026-11-01,2026-11-03\n\
         2026-09-01,S1,T5,new,0.00,70.00,70.00,1,data/sales-2.csv,4,2026-11-01,2026-11-03\n\
         2026-09-01,S2,T3,gone,50.00,0.00,-50.00,-1,,,2026-11-01,2026-11-03\n\
         2026-09-01,S2,T4,new,0.00,10.00,10.00,1,data/sales-2.csv,3,2026-11-01,2026-11-03\n\
         2026-09-01,S2,T7,new,0.00,25.50,25.50,1,data/sales-2.csv,5,2026-11-01,2026-11-03\n"
    );
    // S1: 210 - 20 - 10 + 70 = 250; S2: 50 - 50 + 10 + 25.50 = 35.50.
    assert_eq!(
        project.query(
            "select month, store_id, net_sales_closed, adjustments, net_sales_current, unexplained, orders_closed, orders_adjusted,
                 orders_current
             from month_reconciliation order by month, store_id"
        ),
        "month,store_id,net_sales_closed,adjustments,net_sales_current,unexplained,orders_closed,orders_adjusted,orders_current\n\
         2026-08-01,S1,100.00,0.00,100.00,0.00,1,0,1\n\
         2026-09-01,S1,210.00,40.00,250.00,0.00,2,0,2\n\
         2026-09-01,S2,50.00,-14.50,35.50,0.00,1,1,2\n"
    );
    assert_eq!(project.read("output/months/2026-09/index.html"), page, "the sheet of a closed month is kept");
    assert_eq!(project.read("output/en/months/2026-08/index.html"), english);
    let kept: Vec<_> = closed_files(&project).into_iter().filter(|(name, _)| name != "adjustments.csv").collect();
    assert_eq!(kept, frozen, "frozen files are never written again");
    let adjustments = project.read("output/data/adjustments/index.html");
    for text in ["T7", "25.50", "晚到", "消失", "改过", "data/sales-2.csv"] {
        assert!(adjustments.contains(text), "{text}");
    }
    assert!(project.read("output/overview/index.html").contains("6 笔更正"));
    assert_eq!(
        project.query(
            "select net_sales, orders from closed_month_figures where scope = 'chain' and month = date '2026-09-01'"
        ),
        "net_sales,orders\n260.00,3\n",
        "the official figures stay"
    );
}

#[test]
fn an_order_that_changes_again_gets_another_entry() {
    let project = changed();
    project.build();
    let first = project.read("state/closed/adjustments.csv");
    // T7 becomes 20.00, and T3 comes back.
    let project = project.change("data/sales-2.csv", "25.50", "20.00").change(
        "data/sales-1.csv",
        "T4,2026-09-30",
        "T3,2026-09-20 10:00:00,S2,R2,B,2,50.00,sale,\nT4,2026-09-30",
    );
    project.build();
    let second = project.read("state/closed/adjustments.csv");
    assert!(second.starts_with(&first), "entries are never changed:\n{second}");
    assert_eq!(
        project.query("select no, transaction_id, kind, amount_before, amount_now, difference from period_adjustments where no > 6 order by no"),
        "no,transaction_id,kind,amount_before,amount_now,difference\n\
         7,T3,new,0.00,50.00,50.00\n\
         8,T7,changed,25.50,20.00,-5.50\n"
    );
    // S2: 50 - 14.50 + 50 - 5.50 = 80.
    assert_eq!(
        project.query("select net_sales_closed, adjustments, net_sales_current, unexplained from month_reconciliation where store_id = 'S2'"),
        "net_sales_closed,adjustments,net_sales_current,unexplained\n50.00,30.00,80.00,0.00\n"
    );
}

#[test]
fn an_adjustment_counts_in_the_month_that_found_it_and_stays_there() {
    // Seen with data until 31 October: posted in October.
    let project =
        chain("2026-09").change("storebook.toml", "[periods]", "[project]\nas_of = \"2026-10-31\"\n[periods]");
    project.build();
    let project = project.file("data/late.csv", format!("{HEADER}T9,2026-08-20 10:00:00,S2,,A,1,5.00,sale,\n"));
    project.build();
    // October closes with that posting beside its own figures; what is found then is posted in November.
    let project = project.change("storebook.toml", "2026-09", "2026-10");
    project.build();
    let project = project.change("storebook.toml", "as_of = \"2026-10-31\"", "as_of = \"2026-11-02\"").change(
        "data/late.csv",
        "5.00",
        "8.00",
    );
    project.build();
    assert_eq!(
        project.query("select no, month, posted_month, difference from period_adjustments order by no"),
        "no,month,posted_month,difference\n1,2026-08-01,2026-10-01,5.00\n2,2026-08-01,2026-11-01,3.00\n"
    );
    assert_eq!(
        project.query(
            "select month, net_sales, adjustments from closed_month_figures where scope = 'chain' order by month"
        ),
        "month,net_sales,adjustments\n2026-08-01,100.00,0.00\n2026-09-01,260.00,0.00\n2026-10-01,70.00,5.00\n"
    );
}

#[test]
fn nothing_is_posted_in_a_closed_month() {
    // The newest day is the last of the month that is closed: what is found then counts in the next month.
    let project = chain("2026-09")
        .change("data/sales-1.csv", "T5,2026-10-01 00:00:00,S1,13800138000,A,1,70.00,sale,\n", "")
        .change("data/sales-1.csv", "T6,2026-11-02 09:00:00,S2,R2,B,1,30.00,sale,\n", "");
    project.build();
    let project = project.file("data/late.csv", format!("{HEADER}T9,2026-09-30 10:00:00,S2,,A,1,5.00,sale,\n"));
    project.build();
    assert_eq!(
        project.query("select posted_month, noticed_on from period_adjustments"),
        "posted_month,noticed_on\n2026-10-01,2026-09-30\n"
    );
}

#[test]
fn the_business_day_decides_the_month() {
    // Business days start at four: a sale at 03:59 on 1 October belongs to September, one at 04:00 to October.
    let project = TestProject::empty()
        .file("data/stores.csv", STORES)
        .file(
            "data/sales.csv",
            format!(
                "{HEADER}N1,2026-10-01 03:59:59,S1,,A,1,1.00,sale,\nN2,2026-10-01 04:00:00,S1,,A,1,2.00,sale,\n\
                 N3,2026-11-02 10:00:00,S1,,A,1,4.00,sale,\n"
            ),
        )
        .file("storebook.toml", "[project]\nday_starts_at = \"04:00\"\n[periods]\nclosed_through = \"2026-09\"\n");
    project.build();
    assert_eq!(
        project.query("select month, net_sales from closed_month_figures where scope = 'chain'"),
        "month,net_sales\n2026-09-01,1.00\n"
    );
    // The till's clock was wrong: the first sale is of October after all.
    let project = project.change("data/sales.csv", "03:59:59", "05:00:00");
    project.build();
    assert_eq!(
        project.query("select month, transaction_id, kind, difference from period_adjustments"),
        "month,transaction_id,kind,difference\n2026-09-01,N1,gone,-1.00\n"
    );
    assert_eq!(
        project.query("select net_sales from chain_months where month = date '2026-10-01'"),
        "net_sales\n3.00\n"
    );
}

#[test]
fn a_change_without_money_counts_and_one_of_the_customer_does_not() {
    let project = chain("2026-09");
    project.build();
    let project = project.change("data/sales-1.csv", "S2,R2,B,2,50.00", "S2,R9,B,2,50.00").change(
        "data/sales-1.csv",
        "S1,13800138000,A,1,200.00",
        "S1,13800138000,C,1,200.00",
    );
    project.build();
    assert_eq!(
        project.query("select transaction_id, kind, difference from period_adjustments"),
        "transaction_id,kind,difference\nT2,changed,0.00\n"
    );
}

#[test]
fn the_order_of_files_and_lines_does_not_matter() {
    let project = chain("2026-09");
    project.build();
    let mut lines: Vec<&str> = SALES.lines().collect();
    lines.reverse();
    let project = project.file("data/sales-1.csv", format!("{HEADER}{}\n", lines.join("\n")));
    project.build();
    assert_eq!(project.query("select count(*) as n from period_adjustments"), "n\n0\n");
    assert!(project.read("output/months/index.html").contains("结账后没有任何更正"));
}

#[test]
fn order_numbers_with_quotes_and_commas_are_found_again() {
    let project = chain("2026-09").file(
        "data/odd.csv",
        format!("{HEADER}\"=1+\"\"x\"\",y\",2026-09-11 10:00:00,S1,,A,1,3.00,sale,\n'; drop table x; --,2026-09-11 10:00:00,S1,,A,1,4.00,sale,\n"),
    );
    project.build();
    project.build();
    assert_eq!(project.query("select count(*) as n from period_adjustments"), "n\n0\n");
    let project = project.change("data/odd.csv", "3.00", "3.50");
    project.build();
    assert_eq!(
        project.query("select transaction_id, difference, file, line from period_adjustments"),
        "transaction_id,difference,file,line\n\"=1+\"\"x\"\",y\",0.50,data/odd.csv,2\n"
    );
}

#[test]
fn a_month_that_is_not_over_cannot_be_closed() {
    let project = chain("2026-11");
    let ran = project.try_build(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("2026-11-02") && ran.err.contains("2026-10"), "{}", ran.err);
    assert!(ran.err.contains("storebook.toml:2"), "{}", ran.err);
    let ran = chain("2026-13").try_build(&[]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let ran = chain("letzten Monat").try_build(&[]);
    assert!(ran.code == 2 && ran.err.contains("YYYY-MM"), "{}", ran.err);
    // An earlier as_of would make the closed month look unfinished, too.
    let project = chain("2026-09");
    project.build();
    assert_eq!(project.try_build(&["--as-of", "2026-09-15"]).code, 2);
}

#[test]
fn opening_a_month_again_needs_the_word_for_it() {
    let project = changed();
    project.build();
    let (tree, state) = (project.tree(), closed_files(&project));
    let project = project.change("storebook.toml", "2026-09", "2026-08");
    for arguments in [&[][..], &["--reopen", "2026-08"], &["--reopen", "2026-10"]] {
        let ran = project.try_build(arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("--reopen 2026-09"), "{}", ran.err);
    }
    assert!(project.tree() == tree && closed_files(&project) == state, "nothing was published");
    let ran = project.try_build(&["--reopen", "2026-09"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let names: Vec<String> = closed_files(&project).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["2026-08.csv", "2026-08.orders.csv"], "its entries go with it");
    assert!(!project.path("output/months/2026-09/index.html").exists());
    assert_eq!(project.try_build(&["--reopen", "2026-09"]).code, 2, "there is nothing to open again");
    assert_eq!(project.try_build(&["--reopen", "September"]).code, 2);
    // Closed again, it has the figures of now.
    let project = project.change("storebook.toml", "2026-08", "2026-09");
    project.build();
    assert_eq!(
        project.query("select net_sales from closed_month_figures where scope = 'chain' and month = date '2026-09-01'"),
        "net_sales\n285.50\n"
    );
}

#[test]
fn lost_state_is_said_and_damaged_state_refused() {
    let project = changed();
    project.build();
    let whole = project.read("state/closed/2026-09.orders.csv");
    let project = project.change("state/closed/2026-09.orders.csv", "200.00", "900.00");
    let ran = project.try_build(&[]);
    assert!(ran.code == 1 && ran.err.contains("not the sum"), "{}", ran.err);
    let project = project.file("state/closed/2026-09.orders.csv", "nonsense");
    let ran = project.try_build(&[]);
    assert!(ran.code == 1 && ran.err.contains("backup"), "{}", ran.err);
    let project = project.file("state/closed/2026-09.orders.csv", whole);
    std::fs::remove_file(project.path("state/closed/2026-09.csv")).expect("delete a file");
    let ran = project.try_build(&[]);
    assert!(ran.code == 1 && ran.err.contains("2026-09.csv"), "{}", ran.err);
    std::fs::remove_dir_all(project.path("state/closed")).expect("lose the state");
    let ran = project.build();
    assert!(ran.out.contains("the frozen figures of 2026-08, 2026-09 are not in state/closed"), "{}", ran.out);
    assert_eq!(
        project.query("select net_sales from closed_month_figures where scope = 'chain' and month = date '2026-09-01'"),
        "net_sales\n285.50\n"
    );
    let again = project.build();
    assert!(!again.out.contains("are not in state/closed"), "{}", again.out);
}

#[test]
fn nothing_closed_leaves_the_pages_out() {
    let project = chain("");
    let ran = project.build();
    assert!(ran.out.contains("months/[month]") && ran.out.contains("data/adjustments"), "{}", ran.out);
    assert!(!project.path("state/closed").exists());
    assert!(!project.path("output/months").exists());
}

#[test]
fn a_dry_run_freezes_nothing() {
    let project = chain("2026-09");
    assert_eq!(project.try_build(&["--dry-run"]).code, 0);
    assert!(!project.path("state").exists());
}
