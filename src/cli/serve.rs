//! `storebook serve`

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::live::{Live, Open, PATIENCE, Watching, on_interrupt, say};
use super::output::print;
use super::{Dates, Voice};
use crate::pipeline::{Report, Request};
use crate::problem::{Kind, Result};
use crate::serve::{self, PrivateDir, Server};
use crate::watch;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook serve --unsealed --open                a preview of all pages, in the browser
  storebook serve --unsealed --port 0              on a free port; its address is printed
  storebook serve --unsealed --output /srv/book    build there and keep it, as `watch` does
  storebook serve --host 0.0.0.0 --unsealed        for others in the network: they can read every page

Pages load again by themselves after each build; a failed build shows its report over the last good page. Without
--output the site is built in a private directory that is gone at the end, and the state stays as it is. Ctrl-C ends.")]
pub struct Serve {
    /// Address to listen on
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    host: String,
    /// Port to listen on; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// Open the book in the browser
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    dates: Dates,
    /// Build there instead of in a private directory, and keep it
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Show pages that are not public too, readable for everyone who reaches the address
    #[arg(long)]
    unsealed: bool,
    #[command(flatten)]
    watching: Watching,
}

impl Serve {
    pub fn run(&self, open: Open<'_>, voice: Voice) -> Result<ExitCode> {
        let root = open()?.root;
        let listener = serve::bind(&self.host, self.port)?;
        let private = if self.output.is_none() { Some(PrivateDir::new()?) } else { None };
        let site = private.as_ref().map(PrivateDir::site).or_else(|| self.output.clone()).unwrap_or_default();
        let server = Server::start(listener, &self.host, &site)?;
        let address = url(server.address(), &self.host);
        let (waker, ear) = watch::signals();
        let mut refusal = None;
        let mut opened = !self.open;
        let mut heard = |built: &Result<Report>| {
            match built {
                Ok(_) => server.good(),
                Err(problem) => {
                    server.bad(problem);
                    // Only another command line can help: there is nothing to wait for.
                    if problem.kind() == Kind::Refused && !self.unsealed && !server.has_site() {
                        refusal = Some(problem.clone());
                        waker.stop();
                        return;
                    }
                }
            }
            if !std::mem::replace(&mut opened, true) {
                open_browser(&address);
            }
        };
        let mut live = Live::new(open, self.request(site), voice, &mut heard);
        let hurry = private.as_ref().map(|private| private.path().to_path_buf());
        on_interrupt(waker.clone(), live.busy.clone(), move || {
            if let Some(private) = &hurry {
                let _ = std::fs::remove_dir_all(private);
            }
        })?;
        // Only now: whoever reads this may send a signal at once.
        self.greet(&server, &address, voice);
        watch::run(&root, self.watching.options(), (&waker, &ear), &mut live);
        server.stop();
        match refusal {
            Some(problem) => Err(problem),
            None => Ok(ExitCode::SUCCESS),
        }
    }

    fn request(&self, site: PathBuf) -> Request {
        Request {
            today: self.dates.today,
            as_of: self.dates.as_of,
            output: Some(site),
            unsealed: self.unsealed,
            wait: PATIENCE,
            preview: self.output.is_none(),
            ..Request::default()
        }
    }

    fn greet(&self, server: &Server, address: &str, voice: Voice) {
        print(&format!("Serving {address}\n"));
        if !server.address().ip().is_loopback() {
            say(if self.unsealed {
                "Warning: everyone who reaches this address can read every page, also those that are not public."
            } else {
                "Everyone who reaches this address can read the pages."
            });
        } else if !voice.quiet {
            say("Ctrl-C ends.");
        }
    }
}

/// What to type into a browser on this machine.
fn url(address: SocketAddr, host: &str) -> String {
    let name = match address.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        _ if host.parse::<IpAddr>().is_err() && !host.starts_with('[') => host.to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        IpAddr::V4(ip) => ip.to_string(),
    };
    format!("http://{name}:{}/", address.port())
}

fn open_browser(address: &str) {
    let address = address.to_owned();
    // A browser that does not start must not hold up the preview.
    std::thread::spawn(move || {
        if let Err(error) = opener::open_browser(&address) {
            say(&format!("Could not open a browser ({error}): go to {address}"));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_can_be_typed_into_a_browser() {
        let of = |address: &str, host: &str| url(address.parse().expect("an address"), host);
        assert_eq!(of("127.0.0.1:80", "127.0.0.1"), "http://127.0.0.1:80/");
        assert_eq!(of("127.0.0.1:80", "localhost"), "http://localhost:80/");
        assert_eq!(of("[::1]:80", "::1"), "http://[::1]:80/");
        assert_eq!(of("[::1]:80", "[::1]"), "http://[::1]:80/");
        assert_eq!(of("0.0.0.0:80", "0.0.0.0"), "http://localhost:80/");
    }
}
