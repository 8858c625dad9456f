//! C13: which products carry the shop, what discounts and lower prices do, which months and weekdays sell. Expected figures
//! are worked out by hand in the comments, or here from the same sales.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::support::TestProject;

/// A Sunday; 363 days before lies a Monday, 365 days before 28 June 2025.
const AS_OF: Date = date(2026, 6, 28);
const TODAY: &str = "2026-06-28";

/// Orders of one line each in one store; `columns` are those after the order and the store.
fn shop(columns: &str, rows: &str, today: &'static str) -> TestProject {
    let mut text = format!("transaction_id,store_id,{columns}\n");
    for (at, row) in rows.lines().enumerate() {
        let _ = writeln!(text, "T{at},S1,{row}");
    }
    TestProject::empty().file("data/sales.csv", text).today(today)
}

fn asked(project: &TestProject, sql: &str) -> String {
    project.query(sql).trim_start_matches('\u{feff}').to_owned()
}

/// One query for each model, `{m}` its name and `{k}` its key, in one.
fn of_each_model(sql: &str) -> String {
    let keys = "product_classes sku/product_class_summary class, xyz/discount_depths depth/price_weeks sku, week_no/price_effects sku/\
        category_seasons scope, category, calendar_month/week_rhythm scope, scope_id, weekday, hour/weekday_rhythm scope, scope_id, weekday";
    let each = keys.split('/').filter_map(|model| model.split_once(' '));
    each.map(|(model, key)| sql.replace("{m}", model).replace("{k}", key)).collect::<Vec<_>>().join(" union all ")
}

#[test]
fn c13_a_product_belongs_to_the_class_in_which_its_share_of_sales_begins() {
    // P6 was sold 89 days ago, P7 364. P8 was bought 90 days ago and brought back; P9 400 days ago, brought back within the
    // window; P11 the day before it; P12 is a top-up. The last two lines change P1 for the same.
    let rows = "2026-06-18,P1,2,500,sale,\n2026-06-18,P2,2,250,sale,\n2026-06-18,P3,2,100,sale,\n2026-06-18,P4,2,50,sale,\n\
        2026-06-18,P5,2,50,sale,\n2026-03-31,P6,2,30,sale,\n2025-06-29,P7,2,20,sale,\n2026-03-30,P8,1,10,sale,\n\
        2026-06-28,P8,-1,-10,refund,T7\n2025-05-24,P9,4,40,sale,\n2026-06-25,P9,-4,-40,refund,T9\n2025-06-28,P11,9,900,sale,\n\
        2026-03-20,P12,1,5,topup,\n2026-06-28,P1,1,7,sale,\n2026-06-28,P1,1,-7,exchange,\n";
    let list = "sku,name,category,cost,price,shelf_from,shelf_to\nP1,One,c,2,300,,\nP2,Two,c,,,,\nP10,Never,c,1,9,,\n\
        P13,Gone,c,1,9,,2026-06-27\nP14,Fresh,c,1,9,2026-05-29,\n";
    let project = shop("ordered_at,sku,quantity,amount,kind,original_transaction_id", rows, TODAY)
        .file("data/products.csv", list);
    // 1,000 in all. P6 begins at 95 % exactly: C. Margin: 500 less 3 units at 2. Idle: of class C, not sold for 90 days, on
    // the shelf for 90 days and still.
    let sql = "select sku, class, net_sales, share, share_before as before, gross_margin as margin,
        margin_share as rate, days_since_sold as days, idle from product_classes order by net_sales desc, sku";
    let expected = "sku,class,net_sales,share,before,margin,rate,days,idle\n\
        P1,A,500.00,0.500000,0.000000,494.00,0.988000,0,false\nP2,A,250.00,0.250000,0.500000,,,10,false\n\
        P3,A,100.00,0.100000,0.750000,,,10,false\nP4,B,50.00,0.050000,0.850000,,,10,false\n\
        P5,B,50.00,0.050000,0.850000,,,10,false\nP6,C,30.00,0.030000,0.950000,,,89,false\n\
        P7,C,20.00,0.020000,0.980000,,,364,true\nP10,C,0.00,0.000000,,0.00,,,true\nP11,C,0.00,0.000000,,,,365,true\n\
        P13,C,0.00,0.000000,,0.00,,,false\nP14,C,0.00,0.000000,,0.00,,,false\nP8,C,0.00,0.000000,,,,90,true\n\
        P9,C,-40.00,0.000000,,,,400,true\n";
    assert_eq!(asked(&project, sql), expected);
    let sql = "select class, xyz, products, product_share, sold, net_sales, share, gross_margin, margin_share, idle
        from product_class_summary order by class, xyz";
    let expected = "class,xyz,products,product_share,sold,net_sales,share,gross_margin,margin_share,idle\n\
        A,unknown,3,0.230769,3,850.00,0.850000,494.00,0.988000,0\n\
        B,unknown,2,0.153846,2,100.00,0.100000,,,0\n\
        C,unknown,8,0.615385,3,10.00,0.050000,0.00,,5\n";
    assert_eq!(asked(&project, sql), expected);
    // 30 days instead of a year: of 950, P1 begins at 0, P2 at 52.6 %, P3 at 78.9 %, P4 and P5 at 89.5 %.
    let project = project.file("storebook.toml", "[products]\nwindow = 30\nabc_a = 0.5\nabc_b = 0.85\n");
    let told = asked(&project, "select sku, class from product_classes where net_sales > 0 order by sku");
    assert_eq!(told, "sku,class\nP1,A\nP2,B\nP3,B\nP4,C\nP5,C\n");
}

#[test]
fn c13_evenness_takes_the_complete_months_since_the_first_sale() {
    // Units of the months up to May 2026; June is not complete. half, kilos: mean 4, squares of the differences 20, so the
    // deviation is √(20/5) = 2. whole: mean 2, 20. above: mean 2, 30. even: twelve of 15 months. step: mean 2, √(12/11).
    // middle: from the 15th. rare: eleven months without and one with six, mean 0.5, √(33/11).
    let plans: &[(&str, i8, &[i32])] = &[
        ("above,", 1, &[7, 1, 1, 1, 1, 1]),
        ("even,", 1, &[4; 15]),
        ("half,", 1, &[7, 1, 5, 3, 4, 4]),
        ("kilos,0.", 1, &[7, 1, 5, 3, 4, 4]),
        ("middle,", 15, &[5, 6, 7, 8, 9, 10]),
        ("rare,", 1, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]),
        ("step,", 1, &[3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]),
        ("stopped,", 1, &[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("whole,", 1, &[6, 1, 1, 1, 1, 2]),
    ];
    // Refunds are no units sold.
    let mut rows = "2026-05-09,even,-3,-9,refund\n2026-06-10,even,500,9,sale\n2026-06-10,june,1,9,sale\n".to_owned();
    for (sku, day, units) in plans {
        for (before, units) in (0..).zip(units.iter().rev()).filter(|(_, units)| **units > 0) {
            let on = date(2026, 5, *day) - i32::months(before);
            let _ = writeln!(rows, "{on},{sku}{units},9,sale");
        }
    }
    let project = shop("ordered_at,sku,quantity,amount,kind", &rows, "2026-06-15");
    let expected = "sku,months,variation,xyz\nabove,6,1.224745,Z\neven,12,0.000000,X\nhalf,6,0.500000,X\njune,0,,\n\
        kilos,6,0.500000,X\nmiddle,5,,\nrare,12,3.464102,Z\nstep,12,0.522233,Y\nstopped,12,,\nwhole,6,1.000000,Y\n";
    assert_eq!(asked(&project, "select sku, months, variation, xyz from product_classes order by sku"), expected);
}

const LIST: &str = "sku,name,category,cost,price\nL,Listed,c,4.00,10.00\nN,Not,c,,\n";

#[test]
fn c13_the_depth_of_a_discount_comes_from_the_line_then_from_its_price_then_from_the_list() {
    // Units, unit price, discount, amount: by depth, from none to unknown. 9.99 of 10.00 is a tenth of a per cent: none.
    let lines = "L,1,,,10.00\nL,1,,,9.99\nL,1,,,12.00\nL,0,10.00,,3.00\nL,0.333,10.00,,3.33\nN,1,,0,5.00\nN,1,,0.04,9.96\nN,1,,0,0.00\n\
        N,1,,0.94,9.06\n\
        L,2,,,18.00\nL,1,9.00,,8.00\nL,1,9.00,0.80,7.20\nN,1,,1.00,9.00\nN,1,,-1.00,9.00\nN,1,1.95,0.19,1.76\nN,1,,0.99,9.01\n\
        L,1,8.00,,8.00\nN,1,,2.00,8.00\nN,2,10.00,,15.00\nN,2,10.00,0,15.00\n,1,,2.50,7.50\n\
        N,1,,3.00,7.00\n\
        L,1,10.00,,0.00\nN,1,,5.00,5.00\nN,1,,10.00,0.00\n\
        N,1,,,5.00\nN,1,10.00,,10.00\n";
    let mut rows = "2025-06-28,sale,L,1,,9.00,1.00\n2026-06-28,deposit,L,1,,6.00,4.00\n".to_owned();
    rows.push_str("2026-06-28,refund,L,-1,,-5.00,-5.00\n");
    for line in lines.lines() {
        let _ = writeln!(rows, "2026-06-23,sale,{line}");
    }
    let project =
        shop("ordered_at,kind,sku,quantity,unit_price,discount,amount", &rows, TODAY).file("data/products.csv", LIST);
    // Of 27 lines and 204.81. Margins of L alone: 38.32 less 13.33 (0.333 units cost 1.33), 33.20 less 16, 8 less 4, 0 less 4.
    let sql = "select depth, lines, units, sales_amount as amount, discount_amount as discount, share, line_share, gross_margin as margin
        from discount_depths order by depth_no";
    let expected = "depth,lines,units,amount,discount,share,line_share,margin\n\
        none,8,6.333,53.28,0.00,0.260144,0.296296,24.99\nunder_10,1,1.000,9.06,0.94,0.044236,0.037037,\n\
        10_20,7,8.000,61.97,6.98,0.302573,0.259259,17.20\n20_30,5,7.000,53.50,16.50,0.261218,0.185185,4.00\n\
        30_50,1,1.000,7.00,3.00,0.034178,0.037037,\n50_up,3,3.000,5.00,25.00,0.024413,0.111111,-4.00\n\
        unknown,2,2.000,15.00,0.00,0.073239,0.074074,\n";
    assert_eq!(asked(&project, sql), expected);
}

#[test]
fn c13_a_new_customer_counts_once_at_the_deepest_discount_of_the_first_day() {
    // A comes at half price besides the regular one, a day later at 90 % off. B was there before the window. C: nothing known.
    // D: one line not known, one without discount, and a third brought back. E brings everything back. Two lines carry no name.
    let rows = "2026-06-19,L,0,10,A,sale,\n2026-06-19,L,5,5,A,sale,\n2026-06-20,L,9,1,A,sale,\n2025-06-28,L,0,10,B,sale,\n\
        2026-06-19,L,4,6,B,sale,\n2026-06-19,N,,5,C,sale,\n2026-06-19,N,,5,D,sale,\n2026-06-19,L,,10,D,sale,\n\
        2026-06-19,L,5,5,E,sale,\n2026-06-28,L,-5,-5,E,refund,T8\n2026-06-19,L,4,6,,sale,\n2026-06-19,L,0,10,,sale,\n\
        2026-06-19,L,5,5,D,sale,\n2026-06-28,L,-5,-5,D,refund,T12\n";
    let project = shop("ordered_at,sku,discount,amount,record_id,kind,original_transaction_id", rows, TODAY)
        .file("data/products.csv", LIST);
    let sql = "select depth, lines, identified_share as known, customers, new_customers as new, new_customer_share as new_share
        from discount_depths where lines > 0 order by depth_no";
    let expected = "depth,lines,known,customers,new,new_share\nnone,3,0.666667,2,1,0.333333\n30_50,2,0.500000,1,0,0.000000\n\
        50_up,4,1.000000,1,1,0.333333\nunknown,2,1.000000,2,1,0.333333\n";
    assert_eq!(asked(&project, sql), expected);
}

const WEEKS: &str = "select sku, week_no as w, units, sales_amount as amount, price, median_price as middle,
    is_reduced as low from price_weeks order by sku, week_no";
/// A: 8.50 (34.00 for 4), 9.50, 9.51 and four times 10.00, so the middle is 10; five per cent below is 9.50. B: 8.3333 and 10.00,
/// the middle 9.16665, five per cent below 8.7083.
const PRICES: &str = "2026-04-27,A,2,20.00,sale\n2026-05-04,A,1,10.00,sale\n2026-05-11,A,1,0.00,sale\n2026-05-18,A,1,9.00,deposit\n\
    2026-05-19,A,-1,-9.00,refund\n2026-05-25,A,1,10.00,sale\n2026-05-31,A,3,24.00,sale\n2026-06-01,A,3,30.00,sale\n\
    2026-06-14,A,1,9.51,sale\n2026-06-15,A,2,19.00,sale\n2026-06-22,A,1,10.00,sale\n2026-06-28,A,1,10.00,sale\n\
    2026-06-23,A,0,5.00,sale\n2026-06-20,B,0.337,3.37,sale\n2026-06-27,B,3,25.00,sale\n";
const PRICED: &str = "sku,w,units,amount,price,middle,low\nA,0,2.000,20.00,10.0000,10.000000,false\n\
    A,1,2.000,19.00,9.5000,10.000000,true\nA,2,1.000,9.51,9.5100,10.000000,false\nA,3,3.000,30.00,10.0000,10.000000,false\n\
    A,4,4.000,34.00,8.5000,10.000000,true\nA,7,1.000,10.00,10.0000,10.000000,false\nA,8,2.000,20.00,10.0000,10.000000,false\n\
    B,0,3.000,25.00,8.3333,9.166650,true\nB,1,0.337,3.37,10.0000,9.166650,false\n";

#[test]
fn c13_weeks_are_reduced_beside_the_middle_of_a_products_own_prices() {
    let project = shop("ordered_at,sku,quantity,amount,kind", PRICES, TODAY);
    assert_eq!(asked(&project, WEEKS), PRICED);
    // 62 days hold eight whole weeks, six with a price; their middle is 9.755, and 8.50 lies 12.865 % below it.
    let sql = "select max(week_no) as last, count(*) as n, count(*) filter (where is_reduced) as low from price_weeks where sku = 'A'";
    for (step, low) in [("0.1286", 1), ("0.1287", 0)] {
        let settings = format!("[products]\nwindow = 62\nprice_step = {step}\n");
        let project = shop("ordered_at,sku,quantity,amount,kind", PRICES, TODAY).file("storebook.toml", settings);
        assert_eq!(asked(&project, sql), format!("last,n,low\n7,6,{low}\n"));
    }
}

#[test]
fn c13_days_before_the_first_whole_week_have_no_week() {
    // 66 days ago: nine whole weeks and four days.
    let rows = format!("{PRICES}2026-04-23,A,1,1.00,sale\n");
    assert_eq!(asked(&shop("ordered_at,sku,quantity,amount,kind", &rows, TODAY), WEEKS), PRICED);
}

/// A sale in every week, the last week first, on the first day of the week, but on the last in the last: units/amount.
fn priced(plans: &[(&str, &str)]) -> TestProject {
    let mut rows = String::new();
    for (sku, weeks) in plans {
        for (week, sold) in (0..).zip(weeks.split(' ')) {
            let day = if week == 0 { AS_OF } else { AS_OF - i32::days(7 * week + 6) };
            let _ = writeln!(rows, "{day},{sku},{}", sold.replace('/', ","));
        }
    }
    shop("ordered_at,sku,quantity,amount", &rows, TODAY)
        .file("storebook.toml", "[products]\nmin_weeks = 8\n")
        .file("data/products.csv", "sku,name,cost\nmixed,Mixed,6\n")
}

#[test]
fn c13_units_of_reduced_weeks_are_compared_with_those_of_regular_weeks() {
    let project = priced(&[
        ("few", "4/40 4/40 4/40 4/40 5/40 8/40 20/40"),
        ("fewer", "18/180 20/200 20/200 22/220 9/72 10/80 10/80 11/88"),
        ("level", "4/40 4/40 4/40 4/40 5/40 6/48 7/56 6/48"),
        ("mixed", "3/30 4/40 2.5/25 5/45 5/41.5 3.2/32 7/56 2/20 6/51 4/38.4"),
        ("more", "9/90 10/100 10/100 11/110 18/144 20/160 20/160 22/176"),
        ("three", "4/40 4/40 4/40 4/40 4/40 5/40 8/40 20/40"),
        ("unclear", "2/20 3/30 5/50 6/60 4/32 6/48 10/80 12/96"),
    ]);
    // more: 10 and 20 units a week, s² = 2/3 and 8/3, so both s²/(n m²) are 1/600, with 6 degrees of freedom (t = 2.4469, from
    // a table): 2 × e^±(2.4469 √(1/300)) = 1.7365 to 2.3035. Elasticity: ln 2 by ln 0.8. unclear: 4 and 8, both 5/96. level:
    // the regular weeks are all alike. mixed and the errors: with Python's statistics module and a t found by bisection.
    let sql = "select sku, status, weeks_regular || '+' || weeks_reduced as weeks, price_regular || ' ' || price_reduced as prices,
        units_regular || ' ' || units_reduced as units, ratio, round(ratio_low, 2) || ' ' || round(ratio_high, 2) as span,
        verdict, elasticity as e, standard_error as error, round(elasticity_low, 2) || ' ' || round(elasticity_high, 2) as e_span,
        sales_regular || ' ' || sales_reduced as sales, margin_regular || ' ' || margin_reduced as margins
        from price_effects order by sku";
    let expected = "sku,status,weeks,prices,units,ratio,span,verdict,e,error,e_span,sales,margins\n\
        few,few_weeks,4+3,,,,,,,,,,\n\
        fewer,enough,4+4,10.00 8.00,20.000 10.000,0.5000,0.43 0.58,fewer,3.1063,0.2598,2.47 3.74,200.00 80.00,\n\
        level,enough,4+4,10.00 8.00,4.000 6.000,1.5000,,unclear,-1.7855,0.3083,-2.54 -1.03,40.00 48.00,\n\
        mixed,enough,6+4,9.91 8.41,3.117 5.750,1.8449,1.35 2.51,more,-3.8095,0.7873,-5.63 -1.99,30.90 48.38,12.20 13.88\n\
        more,enough,4+4,10.00 8.00,10.000 20.000,2.0000,1.74 2.30,more,-3.1063,0.2598,-3.74 -2.47,100.00 160.00,\n\
        three,few_reduced,5+3,,,,,,,,,,\n\
        unclear,enough,4+4,10.00 8.00,4.000 8.000,2.0000,0.91 4.41,unclear,-3.1063,1.5806,-6.97 0.76,40.00 64.00,\n";
    assert_eq!(asked(&project, sql), expected);
}

#[test]
fn c13_an_elasticity_without_any_error_has_no_interval() {
    // A week brings 40.00 at every price: all points lie on the line.
    let project = priced(&[("line", "4/40 4/40 4/40 4/40 5/40 8/40 10/40 20/40")]);
    let sql = "select ratio, verdict, elasticity as e, standard_error as error, elasticity_low as low, elasticity_high as high from price_effects";
    assert_eq!(asked(&project, sql), "ratio,verdict,e,error,low,high\n2.6875,unclear,-1.0000,0.0000,,\n");
}

/// January to December in tenths of a mean month.
const SEASON: [i32; 12] = [8, 14, 9, 9, 10, 11, 7, 8, 10, 13, 12, 9];

/// One sale a month of so many cents for each of its days; the first on the first day, the others on the eleventh.
fn plant(rows: &mut String, category: &str, first: Date, per_day: impl Iterator<Item = i32>) {
    for (n, cents) in (0..).zip(per_day) {
        let month = first.first_of_month() + i32::months(n);
        let amount = cents * i32::from(month.days_in_month());
        let on = if n == 0 { first } else { month + 10.days() };
        let _ = writeln!(rows, "{on},{category},{}.{:02}", amount / 100, amount % 100);
    }
}

const INDEX: &str = "select coalesce(category, '-') as category, max(months) as months, max(years) as years,
    string_agg(\"index\", ' ' order by calendar_month) as indices from category_seasons where scope = 'category' group by category order by 1";

#[test]
fn c13_a_planted_season_comes_back() {
    let season = |from: usize, months: usize| (from..from + months).map(|n| 100 * SEASON[n % 12]);
    let mut rows = "2026-07-09,flat,99999\n2026-07-10,flat,1\n".to_owned(); // July is not complete.
    plant(&mut rows, "flat", date(2023, 7, 1), season(6, 36));
    plant(&mut rows, "", date(2023, 7, 1), season(6, 36));
    plant(&mut rows, "holiday", date(2023, 7, 1), season(6, 36).map(|cents| if cents == 1400 { 0 } else { 100 }));
    // First sold on the 2nd: that month, ten times as strong, is not complete and does not count.
    plant(&mut rows, "late", date(2024, 6, 2), std::iter::once(11000).chain(season(6, 24)));
    plant(&mut rows, "young", date(2024, 8, 1), season(7, 23));
    let project = shop("ordered_at,category,amount", &rows, "2026-07-10");
    let planted = SEASON.map(|tenths| format!("{}.{}00000", tenths / 10, tenths % 10)).join(" ");
    // A year without February: 100 by a mean of 1,100 / 12.
    let holiday = (1..=12).map(|month| if month == 2 { "0.000000" } else { "1.090909" }).collect::<Vec<_>>().join(" ");
    let expected = format!(
        "category,months,years,indices\n-,36,2,{planted}\nflat,36,2,{planted}\nholiday,36,2,{holiday}\nlate,24,1,{planted}\nyoung,23,0,\n"
    );
    assert_eq!(asked(&project, INDEX), expected);
}

#[test]
fn c13_seasons_of_a_growing_chain_take_the_last_sixty_months() {
    // Ten years from July 2016, the first five without a season.
    let per_day: Vec<i32> = (0..120_i32)
        .zip(SEASON.iter().cycle().skip(6))
        .map(|(n, tenths)| (100 + n) * if n < 60 { 10 } else { *tenths })
        .collect();
    let mut rows = String::new();
    plant(&mut rows, "c", date(2016, 7, 1), per_day.iter().copied());
    rows.push_str("2026-06-30,c,0\n");
    let project = shop("ordered_at,category,amount", &rows, "2026-06-30");
    // Every calendar month has four ratios, so that their sums do for means.
    let mut sums = [0.0; 12];
    for t in 66..114 {
        let around = per_day[t - 6..t + 6].iter().sum::<i32>() + per_day[t - 5..=t + 6].iter().sum::<i32>();
        sums[(t + 6) % 12] += f64::from(per_day[t]) / f64::from(around);
    }
    let expected = sums.map(|sum| format!("{:.5}", 12.0 * sum / sums.iter().sum::<f64>())).join(" ");
    let sql = "select months, years, string_agg(printf('%.5f', cast(\"index\" as double)), ' ' order by calendar_month) as indices
        from category_seasons group by scope, months, years";
    assert_eq!(asked(&project, sql), format!("months,years,indices\n{}", format!("60,4,{expected}\n").repeat(2)));
}

/// Around 10:00 on every day in S1 and, on Saturdays, an order of two lines at 15:00; two orders in S2, two at midnight in S3.
fn rhythm() -> TestProject {
    let mut text = "transaction_id,store_id,ordered_at,category,amount,kind\n".to_owned();
    for back in 0..364_i32 {
        let day = AS_OF - back.days();
        let _ = writeln!(text, "D{back},S1,{day} 10:{:02},a,10,sale", back % 60);
        if back % 7 == 1 {
            let _ = writeln!(text, "E{back},S1,{day} 15:00,b,20,sale\nE{back},S1,{day} 15:00,,4,sale");
        }
    }
    text.push_str("Before,S1,2025-06-29 10:00,a,1000,sale\nR,S1,2026-06-28 15:30,a,-5.2,refund\n");
    text.push_str("S2a,S2,2026-01-05 09:00,a,8,sale\nS2b,S2,2026-02-01 09:59,a,8,sale\n");
    text.push_str("S3a,S3,2026-01-06 00:00,a,8,sale\nS3b,S3,2026-02-01 00:00,a,8,sale\n");
    TestProject::empty().file("data/sales.csv", text).today(TODAY)
}

#[test]
fn c13_a_weekday_is_compared_by_how_often_it_came() {
    let project = rhythm();
    // S1: 10.00 a day in 52 weeks, 24.00 more on Saturdays, 5.20 back on a Sunday. A day of each: 5 × 10 + 34 + 9.90 = 93.90.
    let sql = "select weekday as w, days, orders, net_sales, orders_per_day as o, net_sales_per_day as s, share, \"index\" as i, orders_index as oi
        from weekday_rhythm where scope = 'store' and scope_id = 'S1' and weekday > 4 order by weekday";
    let expected = "w,days,orders,net_sales,o,s,share,i,oi\n5,52,52,520.00,1.0000,10.00,0.106496,0.7455,0.8750\n\
        6,52,104,1768.00,2.0000,34.00,0.362087,2.5346,1.7500\n7,52,52,514.80,1.0000,9.90,0.105431,0.7380,0.8750\n";
    assert_eq!(asked(&project, sql), expected);
    // S2 from a Monday to the fourth Sunday after; S3 begins a day later, so that Monday came only three times.
    let sql = "select scope_id as id, weekday as w, days, orders, share, \"index\" as i, orders_index as oi from weekday_rhythm
        where scope_id in ('S2', 'S3') and weekday in (1, 2, 7) order by 1, 2";
    let expected = "id,w,days,orders,share,i,oi\n\
        S2,1,4,1,0.500000,3.5000,3.5000\nS2,2,4,0,0.000000,0.0000,0.0000\nS2,7,4,1,0.500000,3.5000,3.5000\n\
        S3,1,3,0,0.000000,,\nS3,2,4,1,0.500000,,\nS3,7,4,1,0.500000,,\n";
    assert_eq!(asked(&project, sql), expected);
    let sql = "select scope || scope_id as id, sum(orders) as n, sum(net_sales) as net from weekday_rhythm
        where scope <> 'store' group by 1 order by 1";
    let expected = "id,n,net\ncategory,52,208.00\ncategorya,368,3666.80\ncategoryb,52,1040.00\nchain,420,4914.80\n";
    assert_eq!(asked(&project, sql), expected);
}

#[test]
fn c13_hours_are_those_of_the_clock_and_unknown_where_all_is_at_midnight() {
    let project = rhythm();
    // S1 from 10 to 15 o'clock, the chain from 9 to 15 and unknown; 416 orders of S1. Nobody comes at 11: no index there.
    let sql = "select scope_id as id, weekday as w, hour as h, days, orders, net_sales as net, orders_per_day as o, share, \"index\" as i from week_rhythm
        where scope = 'store' and (orders > 0 or hour in (11, 15)) and (weekday > 5 or scope_id > 'S1') order by 1, 2, 3";
    let expected = "id,w,h,days,orders,net,o,share,i\n\
        S1,6,10,52,52,520.00,1.0000,0.125000,1.0000\nS1,6,11,52,0,0.00,0.0000,0.000000,\nS1,6,15,52,52,1248.00,1.0000,0.125000,7.0000\n\
        S1,7,10,52,52,520.00,1.0000,0.125000,1.0000\nS1,7,11,52,0,0.00,0.0000,0.000000,\nS1,7,15,52,0,-5.20,0.0000,0.000000,0.0000\n\
        S2,1,9,4,1,8.00,0.2500,0.500000,3.5000\nS2,7,9,4,1,8.00,0.2500,0.500000,3.5000\n\
        S3,2,,4,1,8.00,0.2500,0.500000,\nS3,7,,4,1,8.00,0.2500,0.500000,\n";
    assert_eq!(asked(&project, sql), expected);
    let sql = "select scope_id as id, count(*) as n, sum(orders) as orders from week_rhythm group by 1 order by 1";
    assert_eq!(asked(&project, sql), "id,n,orders\n,56,420\nS1,42,416\nS2,7,2\nS3,7,2\n");
    // Half past two on a Tuesday belongs to Monday where days start at four.
    let project = shop("ordered_at,amount", "2026-06-23 02:30,1\n2026-06-23 12:00,1\n", "2026-06-23")
        .file("storebook.toml", "[project]\nday_starts_at = \"04:00\"\n");
    let sql = "select weekday, hour, days from week_rhythm where scope = 'chain' and orders > 0 order by 1";
    assert_eq!(asked(&project, sql), "weekday,hour,days\n1,2,1\n2,12,1\n");
}

/// All models answer, keys hold, and no figure is infinite; then the answer to `sql`.
fn odd(rows: &str, sql: &str) -> String {
    let project = shop("ordered_at,sku,quantity,amount,discount,kind", rows, TODAY);
    let each = of_each_model(
        "select '{m}' as model, count(*) <> count(distinct row({k})) as doubled,
        count(*) filter (where regexp_matches(lower(cast(t as varchar)), ': -?(nan|inf)')) as odd from {m} t",
    );
    let told = asked(&project, &format!("select * from ({each}) where doubled or odd > 0"));
    assert_eq!(told, "model,doubled,odd\n", "{sql}");
    asked(&project, sql)
}

#[test]
fn c13_odd_chains_give_sane_figures() {
    let days = |count: i32, every: i32, line: &str| {
        (0..count).map(|n| format!("{},{line}\n", AS_OF - i32::days(n * every))).collect::<Vec<_>>().concat()
    };
    let classes = "select class, xyz, net_sales, share_before as before, months, idle from product_classes";
    let head = "class,xyz,net_sales,before,months,idle\n";
    assert_eq!(odd("2026-06-28 10:05,P,1,10,,sale\n", classes), format!("{head}A,,10.00,0.000000,0,false\n"));
    // No product numbers. More taken back than sold, sold in nine of twelve months (0.603). All given away. The largest figures.
    assert_eq!(odd(&days(30, 1, ",1,10,2,sale"), classes), head);
    let rows = days(30, 40, "P,1,10,,sale") + &days(60, 20, "P,-1,-25,,refund");
    assert_eq!(odd(&rows, classes), format!("{head}C,Y,-375.00,,12,false\n"));
    let sql = "select depth, lines, share, line_share as l from discount_depths where lines > 0";
    assert_eq!(odd(&days(400, 1, "P,2,0,10,sale"), sql), "depth,lines,share,l\n50_up,365,,1.000000\n");
    let rows = days(370, 1, "P,999999.999,999999.99,,sale");
    assert_eq!(odd(&rows, classes), format!("{head}A,X,364999996.35,0.000000,11,false\n"));
}

#[test]
fn c13_figures_do_not_depend_on_the_order_of_the_rows() {
    let rows: Vec<String> = (0..900_i32)
        .map(|n| {
            let units = 1 + n * n % 7;
            format!("T{n},S{},{},P{},c{},{units},{}", n % 3, AS_OF - n.days(), n % 4, n % 5, units * (10 - n / 7 % 3))
        })
        .collect();
    let told = |rows: String| {
        let text = format!("transaction_id,store_id,ordered_at,sku,category,quantity,amount\n{rows}");
        let each = of_each_model("select '{m}' as model, cast(t as varchar) as figures from {m} t");
        asked(&TestProject::empty().file("data/sales.csv", text).today(TODAY), &format!("{each} order by all"))
    };
    let forward = told(rows.join("\n"));
    assert!(forward.lines().count() > 300, "{forward}");
    assert_eq!(forward, told(rows.into_iter().rev().collect::<Vec<_>>().join("\n")));
}
