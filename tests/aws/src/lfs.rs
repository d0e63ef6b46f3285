//! Git LFS: the batch API below a repository and basic transfers by signed-off links.
//!
//! Source: git-lfs `docs/api/{batch,basic-transfers,locking,server-discovery}.md`. Whether CodeCommit serves LFS, and
//! which path it wants signed, is not documented: the repository's path and any between it and the API's are taken.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use ring::digest::{self, Context};
use serde_json::{Value, json};

use crate::exchange::{Answer, Exchange, text};
use crate::keys::{Permission, random_hex};
use crate::record::Auth;
use crate::sigv4::hex;

/// The type of all that is JSON here.
const JSON: &str = "application/vnd.git-lfs+json";
/// What the paths of transfers start with.
pub(crate) const LINKS: &str = "/lfs/";
/// What stands between a repository's path and the API's own.
const API: &str = "/info/lfs/";

/// The objects of all repositories and the links handed out for them.
pub(crate) struct Lfs {
    root: PathBuf,
    links: Mutex<HashMap<String, Link>>,
}

#[derive(Clone)]
struct Link {
    file: PathBuf,
    oid: String,
    uploads: bool,
}

impl Lfs {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            root: directory.join("lfs"),
            links: Mutex::default(),
        }
    }

    /// Where an object is, or would be. The oid is hexadecimal.
    pub(crate) fn file(&self, repository: &str, oid: &str) -> PathBuf {
        self.root.join(repository).join(oid)
    }

    /// Stores an object and gives its oid.
    pub(crate) fn add(&self, repository: &str, content: &[u8]) -> String {
        let oid = hex(digest::digest(&digest::SHA256, content).as_ref());
        let file = self.file(repository, &oid);
        fs::create_dir_all(self.root.join(repository)).expect("the directory can be written");
        fs::write(file, content).expect("the directory can be written");
        oid
    }

    fn link(&self, link: Link) -> String {
        let token = random_hex(16);
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.insert(token.clone(), link);
        token
    }
}

/// One call of the API.
pub(crate) struct Call<'a> {
    /// The repository's name without `.git`.
    pub(crate) repository: &'a str,
    /// Below `/info/lfs/`.
    operation: &'a str,
}

/// Reads `/v1/repos/NAME[.git]/info/lfs/…`.
pub(crate) fn call(path: &str) -> Option<Call<'_>> {
    let (repository, operation) = path.strip_prefix("/v1/repos/")?.split_once(API)?;
    let repository = repository.strip_suffix(".git").unwrap_or(repository);
    Some(Call {
        repository,
        operation,
    })
}

/// The paths a password may be signed for: the repository's, with or without `.git`, and those up to the API's.
pub(crate) fn signed_paths(call: &Call<'_>) -> Vec<String> {
    let names = ["", ".git"].map(|suffix| format!("/v1/repos/{}{suffix}", call.repository));
    let with_api = |name: &String| {
        let api = format!("{name}/info/lfs");
        let whole = format!("{api}/{}", call.operation);
        [name.clone(), api, whole]
    };
    names.iter().flat_map(with_api).collect()
}

/// Answers a call whose password is right.
pub(crate) async fn answer(
    exchange: &Exchange,
    call: &Call<'_>,
    permission: Permission,
    head: &Parts,
    body: Incoming,
) -> io::Result<Response<Answer>> {
    if call.operation != "objects/batch" || head.method != Method::POST {
        // Locks: git-lfs takes it that there are none.
        return Ok(refusal(StatusCode::NOT_FOUND, "no such operation"));
    }
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    if !header("content-type").is_some_and(|value| value.starts_with(JSON)) {
        return Ok(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, JSON));
    }
    let body = exchange.whole(body).await?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (uploads, needed) = match body["operation"].as_str() {
        Some("upload") => (true, Permission::PullPush),
        Some("download") => (false, Permission::Pull),
        _ => {
            return Ok(refusal(
                StatusCode::UNPROCESSABLE_ENTITY,
                "no such operation",
            ));
        }
    };
    if permission < needed {
        return Ok(refusal(StatusCode::FORBIDDEN, "you may not"));
    }
    let host = header(HOST.as_str()).unwrap_or_default();
    let asked = body["objects"].as_array().cloned().unwrap_or_default();
    let objects: Vec<Value> = asked
        .iter()
        .map(|object| entry(exchange, call.repository, object, uploads, host))
        .collect();
    let answer = json!({"transfer": "basic", "objects": objects, "hash_algo": "sha256"});
    Ok(text(StatusCode::OK, JSON, answer.to_string()))
}

fn entry(
    exchange: &Exchange,
    repository: &str,
    object: &Value,
    uploads: bool,
    host: &str,
) -> Value {
    let oid = object["oid"].as_str().unwrap_or_default();
    let size = object["size"].as_u64().unwrap_or_default();
    let fail = |code: u16, message: &str| {
        let error = json!({"code": code, "message": message});
        json!({"oid": oid, "size": size, "error": error})
    };
    if oid.len() != 64 || !oid.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return fail(422, "not an oid");
    }
    let lfs = &exchange.state.lfs;
    let file = lfs.file(repository, oid);
    if !uploads && !file.is_file() {
        return fail(404, "Object does not exist");
    }
    if uploads && file.is_file() {
        return json!({"oid": oid, "size": size});
    }
    let link = lfs.link(Link {
        file,
        oid: oid.to_owned(),
        uploads,
    });
    let action = json!({"href": format!("https://{host}{LINKS}{link}"), "expires_in": 900});
    let action = json!({if uploads { "upload" } else { "download" }: action});
    json!({"oid": oid, "size": size, "authenticated": true, "actions": action})
}

/// Answers `PUT` and `GET` of a link. It is its own credential: one that comes with another is refused, as by S3.
pub(crate) async fn transfer(
    exchange: &Exchange,
    head: &Parts,
    body: Incoming,
) -> io::Result<Response<Answer>> {
    let token = head.uri.path().strip_prefix(LINKS).unwrap_or_default();
    let link = {
        let links = exchange.state.lfs.links.lock();
        links
            .unwrap_or_else(PoisonError::into_inner)
            .get(token)
            .cloned()
    };
    let authorised = head.headers.contains_key(AUTHORIZATION);
    let verdict = match &link {
        None => Auth::None,
        Some(_) if authorised => Auth::Rejected("a link with an authorization".into()),
        Some(_) => Auth::Token,
    };
    exchange.update(|request| request.authorization = verdict);
    if let Some(fault) = exchange.fault().await? {
        return Ok(fault);
    }
    match (link, &head.method) {
        (Some(_), _) if authorised => {
            let message = "Only one auth mechanism allowed";
            Ok(refusal(StatusCode::BAD_REQUEST, message))
        }
        (Some(link), &Method::PUT) if link.uploads => store(exchange, &link, body).await,
        (Some(link), &Method::GET) if !link.uploads => {
            let content = fs::read(&link.file)?;
            let body = Full::new(content.into()).map_err(|never| match never {});
            Ok(Response::new(body.boxed_unsync()))
        }
        _ => Ok(refusal(StatusCode::NOT_FOUND, "no such link")),
    }
}

async fn store(
    exchange: &Exchange,
    link: &Link,
    mut body: Incoming,
) -> io::Result<Response<Answer>> {
    if let Some(directory) = link.file.parent() {
        fs::create_dir_all(directory)?;
    }
    let part = link.file.with_extension("part");
    // Small pieces to a local file: nobody waits long for them.
    let mut file = fs::File::create(&part)?;
    let mut content = Context::new(&digest::SHA256);
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            exchange.received(data.len(), data.len() as u64);
            content.update(&data);
            file.write_all(&data)?;
        }
    }
    if hex(content.finish().as_ref()) != link.oid {
        fs::remove_file(&part)?;
        return Ok(refusal(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the content is another object's",
        ));
    }
    fs::rename(&part, &link.file)?;
    Ok(text(StatusCode::OK, JSON, String::new()))
}

/// An error as git-lfs prints it.
pub(crate) fn refusal(status: StatusCode, message: &str) -> Response<Answer> {
    let body = json!({"message": message, "request_id": "local-aws"});
    let mut response = text(status, JSON, body.to_string());
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static(r#"Basic realm="codecommit""#);
        let headers = response.headers_mut();
        headers.insert(WWW_AUTHENTICATE, challenge.clone());
        headers.insert("lfs-authenticate", challenge);
    }
    response
}
