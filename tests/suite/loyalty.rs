//! C45: tiers and points of a small chain, worked out by hand in the comments, through the real program.

use crate::support::TestProject;

const RULES: &str = "[[tiers.levels]]\nname = \"基础\"\n[[tiers.levels]]\nname = \"银\"\nspend = 200\npoints = 1.5\n\
    [[loyalty.multipliers]]\nname = \"茶双倍\"\nof = \"category\"\nis = \"茶\"\nfactor = 2\n\
    [[loyalty.multipliers]]\nname = \"礼品减半\"\nof = \"category\"\nis = \"礼品\"\nfactor = 0.5\n\
    [[loyalty.multipliers]]\nname = \"生日月\"\nof = \"birthday_month\"\nfactor = 3\n\
    [[loyalty.multipliers]]\nname = \"袋子不给\"\nof = \"sku\"\nis = \"BAG\"\nfactor = 0\n\
    [[loyalty.expiry]]\nlasts = \"months\"\nnumber = 12\ngrace_days = 30\n";

/// A: born in May. B: joined with two cards. C: only refunds. The gift card in T1 earns nothing.
const SALES: &str = "transaction_id,line_no,ordered_at,store_id,record_id,sku,category,kind,quantity,amount,original_transaction_id,points_redeemed\n\
    T1,1,2025-04-10 10:00,S1,A,P1,家居,sale,1,150.90,,\n\
    T1,2,2025-04-10 10:00,S1,A,BAG,家居,sale,1,0.50,,\n\
    T1,3,2025-04-10 10:00,S1,A,GC,家居,giftcard,1,500,,\n\
    T2,1,2025-05-02 10:00,S1,A,P2,茶,sale,1,60,,50\n\
    T3,1,2025-06-02 10:00,S1,A,P1,家居,sale,1,10,,\n\
    T3,2,2025-06-02 10:00,S1,A,P3,礼品,sale,1,10,,\n\
    T4,1,2025-06-05 10:00,S1,A,P2,茶,refund,-1,-30,T2,\n\
    T5,1,2025-06-10 10:00,S1,B1,P1,家居,sale,1,40,,\n\
    T6,1,2025-06-11 10:00,S1,B2,P1,家居,sale,1,5,,100\n\
    T7,1,2025-06-12 10:00,S1,C,P1,家居,refund,-1,-9,T999,\n\
    T8,1,2026-06-30 10:00,S1,,P1,家居,sale,1,1,,\n";

fn chain() -> TestProject {
    TestProject::empty()
        .file("storebook.toml", RULES)
        .file("data/sales.csv", SALES)
        .file(
            "data/customers.csv",
            "record_id,name,phone,birthday,joined_on,points_balance\n\
             A,王一,13900000001,1990-05-20,2025-04-01,100\nB1,李二,13900000002,,2025-06-01,\nB2,李二,13900000002,,2025-06-02,\nC,赵三,13900000003,,2025-06-03,7\n",
        )
        .file(
            "data/points.csv",
            "entry_id,record_id,at,kind,points,transaction_id,reason\nE1,B1,2025-06-09 09:00,opening,30,,旧系统\nE2,A,2025-06-20 09:00,adjust,5,,补\nE3,A,2025-04-10 10:00,earn,150,T1,\n",
        )
        .today("2026-07-01")
}

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", "2026-07-01"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

/// A, T1: 150.90, the bag gives nothing: 150 points. T2 on 2 May uses 50 of them, which are usable since 25 April; tea 2 and
/// month of the birthday 3, the higher counts: 180 points. T3: still of the lowest tier the day before, 10 + 10 × 0.5 = 15.
/// T4 takes 30 of the 60 of T2 back: 180 − 90 = 90 points go, and half of the 50 used ones come back and end 30 days later.
#[test]
fn c45_points_of_a_customer_day_by_day() {
    let sql = "select cast(l.at as date) as day, l.kind, l.points, l.balance, l.lot_id, l.expires_on
        from points_ledger l join people p on p.person_id = l.person_id where p.name = '王一' order by entry_no";
    assert_eq!(
        asked(&chain(), sql),
        "day,kind,points,balance,lot_id,expires_on\n\
         2025-04-10,earn,150.00,150.00,sale transactions T1,2026-04-10\n\
         2025-05-02,redeem,-50.00,100.00,sale transactions T1,2026-04-10\n\
         2025-05-02,earn,180.00,280.00,sale transactions T2,2026-05-02\n\
         2025-06-02,earn,15.00,295.00,sale transactions T3,2026-06-02\n\
         2025-06-05,restore,25.00,320.00,refund transactions T4 transactions T2 0,2026-05-10\n\
         2025-06-05,reverse,-90.00,230.00,sale transactions T2,2026-05-02\n\
         2025-06-20,adjust,5.00,235.00,adjust E2,2026-06-20\n\
         2026-04-11,expire,-100.00,135.00,sale transactions T1,2026-04-10\n\
         2026-05-03,expire,-90.00,45.00,sale transactions T2,2026-05-02\n\
         2026-05-11,expire,-25.00,20.00,refund transactions T4 transactions T2 0,2026-05-10\n\
         2026-06-03,expire,-15.00,5.00,sale transactions T3,2026-06-02\n\
         2026-06-21,expire,-5.00,0.00,adjust E2,2026-06-20\n"
    );
}

/// B's two cards are one person: 30 brought along and 40 earned; 100 used two days later take the 30, the 40 that are not usable yet, and 30
/// that are not there. The 5 of T6 pay some of it. C's refund names a sale nobody knows.
#[test]
fn c45_cards_of_one_person_and_what_is_odd() {
    let project = chain();
    let sql = "select p.name, l.kind, l.points, l.balance, l.note from points_ledger l join people p on p.person_id = l.person_id
        where p.name <> '王一' and l.at < timestamp '2026-01-01' order by p.name, entry_no";
    assert_eq!(
        asked(&project, sql),
        "name,kind,points,balance,note\n\
         李二,opening,30.00,30.00,\n\
         李二,earn,40.00,70.00,\n\
         李二,redeem,-30.00,40.00,\n\
         李二,redeem,-40.00,0.00,\n\
         李二,redeem,-30.00,-30.00,\n\
         李二,flag,0.00,-30.00,overdrawn\n\
         李二,earn,5.00,-25.00,\n\
         李二,settle,-5.00,-30.00,\n\
         李二,settle,5.00,-25.00,\n\
         赵三,flag,0.00,0.00,refund_without_sale\n"
    );
    // Another system says 100 for A where the ledger says 0, and 7 for C; for B nothing but the 30 brought along.
    let sql = "select p.name, r.imported_from, r.imported, r.ledger, r.difference from points_reconciliation r
        join people p on p.person_id = r.person_id order by p.name";
    assert_eq!(
        asked(&project, sql),
        "name,imported_from,imported,ledger,difference\n\
         李二,points_entries,30.00,-25.00,55.00\n\
         王一,customers,100.00,0.00,100.00\n\
         赵三,customers,7.00,0.00,7.00\n"
    );
    // Lots that ended by 1 July 2026: 150 + 180 + 15 + 25 + 5 of A and B's 30, 40 and 5. Unused at their end: 100 + 90 + 25 + 15 + 5 = 235 of 450.
    let sql =
        "select outstanding, matured, breakage, liability, debt, members from points_liability where scope = 'chain'";
    assert_eq!(
        asked(&project, sql),
        "outstanding,matured,breakage,liability,debt,members\n0.00,450.00,0.522222,0.00,25.00,0\n"
    );
}

/// 151.40 in April, 30 left of T2 in May, 20 in June: 201.40 on 2 June 2025, when silver is reached; it is reviewed on 2 June 2026, by the spend from 3 June 2025 on: nothing. The 30 days of grace end on
/// 2 July, after as_of (30 June 2026), so A is still silver and 200 are missing.
#[test]
fn c45_the_tier_with_what_it_takes_to_stay() {
    let sql = "select p.name, t.tier, cast(t.since as varchar) as since, t.qualifying_spend as spend, t.to_next_tier as next, t.to_retain as stay,
        cast(t.review_on as varchar) as review, cast(t.grace_until as varchar) as grace
        from customer_tiers t join people p on p.person_id = t.person_id order by p.name";
    assert_eq!(
        asked(&chain(), sql),
        "name,tier,since,spend,next,stay,review,grace\n\
         李二,基础,2025-06-01,0.00,200.00,,,\n\
         王一,银,2025-06-02,0.00,,200.00,2026-06-02,2026-07-02\n\
         赵三,基础,2025-06-03,0.00,200.00,,,\n"
    );
    let sql = "select p.name, m.from_tier, m.tier, m.cause, m.spend, m.days_before from tier_moves m join people p on p.person_id = m.person_id";
    assert_eq!(asked(&chain(), sql), "name,from_tier,tier,cause,spend,days_before\n王一,基础,银,up,201.40,62\n");
}

/// The pages of a store name its members, in both languages, and a chain without points has none of those pages.
#[test]
fn c45_the_stores_pages_say_whose_points_need_a_look() {
    let project = chain();
    let ran = project.build();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = project.read("output/points/s1/index.html");
    assert!(page.contains("用的比能用的多") && page.contains("李二") && page.contains("对不上"), "{page}");
    let page = project.read("output/en/tiers/s1/index.html");
    assert!(page.contains("About to fall") && page.contains("王一"), "{page}");
    let without = chain().file("storebook.toml", "[loyalty]\npoints = false\n");
    assert_eq!(asked(&without, "select count(*) as n from points_ledger"), "n\n0\n");
    assert_eq!(without.build().code, 0);
    assert!(!without.path("output/points/index.html").exists(), "no points, no page");
}

/// Rules that cannot be meant are refused with the setting's name.
#[test]
fn c45_rules_that_contradict_themselves_are_refused() {
    for (rules, words) in [
        (
            "[[tiers.levels]]\nname = \"a\"\nspend = 9\n[[tiers.levels]]\nname = \"b\"\nspend = 8\n",
            "lowest level first",
        ),
        ("[[tiers.levels]]\nname = \"a\"\nfrom = \"2026-06-01 12:00\"\n", "rules change overnight"),
        ("[[tiers.levels]]\nname = \"a\"\nfrom = \"2026-06-01\"\n", "there is no tier before the first rule"),
        ("[[loyalty.earn]]\n[[loyalty.earn]]\n", "two rules of loyalty.earn"),
        ("[[loyalty.multipliers]]\nname = \"x\"\nfactor = -1\n", "loyalty.multipliers.factor"),
    ] {
        let ran = chain().file("storebook.toml", rules).try_build(&[]);
        assert_ne!(ran.code, 0);
        assert!(ran.err.contains(words), "{rules}: {}", ran.err);
    }
}
