//! The web server of the forms: few connections, short deadlines, small bodies, nothing kept that need not be.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, oneshot};

use super::answer::{self, Refusal};
use super::forms::{Form, read};
use super::limit::Limiter;
use super::log::{Log, Submission, id_of};
use super::writer::{Answer, Deliver, Rules, Writer};
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::seal::Code;

/// Bytes of a form.
const BODY: usize = 16 * 1024;
/// For the head of a request, and for its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// Open connections; more wait to be let in.
const CONNECTIONS: usize = 1024;
/// Nobody fills in a form in less, in milliseconds.
const QUICKEST: u64 = 3000;
/// Fields every form may bring beside its own: what it calls this submission, the language, a field that people do not see,
/// the milliseconds since the page was opened, and that the sender has agreed.
const OWN: [&str; 5] = ["submission_id", "lang", "website", "elapsed_ms", "consent"];

/// How the receiver works.
pub struct Settings {
    /// Where the forms stand, as `https://www.example.com`; a submission from elsewhere is refused.
    pub origins: Vec<String>,
    /// Whether a web server in front says who is asking (`X-Forwarded-For`).
    pub behind_proxy: bool,
    /// Submissions a minute of one sender.
    pub per_minute: u32,
    /// Languages of the site, the first for those who do not say.
    pub locales: Vec<Locale>,
}

struct Shared {
    settings: Settings,
    limiter: Mutex<Limiter>,
    writer: Writer,
}

/// A running receiver.
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    runtime: Runtime,
    task: tokio::task::JoinHandle<()>,
    writing: JoinHandle<Result<()>>,
}

impl Server {
    /// Starts to take submissions.
    ///
    /// # Errors
    /// Failed when it cannot be started.
    pub fn start(
        listener: TcpListener,
        settings: Settings,
        log: Log,
        rules: Rules,
        deliver: Deliver,
    ) -> Result<Server> {
        let failed = |error: std::io::Error| Problem::failed(format!("could not start the receiver: {error}"));
        let address = listener.local_addr().map_err(failed)?;
        let limiter = Mutex::new(Limiter::new(settings.per_minute, Instant::now())?);
        let (writer, writing) = Writer::start(log, rules, deliver)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("receive")
            .enable_all()
            .build()
            .map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };
        let (stop, stopped) = oneshot::channel();
        let router = router(Arc::new(Shared { settings, limiter, writer }));
        let task = runtime.spawn(accept(listener, router, stopped));
        Ok(Server { address, stop, runtime, task, writing })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets those who are sending finish, and delivers what there is.
    ///
    /// # Errors
    /// Failed when something taken could not be delivered; it is delivered at the next start.
    pub fn stop(self) -> Result<()> {
        let Server { stop, runtime, task, writing, .. } = self;
        let _ = stop.send(());
        let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, task).await });
        // With the last connection the last way to the log is gone, and its thread ends.
        runtime.shutdown_timeout(Duration::from_millis(200));
        writing.join().unwrap_or_else(|_| Err(Problem::failed("the receiver's thread ended unexpectedly")))
    }
}

/// Takes connections until it is told to stop. The server of axum knows no deadline for the head of a request.
async fn accept(listener: tokio::net::TcpListener, router: Router, mut stopped: oneshot::Receiver<()>) {
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(BODY * 2);
    let (room, graceful) = (Arc::new(Semaphore::new(CONNECTIONS)), GracefulShutdown::new());
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = &mut stopped => break,
        };
        let _ = stream.set_nodelay(true);
        let service = router.clone().layer(axum::Extension(ConnectInfo(peer)));
        let connection =
            graceful.watch(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn router(shared: Arc<Shared>) -> Router {
    let style = ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], answer::STYLE);
    Router::new()
        .route("/receiver.css", get(move || async move { answer::guarded(style.into_response()) }))
        .route("/health", get(|| async { answer::guarded("ok\n".into_response()) }))
        .route("/thanks/{locale}/{ticket}", get(thanks))
        .route("/{form}", axum::routing::any(form))
        .fallback(|| async { answer::guarded(StatusCode::NOT_FOUND.into_response()) })
        .with_state(shared)
}

async fn thanks(State(shared): State<Arc<Shared>>, Path((code, ticket)): Path<(String, String)>) -> Response {
    let plain = ticket.len() == 26 && ticket.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if plain {
        answer::thanks(&ticket, shared.locale(&code))
    } else {
        answer::guarded(StatusCode::NOT_FOUND.into_response())
    }
}

/// What a request tells before its fields are read.
struct Asked {
    /// A script wants JSON, a form a page.
    script: bool,
    origin: Option<HeaderValue>,
    address: IpAddr,
}

async fn form(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers();
    let script = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    let asked =
        Asked { script, origin: headers.get(header::ORIGIN).cloned(), address: shared.address(headers, peer.ip()) };
    let mut code = String::new();
    let answer = shared.take(&name, &asked, request, &mut code).await;
    let locale = shared.locale(&code);
    let mut response = match &answer {
        Ok(ticket) => answer::taken(ticket, locale, asked.script),
        Err(refusal) => answer::refused(refusal, locale, asked.script),
    };
    // The site may stand at another address than the receiver; only its own pages may read the answer.
    if let Some(origin) = asked.origin.filter(|origin| shared.is_ours(origin)) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

impl Shared {
    fn locale(&self, code: &str) -> &Locale {
        let locales = &self.settings.locales;
        locales.iter().find(|locale| locale.code() == code).unwrap_or(&locales[0])
    }

    fn is_ours(&self, origin: &HeaderValue) -> bool {
        self.settings.origins.iter().any(|ours| ours.as_bytes() == origin.as_bytes())
    }

    /// Who is asking. Behind a web server the last address of the list is the one it has seen itself; those before it
    /// anybody can write.
    fn address(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        let told = || {
            headers
                .get_all("x-forwarded-for")
                .iter()
                .next_back()?
                .to_str()
                .ok()?
                .rsplit(',')
                .next()?
                .trim()
                .parse()
                .ok()
        };
        if self.settings.behind_proxy { told().unwrap_or(peer) } else { peer }
    }

    /// Takes a submission; gives its ticket. `code` becomes the language the sender asks for.
    async fn take(
        &self,
        name: &str,
        asked: &Asked,
        request: Request,
        code: &mut String,
    ) -> std::result::Result<String, Refusal> {
        let form = Form::named(name).filter(|_| request.method() == Method::POST).ok_or(Refusal::Nothing)?;
        if !asked.origin.as_ref().is_some_and(|origin| self.is_ours(origin)) {
            return Err(Refusal::Origin);
        }
        let kind = request.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded") {
            return Err(Refusal::Kind);
        }
        let waited = self.limiter.lock().unwrap_or_else(PoisonError::into_inner).take(asked.address, Instant::now());
        waited.map_err(Refusal::Often)?;
        let body = body(request).await?;
        let mut own = [const { String::new() }; OWN.len()];
        let mut sent = Vec::new();
        for (name, value) in form_urlencoded::parse(&body) {
            match OWN.iter().position(|own| *own == name) {
                Some(at) => own[at] = value.into_owned(),
                None => sent.push((name.into_owned(), value.into_owned())),
            }
        }
        let [key, lang, website, elapsed, _] = own;
        *code = lang;
        let fields = read(form, &sent).map_err(Refusal::Fault)?;
        let at = Timestamp::now();
        let id = if key.is_empty() {
            // Without a script every copy of the page is the same: what the same sender says twice in a day is one.
            id_of(form.name, &format!("{} {} {fields:?}", asked.address, at.strftime("%F")))
        } else {
            id_of(form.name, &key)
        };
        let doubts = doubts(&website, &elapsed);
        let score = doubts.iter().map(|(_, score)| score).sum();
        let doubts = doubts.iter().map(|(doubt, _)| (*doubt).to_owned()).collect();
        let ticket = Code::random().map_err(|_| Refusal::Later)?.letters();
        let submission = Submission { id, ticket, at, form: form.name.to_owned(), score, doubts, fields };
        match self.writer.write(submission).await {
            Answer::Taken { ticket } => Ok(ticket),
            Answer::Later => Err(Refusal::Later),
        }
    }
}

async fn body(mut request: Request) -> std::result::Result<Bytes, Refusal> {
    let told =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > BODY) {
        return Err(Refusal::Large);
    }
    let whole = std::mem::replace(request.body_mut(), Body::empty());
    let reading = axum::body::to_bytes(whole, BODY);
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(body)) => Ok(body),
        // Too long without having said so, or cut off; nobody hears the answer to the latter.
        Ok(Err(_)) => Err(Refusal::Large),
        Err(_) => Err(Refusal::Slow),
    }
}

/// What programs do and people do not, with how much it counts. From 100 on a person looks at it before it counts.
fn doubts(website: &str, elapsed: &str) -> Vec<(&'static str, u32)> {
    let mut doubts = Vec::new();
    if !website.is_empty() {
        doubts.push(("hidden_field", 100));
    }
    if elapsed.parse().is_ok_and(|elapsed: u64| elapsed < QUICKEST) {
        doubts.push(("too_quick", 60));
    }
    doubts
}
