//! The two files beside the data: the project's settings, and for a messy chain a read-me that says what every file
//! carries and which rows are bad on purpose.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use super::style;
use super::{DemoOptions, Output, World, sheet};
use crate::problem::{Problem, Result};

/// `storebook.toml`: title, money and clock, and a binding only where no header could say what is meant.
pub(super) fn write_settings(world: &World, doubles: bool, out: &mut Output) -> Result<()> {
    let mut text =
        String::from("[site]\ntitle = \"禾木生活\"\n\n[project]\ncurrency = \"CNY\"\ntimezone = \"Asia/Shanghai\"\n");
    if world.messy {
        let ids = world.chain.stores.iter().enumerate().filter(|(store, _)| style::in_fen(*store));
        let files: Vec<String> = ids.map(|(_, store)| format!("\"transactions/{}*.csv\"", store.id)).collect();
        if !files.is_empty() {
            text.push_str("\n# This till writes its amounts in fen (hundredths); no header says so.\n");
            let _ =
                writeln!(text, "[[source]]\ntable = \"transactions\"\nfiles = [{}]\nunit = \"fen\"", files.join(", "));
        }
    }
    if doubles {
        text.push_str("\n# The mall gave these cards their numbers: M000001 here is not M000001 of our own tills.\n");
        let _ = writeln!(
            text,
            "[[source]]\ntable = \"customers\"\nfiles = [\"customers/mall-members.csv\"]\nname = \"{0}\"\nid_space = \"{0}\"",
            super::doubles::MALL
        );
    }
    text.push_str(LOYALTY);
    write_file(out, "storebook.toml", &text)
}

/// `data/README.md` of a messy chain.
pub(super) fn write(options: &DemoOptions, out: &mut Output) -> Result<()> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = describe(options, out, &mut text);
    write_file(out, "data/README.md", &text)
}

fn describe(options: &DemoOptions, out: &Output, text: &mut String) -> std::fmt::Result {
    let summary = &out.summary;
    writeln!(text, "# 禾木生活 (Hemu Living): the demo chain\n")?;
    writeln!(
        text,
        "Everything here is invented: the chain, its stores, products, people, numbers and words. No row describes a \
         real person. Licence: CC0 1.0 (public domain), use it as you like.\n"
    )?;
    writeln!(text, "本目录为虚构的连锁零售数据,仅供演示,不含任何真实个人信息;以 CC0 1.0 许可发布。\n")?;
    writeln!(
        text,
        "{} stores, {} people, {} receipts ({} of them refunds) with {} lines, {} pieces of feedback, over the {} days \
         to {}. Written by the generator behind `storebook demo` in its messy variety, seed {}; the same options give \
         the same bytes.\n",
        summary.stores,
        summary.customers,
        summary.transactions,
        summary.refunds,
        summary.lines,
        summary.feedback,
        options.days,
        options.end,
        options.seed
    )?;
    text.push_str(FILES);
    if options.doubles > 0 {
        text.push_str(DOUBLES);
    }
    for (store, description) in TILL_MESS.iter().enumerate().take(options.stores as usize) {
        writeln!(text, "| `transactions/S{:03}*` | {description} |", store + 1)?;
    }
    if options.stores as usize > TILL_MESS.len() {
        writeln!(text, "| further stores | the same habits again, in the same order |")?;
    }
    text.push_str(FACTS);
    if out.sent_again > 0 {
        writeln!(
            text,
            "- Sent twice: the last month's file of S001 begins with receipts of the month before, unchanged: {} of them.",
            out.sent_again
        )?;
    }
    writeln!(text, "\n## Rows that are bad on purpose\n")?;
    writeln!(
        text,
        "Each is a copy of a good row beside it with one thing broken and an id of its own (`…-X`), or none."
    )?;
    writeln!(text, "Lines count from 1, the header included, in the unpacked file.\n")?;
    writeln!(text, "| file | line | what |\n|---|---|---|")?;
    for bad in &summary.bad_rows {
        writeln!(text, "| `{}` | {} | {} |", bad.file, bad.line, bad.what)?;
    }
    Ok(())
}

/// A programme with something to see: tiers that earn more, points that end after a year, a month and a week with more points.
const LOYALTY: &str = "
# The membership programme: what the tiers get, points that last a year, more of them in the month of the birthday.
[[tiers.levels]]
name = \"普卡\"
benefits = \"消费 1 元积 1 分\"

[[tiers.levels]]
name = \"银卡\"
spend = 1000
points = 1.2
benefits = \"1.2 倍积分，生日当月双倍\"

[[tiers.levels]]
name = \"金卡\"
spend = 5000
points = 1.5
benefits = \"1.5 倍积分，免费包装，新品先选\"

[[tiers.levels]]
name = \"钻卡\"
spend = 20000
points = 2
benefits = \"双倍积分，专属顾问，免费送货\"

[[loyalty.expiry]]
lasts = \"months\"
number = 12

[[loyalty.multipliers]]
name = \"生日月双倍\"
of = \"birthday_month\"
factor = 2

[[loyalty.multipliers]]
name = \"会员周三倍\"
factor = 3
from = \"2026-06-12\"
until = \"2026-06-18\"

# The lists of the campaigns so far left nobody out for good.
[campaigns]
holdout_share = 0

# A campaign to come: who would get the message, who is kept to compare, and how large an effect would have to be to be seen.
[[campaigns.plans]]
id = \"MKT-04\"
name = \"冬日暖饮\"
audience = \"purchase_days >= 2\"
starts_on = \"2026-12-01\"
ends_on = \"2026-12-14\"
channel = \"sms\"
control_share = 0.3
seed = \"winter\"
cost = 400
";

const FILES: &str = "\
## What each file carries

| file | what, and which mess |
|---|---|
| `stores.csv` | the stores, with the contract's column names; one has a very long name |
| `products.csv` | 300 articles in twelve categories; one has a very long name |
| `customers/会员档案.csv` | cards of S001, S004, S007 …: Chinese headers and codes, byte-order mark, dates as 1988年3月5日, an extra column 职业 |
| `customers/members-second-till.csv` | cards of S002, S005, S008 …: semicolons |
| `customers/members-third-till.ndjson` | cards of S003, S006 …: NDJSON, blanks left out, dates with slashes |
| `customers/online-members.csv` | second records of people who registered again online: same phone, sometimes only 王女士 for a name |
| `campaigns.csv`, `campaign_targets.csv` | three campaigns and who was contacted or kept as control; nobody buys more for being told |
| `referrals.csv`, `coupons.csv` | who brought whom, half of them friends of few people; coupons for new members and of one spring, and the receipts they were used with |
| `staff.csv`, `interactions.csv` | who works where, and whom they spoke to in the last 120 days, with what was agreed |
| `points.csv` | points brought from an older system on the first day, and points used since |
| `store_targets.csv` | what was expected of the stores: net sales by month, and an NPS |
| `feedback.csv` | surveys, complaints with their clock, praise, suggestions; byte-order mark |
";

const DOUBLES: &str = "\
| `customers/branch-members.csv` | further cards of people who are in the other files already, their relatives on the same telephone, twins, and strangers with common names |
| `customers/mall-members.csv` | the same in traditional characters, in an id space of its own whose numbers begin again; `truth/people.csv` says who is who |
";

/// The habits of the tills, in the order of the stores.
const TILL_MESS: [&str; 8] = [
    "one CSV a month, the contract's column names, plain",
    "one CSV a quarter: Chinese headers in an order of their own, byte-order mark, dates as 2026/10/31 18:05, money as ￥1,234.50, store, category and product names repeated on every line, no line numbers, no channel",
    "one gzip-packed TSV",
    "one file with semicolons: Chinese headers and codes, dates as 2026年10月31日 18:05",
    "one CSV with amounts in fen (hundredths), Chinese headers, byte-order mark: needs the binding in `storebook.toml`",
    "one NDJSON file, blanks left out",
    "one zstd-packed CSV a quarter",
    "one CSV with thousands separators and dates as 2026/10/31 18:05; opened within the window",
];

const FACTS: &str = "
## Worth knowing

- Money is exact: every line's amount = quantity × unit price − discount. A refund has negative quantity, discount and
  amount, and names the receipt it refunds; it never takes back more than was sold.
- About a quarter of the receipts are anonymous (blank card number).
- Phones are invented; some are typed with blanks, dashes, +86 or full-width digits, some masked (199****1207), some
  placeholders (13800000000), some missing. A few birthdays are the placeholder 1900-01-01, some are lunar.
- Customers buy by the BG/NBD process (Fader, Hardie, Lee 2005) with r = 0.8, α = 6 weeks, a = 0.8, b = 3.2.
";

pub(super) fn write_file(out: &mut Output, relative: &str, text: &str) -> Result<()> {
    let path: PathBuf = out.path(relative);
    let mut file = sheet::create_new(&path)?;
    file.write_all(text.as_bytes()).map_err(|error| Problem::io("write this file", &path, &error))?;
    out.summary.files.push(path);
    Ok(())
}
