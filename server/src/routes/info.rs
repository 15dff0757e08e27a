//! What this relay is.

use axum::Json;
use axum::extract::State;
use lissom_protocol::api::Info;
use lissom_protocol::entry::MAGIC;

use crate::app::App;

pub(crate) async fn info(State(app): State<App>) -> Json<Info> {
    let [.., version] = MAGIC;
    Json(Info {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        entry_versions: vec![u32::from(version.saturating_sub(b'0'))],
        registration: app.config().registration,
        vault_bytes_max: app.config().vault_bytes_max,
    })
}
