//! What the services saw of a run, in lines that two tools must agree on.

use local_aws::{Auth, LocalAws, Request, Service, SignedHost};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in a parameter as it is shown.
const SHOWN: &AsciiSet = &CONTROLS.add(b' ').add(b'&').add(b'=').add(b'%');

/// The requests since the last call, a line each; a tool may ask for the same twice.
pub(super) fn seen(aws: &LocalAws, known_keys: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for request in aws.requests() {
        let line = shown(&request, known_keys);
        if let Some(line) = line.filter(|line| !lines.contains(line)) {
            lines.push(line);
        }
    }
    aws.clear_record();
    lines
}

fn shown(request: &Request, known_keys: &[String]) -> Option<String> {
    let caller = match &request.authorization {
        Auth::Ok {
            arn, access_key_id, ..
        } => format!("{} ({})", named(arn), key(access_key_id, known_keys)),
        Auth::None => "nobody".into(),
        Auth::Token => "a bearer".into(),
        // Why is the services' business: it names times and signatures.
        Auth::Rejected(_) => "somebody refused".into(),
    };
    let status = request.status.unwrap_or_default();
    let host = without_port(&request.host);
    Some(match request.service {
        Service::Proxy | Service::Socks => return None,
        Service::Container if request.path.starts_with("/latest/") => "metadata".into(),
        Service::Container => format!("container {caller} {status}"),
        Service::Sts => {
            let call = request.sts.as_ref()?;
            let parameters = form(&call.parameters);
            format!(
                "sts {host} {} {parameters} by {caller} {status}",
                call.region
            )
        }
        Service::CodeCommit | Service::Sso | Service::SsoOidc | Service::SignIn => {
            let parameters = form(&request.parameters);
            format!(
                "{:?} {host} {} {parameters} {status}",
                request.service, request.path
            )
        }
        Service::Git => {
            let port = match &request.authorization {
                Auth::Ok {
                    signed_host: SignedHost::WithPort,
                    ..
                } => " with its port",
                _ => "",
            };
            format!("git {host}{port} {} by {caller} {status}", request.path)
        }
    })
}

/// The parameters in their order by name; codes and tokens are the case's own.
fn form(parameters: &[(String, String)]) -> String {
    let mut pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| match name.as_str() {
            "RoleSessionName" => format!("{name}={}", session(value)),
            "TokenCode" | "WebIdentityToken" => format!("{name}=…"),
            _ => format!("{name}={}", utf8_percent_encode(value, SHOWN)),
        })
        .collect();
    pairs.sort();
    pairs.join("&")
}

/// A session's name, unless the tool made it up.
fn session(name: &str) -> &str {
    let made_up = ["botocore-session-", "git-codecommit-"];
    if made_up.iter().any(|start| name.starts_with(start)) {
        "<made up>"
    } else {
        name
    }
}

fn named(arn: &str) -> String {
    match arn.rsplit_once('/') {
        Some((role, name)) if arn.contains(":assumed-role/") => format!("{role}/{}", session(name)),
        _ => arn.to_owned(),
    }
}

/// The access key id, unless it was issued in this run.
fn key<'a>(id: &'a str, known: &[String]) -> &'a str {
    if known.iter().any(|known| known == id) {
        id
    } else {
        "issued"
    }
}

fn without_port(host: &str) -> &str {
    host.split_once(':').map_or(host, |(name, _)| name)
}
