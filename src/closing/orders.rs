//! What each order posted in a month, in SQL: the one place that says what a closed month remembers of its rows.

use crate::project::Month;

/// One row per month, source, transaction and store, for the months asked for, in the columns of
/// [`folder::ORDERS`](super::folder::ORDERS) with `month` in front.
///
/// `net_amount` and `orders` are those of `month_figures`: sales less refunds on the day they were posted, plus
/// exchanges; one order for each day on which the transaction has a sale line. `content` is the exclusive or of a hash
/// of each line (day, kind, sku, quantity, amount), so that the order of lines does not matter; who bought is no part
/// of it. Two equal lines cancel each other there, but not in `lines`.
pub fn select(transactions: &str, as_of: &str, months: &[Month]) -> String {
    let wanted = if months.is_empty() {
        "false".to_owned()
    } else {
        let days: Vec<String> = months.iter().map(|month| format!("date '{}'", month.first_day())).collect();
        format!("date_trunc('month', ordered_on)::date in ({})", days.join(", "))
    };
    format!(
        "with days as (
             select source, transaction_id, store_id, ordered_on, count(*) as lines,
                 count(*) filter (where kind = 'sale') > 0 as is_sale,
                 sum(amount) as net_amount,
                 bit_xor(md5_number_lower(concat_ws('|', ordered_on::varchar, kind, coalesce(sku, ''),
                     quantity::decimal(18, 3)::varchar, amount::decimal(18, 2)::varchar))) as content
             from {transactions}
             where kind in ('sale', 'refund', 'exchange') and ordered_on <= date '{as_of}' and {wanted}
             group by source, transaction_id, store_id, ordered_on)
         select date_trunc('month', ordered_on)::date as month, source, transaction_id, store_id,
             min(ordered_on) as ordered_on, sum(lines)::integer as lines,
             (count(*) filter (where is_sale))::integer as orders,
             sum(net_amount)::decimal(18, 2) as net_amount, lpad(lower(to_hex(bit_xor(content))), 16, '0') as content
         from days
         group by date_trunc('month', ordered_on)::date, source, transaction_id, store_id"
    )
}
