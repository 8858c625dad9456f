//! Shows the book on this machine while it is being written: a small web server with live reload.
//!
//! The published files stay untouched: the reload script is put into pages on their way out (`inject`). Until the first
//! good build, and for nothing else, the server answers with a page of its own (`status`).

mod excerpt;
mod files;
mod hosts;
mod inject;
mod paths;
mod private;
mod range;
mod respond;
mod status;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tower_http::compression::CompressionLayer;

use crate::problem::{Problem, Result};

pub use private::PrivateDir;
pub use status::Status;

/// Time that open downloads get at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running server. Dropping it without [`Server::stop`] cuts every connection.
pub struct Server {
    address: SocketAddr,
    status: watch::Sender<Status>,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
    runtime: Runtime,
}

/// What a request needs to know. It holds no sender of the status: when that goes, event streams end.
#[derive(Clone)]
struct Shared {
    /// The built site.
    site: Arc<PathBuf>,
    status: watch::Receiver<Status>,
    /// Names a browser may call this server by; empty: any.
    hosts: Arc<Vec<String>>,
}

/// Opens the port; 0 picks a free one.
pub fn bind(host: &str, port: u16) -> Result<TcpListener> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    TcpListener::bind((name, port)).map_err(|error| {
        let problem = Problem::failed(format!("could not listen on {host}:{port}: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                problem.hint("another program uses this port: choose one with --port, or a free one with --port 0")
            }
            std::io::ErrorKind::PermissionDenied => {
                problem.hint("ports below 1024 are for the system: try --port 8080")
            }
            _ => problem.hint("--host takes a name or an address of this machine, such as 127.0.0.1 or 0.0.0.0"),
        }
    })
}

impl Server {
    /// Starts to serve `site`, a directory that a build publishes to. `host` is what the user called this machine.
    pub fn start(listener: TcpListener, host: &str, site: &Path) -> Result<Server> {
        let failed = |error: std::io::Error| Problem::failed(format!("could not start the server: {error}"));
        let address = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("serve")
            .enable_all()
            .build()
            .map_err(failed)?;
        let (status, receiver) = watch::channel(Status::begin());
        let shared = Shared {
            site: Arc::new(site.to_path_buf()),
            status: receiver,
            hosts: Arc::new(hosts::allowed(address.ip(), host)),
        };
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let task = runtime.spawn(async move {
            let until = async {
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, router(shared)).with_graceful_shutdown(until).await {
                tracing::warn!(%error, "the server ended");
            }
        });
        Ok(Server { address, status, stop, task, runtime })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// There is a site of this run to show.
    pub fn has_site(&self) -> bool {
        self.status.borrow().is_ready()
    }

    /// A build succeeded: browsers load their page again.
    pub fn good(&self) {
        self.status.send_modify(Status::good);
    }

    /// A build failed: browsers show why, over the last good site.
    pub fn bad(&self, problem: &Problem) {
        self.status.send_modify(|status| status.bad(problem));
    }

    /// Ends event streams at once and gives open answers a moment.
    pub fn stop(self) {
        let Server { status, stop, task, runtime, .. } = self;
        drop(status);
        let _ = stop.send(());
        let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, task).await });
        runtime.shutdown_timeout(Duration::from_millis(200));
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route(inject::SCRIPT, get(respond::script))
        .route(inject::STYLE, get(respond::style))
        .route("/__storebook/events", get(respond::events))
        .fallback(respond::file)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(shared.clone(), hosts::check))
        .with_state(shared)
}
