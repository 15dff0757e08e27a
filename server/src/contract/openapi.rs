//! The contract as an `OpenAPI` 3.1 document.

use std::collections::BTreeMap;

use lissom_protocol::api::{CHAIN_HEADER, HEAD_HEADER, MAILBOX_MEDIA_TYPE, POS_HEADER};
use lissom_protocol::limits::{BATCH_ENTRIES_MAX, CHALLENGE_SECONDS, TOKEN_SECONDS};
use lissom_protocol::problem::{MEDIA_TYPE, ProblemKind};
use lissom_protocol::stream;
use serde_json::{Map, Value, json};

use super::{Access, Content, Operation, Query, operations};

/// The document. It describes the routes for devices; those for whoever runs the relay are not for programs of others.
fn openapi() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        let entry = paths.entry(operation.path).or_default();
        if operation.path.contains("{id}") {
            entry.entry("parameters").or_insert_with(|| json!([id_parameter(operation.path)]));
        }
        entry.insert(operation.method.to_lowercase(), row(&operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Lissom relay",
            "version": "1",
            "summary": "Keeps sealed entries of exercise diaries in order and hands them on; cannot read them.",
            "description": "docs/protocol.md is normative; this is made from the relay's own table of routes. Beside what \
                            stands here, a bug inside the relay answers 500 with a problem, an unknown address 404 \
                            `not-found`, a known one with another method 405 `method-not-allowed`. A header that cannot \
                            be read is answered 400 and one that is too large 431, both without a problem.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}
        },
        "servers": [{"url": "https://{host}", "variables": {"host": {"default": "relay.example.org"}}}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer",
                "description": format!("From `POST /v1/auth/token`; good for {TOKEN_SECONDS} s and one vault.")}},
            "schemas": schemas(),
            "responses": problems(),
        }
    })
}

fn id_parameter(path: &str) -> Value {
    let (length, what) =
        if path.contains("mailbox") { (22, "The mailbox's id, 16 bytes.") } else { (43, "The vault's id, 32 bytes.") };
    json!({"name": "id", "in": "path", "required": true, "description": what, "schema": text(length)})
}

fn row(operation: &Operation) -> Value {
    let mut row = json!({"operationId": operation.name, "summary": operation.summary});
    let parameters = parameters(operation.query);
    if !parameters.is_empty() {
        row["parameters"] = Value::Array(parameters);
    }
    if matches!(operation.access, Access::Reader | Access::Owner) {
        row["security"] = json!([{"token": []}]);
    }
    if let (content, max @ 1..) = operation.body {
        row["requestBody"] =
            json!({"required": true, "description": format!("At most {max} bytes."), "content": media(content)});
    }
    let mut answers: BTreeMap<u16, Value> = BTreeMap::new();
    for (status, content) in operation.success {
        let mut answer = json!({"description": if *status == 201 { "Done; it is new." } else { "Done." }});
        if *content != Content::Nothing {
            answer["content"] = media(*content);
        }
        if *content == Content::Page {
            answer["headers"] = page_headers();
        }
        answers.insert(*status, answer);
    }
    let mut refusals: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    operation.all_problems().for_each(|kind| refusals.entry(kind.status()).or_default().push(kind));
    for (status, kinds) in refusals {
        answers.insert(status, match kinds.as_slice() {
            [kind] => json!({"$ref": format!("#/components/responses/{}", kind.word())}),
            several => json!({
                "description": several.iter().map(|kind| format!("`{}`", kind.word())).collect::<Vec<_>>().join(" or "),
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            }),
        });
    }
    let answers: Map<String, Value> =
        answers.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect();
    row["responses"] = Value::Object(answers);
    row
}

fn parameters(query: Query) -> Vec<Value> {
    let of = |name: &str, required: bool, what: &str, schema: Value| json!({"name": name, "in": "query", "required": required, "description": what, "schema": schema});
    let mut all = Vec::new();
    if query != Query::Nothing {
        all.push(of("after", true, "Position of the device's cursor.", json!({"type": "integer", "minimum": 0})));
        all.push(of("chain", true, "Chain of the device's cursor, 32 bytes.", text(43)));
    }
    if query == Query::CursorAndLimit {
        let what = format!("Most entries wanted; outside 1 to {BATCH_ENTRIES_MAX} it is {BATCH_ENTRIES_MAX}.");
        all.push(of("limit", false, &what, json!({"type": "integer", "minimum": 0})));
    }
    all
}

fn media(content: Content) -> Value {
    let bytes = json!({"schema": {"type": "string", "format": "binary"}});
    match content {
        Content::Nothing => json!({}),
        Content::Json(schema) => {
            json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}})
        }
        Content::Entries | Content::Page => json!({stream::MEDIA_TYPE: bytes}),
        Content::Sealed => json!({MAILBOX_MEDIA_TYPE: bytes}),
        Content::Events => json!({"text/event-stream": {"schema": {"type": "string"}}}),
        Content::Greeting => {
            json!({"text/plain": {"schema": {"type": "string"}}, "text/html": {"schema": {"type": "string"}}})
        }
    }
}

fn page_headers() -> Value {
    let position = json!({"type": "integer", "minimum": 0});
    json!({
        POS_HEADER: {"required": true, "schema": position, "description": "Position of the page's last entry; `after` if it is empty."},
        CHAIN_HEADER: {"required": true, "schema": text(43), "description": "The relay's chain at that position."},
        HEAD_HEADER: {"required": true, "schema": position, "description": "Position of the log's last entry."},
    })
}

/// Unpadded base64url of this many characters.
fn text(length: usize) -> Value {
    json!({"type": "string", "minLength": length, "maxLength": length, "pattern": "^[A-Za-z0-9_-]+$"})
}

#[expect(clippy::needless_pass_by_value, reason = "what is given is made for it")]
fn object(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties})
}

fn schemas() -> Value {
    let position = json!({"type": "integer", "minimum": 0});
    json!({
        "Register": object(&["write", "read", "key_check", "signature"], json!({
            "write": text(43), "read": text(43), "key_check": text(22), "signature": text(86),
            "invite": {"type": ["string", "null"], "description": "Where the relay asks for one."}
        })),
        "ChallengeRequest": object(&["vault"], json!({"vault": text(43)})),
        "Challenge": object(&["challenge"], json!({
            "challenge": {"type": "string", "description": format!("To be signed within {CHALLENGE_SECONDS} s; opaque.")}
        })),
        "TokenRequest": object(&["vault", "role", "challenge", "signature"], json!({
            "vault": text(43), "role": {"type": "string", "enum": ["owner", "reader"]},
            "challenge": {"type": "string"}, "signature": text(86)
        })),
        "Token": object(&["token", "expires_in"], json!({
            "token": {"type": "string"}, "expires_in": {"type": "integer", "description": "Seconds."}
        })),
        "Appended": object(&["positions", "chain"], json!({
            "positions": {"type": "array", "items": position, "description": "In the order sent."}, "chain": text(43)
        })),
        "Head": object(&["pos", "chain"], json!({"pos": position, "chain": text(43)})),
        "Delete": object(&["statement"], json!({"statement": text(86)})),
        "Info": object(&["name", "version", "entry_versions", "registration", "vault_bytes_max"], json!({
            "name": {"const": "lissom-relay"}, "version": {"type": "string"},
            "entry_versions": {"type": "array", "items": {"type": "integer"}},
            "registration": {"type": "string", "enum": ["invite", "open", "closed"]},
            "vault_bytes_max": {"type": "integer", "minimum": 1}
        })),
        "Problem": object(&["type", "title", "status"], json!({
            "type": {"type": "string", "enum": ProblemKind::ALL.iter().map(|kind| kind.uri()).collect::<Vec<_>>()},
            "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string", "description": "A line for people."},
            "entry": {"type": "integer", "minimum": 0, "description": "Place of the first bad entry in the batch."},
            "statement": {"type": "string", "description": "With `gone`: the owner's signed statement."}
        }))
    })
}

fn problems() -> Value {
    let all = ProblemKind::ALL.iter().map(|kind| {
        let mut answer = json!({
            "description": kind.title(),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"},
                "example": {"type": kind.uri(), "title": kind.title(), "status": kind.status()}}}
        });
        if matches!(kind.status(), 429 | 503 | 507) {
            let what = "Seconds after which to come again.";
            answer["headers"] =
                json!({"retry-after": {"required": true, "schema": {"type": "integer"}, "description": what}});
        }
        (kind.word().to_owned(), answer)
    });
    Value::Object(all.collect())
}

#[test]
fn the_document_is_what_the_routes_say() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&openapi()).unwrap());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "docs/openapi.json is not what the routes say; run with UPDATE_GOLDEN=1");
}

/// The fields of a body, which must be those of its schema, and the required ones among them.
#[track_caller]
fn assert_schema<T: serde::Serialize + serde::de::DeserializeOwned>(name: &str, full: &T) {
    let all = schemas();
    let (schema, full) = (&all[name], serde_json::to_value(full).unwrap());
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(names(&full), names(&schema["properties"]), "{name}");
    for field in names(&full) {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(&field);
        let required = schema["required"].as_array().unwrap().contains(&json!(field));
        assert_eq!(serde_json::from_value::<T>(less).is_err(), required, "{name}.{field}");
    }
}

#[test]
fn the_schemas_are_those_of_the_bodies() {
    use lissom_protocol::api::*;
    use lissom_protocol::problem::Problem;
    let text = String::new;
    assert_schema(
        "Info",
        &Info {
            name: text(),
            version: text(),
            entry_versions: vec![1],
            registration: Registration::Open,
            vault_bytes_max: 1,
        },
    );
    assert_schema(
        "Register",
        &Register { write: text(), read: text(), key_check: text(), signature: text(), invite: Some(text()) },
    );
    assert_schema("ChallengeRequest", &ChallengeRequest { vault: text() });
    assert_schema("Challenge", &Challenge { challenge: text() });
    let role = lissom_protocol::statement::Role::Owner;
    assert_schema("TokenRequest", &TokenRequest { vault: text(), role, challenge: text(), signature: text() });
    assert_schema("Token", &Token { token: text(), expires_in: 1 });
    assert_schema("Appended", &Appended { positions: vec![1], chain: text() });
    assert_schema("Head", &Head { pos: 1, chain: text() });
    assert_schema("Delete", &Delete { statement: text() });
    let problem =
        Problem { detail: Some(text()), entry: Some(1), statement: Some(text()), ..Problem::new(ProblemKind::Gone) };
    assert_schema("Problem", &problem);
    assert_eq!(schemas().as_object().unwrap().len(), 10);
}
