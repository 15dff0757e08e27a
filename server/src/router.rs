//! The one table of everything that is answered.
//!
//! Two answers are not from here and carry no problem: hyper's own 400 to a header that it cannot read, and its 431
//! to one that is too large.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use lissom_protocol::api::{CHALLENGE_PATH, INFO_PATH, TOKEN_PATH, VAULTS_PATH};
use lissom_protocol::limits::{BATCH_BYTES_MAX, JSON_BYTES_MAX, MAILBOX_BYTES_MAX};
use lissom_protocol::problem::ProblemKind;

use crate::addresses::{Addresses, Client};
use crate::app::App;
use crate::contract::{Access, Content, Operation, Query};
use crate::intake::{BodyMax, check_headers};
use crate::refusal::Refusal;
use crate::routes::{auth, entries, greeting, info, mailbox, vaults, watch};

/// One row: what is answered where, and by whom.
pub(crate) struct Route {
    pub(crate) operation: Operation,
    handler: MethodRouter<App>,
}

const VAULT: &str = "/v1/vaults/{id}";
const ENTRIES: &str = "/v1/vaults/{id}/entries";
const HEAD: &str = "/v1/vaults/{id}/head";
const WATCH: &str = "/v1/vaults/{id}/watch";
const MAILBOX: &str = "/v1/mailbox/{id}";

#[expect(clippy::too_many_lines, reason = "a table, one row an address")]
pub(crate) fn table() -> Vec<Route> {
    use Access::{Anybody, Login, Owner, Reader};
    use Content::{Entries, Events, Greeting, Json, Nothing, Page, Sealed};
    use ProblemKind::{
        BadSignature, ChallengeInvalid, Forbidden, Gone, Internal, InviteRequired, LogDiverged, MailboxEmpty,
        MailboxTaken, Malformed, RegistrationClosed, StorageFull, TokenInvalid, Unavailable, VaultUnknown,
    };
    let json = |schema| (Json(schema), JSON_BYTES_MAX);
    let none = (Nothing, 0);
    let row = |operation, handler| Route { operation, handler };
    vec![
        row(
            Operation {
                method: "GET",
                path: "/",
                name: "greeting",
                summary: "A page for whoever opens the address in a browser; a line of text for others.",
                access: Anybody,
                query: Query::Nothing,
                body: none,
                success: &[(200, Greeting)],
                problems: &[],
            },
            get(greeting::greeting),
        ),
        row(
            Operation {
                method: "GET",
                path: INFO_PATH,
                name: "info",
                summary: "What this relay is.",
                access: Anybody,
                query: Query::Nothing,
                body: none,
                success: &[(200, Json("Info"))],
                problems: &[],
            },
            get(info::info),
        ),
        row(
            Operation {
                method: "POST",
                path: VAULTS_PATH,
                name: "register",
                summary: "Registers a vault; again changes nothing.",
                access: Login,
                query: Query::Nothing,
                body: json("Register"),
                success: &[(200, Json("Head")), (201, Json("Head"))],
                problems: &[Malformed, InviteRequired, RegistrationClosed, Gone, Unavailable, StorageFull],
            },
            post(vaults::register),
        ),
        row(
            Operation {
                method: "POST",
                path: CHALLENGE_PATH,
                name: "challenge",
                summary: "A challenge to be signed, whether or not there is such a vault.",
                access: Login,
                query: Query::Nothing,
                body: json("ChallengeRequest"),
                success: &[(200, Json("Challenge"))],
                problems: &[Malformed, Unavailable],
            },
            post(auth::challenge),
        ),
        row(
            Operation {
                method: "POST",
                path: TOKEN_PATH,
                name: "token",
                summary: "Exchanges a signed challenge for a token.",
                access: Login,
                query: Query::Nothing,
                body: json("TokenRequest"),
                success: &[(200, Json("Token"))],
                problems: &[Malformed, ChallengeInvalid, VaultUnknown, Gone, Unavailable],
            },
            post(auth::token),
        ),
        row(
            Operation {
                method: "DELETE",
                path: VAULT,
                name: "delete",
                summary: "Deletes a vault for ever, at its head, with the owner's signed statement.",
                access: Owner,
                query: Query::Cursor,
                body: json("Delete"),
                success: &[(204, Nothing)],
                problems: &[Malformed, TokenInvalid, Forbidden, VaultUnknown, LogDiverged, Gone, Unavailable],
            },
            delete(vaults::delete),
        ),
        row(
            Operation {
                method: "POST",
                path: ENTRIES,
                name: "post",
                summary: "Appends a batch of entries after a cursor, whole or not at all.",
                access: Owner,
                query: Query::Cursor,
                body: (Entries, BATCH_BYTES_MAX),
                success: &[(200, Json("Appended"))],
                problems: &[
                    Malformed,
                    TokenInvalid,
                    Forbidden,
                    VaultUnknown,
                    LogDiverged,
                    Gone,
                    BadSignature,
                    Unavailable,
                    StorageFull,
                ],
            },
            post(entries::post),
        ),
        row(
            Operation {
                method: "GET",
                path: ENTRIES,
                name: "page",
                summary: "The entries after a cursor.",
                access: Reader,
                query: Query::CursorAndLimit,
                body: none,
                success: &[(200, Page)],
                problems: &[Malformed, TokenInvalid, VaultUnknown, LogDiverged, Gone, Internal, Unavailable],
            },
            get(entries::page),
        ),
        row(
            Operation {
                method: "GET",
                path: HEAD,
                name: "head",
                summary: "Where a log ends.",
                access: Reader,
                query: Query::Nothing,
                body: none,
                success: &[(200, Json("Head"))],
                problems: &[Malformed, TokenInvalid, VaultUnknown, Gone, Unavailable],
            },
            get(entries::head),
        ),
        row(
            Operation {
                method: "GET",
                path: WATCH,
                name: "watch",
                summary: "A stream of pokes, one for each growth of the log; never data.",
                access: Reader,
                query: Query::Nothing,
                body: none,
                success: &[(200, Events)],
                problems: &[Malformed, TokenInvalid, VaultUnknown, Gone, Unavailable],
            },
            get(watch::watch),
        ),
        row(
            Operation {
                method: "PUT",
                path: MAILBOX,
                name: "leave",
                summary: "Leaves the one sealed message of a pairing; the first wins.",
                access: Login,
                query: Query::Nothing,
                body: (Sealed, MAILBOX_BYTES_MAX),
                success: &[(204, Nothing)],
                problems: &[Malformed, MailboxTaken, Unavailable],
            },
            put(mailbox::leave),
        ),
        row(
            Operation {
                method: "GET",
                path: MAILBOX,
                name: "take",
                summary: "Takes the message out of a mailbox; there is none a second time.",
                access: Anybody,
                query: Query::Nothing,
                body: none,
                success: &[(200, Sealed)],
                problems: &[Malformed, MailboxEmpty, Unavailable],
            },
            // By itself `get` answers HEAD too, and the message would be gone unread.
            get(mailbox::take).head(async || Refusal::new(ProblemKind::MethodNotAllowed)),
        ),
    ]
}

/// The routes for devices.
pub(crate) fn devices(app: &App) -> Router {
    let mut router = Router::new();
    for Route { operation, handler } in table() {
        let (_, body_max) = operation.body;
        let (is_login, fills_mailbox) = (operation.access == Access::Login, operation.name == "leave");
        let body_max = BodyMax(body_max);
        let gate = Gate { method: operation.method, path: operation.path, body_max, is_login, fills_mailbox };
        let gate = from_fn_with_state(gate, pass);
        router = router.route(operation.path, handler.route_layer(gate));
    }
    finished(router, app)
}

/// The routes for whoever runs the relay.
pub(crate) fn operations(app: &App) -> Router {
    let routes = [("/livez", get(live)), ("/readyz", get(ready)), ("/metrics", get(metrics))];
    finished(routes.into_iter().fold(Router::new(), |router, (path, handler)| router.route(path, handler)), app)
}

fn finished(router: Router<App>, app: &App) -> Router {
    router
        .fallback(async || Refusal::new(ProblemKind::NotFound))
        .method_not_allowed_fallback(async || Refusal::new(ProblemKind::MethodNotAllowed))
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app.clone())
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> Result<&'static str, Refusal> {
    app.store().ready().await?;
    Ok("ok\n")
}

async fn metrics(State(app): State<App>) -> Result<([(HeaderName, &'static str); 1], String), Refusal> {
    let totals = app.store().totals(app.auth().now()).await?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics().text(&app, &totals)))
}

#[derive(Clone, Copy)]
struct Gate {
    method: &'static str,
    path: &'static str,
    body_max: BodyMax,
    is_login: bool,
    fills_mailbox: bool,
}

/// The pattern of the route that answered, for the log: never the path itself, which names a vault.
#[derive(Clone, Copy)]
struct Pattern {
    method: &'static str,
    path: &'static str,
}

async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(gate.body_max);
    let admitted = count(gate, &request).and_then(|()| check_headers(request.headers(), gate.body_max));
    let mut response = match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    response.extensions_mut().insert(Pattern { method: gate.method, path: gate.path });
    response
}

/// Takes the request of its client's allowance. An address that nobody knows costs no less to refuse than to answer.
fn count(gate: Gate, request: &Request) -> Result<(), Refusal> {
    // Without a socket nobody is counted.
    let Some((client, addresses)) = request.extensions().get::<(Client, Arc<Addresses>)>() else { return Ok(()) };
    let counted = addresses.request(*client);
    // Logins have an allowance of their own, since everybody may ask for them.
    let counted = if gate.is_login { counted.and_then(|()| addresses.login(*client)) } else { counted };
    // There are few mailboxes for everybody, and each is taken for minutes.
    let counted = if gate.fills_mailbox { counted.and_then(|()| addresses.mailbox(*client)) } else { counted };
    // The rest of the body will not be read.
    counted.map_err(|wait| Refusal::from(wait).closing())
}

/// Around every request: a panic becomes an answer, nothing is cached, and one line is logged.
async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let caught = Caught { future: Box::pin(next.run(request)) }.await;
    let mut response = caught.unwrap_or_else(|| Refusal::new(ProblemKind::Internal).into_response());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let pattern = response.extensions().get::<Pattern>().copied();
    let route = pattern.map_or("none", |pattern| pattern.path);
    let (status, time) = (response.status(), start.elapsed());
    app.metrics().answered(pattern.map_or("other", |pattern| pattern.method), route, status.as_u16(), time);
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%method, route, status = status.as_u16(), ?time, "failed");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), ?time, "answered");
    }
    response
}

/// A future whose panic is its answer `None`.
struct Caught<F> {
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Caught<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // After a panic the future is dropped and never polled again.
        match catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Err(_) => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_panic_in_a_handler_is_an_answer() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(Config::local(folder.path())).await.unwrap();
        let broken = get(async || -> &'static str { panic!("a bug") });
        let router = finished(Router::new().route("/broken", broken), &app);
        let request = Request::builder().uri("/broken").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        app.store().close().await;
    }
}
