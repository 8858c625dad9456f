//! C41: `storebook receive`, the real process: what it takes, what it refuses, and that nothing acknowledged is lost or doubled,
//! whatever ends it.

mod client;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::live::until;
use crate::support::TestProject;
use client::{Post, Receiver, get, raw};

const SITE: &str = "https://www.example.com";

fn project(more: &str) -> TestProject {
    delivering(1, more)
}

fn delivering(seconds: u32, more: &str) -> TestProject {
    TestProject::empty()
        .file(
            "storebook.toml",
            format!("[site]\nbase_url = \"{SITE}/shop/\"\n[receive]\ndeliver_seconds = {seconds}\n{more}"),
        )
        .file("data/stores.csv", "store_id,name\nS1,东湖店\n")
        .file(
            "data/sales.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,kind,quantity,amount\nT1,2026-01-05 10:00,S1,A,P1,sale,1,50\n",
        )
}

/// Every row in the drop folder.
fn delivered(project: &TestProject) -> Vec<Value> {
    let mut rows = Vec::new();
    let Ok(folder) = std::fs::read_dir(project.path("data/received")) else { return rows };
    let mut paths: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.extension().is_some_and(|ending| ending == "ndjson") {
            let text = std::fs::read_to_string(path).expect("a file");
            rows.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a row")));
        }
    }
    rows
}

fn wait_for(project: &TestProject, rows: usize) -> Vec<Value> {
    until("the rows are delivered", || delivered(project).len() >= rows);
    delivered(project)
}

#[test]
fn c41_what_is_sent_stands_in_the_next_report_once() {
    let project = project("");
    let receiver = Receiver::start(&project, &[]);
    let form = [
        ("store_id", "S1"),
        ("nps", "0"),
        ("csat", "5"),
        ("text", "茶很好，\n排队太久"),
        ("submission_id", "k1"),
        ("lang", "en"),
        ("elapsed_ms", "20000"),
    ];
    let (status, first) = receiver.send("survey", &form);
    assert_eq!(status, 200, "{first}");
    // The same submission again, as from a page whose first answer was lost: the same answer, and no second row.
    let (status, again) = receiver.send("survey", &form);
    assert_eq!((status, &again), (200, &first));
    let (_, other) = receiver.send("survey", &[("csat", "4"), ("submission_id", "k2")]);
    assert_ne!(other["ticket"], first["ticket"]);
    let rows = wait_for(&project, 2);
    assert_eq!(rows.len(), 2, "{rows:?}");
    let number = first["number"].as_str().expect("a number");
    assert_eq!(first["ticket"].as_str().expect("a ticket").len(), 26);
    // Still known when its segment has been delivered, and after a start anew.
    assert_eq!(receiver.send("survey", &form).1, first);
    assert_eq!(receiver.run.interrupt(), 0);
    let receiver = Receiver::start(&project, &[]);
    assert_eq!(receiver.send("survey", &form).1, first);
    assert_eq!(receiver.run.interrupt(), 0);
    assert_eq!(delivered(&project).len(), 2);
    let asked = project.run(&["query", "select feedback_id, kind, channel, store_id, nps, csat, ces, text from {{ source('feedback') }} where nps is not null", "--format", "json"]);
    assert_eq!(asked.code, 0, "{}", asked.err);
    let rows: Value = serde_json::from_str(&asked.out).expect("JSON");
    let expected = serde_json::json!([{"feedback_id": number, "kind": "survey", "channel": "online", "store_id": "S1", "nps": 0, "csat": 5, "ces": null, "text": "茶很好，\n排队太久"}]);
    assert_eq!(rows, expected, "{}", asked.out);
}

#[test]
fn c41_a_form_without_a_script_ends_on_a_page_with_the_number() {
    let project = project("");
    let receiver = Receiver::start(&project, &[]);
    let post = || {
        Post::to("complaint", &[("text", "漏了一包 <b>"), ("phone", "13900000101"), ("lang", "en"), ("website", "")])
            .send(&receiver.address)
            .expect("an answer")
    };
    let answer = post();
    assert_eq!(answer.status, 303, "{}", answer.head);
    let place = answer.header("location").expect("a place").to_owned();
    assert!(place.starts_with("thanks/en/"), "{place}");
    // Pressed twice: the same.
    assert_eq!(post().header("location"), Some(place.as_str()));
    let page = get(&receiver.address, &format!("/{place}"));
    let letters = place.rsplit('/').next().expect("letters");
    let number = format!("{}-{}", &letters[..5], &letters[5..10]);
    assert!(page.status == 200 && page.body.contains(&number) && page.body.contains("Thank you"), "{}", page.body);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    assert!(get(&receiver.address, "/receiver.css").body.contains("color-scheme"));
    for path in ["/thanks/en/x", "/thanks/en/%3Cscript%3E", "/thanks/../state", "/feedback", "/", "/admin"] {
        assert_eq!(get(&receiver.address, path).status, 404, "{path}");
    }
    // What is wrong is said in words, and what was typed is nowhere in the answer.
    let wrong =
        Post::to("complaint", &[("text", "<script>alert(1)</script>")]).send(&receiver.address).expect("an answer");
    assert!(wrong.status == 400 && wrong.body.contains("电话") && !wrong.body.contains("alert"), "{}", wrong.body);
    let wrong = Post::to("feedback", &[("text", "a"), ("<script>", "b")]).send(&receiver.address).expect("an answer");
    assert!(wrong.status == 400 && wrong.body.contains("&lt;script&gt;"), "{}", wrong.body);
    assert_eq!(wait_for(&project, 1).len(), 1);
}

#[test]
fn c41_what_is_not_a_form_of_the_site_is_refused() {
    let project = project("");
    let receiver = Receiver::start(&project, &[]);
    let ok = || Post::to("feedback", &[("text", "好")]);
    let status = |post: &Post| post.send(&receiver.address).expect("an answer").status;
    for origin in [
        "https://evil.example",
        "http://www.example.com",
        "https://www.example.com.evil.example",
        "https://www.example.com:444",
        "null",
        "",
    ] {
        assert_eq!(status(&ok().header("origin", origin)), 403, "{origin}");
    }
    assert_eq!(status(&ok().without("origin")), 403);
    for kind in ["multipart/form-data; boundary=x", "application/json", "text/plain"] {
        assert_eq!(status(&ok().header("content-type", kind)), 415, "{kind}");
    }
    assert_eq!(
        status(&Post::to("feedback", &[("text", &"好".repeat(4001)), ("submission_id", "a")])),
        413,
        "36 KB of escapes"
    );
    assert_eq!(status(&Post::to("feedback", &[("text", &"a".repeat(4001))])), 400);
    let chunked = format!(
        "POST /feedback HTTP/1.1\r\nhost: x\r\norigin: {SITE}\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{}0\r\n\r\n",
        format!("1000\r\n{}\r\n", "a".repeat(4096)).repeat(8)
    );
    assert_eq!(raw(&receiver.address, &chunked).expect("an answer").status, 413);
    let head = format!("GET /health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    // Refused, or hung up on while it is still being sent; nobody else notices.
    assert!(raw(&receiver.address, &head).map_or(true, |answer| answer.status == 431));
    assert_eq!(get(&receiver.address, "/health").status, 200);
    // A page of the site may read the answer, others may not.
    let answer = ok().send(&receiver.address).expect("an answer");
    assert!(answer.status == 303 && answer.header("access-control-allow-origin") == Some(SITE), "{}", answer.head);
    let answer = ok().header("origin", "https://evil.example").send(&receiver.address).expect("an answer");
    assert!(answer.header("access-control-allow-origin").is_none());
    assert_eq!(wait_for(&project, 1).len(), 1);
}

#[test]
fn c41_who_sends_too_much_waits_and_nobody_else_does() {
    let project = project("per_minute = 5\nbehind_proxy = true\n");
    let receiver = Receiver::start(&project, &[]);
    let send = |from: &str, number: u32| {
        let post = Post::to("feedback", &[("text", &format!("{number}"))]).header("x-forwarded-for", from);
        post.send(&receiver.address).expect("an answer")
    };
    for number in 0..5 {
        assert_eq!(send("192.0.2.7", number).status, 303);
    }
    let answer = send("192.0.2.7", 6);
    assert!(answer.status == 429 && answer.header("retry-after").is_some(), "{}", answer.head);
    // What the sender claims to have come through does not help; another sender is not touched.
    assert_eq!(send("198.51.100.9, 192.0.2.7", 7).status, 429);
    assert_eq!(send("198.51.100.9", 8).status, 303);
    // No address stands anywhere on the disk.
    receiver.run.interrupt();
    for (path, bytes) in crate::support::tree(project.root()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("192.0.2.7") && !text.contains("198.51.100.9"), "{path}");
    }
}

#[test]
fn c41_programs_are_doubted_and_nothing_is_thrown_away() {
    let project = project("");
    let receiver = Receiver::start(&project, &[]);
    for (website, elapsed) in [("http://spam.example", "60000"), ("", "100"), ("", "60000"), ("", "")] {
        let fields = [
            ("text", "买便宜的茶"),
            ("website", website),
            ("elapsed_ms", elapsed),
            ("submission_id", &format!("{website}{elapsed}")),
        ];
        // Whoever fills in the hidden field is told the same as everybody else.
        assert_eq!(receiver.send("feedback", &fields).0, 200);
    }
    let doubts: Vec<String> =
        wait_for(&project, 4).iter().map(|row| row["doubts"].as_str().expect("text").to_owned()).collect();
    assert_eq!(doubts, ["hidden_field", "too_quick", "", ""]);
}

#[test]
fn c41_slow_senders_hold_nobody_up_and_are_let_go() {
    let project = project("");
    let receiver = Receiver::start(&project, &[]);
    let connect = |text: &str| {
        let mut stream = TcpStream::connect(&receiver.address).expect("connect");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a timeout");
        stream.write_all(text.as_bytes()).expect("write");
        stream
    };
    // Half a head, and a body that never ends, many times over.
    let heads: Vec<TcpStream> = (0..200).map(|_| connect("POST /feedback HTTP/1.1\r\nhost: x\r\nx-a: ")).collect();
    let head = format!(
        "POST /feedback HTTP/1.1\r\nhost: x\r\norigin: {SITE}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\ntext=a"
    );
    let bodies: Vec<TcpStream> = (0..5).map(|_| connect(&head)).collect();
    assert_eq!(receiver.send("feedback", &[("text", "好")]).0, 200);
    for mut stream in heads {
        let mut rest = String::new();
        // Closed, with or without a word.
        let _ = stream.read_to_string(&mut rest);
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408"), "{rest}");
    }
    for mut stream in bodies {
        let mut start = [0; 12];
        stream.read_exact(&mut start).expect("an answer");
        assert_eq!(&start, b"HTTP/1.1 408");
    }
    assert_eq!(receiver.send("feedback", &[("text", "好吃")]).0, 200);
}

/// Sends one numbered submission after another until nobody answers any more; the tickets by number.
fn sends(address: &str, next: &AtomicU64, answered: &AtomicU64) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    loop {
        let key = next.fetch_add(1, Ordering::SeqCst).to_string();
        let fields = [("text", key.as_str()), ("submission_id", key.as_str())];
        match Post::to("feedback", &fields).header("accept", "application/json").send(address) {
            Ok(answer) if answer.status == 200 => {
                let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
                told.insert(key, answer["ticket"].as_str().expect("a ticket").to_owned());
                answered.fetch_add(1, Ordering::SeqCst);
            }
            Ok(answer) => panic!("{} {}", answer.head, answer.body),
            // It is gone; whether this one was taken is not known.
            Err(_) => return told,
        }
    }
}

/// Eight senders at once; after so many answers the process is killed with signal 9, again and again. At the end everything
/// that was acknowledged is there once, and sending all of it again changes nothing.
#[test]
fn c41_killed_under_load_nothing_acknowledged_is_lost_or_doubled() {
    let project = project("per_minute = 1000000\n");
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    let next = AtomicU64::new(0);
    for _ in 0..4 {
        let receiver = Receiver::start(&project, &[]);
        let answered = AtomicU64::new(0);
        std::thread::scope(|scope| {
            let sender = || sends(&receiver.address, &next, &answered);
            let senders: Vec<_> = (0..8).map(|_| scope.spawn(sender)).collect();
            until("three hundred are acknowledged", || answered.load(Ordering::SeqCst) >= 300);
            receiver.run.signal(Signal::KILL);
            acknowledged.extend(senders.into_iter().flat_map(|sender| sender.join().expect("no panic")));
        });
    }
    assert!(acknowledged.len() >= 1200);
    let receiver = Receiver::start(&project, &[]);
    // Everybody sends again what they have ever sent, acknowledged or not.
    for key in (0..next.load(Ordering::SeqCst)).map(|key| key.to_string()) {
        let (status, answer) = receiver.send("feedback", &[("text", &key), ("submission_id", &key)]);
        assert_eq!(status, 200);
        if let Some(ticket) = acknowledged.get(&key) {
            assert_eq!(answer["ticket"].as_str(), Some(ticket.as_str()), "{key}");
        }
        acknowledged.insert(key, answer["ticket"].as_str().expect("a ticket").to_owned());
    }
    assert_eq!(receiver.run.interrupt(), 0);
    let rows = delivered(&project);
    let found: BTreeMap<String, String> = (rows.iter())
        .map(|row| {
            (row["text"].as_str().expect("text").to_owned(), row["ticket"].as_str().expect("a ticket").to_owned())
        })
        .collect();
    assert_eq!(found, acknowledged);
    assert_eq!(rows.len(), acknowledged.len(), "each once");
    assert_eq!(rows.iter().map(|row| row["feedback_id"].as_str()).collect::<BTreeSet<_>>().len(), rows.len());
}

/// A limit on the size of files is a disk that is full for one process; its signal is ignored, so that the write fails.
#[cfg(unix)]
#[test]
fn c41_a_full_disk_is_told_and_what_was_taken_before_stands() {
    let project = delivering(3600, "per_minute = 1000000\n");
    let plain = project.command(&["receive", "--port", "0"]);
    let mut command = Command::new("bash");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""])
        .arg(plain.get_program())
        .args(plain.get_args());
    let receiver = Receiver::of(command);
    let text = "茶".repeat(500);
    let mut taken = Vec::new();
    let refused = loop {
        let key = taken.len().to_string();
        let (status, answer) = receiver.send("feedback", &[("text", &text), ("submission_id", &key)]);
        if status != 200 {
            break (status, answer);
        }
        taken.push(answer["ticket"].as_str().expect("a ticket").to_owned());
        assert!(taken.len() < 200_000, "the disk is never full");
    };
    assert_eq!((refused.0, refused.1["error"]["code"].as_str()), (503, Some("later")));
    assert!(refused.1["error"]["retry"].as_u64().is_some());
    receiver.run.signal(Signal::KILL);
    drop(receiver);
    let receiver = Receiver::start(&project, &[]);
    assert_eq!(receiver.send("feedback", &[("text", &text), ("submission_id", &taken.len().to_string())]).0, 200);
    assert_eq!(receiver.run.interrupt(), 0);
    let rows = delivered(&project);
    let found: BTreeSet<&str> = rows.iter().map(|row| row["ticket"].as_str().expect("a ticket")).collect();
    assert!(taken.iter().all(|ticket| found.contains(ticket.as_str())) && rows.len() == taken.len() + 1);
}

#[test]
fn c41_without_a_site_there_is_nothing_to_take() {
    let project = TestProject::empty();
    let ran = project.run(&["receive", "--port", "0"]);
    assert!(ran.code == 2 && ran.err.contains("base_url") && ran.err.contains("--origin"), "{}", ran.err);
}
