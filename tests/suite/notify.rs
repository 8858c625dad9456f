//! `storebook notify` against a real HTTP server on this machine that records what it is sent.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::TestProject;

/// What a robot was sent.
#[derive(Debug, Clone)]
struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// What it answers, one connection after the other.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Status(u16, &'static str),
    /// Takes the request and says nothing.
    Silence,
    /// Hangs up without reading.
    HangUp,
}

const OK: Answer = Answer::Status(200, r#"{"errcode":0,"errmsg":"ok"}"#);

struct Robot {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Robot {
    fn start(answers: &[Answer]) -> Robot {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address =
            format!("http://{}/robot/send?access_token=tok-4711-secret", listener.local_addr().expect("its address"));
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (seen, answers) = (Arc::clone(&requests), answers.to_vec());
        std::thread::spawn(move || {
            // Silent connections stay open until the test program ends.
            let mut open = Vec::new();
            for answer in answers {
                let Ok((stream, _)) = listener.accept() else { return };
                if matches!(answer, Answer::HangUp) {
                    continue;
                }
                seen.lock().expect("the list").push(read(&stream));
                match answer {
                    Answer::Status(status, body) => {
                        let _ = write!(
                            &stream,
                            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                            body.len()
                        );
                    }
                    Answer::Silence | Answer::HangUp => open.push(stream),
                }
            }
            std::mem::forget(open);
        });
        Robot { address, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the list").clone()
    }
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("the request line");
    let mut words = line.split_whitespace().map(ToOwned::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    Request { method, path, headers, body: String::from_utf8(body).expect("UTF-8") }
}

/// Two stores of which the second is late; customers with telephone numbers and addresses.
fn chain(notify: &str) -> TestProject {
    let project = TestProject::empty()
        .file(
            "data/stores.csv",
            "store_id,name,region,phone\nS1,东湖店,华东,0571-88001234\nS2,\"[西](http://evil.example)**店 <@all> 13900139000\",华西,\n",
        )
        .file(
            "data/customers.csv",
            "record_id,name,phone,email\n13800138000,李雷,13800138000,li.lei@example.com\n",
        )
        .file(
            "data/transactions.csv",
            "transaction_id,ordered_at,store_id,record_id,sku,quantity,amount\n\
             T1,2026-11-04 10:00:00,S1,13800138000,A,1,10.00\nT2,2026-11-01 10:00:00,S2,13800138000,A,1,20.00\n",
        )
        .file(
            "storebook.toml",
            format!("[site]\ntitle = \"禾木*生活*\"\nbase_url = \"https://book.example/\"\n{notify}"),
        );
    project.build();
    project
}

const WECOM: &str = "[[notify]]\nkind = \"wecom\"\nurl_env = \"SB_TEST_URL\"\ntimeout_seconds = 2\n";
const DINGTALK: &str =
    "[[notify]]\nkind = \"dingtalk\"\nurl_env = \"SB_TEST_URL\"\nsecret_env = \"SB_TEST_SECRET\"\nlocale = \"en\"\n";
const GENERIC: &str = "[[notify]]\nkind = \"generic\"\nurl_env = \"SB_TEST_URL\"\n";
const SECRET: &str = "SECe7a1f0c2b3d4";

/// Exit code and everything that was printed.
fn notify(project: &TestProject, address: &str, arguments: &[&str]) -> (i32, String) {
    let mut command = project.command(&["notify"]);
    command.args(arguments).env("SB_TEST_URL", address).env("SB_TEST_SECRET", SECRET);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    let output = command.output().expect("start storebook");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for secret in ["tok-4711-secret", SECRET, "robot/send"] {
        assert!(!text.contains(secret), "{secret} was printed: {text}");
    }
    (output.status.code().unwrap_or(-1), text)
}

fn only(robot: &Robot) -> Request {
    let requests = robot.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests[0].clone()
}

fn no_personal_data(body: &str) {
    for personal in ["13800138000", "13900139000", "李雷", "li.lei", "8800"] {
        assert!(!body.contains(personal), "{personal} in {body}");
    }
}

#[test]
fn without_send_nothing_leaves_the_machine() {
    let project = chain(WECOM);
    let robot = Robot::start(&[OK]);
    let (code, text) = notify(&project, &robot.address, &[]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("Nothing was sent") && text.contains("SB_TEST_URL is set") && text.contains("到数 1/2"),
        "{text}"
    );
    assert!(robot.requests().is_empty());
    // What is printed is what is sent.
    let body: Value =
        serde_json::from_str(&text[text.find('{').expect("a body")..=text.rfind('}').expect("its end")]).expect("JSON");
    assert_eq!(notify(&project, &robot.address, &["--send"]).0, 0);
    assert_eq!(serde_json::from_str::<Value>(&only(&robot).body).expect("JSON"), body);
}

#[test]
fn the_wecom_robot_gets_its_markdown() {
    let project = chain(WECOM);
    let robot = Robot::start(&[OK]);
    let (code, text) = notify(&project, &robot.address, &["--send"]);
    assert_eq!((code, text.as_str()), (0, "wecom ($SB_TEST_URL): sent\n"));
    let request = only(&robot);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/robot/send?access_token=tok-4711-secret"));
    assert_eq!(request.headers["content-type"], "application/json; charset=utf-8");
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(body["msgtype"], "markdown");
    let content = body["markdown"]["content"].as_str().expect("content");
    assert!(content.len() <= 4096);
    for part in [
        "**禾木＊生活＊：数据已更新，还有缺口**",
        "数据截至 2026年11月4日",
        "到数 1/2",
        "［西］（http：//evil．example）＊＊店 ＜＠all＞ …",
        "采用 5 行，退回 0 行",
        "[打开到数看板](https://book.example/data/arrivals/index.html)",
    ] {
        assert!(content.contains(part), "{part} in {content}");
    }
    // The only link is ours.
    assert_eq!(content.matches("](").count(), 1, "{content}");
    no_personal_data(&request.body);
}

#[test]
fn the_dingtalk_robot_gets_a_signed_request() {
    let project = chain(DINGTALK);
    let robot = Robot::start(&[OK]);
    let (code, text) = notify(&project, &robot.address, &["--send"]);
    assert_eq!(code, 0, "{text}");
    let request = only(&robot);
    let query: BTreeMap<&str, &str> =
        request.path.split_once('?').expect("a query").1.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert_eq!(query["access_token"], "tok-4711-secret");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("the time").as_millis();
    let at: u128 = query["timestamp"].parse().expect("milliseconds");
    assert!(at <= now && now - at < 600_000, "{at} at {now}");
    let expected = openssl(&format!("{at}\n{SECRET}"));
    let sign = query["sign"].replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    assert_eq!(sign, expected);
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(body["msgtype"], "markdown");
    assert_eq!(body["markdown"]["title"], "禾木＊生活＊: new data, with gaps");
    let text = body["markdown"]["text"].as_str().expect("text");
    assert!(
        text.contains("Arrived 1/2: 1 still missing")
            && text.contains("(https://book.example/en/data/arrivals/index.html)"),
        "{text}"
    );
    no_personal_data(&request.body);
}

/// HMAC-SHA256 with the test's secret in Base64, by another program.
fn openssl(text: &str) -> String {
    let script = format!("openssl dgst -sha256 -hmac {SECRET} -binary | openssl base64 -A");
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start openssl");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("give it the text");
    String::from_utf8(child.wait_with_output().expect("its answer").stdout).expect("text")
}

#[test]
fn any_other_service_gets_figures() {
    let project = chain(GENERIC);
    let robot = Robot::start(&[Answer::Status(204, "")]);
    assert_eq!(notify(&project, &robot.address, &["--send"]).0, 0);
    let request = only(&robot);
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(body["status"], "gaps");
    let figures = &body["figures"];
    assert_eq!(figures["as_of"], "2026-11-04");
    assert_eq!((&figures["stores"]["arrived"], &figures["stores"]["expected"]), (&1.into(), &2.into()));
    assert_eq!(figures["rows"]["loaded"], 5, "two stores, one customer, two lines");
    assert_eq!(body["link"], "https://book.example/data/arrivals/index.html");
    no_personal_data(&request.body);
}

#[test]
fn a_broken_service_is_asked_once_more() {
    let project = chain(WECOM);
    let robot = Robot::start(&[Answer::Status(500, "tok-4711-secret"), OK]);
    assert_eq!(notify(&project, &robot.address, &["--send"]).0, 0);
    assert_eq!(robot.requests().len(), 2);
    let robot = Robot::start(&[Answer::HangUp, OK]);
    assert_eq!(notify(&project, &robot.address, &["--send"]).0, 0);
    assert_eq!(robot.requests().len(), 1);
    let robot = Robot::start(&[Answer::Status(503, ""), Answer::Status(502, ""), OK]);
    let (code, text) = notify(&project, &robot.address, &["--send"]);
    assert!(code == 1 && text.contains("502"), "{text}");
    assert_eq!(robot.requests().len(), 2);
}

#[test]
fn a_refusal_is_a_failure_and_not_repeated() {
    let project = chain(WECOM);
    for (answer, said) in [
        (
            Answer::Status(200, r#"{"errcode":93000,"errmsg":"invalid key tok-4711-secret"}"#),
            "errcode 93000 invalid key ***",
        ),
        (Answer::Status(200, "<html>hello</html>"), "not that of the robot"),
        (Answer::Status(403, "tok-4711-secret"), "403"),
        (Answer::Status(302, ""), "302"),
    ] {
        let robot = Robot::start(&[answer, OK]);
        let (code, text) = notify(&project, &robot.address, &["--send"]);
        assert!(code == 1 && text.contains(said) && text.contains("not sent"), "{said}: {text}");
        assert_eq!(robot.requests().len(), 1, "{said}");
    }
}

#[test]
fn a_silent_service_is_given_up_and_not_asked_again() {
    let project = chain(&WECOM.replace("timeout_seconds = 2", "timeout_seconds = 1"));
    let robot = Robot::start(&[Answer::Silence, OK]);
    let (code, text) = notify(&project, &robot.address, &["--send"]);
    assert!(code == 1 && text.contains("did not answer within 1 s"), "{text}");
    assert_eq!(robot.requests().len(), 1);
}

#[test]
fn a_service_that_is_not_there_is_named_by_its_variable_only() {
    let project = chain(WECOM);
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    let (code, text) =
        notify(&project, &format!("http://127.0.0.1:{port}/robot/send?key=tok-4711-secret"), &["--send"]);
    assert!(code == 1 && text.contains("not reached") && text.contains("$SB_TEST_URL"), "{text}");
    let (code, text) = notify(&project, "http://chat.example/robot/send?key=tok-4711-secret", &["--send"]);
    assert!(code == 1 && text.contains("https://"), "{text}");
    let (code, text) = notify(&project, "", &["--send"]);
    assert!(code == 1 && text.contains("SB_TEST_URL is not set"), "{text}");
}

#[test]
fn one_receiver_that_fails_does_not_silence_the_others() {
    let project = chain(&format!("{WECOM}{}", GENERIC.replace("SB_TEST_URL", "SB_TEST_SECOND")));
    let (first, second) = (Robot::start(&[Answer::Status(403, "")]), Robot::start(&[Answer::Status(200, "")]));
    let output = project
        .command(&["notify", "--send"])
        .env("SB_TEST_URL", &first.address)
        .env("SB_TEST_SECOND", &second.address)
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env_remove("all_proxy")
        .env_remove("ALL_PROXY")
        .output()
        .expect("start storebook");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("generic ($SB_TEST_SECOND): sent"));
    assert_eq!((first.requests().len(), second.requests().len()), (1, 1));
}

#[test]
fn a_failed_build_is_told_with_a_reason_and_without_what_names_people() {
    let project = chain(WECOM);
    let robot = Robot::start(&[OK]);
    let reason = "quarantine: 13800138000\nli.lei@example.com [x](http://evil.example)";
    assert_eq!(notify(&project, &robot.address, &["--send", "--failed", reason]).0, 0);
    let body: Value = serde_json::from_str(&only(&robot).body).expect("JSON");
    let content = body["markdown"]["content"].as_str().expect("content");
    for part in ["这次没有生成成功", "网站保持上一版，数据截至 2026年11月4日", "原因：quarantine： … …"]
    {
        assert!(content.contains(part), "{part} in {content}");
    }
    assert_eq!(content.matches("](").count(), 1, "{content}");
    no_personal_data(content);
}

#[test]
fn before_the_first_release_only_a_failure_can_be_told() {
    let project = TestProject::empty().file("data/none.csv", "a\n");
    let ran = project.run(&["notify"]);
    assert!(ran.code == 1 && ran.err.contains("nothing was published yet"), "{}", ran.err);
    let ran = project.run(&["notify", "--failed", "no data"]);
    assert!(ran.code == 0 && ran.out.contains("还没有发布过"), "{}{}", ran.out, ran.err);
    assert_eq!(project.run(&["notify", "--failed", "x", "--send"]).code, 2, "nobody is to be told");
}

#[test]
fn the_figures_of_the_last_build_are_the_same_bytes_again() {
    let project = chain("");
    let first = project.read("state/digest.json");
    project.build();
    assert_eq!(project.read("state/digest.json"), first);
    no_personal_data(&first.replace("13900139000", ""));
    // A build that fails leaves them.
    let project = project.file("data/transactions.csv", "transaction_id,ordered_at,store_id,sku,quantity,amount\n");
    assert_eq!(project.try_build(&[]).code, 1);
    assert_eq!(project.read("state/digest.json"), first);
}

#[test]
fn an_address_in_the_settings_is_refused_and_not_repeated() {
    let project = TestProject::small().file(
        "storebook.toml",
        "[[notify]]\nkind = \"wecom\"\nurl_env = \"https://qyapi.example/send?key=tok-4711-secret\"\n",
    );
    let ran = project.run(&["notify"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("environment variable") && !ran.err.contains("tok-4711"), "{}", ran.err);
}
