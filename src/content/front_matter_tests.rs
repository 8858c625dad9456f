//! Front matter of any kind: an error has a place in the file, and a page that can be read is cut without losing a
//! line.

use proptest::prelude::*;

use super::*;

/// Lines of front matter, right and wrong ones.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "title = \"甲 {{ row.name }}\"",
            "weight = 9",
            "weight = 99999999999999999999",
            "hidden = true",
            "audience = \"hq\"",
            "audience = { store = \"row.id\" }",
            "audience = { store = 1 }",
            "audience = []",
            "[queries.a]",
            "[queries.\"a b\"]",
            "sql = '''",
            "'''",
            "sql = \"select 1\"",
            "order = [\"a desc\"]",
            "[for_each]",
            "query = \"a\"",
            "as = \"b\"",
            "slug = \"b.c\"",
            "requires = [\"x\"]",
            "titel = 1",
            "+++",
            "+++ ",
            "\"\"\"",
            "# remark",
            "\u{e000}1\u{e001}",
            "a.b.c.d = 1979-05-27T07:32:00Z",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,6} = [\\PC]{0,10}",
        "\\PC{0,20}",
        (1..300_usize).prop_map(|depth| format!("title = {}", "[".repeat(depth))),
        (1..300_usize).prop_map(|depth| format!("{} = 1", vec!["a"; depth].join("."))),
    ]
}

fn page() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let page = (prop::collection::vec(line(), 0..8), "\\PC{0,30}", end.clone(), any::<bool>(), any::<bool>());
    prop_oneof![
        4 => page.prop_map(|(lines, body, end, closed, bom)| {
            let lines = lines.iter().map(|line| format!("{line}{end}")).collect::<String>();
            let close = if closed { format!("+++{end}") } else { String::new() };
            format!("{}+++{end}{lines}{close}{body}", if bom { "\u{feff}" } else { "" })
        }),
        1 => "\\PC{0,80}|(.|\n){0,80}",
        1 => (prop::collection::vec(any::<u8>(), 0..80)).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

proptest! {
    #[test]
    fn front_matter_of_any_kind_is_read_or_has_its_fault_placed(text in page()) {
        let lines = text.matches('\n').count() + 1;
        match cut(&text) {
            Ok(cut) => {
                // The body is the end of the file; only the marks of tokens are taken out of it.
                let rest: Vec<&str> = text.split_inclusive('\n').skip(cut.body_line).collect();
                let rest = rest.concat().replace(['\u{e000}', '\u{e001}'], "\u{fffd}");
                prop_assert_eq!(&cut.body, &rest);
                prop_assert!(cut.body_line >= 1 && cut.body_line <= lines);
                let tokens = cut.body.contains(['\u{e000}', '\u{e001}']);
                prop_assert!(!tokens);
            }
            Err(problem) => {
                let place = problem.place().expect("a place");
                let line = place.line.expect("a line");
                prop_assert!((1..=lines).contains(&line), "line {} of {}: {:?}", line, lines, problem.message());
                let width = text.split('\n').nth(line - 1).unwrap().chars().count();
                prop_assert!(place.column.is_none_or(|column| (1..=width + 1).contains(&column)), "{:?}", place);
                prop_assert!(!problem.message().is_empty());
            }
        }
    }

    #[test]
    fn front_matter_that_was_written_is_read(title in "\\PC{0,30}", body in "(\\PC|\n){0,60}", weight in any::<i64>()) {
        let front = toml::Value::Table(toml::Table::from_iter([
            ("title".to_owned(), toml::Value::String(title.clone())),
            ("weight".to_owned(), toml::Value::Integer(weight)),
        ]));
        let cut = cut(&format!("+++\n{}+++\n{body}", toml::to_string(&front).unwrap())).unwrap();
        prop_assert_eq!((cut.front.title, cut.front.weight), (title, weight));
        let body = body.replace(['\u{e000}', '\u{e001}'], "\u{fffd}");
        prop_assert_eq!(cut.body, body);
    }
}
