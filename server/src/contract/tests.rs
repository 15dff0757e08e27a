//! Every status of every address, provoked; nothing is answered that the contract does not know.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use ed25519_dalek::{Signer, SigningKey};
use http_body_util::BodyExt;
use hyper::body::Frame;
use lissom_protocol::api::{
    Delete, MAILBOX_MEDIA_TYPE, Register, Registration, TokenRequest, cursor_query, mailbox_path, to_text,
};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::{VerifiedEntry, assemble, header};
use lissom_protocol::ids::VaultKeys;
use lissom_protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_protocol::statement::{Role, auth_message, delete_message, register_message};
use lissom_protocol::stream;
use tower::ServiceExt;

use super::{Access, Content, Operation, Query, operations};
use crate::addresses::Addresses;
use crate::app::App;
use crate::config::Config;
use crate::store::{Admission, FILE_NAME, Statement};

/// One thing that an address may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success(u16),
    Problem(ProblemKind),
}

struct House {
    app: App,
    router: Router,
    write: SigningKey,
    keys: VaultKeys,
    folder: tempfile::TempDir,
}

/// A body of which nothing more ever comes.
struct Silence;

impl hyper::body::Body for Silence {
    type Data = Bytes;
    type Error = std::convert::Infallible;
    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

/// What is asked, before a test changes it.
struct Asked {
    path: String,
    query: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    is_silent: bool,
    is_used_up: bool,
}

impl House {
    async fn new(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::local(folder.path());
        change(&mut config);
        let app = App::open(config).await.unwrap();
        let (write, read) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let (write_key, read_key) = (write.verifying_key().to_bytes(), read.verifying_key().to_bytes());
        let keys = VaultKeys { write: write_key, read: read_key, key_check: [3; 16] };
        Self { router: crate::router::devices(&app), app, write, keys, folder }
    }

    fn sign(&self, message: &[u8]) -> String {
        to_text(&self.write.sign(message).to_bytes())
    }

    fn entry(&self) -> VerifiedEntry {
        let sign = |message: &[u8]| self.write.sign(message).to_bytes();
        assemble(header(1), &self.keys.vault_id(), [0; 24], b"sealed", sign).unwrap()
    }

    async fn register(&self) {
        self.app.store().register(self.keys, Admission::Open).await.unwrap();
    }

    /// A request that succeeds, if the vault is there.
    fn asked(&self, operation: &Operation) -> Asked {
        let vault = self.keys.vault_id();
        let auth = self.app.auth();
        let is_mailbox = operation.path.contains("mailbox");
        let path = if is_mailbox { mailbox_path(&[7; 16]) } else { operation.path.replace("{id}", &vault.to_text()) };
        let query =
            if operation.query == Query::Nothing { String::new() } else { cursor_query(&Cursor::start(&vault)) };
        let token = match operation.access {
            Access::Owner => Some(auth.token(&vault, Role::Owner, auth.now())),
            Access::Reader => Some(auth.token(&vault, Role::Reader, auth.now())),
            Access::Anybody | Access::Login => None,
        };
        let media = match operation.body.0 {
            Content::Json(_) => "application/json",
            Content::Entries => stream::MEDIA_TYPE,
            _ => MAILBOX_MEDIA_TYPE,
        };
        let headers = vec![("content-type", media.to_owned())];
        let body = self.body(operation);
        Asked { path, query, token, headers, body, is_silent: false, is_used_up: false }
    }

    fn body(&self, operation: &Operation) -> Vec<u8> {
        let vault = self.keys.vault_id();
        let json = |value: serde_json::Result<Vec<u8>>| value.unwrap();
        match operation.name {
            "register" => json(serde_json::to_vec(&Register {
                write: to_text(&self.keys.write),
                read: to_text(&self.keys.read),
                key_check: to_text(&self.keys.key_check),
                signature: self.sign(&register_message(&self.keys)),
                invite: None,
            })),
            "challenge" => format!("{{\"vault\":\"{}\"}}", vault.to_text()).into_bytes(),
            "token" => {
                let challenge = self.app.auth().challenge(&vault, self.app.auth().now(), [0; 16]);
                let signature = self.sign(&auth_message(&vault, Role::Owner, &challenge));
                let (vault, challenge) = (vault.to_text(), to_text(&challenge));
                json(serde_json::to_vec(&TokenRequest { vault, role: Role::Owner, challenge, signature }))
            }
            "delete" => json(serde_json::to_vec(&Delete { statement: self.sign(&delete_message(&vault)) })),
            "post" => self.entry().bytes().to_vec(),
            "leave" => b"sealed".to_vec(),
            _ => Vec::new(),
        }
    }

    async fn answer(&self, operation: &Operation, asked: Asked) -> Outcome {
        let path = if asked.query.is_empty() { asked.path } else { format!("{}?{}", asked.path, asked.query) };
        let mut request = Request::builder().method(operation.method).uri(path);
        for (name, value) in asked.headers {
            request = request.header(name, value);
        }
        if let Some(token) = asked.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if asked.is_used_up {
            request = request.extension(Addresses::used_up());
        }
        let body = if asked.is_silent { Body::new(Silence) } else { Body::from(asked.body) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        if response.headers().get("content-type").is_none_or(|value| value != MEDIA_TYPE) {
            assert!(status.is_success(), "{status}");
            return Outcome::Success(status.as_u16());
        }
        let waits = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE
        );
        assert_eq!(response.headers().contains_key("retry-after"), waits, "{status}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.status, status.as_u16());
        Outcome::Problem(problem.kind().unwrap())
    }

    async fn close(self) {
        self.app.store().close().await;
        drop(self.folder);
    }
}

/// Settings under which an outcome comes about.
fn settings(outcome: Outcome, operation: &Operation) -> impl FnOnce(&mut Config) {
    let name = operation.name;
    move |config| match outcome {
        Outcome::Problem(ProblemKind::InviteRequired) => config.registration = Registration::Invite,
        Outcome::Problem(ProblemKind::RegistrationClosed) => config.registration = Registration::Closed,
        Outcome::Problem(ProblemKind::StorageFull) if name == "register" => config.free_bytes_min = u64::MAX,
        Outcome::Problem(ProblemKind::StorageFull) => config.vault_bytes_max = 1,
        Outcome::Problem(ProblemKind::Unavailable) => config.body_pause_max = Duration::from_millis(1),
        _ => {}
    }
}

/// Does what leads to an outcome.
async fn provoked(operation: &Operation, wanted: Outcome) -> Outcome {
    use ProblemKind as Kind;
    let house = House::new(settings(wanted, operation)).await;
    let is_new = matches!(wanted, Outcome::Success(201) | Outcome::Problem(Kind::VaultUnknown | Kind::InviteRequired))
        || wanted == Outcome::Problem(Kind::RegistrationClosed)
        || (operation.name == "register" && wanted == Outcome::Problem(Kind::StorageFull));
    if !is_new {
        house.register().await;
    }
    let (vault, start) = (house.keys.vault_id(), Cursor::start(&house.keys.vault_id()));
    let mut asked = house.asked(operation);
    match wanted {
        Outcome::Success(_) if operation.name == "take" => {
            house.app.store().leave([7; 16], vec![1], house.app.auth().now()).await.unwrap().unwrap();
        }
        Outcome::Problem(Kind::TooLarge) => {
            asked.headers.push(("content-length", operation.body.1.saturating_add(1).to_string()));
        }
        Outcome::Problem(Kind::UnsupportedMediaType) => asked.headers.push(("content-encoding", "gzip".to_owned())),
        Outcome::Problem(Kind::TooManyRequests) => asked.is_used_up = true,
        Outcome::Problem(Kind::Malformed) => {
            asked.body = b"{".to_vec();
            asked.query = String::new();
            if operation.path.contains("{id}") && operation.query == Query::Nothing {
                asked.path = operation.path.replace("{id}", "short");
            }
        }
        Outcome::Problem(Kind::TokenInvalid) => asked.token = Some("AAAA".to_owned()),
        Outcome::Problem(Kind::Forbidden) => {
            asked.token = Some(house.app.auth().token(&vault, Role::Reader, house.app.auth().now()));
        }
        Outcome::Problem(Kind::ChallengeInvalid) => {
            let mut body: TokenRequest = serde_json::from_slice(&asked.body).unwrap();
            body.challenge = to_text(&[0; 56]);
            asked.body = serde_json::to_vec(&body).unwrap();
        }
        Outcome::Problem(Kind::LogDiverged) => asked.query = cursor_query(&start.after(&[house.entry().id()])),
        Outcome::Problem(Kind::Gone) => {
            house.app.store().delete(vault, start, Statement([7; 64])).await.unwrap();
        }
        Outcome::Problem(Kind::BadSignature) => *asked.body.last_mut().unwrap() ^= 1,
        Outcome::Problem(Kind::MailboxTaken) => {
            house.app.store().leave([7; 16], vec![1], house.app.auth().now()).await.unwrap().unwrap();
        }
        Outcome::Problem(Kind::Internal) => {
            house.app.store().append(vault, start, vec![house.entry()], ()).await.unwrap();
            let database = rusqlite::Connection::open(house.folder.path().join(FILE_NAME)).unwrap();
            database.execute("UPDATE entry SET bytes = zeroblob(140)", []).unwrap();
        }
        Outcome::Problem(Kind::Unavailable) if matches!(operation.name, "challenge" | "leave") => {
            asked.is_silent = true;
        }
        Outcome::Problem(Kind::Unavailable) => house.app.store().close().await,
        _ => {}
    }
    let got = house.answer(operation, asked).await;
    house.close().await;
    got
}

#[tokio::test]
async fn every_address_answers_every_status_of_the_contract() {
    let mut statuses = 0;
    for operation in operations() {
        let problems = operation.all_problems().map(Outcome::Problem);
        for wanted in operation.success.iter().map(|(status, _)| Outcome::Success(*status)).chain(problems) {
            let got = provoked(&operation, wanted).await;
            assert_eq!(got, wanted, "{} {}", operation.method, operation.path);
            statuses += 1;
        }
    }
    assert!(statuses > 80, "{statuses}");
}

#[test]
fn every_row_is_one_of_its_own_and_every_problem_is_somebodys() {
    let rows: Vec<Operation> = operations().collect();
    let names: BTreeSet<&str> = rows.iter().map(|operation| operation.name).collect();
    let places: BTreeSet<_> = rows.iter().map(|operation| (operation.method, operation.path)).collect();
    assert_eq!((names.len(), places.len()), (rows.len(), rows.len()));
    let used: BTreeSet<u16> = rows.iter().flat_map(Operation::all_problems).map(ProblemKind::status).collect();
    for kind in ProblemKind::ALL {
        // These two are about addresses that are in no row.
        let elsewhere = matches!(kind, ProblemKind::NotFound | ProblemKind::MethodNotAllowed);
        let somewhere = rows.iter().any(|operation| operation.all_problems().any(|known| known == *kind));
        assert_eq!(somewhere, !elsewhere, "{kind:?}");
    }
    assert!(used.contains(&507));
}

#[tokio::test]
async fn an_address_that_is_in_no_row_is_not_found_and_another_method_not_allowed() {
    let house = House::new(|_| {}).await;
    for operation in operations() {
        let mut asked = house.asked(&operation);
        asked.path.push_str("/no/such/place");
        assert_eq!(house.answer(&operation, asked).await, Outcome::Problem(ProblemKind::NotFound));
        let patch = Operation { method: "PATCH", ..operation };
        let asked = house.asked(&operation);
        assert_eq!(house.answer(&patch, asked).await, Outcome::Problem(ProblemKind::MethodNotAllowed));
    }
    house.close().await;
}
