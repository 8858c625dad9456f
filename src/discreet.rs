//! Data keeps out of messages: logs and reports go further than the files they speak of.
//!
//! A value of the data is told as its [`outline`] (`13800138000` as `99999999999`): enough to see what is wrong with
//! it, nothing about a person. That holds for every column, because a telephone number may stand in any of them. What
//! the engine says of a row it could not work on is cleaned by [`scrub`]. Commands whose purpose is to show data
//! (`query`, `inspect --values`) show it as their result, never in a message.

use std::collections::BTreeSet;

/// Characters of an outline.
const LONGEST: usize = 24;

/// The form of a value: digits as `9`, Latin letters as `a`, others as `字`, punctuation as it is.
pub fn outline(value: &str) -> String {
    let mut text: String = value
        .chars()
        .take(LONGEST)
        .map(|c| match c {
            c if c.is_numeric() => '9',
            c if c.is_ascii_alphabetic() => 'a',
            c if c.is_ascii_punctuation() => c,
            c if c.is_whitespace() || c.is_control() => ' ',
            c if c.is_alphabetic() => '字',
            _ => '·',
        })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    text
}

/// Names of a file's columns, for a message. A file without a header line could give its first row for names: where
/// one of them looks like data (an address, a long number), all are told by their outlines.
pub fn column_names(names: &[String]) -> Vec<String> {
    let digits = |name: &str| name.chars().filter(|c| c.is_numeric()).count();
    if names.iter().any(|name| name.contains(['@', '＠']) || digits(name) > 3) {
        names.iter().map(|name| outline(name)).collect()
    } else {
        names.to_vec()
    }
}

/// What DuckDB says of the text of a query, its names and its own state: no data can be in it.
const HARMLESS: [&str; 9] = [
    "Parser Error",
    "Binder Error",
    "Catalog Error",
    "Permission Error",
    "Out of Memory Error",
    "Not implemented Error",
    "Interrupt Error",
    "INTERRUPT Error",
    "IO Error",
];

/// Words of DuckDB's messages about rows. A word that is missing here is told by its outline, which costs a little
/// sense and gives nothing away.
const WORDS: &str = "a an and are argument arguments array as at be because bigint binary bit blob boolean by bytes \
cannot cast casting char character characters column columns constraint contains conversion convert could csv date \
datepart day decimal delim delimiter destination did division does double duplicate during empty end error escape \
evaluating exceeds exceeded exception exist existing expected expects expression failed failure field file float for \
format found from function got greater has header hour hugeint in index infinity input int int8 int16 int32 int64 \
int128 integer interval invalid is it json key key larger least length less limit line list lower malformed map match \
maximum mean minimum minute missing month more multiple multiplication must name nan negative no non not null number \
numeric of offset on one only or out overflow pad parameter parse parsing position positive precision primary query \
quote range real regex regular returned row rows scalar scale second should size smallint source specifier sql \
statement string struct subquery substring subtraction addition target than that the this time timestamp tinyint to \
too try type ubigint uint8 uint16 uint32 uint64 uinteger unexpected unique unsupported use using usmallint utinyint \
utf utf8 uuid valid value values varchar violated violates was were when while width with without year yyyy";

/// An engine's message about `sql` without data: the first line of it, each quoted piece and each word told by its
/// outline unless it stands in the query or belongs to the engine's own words.
pub fn scrub(message: &str, sql: &str) -> String {
    if HARMLESS.iter().any(|class| message.starts_with(class)) {
        return message.to_owned();
    }
    let known: BTreeSet<String> = words(sql).chain(words(WORDS)).map(str::to_lowercase).collect();
    let first = message.lines().next().unwrap_or_default();
    let mut out = String::new();
    let mut rest = first;
    while let Some(at) = rest.find(['\'', '"', '`']) {
        let quote = rest[at..].chars().next().unwrap_or('"');
        let inside = &rest[at + 1..];
        let (piece, after) = inside.split_once(quote).map_or((inside, None), |(piece, after)| (piece, Some(after)));
        plain(&rest[..at], &known, &mut out);
        out.push(quote);
        if stands_in(piece, sql) {
            out.push_str(piece);
        } else {
            out.push_str(&outline(piece));
        }
        match after {
            Some(after) => {
                out.push(quote);
                rest = after;
            }
            // A piece without its end goes to the end of the line.
            None => rest = "",
        }
    }
    plain(rest, &known, &mut out);
    out
}

/// A message about a page or template: what it quotes stands in the author's text, or is told by its outline. A name
/// that was put together from data (`link(row.name)`) is data.
pub fn quoted(message: &str, text: &str) -> String {
    // Words of the program's own examples, such as y="column".
    let own = |piece: &str| matches!(piece, "column" | "value") || stands_in(piece, text);
    let pieces: Vec<&str> = message.split('"').collect();
    if pieces.len() < 3 || pieces.iter().skip(1).step_by(2).all(|piece| own(piece)) {
        return message.to_owned();
    }
    // A value may hold a quotation mark itself, so everything between the first and the last one counts as quoted.
    let (first, last) = (pieces[0], pieces[pieces.len() - 1]);
    format!("{first}\"{}\"{last}", outline(&pieces[1..pieces.len() - 1].join("\"")))
}

/// Whether a piece stands in an author's text as whole words: a part of one could be a value by chance.
pub fn stands_in(piece: &str, sql: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !word_character(c));
    !piece.is_empty()
        && sql
            .match_indices(piece)
            .any(|(at, _)| edge(sql[..at].chars().next_back()) && edge(sql[at + piece.len()..].chars().next()))
}

/// Copies text word by word.
fn plain(text: &str, known: &BTreeSet<String>, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if word_character(c) {
            let end = rest.find(|c: char| !word_character(c)).unwrap_or(rest.len());
            let word = &rest[..end];
            if known.contains(&word.to_lowercase()) {
                out.push_str(word)
            } else {
                out.push_str(&outline(word))
            }
            rest = &rest[end..];
        } else {
            out.push(if c.is_ascii() { c } else { '·' });
            rest = &rest[c.len_utf8()..];
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !word_character(c)).filter(|word| !word.is_empty())
}

fn word_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A panic's place instead of its message, which may quote data. For the program's start.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // A text that was written down in the program holds no data; one that was put together may.
        let said = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("details are left out");
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "storebook: a fault of the program at {place}: {said}\nThe published site is as it was. Please report this line."
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_shows_the_form_and_nothing_else() {
        assert_eq!(outline("138-0013 8000"), "999-9999 9999");
        assert_eq!(outline("王小明"), "字字字");
        assert_eq!(outline("li.wei@example.com"), "aa.aaa@aaaaaaa.aaa");
        assert_eq!(outline("１３８\n😀é"), "999 ·字");
        assert_eq!(outline(&"9".repeat(30)), format!("{}…", "9".repeat(24)));
    }

    #[test]
    fn a_row_of_data_taken_for_a_header_is_not_told() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(column_names(&names(&["王小明", "13800138000"])), ["字字字", "99999999999"]);
        assert_eq!(column_names(&names(&["姓名", "w@x.cn"])), ["字字", "a@a.aa"]);
        assert_eq!(column_names(&names(&["姓名", "手机2"])), ["姓名", "手机2"]);
    }

    #[test]
    fn c47_a_name_put_together_from_data_is_not_told() {
        let page = "{{ link(q[0].name) }} {{ q.nmae }}";
        for (said, told) in [
            ("query q has no column \"nmae\"", "query q has no column \"nmae\""),
            ("there is no page \"Wang Wei\"", "there is no page \"aaaa aaa\""),
            ("there is no page \"Wang \"W\" Wei\" here", "there is no page \"aaaa \"a\" aaa\" here"),
            ("chart wants y=\"column\"", "chart wants y=\"column\""),
            ("no quotation", "no quotation"),
        ] {
            assert_eq!(quoted(said, page), told);
        }
    }

    #[test]
    fn c47_the_engine_tells_no_data() {
        let sql = "select phone::int as n, strptime(born, '%Y-%m-%d') as d from source.customers where city = '上海'";
        for (said, told) in [
            (
                "Conversion Error: Could not convert string '13800138000' to INT32",
                "Conversion Error: Could not convert string '99999999999' to INT32",
            ),
            (
                "Conversion Error: Could not convert string '上海' to INT32 when casting from source column phone",
                "Conversion Error: Could not convert string '上海' to INT32 when casting from source column phone",
            ),
            // A value with the quotation mark, with two of them, with a line break.
            (
                "Conversion Error: Could not convert string 'O'Brien 138' to INT32",
                "Conversion Error: Could not convert string 'a'aaaaa 999' aa aaa99",
            ),
            (
                "Conversion Error: Could not convert string 'a'Wang'b' to INT32",
                "Conversion Error: Could not convert string 'a'aaaa'a' to INT32",
            ),
            (
                "Conversion Error: Could not convert string 'Wang\nWei' to INT32",
                "Conversion Error: Could not convert string 'aaaa",
            ),
            (
                "Invalid Input Error: Could not parse string \"王小明\" according to format specifier \"%Y-%m-%d\"\n王小明\n^",
                "Invalid Input Error: Could not parse string \"字字字\" aaaaaaaaa to format specifier \"%Y-%m-%d\"",
            ),
            (
                "Invalid Input Error: bad number of Wang Wei: 13800138000",
                "Invalid Input Error: aaa number of aaaa aaa: 99999999999",
            ),
            (
                "Out of Range Error: Overflow in multiplication of INT64 (13800138000 * 5)!",
                "Out of Range Error: Overflow in multiplication of INT64 (99999999999 * 9)!",
            ),
            (
                "Catalog Error: Table with name x13800 does not exist!",
                "Catalog Error: Table with name x13800 does not exist!",
            ),
        ] {
            assert_eq!(scrub(said, sql), told);
        }
    }
}
