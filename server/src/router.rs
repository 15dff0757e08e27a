//! The one table of everything that is answered.
//!
//! Two answers are not from here and carry no problem: hyper's own 400 to a header that it cannot read, and its 431
//! to one that is too large.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use lissom_protocol::api::{CHALLENGE_PATH, INFO_PATH, TOKEN_PATH, VAULTS_PATH};
use lissom_protocol::limits::{BATCH_BYTES_MAX, JSON_BYTES_MAX};
use lissom_protocol::problem::ProblemKind;

use crate::app::App;
use crate::intake::{BodyMax, check_headers};
use crate::refusal::Refusal;
use crate::routes::{auth, entries, info, vaults, watch};

/// One row: where, which method with which handler, and the most bytes that its body may have.
struct Route {
    path: &'static str,
    handler: MethodRouter<App>,
    body_max: usize,
}

const VAULT: &str = "/v1/vaults/{id}";
const ENTRIES: &str = "/v1/vaults/{id}/entries";
const HEAD: &str = "/v1/vaults/{id}/head";
const WATCH: &str = "/v1/vaults/{id}/watch";

#[rustfmt::skip]
fn table() -> Vec<Route> {
    vec![
        Route { path: "/",            handler: get(info::greeting),     body_max: 0 },
        Route { path: INFO_PATH,      handler: get(info::info),         body_max: 0 },
        Route { path: VAULTS_PATH,    handler: post(vaults::register),  body_max: JSON_BYTES_MAX },
        Route { path: CHALLENGE_PATH, handler: post(auth::challenge),   body_max: JSON_BYTES_MAX },
        Route { path: TOKEN_PATH,     handler: post(auth::token),       body_max: JSON_BYTES_MAX },
        Route { path: VAULT,          handler: delete(vaults::delete),  body_max: JSON_BYTES_MAX },
        Route { path: ENTRIES,        handler: post(entries::post),     body_max: BATCH_BYTES_MAX },
        Route { path: ENTRIES,        handler: get(entries::page),      body_max: 0 },
        Route { path: HEAD,           handler: get(entries::head),      body_max: 0 },
        Route { path: WATCH,          handler: get(watch::watch),       body_max: 0 },
    ]
}

/// The routes for devices.
pub(crate) fn devices(app: &App) -> Router {
    let mut router = Router::new();
    for Route { path, handler, body_max } in table() {
        let gate = from_fn_with_state(Gate { path, body_max: BodyMax(body_max) }, pass);
        router = router.route(path, handler.route_layer(gate));
    }
    finished(router, app)
}

/// The routes for whoever runs the relay.
pub(crate) fn operations(app: &App) -> Router {
    finished(Router::new().route("/livez", get(live)).route("/readyz", get(ready)), app)
}

fn finished(router: Router<App>, app: &App) -> Router {
    router
        .fallback(async || Refusal::new(ProblemKind::NotFound))
        .method_not_allowed_fallback(async || Refusal::new(ProblemKind::MethodNotAllowed))
        .layer(from_fn(observe))
        .with_state(app.clone())
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> Result<&'static str, Refusal> {
    app.store().ready().await?;
    Ok("ok\n")
}

#[derive(Clone, Copy)]
struct Gate {
    path: &'static str,
    body_max: BodyMax,
}

/// The pattern of the route that answered, for the log: never the path itself, which names a vault.
#[derive(Clone, Copy)]
struct Pattern(&'static str);

async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(gate.body_max);
    let mut response = match check_headers(request.headers(), gate.body_max) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    response.extensions_mut().insert(Pattern(gate.path));
    response
}

/// Around every request: a panic becomes an answer, nothing is cached, and one line is logged.
async fn observe(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let caught = Caught { future: Box::pin(next.run(request)) }.await;
    let mut response = caught.unwrap_or_else(|| Refusal::new(ProblemKind::Internal).into_response());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let route = response.extensions().get::<Pattern>().map_or("none", |pattern| pattern.0);
    let (status, time) = (response.status(), start.elapsed());
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
        let app = App::open(Config::local(folder.path())).unwrap();
        let broken = get(async || -> &'static str { panic!("a bug") });
        let router = finished(Router::new().route("/broken", broken), &app);
        let request = Request::builder().uri("/broken").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        app.store().close().await;
    }
}
