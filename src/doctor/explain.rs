//! The plan for an address: each step, and the file and line or the variable that decided it. Offline.

use std::io::Write;

use super::checks::helpers::{Answer, Helpers};
use super::lines::{self, Lines};
use super::remote_url::{Program, RemoteUrl, remote_urls};
use crate::credentials::Resolver;
use crate::error::Error;
use crate::git::config::GitConfig;
use crate::http::Http;
use crate::message::Notices;
use crate::printable::printable;
use crate::target::{Overrides, Target};
use crate::world::World;

/// Explains an address, the name of a remote or this repository's CodeCommit remotes; without any, the identity that an
/// address without profile would have.
/// Fails if a step cannot be settled: the error is the one that git would be told. If it cannot be written.
pub(crate) fn explain(
    world: &World,
    messages: &dyn Notices,
    typed: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let config = world.git_config_with_origins()?;
    let urls = remote_urls(config, typed);
    if urls.is_empty() {
        let target = Target::without_address(world, messages, Overrides::default())?;
        return write(out, &of_credentials(&target, messages)?);
    }
    for (number, url) in urls.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        if typed != Some(url.place.as_str()) || url.place == url.remote {
            write(out, &[("address".to_owned(), url.shown())])?;
        }
        write(out, &of_url(world, config, messages, url)?)?;
    }
    Ok(())
}

fn write(out: &mut dyn Write, lines: &[(String, String)]) -> Result<(), Error> {
    for (label, text) in lines {
        writeln!(out, "{label:<11}{}", printable(text))?;
    }
    Ok(())
}

fn of_url(
    world: &World,
    config: &GitConfig,
    notices: &dyn Notices,
    url: &RemoteUrl,
) -> Result<Lines, Error> {
    let mut lines = Lines::new();
    let mut ours = None;
    if url.program == Program::CredentialHelper {
        let helpers = Helpers::of_url(config, &url.asked);
        ours = helpers.ours();
        if helpers.answer() != Answer::Ours {
            let text = "git may use another one: git codecommit doctor without --explain checks it";
            lines.push(("helper".to_owned(), text.to_owned()));
        }
    }
    let target = lines::target(world, notices, url, ours.as_ref())?;
    let rewritten = url
        .rewritten()
        .map(|rewritten| format!("{rewritten} ({})", url.rewritten_by(config)));
    lines.extend(rewritten.map(|text| ("rewritten".to_owned(), text)));
    lines.extend(lines::of_target(&target));
    lines.extend(of_credentials(&target, notices)?);
    Ok(lines)
}

/// The profile and the steps to credentials.
fn of_credentials(target: &Target<'_>, notices: &dyn Notices) -> Result<Lines, Error> {
    let http = Http::new(target.world, target.ca_bundle());
    let resolver = Resolver::new(target, &http, notices)?;
    let mut lines = vec![lines::of_choice(&target.choice)];
    lines.extend(lines::of_plan(&resolver)?);
    Ok(lines)
}
