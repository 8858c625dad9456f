//! Published data sets; their sums were taken from the publications and with another tool.

use super::fixture::copy_of;
use jiff::civil::date;

#[test]
fn c1_complete_journey_loads_whole() {
    let mut shop = copy_of("complete_journey");
    shop.today = date(2018, 1, 2);
    let loaded = shop.load();
    assert!(shop.load().files.iter().all(|file| file.cached));
    assert_eq!(loaded.counts.quarantined, 0, "{:?}", shop.quarantine(&loaded));
    assert_eq!(
        shop.rows(
            &loaded,
            "select count(*), sum(amount), count(*) filter (quantity = 0), count(*) filter (amount = 0), \
             count(distinct store_id), count(distinct record_id), count(distinct transaction_id), max(ordered_on) from transactions"
        ),
        // 528 amounts are zero in the file; one more is 4.440892e-16, a publisher's rounding error.
        ["75000|233935.24|416|529|293|2377|47243|2018-01-01"]
    );
    assert_eq!(
        shop.rows(&loaded, "select count(*), count(extra_income), min(id_space) from customers"),
        ["801|801|main"]
    );
    // The publisher's program wrote 40128000000 as 4.0128e+10 and 900000 as 9e+05; nothing is lost in that.
    assert_eq!(
        shop.rows(&loaded, "select (select count(*) from transactions where transaction_id = '40128000000'), (select count(*) from products where sku = '900000')"),
        ["1|1"]
    );
    assert_eq!(loaded.warnings.len(), 2, "{:?}", loaded.warnings);
    assert_eq!(loaded.newest, Some(date(2018, 1, 1)));
    assert_eq!(shop.rows(&loaded, "select count(*) from stores"), ["293"]);
}

#[test]
fn c2_cdnow_has_no_header_and_no_order_numbers() {
    let shop = copy_of("cdnow");
    let loaded = shop.load();
    assert_eq!(
        shop.rows(
            &loaded,
            "select count(*), count(distinct transaction_id), count(distinct record_id), min(ordered_on), max(ordered_on), min(transaction_id) from transactions"
        ),
        ["6919|6919|2357|1997-01-01|1998-06-30|0001-19970101-1"]
    );
    assert!(loaded.quarantined.is_empty());
}
