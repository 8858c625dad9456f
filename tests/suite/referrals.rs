//! C46: who brought whom, which rewards are due and which are refused, and what looks like abuse. Every expected figure is worked out by hand
//! in the comments.

use crate::support::TestProject;

const DAY: &str = "2026-11-05";

fn asked(project: &TestProject, sql: &str) -> String {
    let ran = project.run(&["query", sql, "--format", "csv", "--today", DAY]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim_start_matches('\u{feff}').to_owned()
}

/// R, A, B … are records and people; G1 and G2 are two cards of one person, U shares R's telephone and home but is somebody else.
const MEMBERS: &str = "record_id,name,phone,birthday,gender,address,joined_on,referrer_record_id\n\
    R,任一,13900000101,1980-01-02,女,杭州市湖滨路1号2幢303室,2025-01-01,\n\
    A,艾二,13900000102,1981-02-03,男,,2026-06-01,R\n\
    B,贝三,13900000103,1982-03-04,男,,2026-06-10,A\n\
    C,蔡四,13900000104,1983-04-05,女,,2026-08-10,\n\
    D,戴五,13900000105,1984-05-06,女,,2026-08-20,R\n\
    E,鄂六,13900000106,1985-06-07,女,,2026-07-15,\n\
    F,方七,13900000107,1986-07-08,女,,2024-02-02,\n\
    G1,高八,13900000108,1987-08-09,女,,2025-05-05,\n\
    G2,高八,13900000108,1987-08-09,女,,2026-09-01,G1\n\
    H,韩九,13900000109,1988-09-10,男,,2026-09-01,ZZZ\n\
    J,金十,13900000110,1989-10-11,男,,2026-09-01,K\n\
    K,孔甲,13900000111,1990-11-12,男,,2026-09-01,J\n\
    L,林乙,13900000112,1991-12-13,女,,2026-09-02,N\n\
    M,马丙,13900000113,1992-01-14,女,,2026-09-03,L\n\
    N,倪丁,13900000114,1993-02-15,女,,2026-09-04,M\n\
    O,欧戊,13900000115,1994-03-16,女,,2026-10-20,R\n\
    P,潘己,13900000116,1995-04-17,女,,2026-10-25,R\n\
    Q,钱庚,13900000117,1996-05-18,女,,2026-03-01,R\n\
    S,孙辛,13900000118,1997-06-19,女,,2026-03-01,R\n\
    T,唐壬,13900000119,1998-07-20,女,,2026-06-02,R\n\
    U,任癸,13900000101,2001-08-21,男,杭州市湖滨路1号2幢303室,2026-10-01,R\n";
const REFERRALS: &str = "referral_id,referrer_record_id,referred_record_id,at,code,channel\n\
    X1,A,C,2026-07-01 10:00,,wechat\n\
    X2,R,C,2026-07-20 10:00,,wechat\n\
    X3,B,C,2026-07-15 10:00,,wechat\n\
    X4,A,D,2026-08-19 10:00,,wechat\n\
    X5,R,E,2026-06-01 10:00,,wechat\n\
    X6,R,F,2026-06-01 10:00,,wechat\n\
    X7,R,NEW9,2026-10-20 10:00,,wechat\n\
    X8,R,NEW8,2026-07-01 10:00,,wechat\n\
    X9,A,R,2026-09-15 10:00,,wechat\n\
    X10,B,R,2026-09-16 10:00,,wechat\n\
    X11,R,A,2026-05-30 10:00,,wechat\n\
    X12,R,,2026-10-21 10:00,,wechat\n";
/// The newest day, 2026-10-31, is as_of.
const SALES: &str = "transaction_id,line_no,ordered_at,store_id,record_id,sku,category,kind,quantity,amount,original_transaction_id\n\
    T1,1,2025-01-10 10:00,S1,R,P1,茶,sale,1,300,\n\
    T2,1,2026-06-05 10:00,S1,A,P1,茶,sale,1,120,\n\
    T3,1,2026-06-11 10:00,S1,B,P1,茶,sale,1,60,\n\
    T4,1,2026-07-01 10:00,S1,B,P1,茶,sale,1,50,\n\
    T5,1,2026-08-10 10:00,S1,C,P1,茶,sale,1,100,\n\
    T6,1,2026-09-10 10:00,S1,C,P1,茶,refund,-1,-30,T5\n\
    T7,1,2026-08-21 10:00,S1,D,P1,茶,sale,1,80,\n\
    T8,1,2026-07-16 10:00,S1,E,P1,茶,sale,1,500,\n\
    T9,1,2024-02-03 10:00,S1,F,P1,茶,sale,1,500,\n\
    T10,1,2026-10-22 10:00,S1,O,P1,茶,sale,1,150,\n\
    T11,1,2026-03-02 10:00,S1,Q,P1,茶,sale,1,50,\n\
    T12,1,2026-03-03 10:00,S1,S,P1,茶,sale,1,200,\n\
    T13,1,2026-03-10 10:00,S1,S,P1,茶,refund,-1,-200,T12\n\
    T14,1,2026-06-04 10:00,S2,T,P1,茶,sale,1,500,\n\
    T15,1,2026-10-31 10:00,S2,,P1,茶,sale,1,5,\n";

fn chain() -> TestProject {
    TestProject::empty()
        .file("data/customers.csv", MEMBERS)
        .file("data/referrals.csv", REFERRALS)
        .file("data/sales.csv", SALES)
        .today(DAY)
}

/// C joined on 10 August without a referrer: A's touch is 40 days old, R's of 20 July is later than B's of 15 July. D wrote R at joining, which beats
/// A's touch of the day before. E came 44 days after R's touch. F, and R itself, had come before; R brought A, who brought B, so that both make a circle with R.
/// G refers G's other card. Of J and K, who name each other on one day, the later claim by name is refused; of N, L, M that of the last day. NEW8 was
/// invited more than 30 days ago, NEW9 was not.
#[test]
fn c46_every_claim_is_taken_or_refused_with_a_reason() {
    let project = chain();
    assert_eq!(
        asked(&project, "select claim_id as claim, kind, place, status, reason from referral_claims order by 1"),
        "claim,kind,place,status,reason\n\
         record customers A,joining,1,attributed,\n\
         record customers B,joining,1,attributed,\n\
         record customers D,joining,1,attributed,\n\
         record customers G2,joining,1,refused,self\n\
         record customers H,joining,1,refused,unknown_referrer\n\
         record customers J,joining,1,attributed,\n\
         record customers K,joining,1,refused,cycle\n\
         record customers L,joining,1,attributed,\n\
         record customers M,joining,1,attributed,\n\
         record customers N,joining,1,refused,cycle\n\
         record customers O,joining,1,attributed,\n\
         record customers P,joining,1,attributed,\n\
         record customers Q,joining,1,attributed,\n\
         record customers S,joining,1,attributed,\n\
         record customers T,joining,1,attributed,\n\
         record customers U,joining,1,attributed,\n\
         referral X1,touch,3,refused,too_late\n\
         referral X10,touch,1,refused,cycle\n\
         referral X11,touch,2,refused,repeated\n\
         referral X12,touch,,waiting,not_joined\n\
         referral X2,touch,1,attributed,\n\
         referral X3,touch,2,refused,other_referrer\n\
         referral X4,touch,2,refused,other_referrer\n\
         referral X5,touch,1,refused,too_late\n\
         referral X6,touch,1,refused,not_new\n\
         referral X7,touch,,waiting,not_joined\n\
         referral X8,touch,,refused,too_late\n\
         referral X9,touch,2,refused,cycle\n"
    );
}

/// A: 120 on 5 June, due 15 days later. B: 60 and 50, reached on 1 July. C: 100 on 10 August, due on the 25th, 30 taken back on 10 September. D: 80 of 100,
/// until 18 November. O: 150 on 22 October, due on 6 November, after as_of. Q: 50 in the 90 days. S: 200, all taken back before the window was over. A reward
/// is 500 points of 0.01 each.
#[test]
fn c46_a_reward_waits_for_the_return_window_and_a_refund_reverses_it() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select record_id as person, how, due_on, reward_on, reversed_on, qualifying_spend as spend, status, a.reason, reward_cost as cost from referrals_attributed a join person_records r using (person_id) where is_attributed order by 1"
        ),
        "person,how,due_on,reward_on,reversed_on,spend,status,reason,cost\n\
         A,joining,2026-06-20,2026-06-20,,120.00,rewarded,,5.00\n\
         B,joining,2026-07-16,2026-07-16,,110.00,rewarded,,5.00\n\
         C,last_touch,2026-08-25,2026-08-25,2026-09-10,70.00,reversed,returned,\n\
         D,joining,,,,80.00,waiting,below_minimum,\n\
         J,joining,,,,0.00,waiting,no_purchase,\n\
         L,joining,,,,0.00,waiting,no_purchase,\n\
         M,joining,,,,0.00,waiting,no_purchase,\n\
         O,joining,2026-11-06,,,150.00,waiting,return_window,\n\
         P,joining,,,,0.00,waiting,no_purchase,\n\
         Q,joining,,,,50.00,refused,below_minimum,\n\
         S,joining,,,,0.00,refused,returned,\n\
         T,joining,2026-06-19,2026-06-19,,500.00,rewarded,,5.00\n\
         U,joining,,,,0.00,waiting,no_purchase,\n"
    );
}

/// R brought nine and through A a tenth: 120 + 110 + 500 + 70 + 80 + 150 + 50 = 1,080. The circles are cut at the refused claims.
#[test]
fn c46_the_tree_has_no_circles() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select record_id as person, depth, brought, below, tree_size as tree, net_sales as sales, net_sales_below as sales_below, place from referral_tree join person_records r using (person_id) order by place, 1"
        ),
        "person,depth,brought,below,tree,sales,sales_below,place\n\
         K,0,1,1,2,0.00,0.00,000000\n\
         N,0,1,2,3,0.00,0.00,000000\n\
         R,0,9,10,11,300.00,1080.00,000000\n\
         J,1,0,0,2,0.00,0.00,000000.000001\n\
         L,1,1,1,3,0.00,0.00,000000.000001\n\
         Q,1,0,0,11,50.00,0.00,000000.000001\n\
         M,2,0,0,3,0.00,0.00,000000.000001.000001\n\
         S,1,0,0,11,0.00,0.00,000000.000002\n\
         A,1,1,1,11,120.00,110.00,000000.000003\n\
         B,2,0,0,11,110.00,0.00,000000.000003.000001\n\
         T,1,0,0,11,500.00,0.00,000000.000004\n\
         C,1,0,0,11,70.00,0.00,000000.000005\n\
         D,1,0,0,11,80.00,0.00,000000.000006\n\
         U,1,0,0,11,0.00,0.00,000000.000007\n\
         O,1,0,0,11,150.00,0.00,000000.000008\n\
         P,1,0,0,11,0.00,0.00,000000.000009\n"
    );
}

/// Of R's seven buyers C fell below the minimum by refunds (70 left) and S too (0).
#[test]
fn c46_flags_have_reasons_and_figures() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select flag, severity, x.record_id as referrer, y.record_id as person, on_date as day, found, of_all, amount, limit_amount as beside from referral_flags f join person_records x on x.person_id = f.referrer_person_id left join person_records y on y.person_id = f.person_id where flag <> 'self' order by 1, 3, 4"
        ),
        "flag,severity,referrer,person,day,found,of_all,amount,beside\n\
         cycle,high,A,R,2026-09-15,,,,\n\
         cycle,high,B,R,2026-09-16,,,,\n\
         cycle,high,J,K,2026-09-01,,,,\n\
         cycle,high,M,N,2026-09-04,,,,\n\
         referrer_later,medium,N,L,2026-09-02,,,,\n\
         returns,high,R,,,2,7,70.00,200.00\n\
         same_household,medium,R,U,2026-10-01,,,,\n"
    );
    assert_eq!(asked(&project, "select count(*) as n from referral_flags where flag = 'self'"), "n\n1\n");
}

/// June: A, B and T, and E and F, who do not count. July: C and NEW8. September: G, H, J, K, L, M, N and R. October: O, P, U, NEW9 and the row without anybody.
/// First sales from 3 August 2025 to 2 August 2026: A, B, Q, S and T were brought, E was not; B came again. (120 + 110 + 50 + 0 + 500) / 5 = 156.
#[test]
fn c46_months_and_what_became_of_new_customers() {
    let project = chain();
    assert_eq!(
        asked(
            &project,
            "select month, invited, refused, joined, bought, rewarded, reversed, conversion, net_sales_90d as sales, reward_cost as cost from referral_summary where scope = 'chain' order by 1"
        ),
        "month,invited,refused,joined,bought,rewarded,reversed,conversion,sales,cost\n\
         2026-03-01,2,0,2,2,0,0,1.000000,50.00,0.00\n\
         2026-06-01,5,2,3,3,3,0,0.600000,730.00,15.00\n\
         2026-07-01,2,1,1,1,0,1,0.500000,70.00,0.00\n\
         2026-08-01,1,0,1,1,0,0,1.000000,80.00,0.00\n\
         2026-09-01,8,5,3,0,0,0,0.000000,0.00,0.00\n\
         2026-10-01,5,0,3,1,0,0,0.200000,150.00,0.00\n"
    );
    assert_eq!(
        asked(
            &project,
            "select scope_id as store, origin, customers as n, came_back as again, came_back_share as share, net_sales_90d as sales from referral_retention order by 1, 2"
        ),
        "store,origin,n,again,share,sales\n\
         ,other,1,0,0.000000,500.00\n\
         ,referred,5,1,0.200000,156.00\n\
         S1,other,1,0,0.000000,500.00\n\
         S1,referred,3,1,0.333333,93.33\n\
         S2,referred,1,0,0.000000,500.00\n"
    );
}

/// H brought three who came once for 110, 120 and 100: 330 beside a minimum of 300, three rewards of 5.00 beside own purchases of 10, and
/// named five people on one day. K names three who were customers.
const LIMITS: &str = "record_id,name,phone,birthday,joined_on,referrer_record_id\n\
    R,任一,13900000101,1980-01-02,2025-01-01,\n\
    H,何二,13900000102,1981-02-03,2025-01-01,\n\
    K,柯三,13900000103,1982-03-04,2025-01-01,\n\
    T,唐四,13900000104,1983-04-05,2026-06-02,R\n\
    A,艾五,13900000105,1984-05-06,2026-06-01,R\n\
    B,贝六,13900000106,1985-06-07,2026-07-01,R\n\
    M1,马七,13900000107,1986-07-08,2026-03-01,H\n\
    M2,孟八,13900000108,1987-08-09,2026-03-01,H\n\
    M3,莫九,13900000109,1988-09-10,2026-03-01,H\n";

fn limits() -> TestProject {
    TestProject::empty()
        .file("data/customers.csv", LIMITS)
        .file(
            "data/referrals.csv",
            "referral_id,referrer_record_id,referred_record_id,at\n\
             N1,H,X1,2026-05-05 09:00\n\
             N2,H,X2,2026-05-05 09:01\n\
             N3,H,X3,2026-05-05 09:02\n\
             N4,H,X4,2026-05-05 09:03\n\
             N5,H,X5,2026-05-05 09:04\n\
             N6,K,R,2026-08-01 09:00\n\
             N7,K,H,2026-08-02 09:00\n\
             N8,K,M1,2026-08-03 09:00\n",
        )
        .file(
            "data/sales.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,kind,quantity,amount,original_transaction_id\n\
             T1,2026-01-05 10:00,S1,H,P1,sale,1,10,\n\
             T2,2026-03-02 10:00,S1,M1,P1,sale,1,110,\n\
             T3,2026-03-02 11:00,S1,M2,P1,sale,1,120,\n\
             T4,2026-03-02 12:00,S1,M3,P1,sale,1,100,\n\
             T5,2026-06-04 10:00,S1,T,P1,sale,1,500,\n\
             T6,2026-06-05 10:00,S1,A,P1,sale,1,120,\n\
             T7,2026-07-05 10:00,S1,B,P1,sale,1,100,\n\
             T8,2026-08-01 10:00,S1,B,P1,refund,-1,-50,T7\n\
             T9,2026-10-31 10:00,S1,,P1,sale,1,1,\n",
        )
        .file(
            "data/points.csv",
            "entry_id,record_id,at,kind,points,transaction_id,reason\n\
             E1,R,2026-06-25 09:00,adjust,500,,推荐奖励\n\
             E2,R,2026-07-25 09:00,adjust,500,,推荐奖励 B\n\
             E3,R,2026-08-02 09:00,adjust,-500,,收回推荐奖励\n\
             E4,R,2026-08-03 09:00,adjust,20,,补积分\n",
        )
        .today(DAY)
}

/// Rewards fall due 15 days after the sale: T on 19 June, A on the 20th, B on 20 July.
#[test]
fn c46_rewards_are_limited_and_paid_ones_are_known() {
    let project = limits();
    assert_eq!(
        asked(
            &project,
            "select flag, x.record_id as referrer, on_date as day, found, of_all, amount, limit_amount as beside from referral_flags f join person_records x on x.person_id = f.referrer_person_id order by 1, 2"
        ),
        "flag,referrer,day,found,of_all,amount,beside\n\
         burst,H,2026-05-05,5,,,\n\
         earns_more,H,,3,,15.00,10.00\n\
         known_already,K,,3,3,,\n\
         minimum_only,H,,3,3,330.00,300.00\n"
    );
    // R was paid twice and gave one back: that was B's, whose spend fell to 50; the other pays T, who comes before A. 20 points of another reason pay nothing.
    assert_eq!(
        asked(
            &project,
            "select record_id as person, status, due_on, paid_on from referral_rewards w join person_records r using (person_id) where record_id in ('A', 'B', 'T') order by 1"
        ),
        "person,status,due_on,paid_on\n\
         A,due,2026-06-20,\n\
         B,taken_back,2026-07-20,2026-07-25\n\
         T,paid,2026-06-19,2026-06-25\n"
    );
    // One a month: of H's three of 17 March one counts, of R's in June the first; B's of July stands, and is reversed.
    let project = limits().file("storebook.toml", "[referrals]\nmax_per_month = 1\n");
    assert_eq!(
        asked(
            &project,
            "select record_id as person, status, due_on, paid_on from referral_rewards w join person_records r using (person_id) where record_id in ('A', 'B', 'T') order by 1"
        ),
        "person,status,due_on,paid_on\n\
         A,over_limit,2026-06-20,\n\
         B,taken_back,2026-07-20,2026-07-25\n\
         T,paid,2026-06-19,2026-06-25\n"
    );
    assert_eq!(
        asked(
            &project,
            "select status, reason, count(*) as n from referrals_attributed where is_attributed group by 1, 2 order by 1, 2"
        ),
        "status,reason,n\n\
         refused,over_limit,3\n\
         reversed,returned,1\n\
         rewarded,,2\n"
    );
}

/// The page of a store names its own customers only, T of the other store not; without referrals there are no pages.
#[test]
fn c46_the_pages_of_a_store_and_of_the_chain() {
    let project = chain();
    project.build();
    let page = project.read("output/referrals/s1/index.html");
    assert!(
        page.contains("艾二") && page.contains("└ 贝三") && !page.contains("唐壬") && !page.contains("13900000101"),
        "{page}"
    );
    let page = project.read("output/en/referrals/index.html");
    assert!(page.contains("Refer each other") && !page.contains("艾二"), "{page}");
    let without = TestProject::small();
    without.build();
    assert!(!without.path("output/referrals/index.html").exists(), "no referrals, no page");
    assert!(!without.path("output/coupons/index.html").exists(), "no coupons, no page");
}
