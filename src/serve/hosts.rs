//! Who may ask. On loopback, a page of a foreign site whose name was rebound to 127.0.0.1 must not read the book.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;

/// The names to answer to: on loopback its own and the one the user gave; elsewhere any (an empty list).
pub fn allowed(address: IpAddr, given: &str) -> Vec<String> {
    if !address.is_loopback() {
        return Vec::new();
    }
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "[::1]"].map(ToOwned::to_owned).into();
    let own = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
    names.extend([own, given.to_lowercase()]);
    names
}

/// Refuses foreign names, and puts the headers on that every answer bears.
pub async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = if named(request.headers(), request.uri(), &shared.hosts) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this server answers to the name of this machine only\n").into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

fn named(headers: &HeaderMap, uri: &Uri, allowed: &[String]) -> bool {
    if allowed.is_empty() {
        return true;
    }
    let is_ours = |text: &str| allowed.iter().any(|name| *name == without_port(text).to_lowercase());
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_ours) && uri.authority().is_none_or(|authority| is_ours(authority.as_str()))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(host: &str, allowed: &[String]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        named(&headers, &Uri::from_static("/"), allowed)
    }

    #[test]
    fn loopback_answers_to_its_own_names_only() {
        let names = allowed("127.0.0.1".parse().unwrap(), "book.test");
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "book.test:8080"] {
            assert!(asks(host, &names), "{host}");
        }
        for host in
            ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil", "", "[::2]:1", "x:y"]
        {
            assert!(!asks(host, &names), "{host}");
        }
        assert!(!named(&HeaderMap::new(), &Uri::from_static("/"), &names));
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost".parse().unwrap());
        assert!(!named(&headers, &Uri::from_static("http://evil.example/"), &names));
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert!(!named(&headers, &Uri::from_static("/"), &names));
    }

    #[test]
    fn a_public_address_answers_to_any_name() {
        assert!(asks("anything", &allowed("0.0.0.0".parse().unwrap(), "0.0.0.0")));
    }
}
