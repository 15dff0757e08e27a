//! A relay that is called, not connected to: the real router over the real store, without a socket.
//!
//! Every call waits for its answer, so that two runs of the same calls give the same answers; tokens apart, whose key
//! is random.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::app::App;
use crate::config::Config;
use crate::serve::StartError;

/// An answer: status, headers and body.
pub type Answer = (u16, Vec<(String, String)>, Vec<u8>);

/// A relay inside this thread, but for its own writing and reading threads.
pub struct InProcess {
    app: App,
    router: Router,
    runtime: Runtime,
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess(..)")
    }
}

impl InProcess {
    /// Opens the store in the configured folder.
    ///
    /// # Errors
    /// [`StartError`] if it cannot be opened.
    pub fn open(config: Config) -> Result<Self, StartError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
        let app = runtime.block_on(App::open(config))?;
        let router = crate::router::devices(&app);
        Ok(Self { app, router, runtime })
    }

    /// The answer to a request; `None` if it is none that HTTP can carry.
    #[must_use]
    pub fn answer(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(body)).ok()?;
        let (head, bytes) = self.runtime.block_on(async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            let (head, body) = response.into_parts();
            Some((head, body.collect().await.ok()?.to_bytes()))
        })?;
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Some((head.status.as_u16(), headers, bytes.to_vec()))
    }

    /// Sets the clock that challenges and tokens go by.
    pub fn set_clock(&self, seconds: u64) {
        self.app.auth().set_clock(seconds);
    }

    /// Finishes what runs and closes the database: afterwards it is one file.
    pub fn close(self) {
        self.runtime.block_on(self.app.store().close());
    }
}
