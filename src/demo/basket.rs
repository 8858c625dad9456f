//! What stands on a receipt: the lines of a sale and the lines of its refund.

use rand::RngExt;

use super::catalog::{CATEGORIES, Catalog};
use super::chain::pick;
use super::customer::Taste;

const MOST_LINES: usize = 12;

/// One line of a receipt; money in fen. A refund's quantity and discount are negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub product: u16,
    pub quantity: i64,
    pub unit_price: i64,
    pub discount: i64,
}

impl Line {
    pub(super) fn amount(self) -> i64 {
        self.quantity * self.unit_price - self.discount
    }
}

/// The head of a sale: how it was placed, and its lines in `lines`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Store,
    Wechat,
    Miniapp,
}

impl Channel {
    pub(super) fn online(self) -> bool {
        self != Channel::Store
    }
}

/// Fills `lines` with a basket in a month (1 to 12) and says by which channel it was bought. `known` is false for an
/// anonymous buyer, who has tastes but no habits and no online account.
pub(super) fn draw(
    catalog: &Catalog,
    taste: &Taste,
    occasion: Occasion,
    rng: &mut impl RngExt,
    lines: &mut Vec<Line>,
) -> Channel {
    lines.clear();
    let channel = draw_channel(taste, occasion.known, rng);
    let percent = discount_percent(taste, occasion, rng);
    loop {
        let product = draw_product(catalog, taste, occasion, rng);
        push(catalog, product, percent, rng, lines);
        if let Some(companion) = catalog.companion(product, rng).filter(|_| rng.random_bool(0.25)) {
            push(catalog, companion, percent, rng, lines);
        }
        if lines.len() >= MOST_LINES || !rng.random_bool(taste.more) {
            return channel;
        }
    }
}

/// When and by whom a basket is bought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion {
    pub month: i8,
    pub known: bool,
}

fn draw_channel(taste: &Taste, known: bool, rng: &mut impl RngExt) -> Channel {
    if !known || !rng.random_bool(taste.online) {
        Channel::Store
    } else if rng.random_bool(taste.miniapp) {
        Channel::Miniapp
    } else {
        Channel::Wechat
    }
}

fn discount_percent(taste: &Taste, occasion: Occasion, rng: &mut impl RngExt) -> i64 {
    let sale_month = matches!(occasion.month, 6 | 11);
    let chance = if sale_month { (taste.bargain + 0.3).min(1.0) } else { taste.bargain };
    if rng.random_bool(chance) { pick(&[(5, 4), (10, 5), (12, 2), (15, 3), (20, 2), (30, 1)], rng) } else { 0 }
}

fn draw_product(catalog: &Catalog, taste: &Taste, occasion: Occasion, rng: &mut impl RngExt) -> u16 {
    let favourite = rng.random_range(0..5_usize);
    let category = match taste.favourites.get(favourite) {
        Some(category) if occasion.known => {
            if !CATEGORIES[*category].durable && rng.random_bool(0.45) {
                return taste.usual[favourite];
            }
            *category
        }
        _ => catalog.category(occasion.month, rng),
    };
    let (first, second) = (catalog.product(category, rng), catalog.product(category, rng));
    let price = |product: u16| catalog.products[usize::from(product)].price;
    let dearer = rng.random_bool(taste.premium);
    if (price(first) >= price(second)) == dearer { first } else { second }
}

/// Adds a line unless the article stands on the receipt already.
fn push(catalog: &Catalog, product: u16, percent: i64, rng: &mut impl RngExt, lines: &mut Vec<Line>) {
    if lines.iter().any(|line| line.product == product) {
        return;
    }
    let article = &catalog.products[usize::from(product)];
    let quantity = if CATEGORIES[article.category].durable {
        pick(&[(1, 14), (2, 2)], rng)
    } else {
        pick(&[(1, 11), (2, 4), (3, 2), (4, 1), (6, 1)], rng)
    };
    // Rounded down to the fen, as tills do in the customer's disfavour.
    let discount = quantity * article.price * percent / 100;
    lines.push(Line { product, quantity, unit_price: article.price, discount });
}

/// Turns the lines of a sale into those of its refund: everything or one line, wholly or in part, with the same
/// share of the discount.
pub(super) fn refund(rng: &mut impl RngExt, lines: &mut Vec<Line>) {
    if lines.len() > 1 && rng.random_bool(0.65) {
        let kept = lines.swap_remove(rng.random_range(0..lines.len()));
        lines.clear();
        lines.push(kept);
    }
    for line in lines {
        let back =
            if line.quantity > 1 && rng.random_bool(0.5) { rng.random_range(1..line.quantity) } else { line.quantity };
        line.discount = -(line.discount * back / line.quantity);
        line.quantity = -back;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_refund_in_part_takes_its_share_of_the_discount() {
        let sale = Line { product: 1, quantity: 3, unit_price: 1090, discount: 327 };
        assert_eq!(sale.amount(), 2943);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let mut seen = [false; 4];
        for _ in 0..200 {
            let mut lines = vec![sale];
            refund(&mut rng, &mut lines);
            let back = lines[0];
            // 327 fen on three pieces are 109 fen a piece.
            let expected = [(0, 0), (-1, -981), (-2, -1962), (-3, -2943)][back.quantity.unsigned_abs() as usize];
            assert_eq!((back.quantity, back.amount()), expected);
            seen[back.quantity.unsigned_abs() as usize] = true;
        }
        assert_eq!(seen, [false, true, true, true]);
    }
}
