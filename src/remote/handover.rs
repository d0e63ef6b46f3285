//! `codecommit.transport = git`: git's own https transport does the requests, with a signature of ours.
//!
//! For what only libcurl can do. The signature is handed over in the environment, as git's configuration:
//! nothing secret is on a command line, and as it is no *credential*, git neither asks a credential helper
//! nor tells one to store it. It is made once, so what takes longer than 15 minutes to start fails.

use std::ffi::OsString;
use std::process::Command;

use zeroize::Zeroizing;

use super::error::Error;
use crate::aws::Credentials;
use crate::aws::signature;
use crate::credentials::Resolver;
use crate::endpoint::Endpoint;
use crate::message::Notices;
use crate::platform;
use crate::process::{self, single_quoted};
use crate::world::{World, variable};

/// Git's program; `git remote-https` finds it wherever git keeps it.
const PROGRAM: &str = "remote-https";

/// Hands the run over; returns git's exit code. Nothing of git's words has been read yet.
pub(super) fn run(
    world: &World,
    notices: &dyn Notices,
    endpoint: &Endpoint,
    resolver: &Resolver<'_>,
    remote: &OsString,
) -> Result<u8, Error> {
    let credentials = resolver.resolve_blocking()?;
    notices.trace(|| format!("git {PROGRAM} does the requests"));
    let mut command = process::git(PROGRAM);
    command.arg(remote).arg(endpoint.url());
    set_environment(&mut command, world, endpoint, &credentials)?;
    platform::run_instead(command).map_err(|cause| Error::Start {
        program: PROGRAM,
        cause,
    })
}

fn set_environment(
    command: &mut Command,
    world: &World,
    endpoint: &Endpoint,
    credentials: &Credentials,
) -> Result<(), Error> {
    let (host, url) = (endpoint.authority(), endpoint.url());
    let auth = signature::sign(
        credentials,
        endpoint.region(),
        host,
        &endpoint.path(),
        world.now(),
    );
    let header = auth.header();
    let authorization = Zeroizing::new(format!("Authorization: {}", header.expose()));
    // GIT_CONFIG_COUNT would do from git 2.31 on, and lose against "git -c"; this is read last.
    let mut parameters = OsString::from(
        world
            .path(variable::GIT_CONFIG_PARAMETERS)
            .unwrap_or_default(),
    );
    for (key, value) in [
        (format!("http.{url}.extraHeader"), authorization.as_str()),
        // Redirects would carry it elsewhere.
        (format!("http.{url}.followRedirects"), "false"),
        // These two would look for a password before the first request.
        (format!("http.{url}.proactiveAuth"), "none"),
        (format!("http.{url}.emptyAuth"), "false"),
        // Nobody else has a password for the host.
        (format!("credential.https://{host}.helper"), ""),
        ("protocol.https.allow".into(), "always"),
    ] {
        let parameter = Zeroizing::new(format!("{key}={value}"));
        if !parameters.is_empty() {
            parameters.push(" ");
        }
        parameters.push(&*Zeroizing::new(single_quoted(&parameter)));
    }
    command.env(variable::GIT_CONFIG_PARAMETERS, &parameters);
    keep_quiet(command);
    allow_https(command, world);
    pass_ca_bundle(command, world, &url)
}

/// Git neither logs the signature nor asks for a user name that does not exist.
fn keep_quiet(command: &mut Command) {
    // Administrators let every git log settings by patterns such as "http.*", or variables: not this one. An empty
    // value would leave it to git's configuration.
    command.env("GIT_TRACE2_CONFIG_PARAMS", "codecommit.nothing");
    command.env("GIT_TRACE2_ENV_VARS", "GIT_CODECOMMIT_NOTHING");
    command.env("GIT_TRACE_REDACT", "1");
    command.env(variable::GIT_TERMINAL_PROMPT, "0");
    command.env(variable::GIT_ASKPASS, "");
}

/// `GIT_ALLOW_PROTOCOL` beats all configuration.
fn allow_https(command: &mut Command, world: &World) {
    if let Some(allowed) = world.raw_variable(variable::GIT_ALLOW_PROTOCOL)
        && allowed.split(':').all(|protocol| protocol != "https")
    {
        command.env(variable::GIT_ALLOW_PROTOCOL, format!("{allowed}:https"));
    }
}

/// Git does not know AWS's variable for certificate authorities.
fn pass_ca_bundle(command: &mut Command, world: &World, url: &str) -> Result<(), Error> {
    if let Some(bundle) = world.path(variable::AWS_CA_BUNDLE)
        && world.path(variable::GIT_SSL_CAINFO).is_none()
        && world
            .git_config()?
            .at_url("http", url)
            .value("sslCAInfo")
            .is_none()
    {
        command.env(variable::GIT_SSL_CAINFO, bundle);
    }
    Ok(())
}
