//! For whoever opens the relay's address in a browser: what this is, who may use it, and how.
//!
//! One page without scripts and without anything from elsewhere; its style is named by its hash, so that nothing else
//! would be obeyed either.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use lissom_protocol::api::{Registration, to_text};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::config::is_host;
use crate::qr;

const LINE: &str = "This is a Lissom relay: it keeps sealed exercise diaries in order and cannot read them.\n";

const STYLE: &str = include_str!("greeting.css");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = to_text(&Sha256::digest(STYLE));
    // In the alphabet that browsers expect.
    let hash = hash.replace('-', "+").replace('_', "/");
    format!(
        "default-src 'none'; style-src 'sha256-{hash}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

pub(crate) async fn greeting(State(app): State<App>, headers: HeaderMap) -> Response {
    let wants_page =
        headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"));
    if !wants_page {
        return LINE.into_response();
    }
    let url = app.config().public_url.clone().or_else(|| asked_url(&headers));
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (headers, page(url.as_deref(), app.config().registration)).into_response()
}

/// The address that was asked for, as far as it is one.
fn asked_url(headers: &HeaderMap) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST).filter(|host| is_host(host))?;
    let secure = text(HeaderName::from_static("x-forwarded-proto")) == Some("https");
    Some(format!("{}://{host}", if secure { "https" } else { "http" }))
}

fn page(url: Option<&str>, registration: Registration) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (policy, how) = match registration {
        Registration::Invite => (
            "New diaries come in by invite.",
            "Ask whoever runs this relay for an invite. Then connect your first device with it:",
        ),
        Registration::Open => ("Everybody may bring a diary.", "Connect your first device:"),
        Registration::Closed => ("No new diaries are taken.", "A diary that is here already goes on as ever:"),
    };
    let invite = if registration == Registration::Invite { " --invite INVITE" } else { "" };
    // A URL here holds nothing that would need quoting: it is a scheme, a host and perhaps a port.
    let shown = url.unwrap_or("this page's address");
    let code =
        url.map(|url| format!("<figure>{}<figcaption>{url}</figcaption></figure>", qr::svg(url))).unwrap_or_default();
    format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>Lissom relay</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Lissom relay</h1>
<p>It hands exercise diaries from one of your devices to the other. They are sealed on your device: nobody here can read
them, not even whoever runs this.</p>
</header>
{code}
<section>
<h2>Connect</h2>
<p><strong>{policy}</strong> {how}</p>
<pre>lissom relay {shown}{invite}
lissom sync</pre>
<p>Further devices join with the 24 words of your diary and need no invite.</p>
</section>
<footer>lissom-relay {version} · <a href=\"/v1/info\">for programs</a></footer>
</main>
</body>
</html>
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_none_is_not_repeated() {
        for bad in ["<script>", "a b", "\"x\"", ""] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, bad.parse().unwrap());
            assert_eq!(asked_url(&headers), None, "{bad}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "relay.example.org:8443".parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert_eq!(asked_url(&headers).as_deref(), Some("https://relay.example.org:8443"));
    }

    #[test]
    fn the_page_loads_nothing_and_says_who_may_come() {
        for (registration, says) in [
            (Registration::Invite, "by invite"),
            (Registration::Open, "Everybody"),
            (Registration::Closed, "No new diaries"),
        ] {
            let page = page(Some("https://relay.example.org"), registration);
            assert!(page.contains(says) && page.contains("lissom relay https://relay.example.org"));
            assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("url("), "{page}");
            assert_eq!(page.matches("href=").count(), 1);
        }
        assert!(page(None, Registration::Open).contains("this page's address"));
    }
}
