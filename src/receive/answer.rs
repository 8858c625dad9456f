//! What the sender gets back: JSON where a script asks, a page or a redirect where a form was sent without one.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::forms::{Fault, What, number_of};
use crate::locale::{Arg, Locale};

/// The style of the few pages the receiver has; kept in a file of its own for the policy below.
pub const STYLE: &str = include_str!("pages.css");
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Why nothing was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Sent from a page that is not of the site.
    Origin,
    /// Not a form.
    Kind,
    /// More than a form can hold.
    Large,
    /// It did not arrive in time.
    Slow,
    /// So many seconds to wait.
    Often(u64),
    Fault(Fault),
    /// It could not be kept.
    Later,
    /// No such form.
    Nothing,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::Origin => StatusCode::FORBIDDEN,
            Refusal::Kind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Slow => StatusCode::REQUEST_TIMEOUT,
            Refusal::Often(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Fault(_) => StatusCode::BAD_REQUEST,
            Refusal::Later => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Nothing => StatusCode::NOT_FOUND,
        }
    }

    /// For scripts.
    fn code(&self) -> &'static str {
        match self {
            Refusal::Origin => "origin",
            Refusal::Kind => "kind",
            Refusal::Large => "large",
            Refusal::Slow => "slow",
            Refusal::Often(_) => "often",
            Refusal::Fault(_) => "field",
            Refusal::Later => "later",
            Refusal::Nothing => "nothing",
        }
    }

    /// Seconds after which it is worth trying again.
    fn wait(&self) -> Option<u64> {
        match self {
            Refusal::Often(seconds) => Some(*seconds),
            Refusal::Later => Some(10),
            _ => None,
        }
    }

    /// In words.
    fn words(&self, locale: &Locale) -> String {
        let say = |key: &str| locale.t(key, &[]);
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let with = |key: &str, numbers: &[(&str, u64)]| {
            let numbers: Vec<(&str, Arg)> =
                numbers.iter().map(|(name, number)| (*name, Arg::Number(*number as f64))).collect();
            locale.t(key, &numbers)
        };
        let Refusal::Fault(fault) = self else {
            return match self {
                Refusal::Often(seconds) => with("receive-often", &[("seconds", *seconds)]),
                other => say(&format!("receive-{}", other.code())),
            };
        };
        let what = match fault.what {
            What::Unknown => say("receive-field-unknown"),
            What::Twice => say("receive-field-twice"),
            What::Missing => say("receive-field-missing"),
            What::NoneOf => say("receive-field-none-of"),
            What::TooLong(longest) => with("receive-field-too-long", &[("longest", longest as u64)]),
            What::NotANumber(from, to) => {
                with("receive-field-not-a-number", &[("from", from.into()), ("to", to.into())])
            }
            What::NotAChoice => say("receive-field-not-a-choice"),
            What::NotADay => say("receive-field-not-a-day"),
        };
        let label = format!("receive-label-{}", fault.field);
        let name = if matches!(fault.what, What::Unknown) { fault.field.clone() } else { say(&label) };
        format!("{name}: {what}")
    }
}

/// Of a submission that was taken.
pub fn taken(ticket: &str, locale: &Locale, script: bool) -> Response {
    if script {
        return reply(
            StatusCode::OK,
            &json!({"ticket": ticket, "number": number_of(ticket)}).to_string(),
            "application/json",
        );
    }
    let place = format!("thanks/{}/{ticket}", locale.code());
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    guarded(response)
}

/// Of one that was not.
pub fn refused(refusal: &Refusal, locale: &Locale, script: bool) -> Response {
    let words = refusal.words(locale);
    let field = if let Refusal::Fault(fault) = refusal { Some(fault.field.as_str()) } else { None };
    let mut response = if script {
        let body =
            json!({"error": {"code": refusal.code(), "field": field, "message": words, "retry": refusal.wait()}});
        reply(refusal.status(), &body.to_string(), "application/json")
    } else {
        let (title, back) = (locale.t("receive-refused", &[]), locale.t("receive-back", &[]));
        page(refusal.status(), locale, &title, &[&words, &back], "")
    };
    if let Some(seconds) = refusal.wait() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page after a form that was sent without a script.
pub fn thanks(ticket: &str, locale: &Locale) -> Response {
    let number = locale.t("receive-number", &[("number", Arg::Text(&number_of(ticket)))]);
    let (title, keep) = (locale.t("receive-thanks", &[]), locale.t("receive-keep", &[]));
    page(StatusCode::OK, locale, &title, &[&number, &keep], "../../")
}

fn page(status: StatusCode, locale: &Locale, title: &str, lines: &[&str], up: &str) -> Response {
    let lines: String = lines.iter().map(|line| format!("<p>{}</p>\n", escape(line))).collect();
    let (code, title) = (locale.code(), escape(title));
    let html = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<link rel=\"stylesheet\" href=\"{up}receiver.css\">\n\
         <main>\n<h1>{title}</h1>\n{lines}</main>\n</html>\n"
    );
    reply(status, &html, "text/html; charset=utf-8")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn reply(status: StatusCode, body: &str, kind: &'static str) -> Response {
    let mut response = (status, Body::from(body.to_owned())).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    guarded(response)
}

/// The headers every answer bears: nothing of it is kept, framed or told to others.
pub fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
