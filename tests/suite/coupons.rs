//! C45: coupons issued and redeemed, what they cost, and what is odd about them. Every expected figure is worked out by hand in the comments.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

const MEMBERS: &str = "record_id,name,phone,joined_on\n\
    A,艾二,13900000102,2026-01-01\n\
    B,贝三,13900000103,2026-01-01\n\
    C,蔡四,13900000104,2026-01-01\n\
    D,戴五,13900000105,2026-01-01\n";
/// K6 is for everybody; K7 to K9 share a code; K11 is issued after as_of; of K12 nothing is known.
const COUPONS: &str = "coupon_id,code,record_id,campaign_id,issued_on,redeemed_at,transaction_id,face_value\n\
    K1,AAA1,A,SPRING,2026-03-01,2026-03-05 10:00,T1,10\n\
    K2,AAA2,A,SPRING,2026-03-01,,,10\n\
    K3,AAA3,B,SPRING,2026-03-01,,,10\n\
    K4,AAA4,B,SPRING,2026-03-01,,,10\n\
    K5,AAA5,C,SPRING,2026-03-20,2026-03-12 09:00,,10\n\
    K6,OPEN,,POSTER,2026-03-01,,,5\n\
    K7,SAME,A,APP,2026-04-01,,,20\n\
    K8,SAME,B,APP,2026-04-02,,,20\n\
    K9,SAME,C,APP,2026-04-02,,,20\n\
    K10,AAA10,D,SPRING,2026-03-01,2026-03-30 10:00,T999,10\n\
    K11,AAA11,D,SPRING,2026-11-04,,,10\n\
    K12,,D,,,,,\n";
/// The newest day, 2026-10-31, is as_of. T9 is taken back in full.
const SALES: &str = "transaction_id,line_no,ordered_at,store_id,record_id,sku,category,kind,quantity,amount,discount,original_transaction_id,coupon_code\n\
    T1,1,2026-03-05 10:00,S1,A,P1,茶,sale,1,90,10,,AAA1\n\
    T2,1,2026-03-06 10:00,S1,B,P1,茶,sale,1,50,10,,aaa3\n\
    T3,1,2026-03-07 10:00,S2,B,P1,茶,sale,1,40,10,,AAA3\n\
    T4,1,2026-03-08 10:00,S1,A,P1,茶,sale,1,30,25,,AAA4\n\
    T5,1,2026-03-09 10:00,S2,,P1,茶,sale,1,20,5,,OPEN\n\
    T6,1,2026-03-10 10:00,S2,D,P1,茶,sale,1,20,5,,OPEN\n\
    T7,1,2026-04-05 10:00,S1,A,P1,茶,sale,1,100,20,,SAME\n\
    T8,1,2026-04-06 10:00,S1,A,P1,茶,sale,1,100,20,,SAME\n\
    T9,1,2026-04-07 10:00,S1,B,P1,茶,sale,1,60,20,,SAME\n\
    T10,1,2026-04-09 10:00,S1,B,P1,茶,refund,-1,-60,0,T9,\n\
    T11,1,2026-04-10 10:00,S1,C,P1,茶,sale,1,60,1,,WHAT\n\
    T12,1,2026-10-31 10:00,S1,,P1,茶,sale,1,60,0,,\n";

fn chain() -> TestProject {
    TestProject::empty()
        .file("data/customers.csv", MEMBERS)
        .file("data/coupons.csv", COUPONS)
        .file("data/sales.csv", SALES)
        .today(DAY)
}

/// T1 is named by K1. T2 and T3 are two uses of K3, T4 is A with a coupon of B. The code for everybody is used twice. A's second order with SAME finds no
/// coupon of A's any more.
#[test]
fn c45_orders_and_coupons_find_each_other() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select transaction_id as sale, use_no, coupon_id as coupon, found_by, net_sales, is_returned as returned, is_first_purchase as first from coupon_uses order by 1"
        ),
        "sale,use_no,coupon,found_by,net_sales,returned,first\n\
         T1,1,K1,transaction,90.00,false,true\n\
         T11,1,,none,60.00,false,true\n\
         T2,1,K3,person,50.00,false,true\n\
         T3,1,K3,again,40.00,false,false\n\
         T4,1,K4,code,30.00,false,false\n\
         T5,1,K6,code,20.00,false,false\n\
         T6,1,K6,again,20.00,false,true\n\
         T7,1,K7,person,100.00,false,false\n\
         T8,1,,surplus,100.00,false,false\n\
         T9,1,K8,person,0.00,true,false\n"
    );
    assert_eq!(
        asked(
            &project,
            "select coupon_id as coupon, status, redeemed_on as day, transaction_id as sale, uses, uses_kept as kept, cost, net_sales, days_to_redeem as days from coupon_facts order by 1"
        ),
        "coupon,status,day,sale,uses,kept,cost,net_sales,days\n\
         K1,redeemed,2026-03-05,T1,1,1,10.00,90.00,4\n\
         K10,redeemed,2026-03-30,,0,1,10.00,0.00,29\n\
         K12,outstanding,,,0,0,,0.00,\n\
         K2,outstanding,,,0,0,0.00,0.00,\n\
         K3,redeemed,2026-03-06,T2,2,2,20.00,90.00,5\n\
         K4,redeemed,2026-03-08,T4,1,1,10.00,30.00,7\n\
         K5,redeemed,2026-03-12,,0,1,10.00,0.00,\n\
         K6,redeemed,2026-03-09,T5,2,2,10.00,40.00,8\n\
         K7,redeemed,2026-04-05,T7,1,1,20.00,100.00,4\n\
         K8,returned,2026-04-07,T9,1,0,0.00,0.00,5\n\
         K9,outstanding,,,0,0,0.00,0.00,\n"
    );
}

/// K5 was used eight days before it was issued, T4 gave 25 off for a coupon of 10, K10 names an order that does not exist.
#[test]
fn c45_what_is_odd_about_coupons() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select rule, subject, severity, store_id as store, on_date as day, orders, amount, limit_amount as beside, detail from coupon_checks order by 1"
        ),
        "rule,subject,severity,store,day,orders,amount,beside,detail\n\
         before_issue,K5,medium,S1,2026-03-12,1,10.00,,2026-03-20\n\
         order_unknown,K10,low,S2,2026-03-30,0,10.00,,T999\n\
         other_person,K4,medium,S1,2026-03-08,1,10.00,,\n\
         over_value,K4,medium,S1,2026-03-08,1,25.00,10.00,\n\
         redeemed_twice,K3,high,S2,2026-03-07,2,20.00,10.00,\n\
         surplus_uses,same,medium,S1,2026-04-06,1,20.00,,\n\
         unknown_code,what,low,S1,2026-04-10,1,1.00,,\n"
    );
}

/// Chain: 11 coupons, K1, K3 to K7 and K10 redeemed: 7, Wilson .3538 to .8483. Cost: K1, K4, K5, K10 each 10, K3 twice 10, K6 twice 5, K7 20: 90, of which 70 in orders that
/// came to 350: 70 / 420. SPRING: 40 / (40 + 210). Days: 4, 4, 5, 5, 7, 8, 29.
#[test]
fn c45_rates_cost_and_sales() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select scope, scope_id as id, issued, redeemed, returned, rate, rate_low, rate_high, uses, cost, net_sales, cost_share, buyers, first_purchases as first, median_days as days from coupon_summary order by 1, 2"
        ),
        "scope,id,issued,redeemed,returned,rate,rate_low,rate_high,uses,cost,net_sales,cost_share,buyers,first,days\n\
         campaign,APP,3,1,1,0.333333,0.061492,0.792340,1,20.00,100.00,0.166667,1,0,4.5\n\
         campaign,POSTER,1,1,0,1.000000,0.206549,1.000000,2,10.00,40.00,0.200000,1,1,8.0\n\
         campaign,SPRING,6,5,0,0.833333,0.436497,0.969947,6,60.00,210.00,0.160000,4,2,6.0\n\
         chain,,11,7,1,0.636364,0.353801,0.848335,9,90.00,350.00,0.166667,4,3,5.0\n\
         month,2026-03-01,7,6,0,0.857143,0.486872,0.974320,8,70.00,250.00,0.166667,4,3,7.0\n\
         month,2026-04-01,3,1,1,0.333333,0.061492,0.792340,1,20.00,100.00,0.166667,1,0,4.5\n\
         store,S1,5,3,0,0.600000,0.230724,0.882379,5,60.00,270.00,0.156250,3,2,4.0\n\
         store,S2,5,3,1,0.600000,0.230724,0.882379,4,30.00,80.00,0.200000,2,1,6.0\n"
    );
}

/// A list of redemptions alone (as of the Complete Journey) has no rate, and no cost without face values.
#[test]
fn c45_a_list_of_redemptions_has_no_rate() {
    let project = chain().file(
        "data/coupons.csv",
        "coupon_id,code,record_id,campaign_id,redeemed_at\nK1,U1,A,18,2026-03-05\nK2,U1,B,18,2026-03-06\nK3,U2,B,8,2026-12-01\n",
    );
    // K3 was redeemed after as_of, so that it is outstanding here; without it nothing is.
    let sql =
        "select issued, redeemed, rate, uses, cost, without_value as bare from coupon_summary where scope = 'chain'";
    assert_eq!(asked(&project, sql), "issued,redeemed,rate,uses,cost,bare\n3,2,0.666667,2,0.00,2\n");
    let project = project.change("data/coupons.csv", "K3,U2,B,8,2026-12-01\n", "");
    assert_eq!(asked(&project, sql), "issued,redeemed,rate,uses,cost,bare\n2,2,,2,0.00,2\n");
}

#[test]
fn c45_the_page_tells_rate_cost_and_oddities() {
    let project = chain();
    project.build();
    let page = project.read("output/coupons/index.html");
    assert!(page.contains("63.6%") && page.contains("同一张券用了几次") && page.contains("SPRING"), "{page}");
    let page = project.read("output/en/coupons/index.html");
    assert!(page.contains("One coupon used several times") && page.contains("16.7%"), "{page}");
}
