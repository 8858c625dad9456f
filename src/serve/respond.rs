//! The answers: files of the site, the reload script, the stream of events.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio_stream::wrappers::{ReceiverStream, WatchStream};
use tokio_stream::{Stream, StreamExt};

use super::files::{self, Found};
use super::inject::{Injection, inject};
use super::paths::{self, Asked};
use super::range::{Slice, slice};
use super::{Shared, Status};

/// Files up to this size are read at once.
const SMALL: u64 = 1 << 20;
const CHUNK: usize = 1 << 16;
const FRESH: &str = "no-cache";
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Of the server's own pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Answer = Response<Body>;

pub async fn script() -> impl IntoResponse {
    own("text/javascript; charset=utf-8", include_str!("reload.js"))
}

pub async fn style() -> impl IntoResponse {
    own("text/css; charset=utf-8", include_str!("overlay.css"))
}

fn own(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FRESH)], text)
}

/// The state now, and again after every build. The stream ends with the server.
pub async fn events(State(shared): State<Shared>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = WatchStream::new(shared.status).map(|status: Status| Ok(Event::default().data(status.json())));
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// Any other address.
pub async fn file(State(shared): State<Shared>, method: Method, uri: Uri, headers: HeaderMap) -> Answer {
    if method != Method::GET && method != Method::HEAD {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, "only GET and HEAD\n").into_response();
    }
    // Before the file, so that a page is never taken for newer than it is.
    let status = shared.status.borrow().clone();
    if !status.is_ready() {
        return waiting(&status);
    }
    let request = Request { method, query: uri.query().map(ToOwned::to_owned), headers, build: status.build() };
    let asked = paths::parse(uri.path());
    let answer = tokio::task::spawn_blocking(move || answer(&shared, asked.as_ref(), &request)).await;
    match answer {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => failed(&error.to_string()),
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(why: &str) -> Answer {
    tracing::warn!(why, "a file could not be served");
    (StatusCode::INTERNAL_SERVER_ERROR, "this file could not be read\n").into_response()
}

fn waiting(status: &Status) -> Answer {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::RETRY_AFTER, "2"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, status.page()).into_response()
}

struct Request {
    method: Method,
    query: Option<String>,
    headers: HeaderMap,
    build: String,
}

fn answer(shared: &Shared, asked: Option<&Asked>, request: &Request) -> io::Result<Answer> {
    let Some(asked) = asked else { return not_found(shared, &[], request) };
    let mut segments = asked.segments.clone();
    if asked.folder {
        segments.push("index.html".to_owned());
    }
    match files::open(&shared.site, &segments)? {
        Found::File { file, size } => send(&segments, (file, size), request),
        Found::Folder if !asked.folder => {
            let mut to = paths::folder_address(&segments);
            if let Some(query) = &request.query {
                to.push_str(&format!("?{query}"));
            }
            Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to), (header::CACHE_CONTROL, FRESH.to_owned())])
                .into_response())
        }
        _ => not_found(shared, &asked.segments, request),
    }
}

/// The site's own page for it, in the language of the address where there is one.
fn not_found(shared: &Shared, segments: &[String], request: &Request) -> io::Result<Answer> {
    let name = "404.html".to_owned();
    let local = segments.first().map(|language| vec![language.clone(), name.clone()]);
    for path in local.into_iter().chain([vec![name]]) {
        if let Found::File { mut file, .. } = files::open(&shared.site, &path)? {
            let mut html = String::new();
            file.read_to_string(&mut html)?;
            let page = inject(&html, Injection { build: &request.build, at_root: true });
            let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, FRESH)];
            return Ok((StatusCode::NOT_FOUND, headers, page).into_response());
        }
    }
    Ok((StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, FRESH)], "not found\n").into_response())
}

fn send(segments: &[String], (mut file, size): (File, u64), request: &Request) -> io::Result<Answer> {
    let kind = files::content_type(segments.last().map_or("", String::as_str));
    let keep = if files::is_hashed(segments) { FOREVER } else { FRESH };
    let page = if kind.starts_with("text/html") {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let html = String::from_utf8_lossy(&bytes);
        Some(inject(&html, Injection { build: &request.build, at_root: false }).into_bytes())
    } else {
        None
    };
    let size = page.as_ref().map_or(size, |page| page.len() as u64);
    let part = part(request, size);
    let mut answer = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, keep)
        .header(header::ACCEPT_RANGES, "bytes");
    let (first, length) = match part {
        Slice::Whole => (0, size),
        Slice::Part(first, length) => {
            let range = format!("bytes {first}-{}/{size}", first + length - 1);
            answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
            (first, length)
        }
        Slice::Outside => {
            let headers = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers, "").into_response());
        }
    };
    let body = match (page, request.method == Method::HEAD) {
        (_, true) => Body::empty(),
        (Some(page), _) => Body::from(cut(page, first, length)),
        (None, _) => body(file, first, length)?,
    };
    answer.header(header::CONTENT_LENGTH, length).body(body).map_err(io::Error::other)
}

/// A part counts for `GET` only, and not when it is bound to a version of the file: none are told here.
fn part(request: &Request, size: u64) -> Slice {
    let header = |name: HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok());
    if request.method != Method::GET || header(header::IF_RANGE).is_some() {
        return Slice::Whole;
    }
    slice(header(header::RANGE), size)
}

fn cut(mut page: Vec<u8>, first: u64, length: u64) -> Vec<u8> {
    let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(page.len());
    let (first, end) = (at(first), at(first + length));
    page.truncate(end);
    page.split_off(first)
}

/// A file as an answer's body; a large one is read while it is sent.
fn body(mut file: File, first: u64, length: u64) -> io::Result<Body> {
    file.seek(SeekFrom::Start(first))?;
    let mut rest = file.take(length);
    if length <= SMALL {
        let mut bytes = Vec::new();
        rest.read_to_end(&mut bytes)?;
        return Ok(Body::from(bytes));
    }
    let (sender, receiver) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let item = match rest.by_ref().take(CHUNK as u64).read_to_end(&mut chunk) {
                Ok(0) => return,
                Ok(_) => Ok(Bytes::from(chunk)),
                Err(error) => Err(error),
            };
            let last = item.is_err();
            // A closed channel: nobody reads any more.
            if sender.blocking_send(item).is_err() || last {
                return;
            }
        }
    });
    Ok(Body::from_stream(ReceiverStream::new(receiver)))
}
