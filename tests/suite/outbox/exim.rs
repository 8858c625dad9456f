//! Against Exim, a mail server as it stands in the world, with encryption and a password. For machines that have it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use std::net::{TcpListener, TcpStream};
use storebook::outbox::Outcome::{Before, Refused, Sent, Unsent};
use storebook::outbox::What;
use storebook::project::MailSettings;

use super::server::{PATIENCE, certificate};
use super::{Post, mail, outcomes};

/// Ends Exim when the test does.
struct Exim(Child);

impl Drop for Exim {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn exim(folder: &Path) -> (Exim, u16) {
    let spool = folder.join("spool");
    std::fs::create_dir(&spool).unwrap();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711)).unwrap();
    let text = include_str!("../../smtp/exim.conf").replace("@FOLDER@", &folder.display().to_string());
    let config = folder.join("exim.conf");
    std::fs::write(&config, text).unwrap();
    for path in [&spool, &folder.join("key.pem"), &folder.join("certificate.pem")] {
        assert!(Command::new("chown").arg("Debian-exim:").arg(path).status().unwrap().success());
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new("/usr/sbin/exim4")
        .arg("-C")
        .arg(&config)
        .args(["-bdf", "-oX", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .spawn()
        .expect("start Exim");
    let exim = Exim(child);
    let until = std::time::Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(std::time::Instant::now() < until, "Exim does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    (exim, port)
}

#[test]
#[ignore = "needs exim4-daemon-light, and root"]
fn c26_exim_takes_each_mail_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_, certificate) = certificate(folder.path());
    let (exim, port) = exim(folder.path());
    let post = Post::with(MailSettings {
        host: "localhost".into(),
        port: Some(port),
        user: "care".into(),
        password_env: "SB_TEST_MAIL".into(),
        ca_file: certificate,
        from: "禾木 <care@hemu.example>".into(),
        timeout_seconds: 20,
        ..MailSettings::default()
    });
    let all = ["a", "refuse", "later", "z"];
    let report = post.send(&all);
    assert_eq!(outcomes(&report), [Sent, Refused, Unsent, Sent], "{report:?}");
    let again = [Before(What::Sent), Before(What::Refused), Unsent, Before(What::Sent)];
    assert_eq!(outcomes(&post.send(&all)), again);
    drop(exim);
    assert_eq!(outcomes(&post.send(&["later", "y"])), [Unsent, Unsent]);
    // The queue holds a file of headers for each mail.
    let queue = std::fs::read_dir(folder.path().join("spool/input")).unwrap();
    let heads: Vec<String> = queue
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with("-H"))
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
        .collect();
    assert_eq!(heads.len(), 2);
    for to in ["a", "z"] {
        let id = format!("<{}.storebook@hemu.example>", mail(to).id);
        assert_eq!(heads.iter().filter(|head| head.contains(&id)).count(), 1);
    }
}
