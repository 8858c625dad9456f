//! Which rows are about a single customer, told by the names of their columns.

/// Columns that make a row one about a single customer.
const PERSON: [&str; 8] =
    ["person_id", "record_id", "member_id", "card_no", "email", "birthday", "open_id", "union_id"];
/// Columns that make it so unless the row is about a store, which has a telephone too.
const CONTACT: [&str; 3] = ["phone", "mobile", "telephone"];
const STORE: [&str; 3] = ["store_id", "hours", "opened_on"];

/// Whether rows with these columns are about single customers.
pub fn about_people<'a>(columns: impl Iterator<Item = &'a str> + Clone) -> bool {
    let has = |names: &[&str]| columns.clone().any(|column| names.contains(&column.to_lowercase().as_str()));
    has(&PERSON) || (has(&CONTACT) && !has(&STORE))
}

/// Whether a column holds a telephone number.
pub fn is_telephone(column: &str) -> bool {
    let column = column.to_lowercase();
    CONTACT.contains(&column.as_str()) || column.ends_with("_phone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_has_a_telephone_too() {
        assert!(about_people(["name", "phone"].into_iter()));
        assert!(!about_people(["name", "phone", "store_id"].into_iter()));
        assert!(about_people(["Person_ID", "store_id"].into_iter()));
        assert!(!about_people(["store_id", "net_sales"].into_iter()));
        assert!(is_telephone("Phone") && is_telephone("other_phone") && !is_telephone("phone_model"));
    }
}
