//! `local-aws`: a local AWS for shell scripts and packaging tests.
//!
//! Writes what to put into the environment to a file, prints `ready`, and runs until its stdin ends.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use local_aws::{LocalAws, Protocol, Service};

const USAGE: &str = "usage: local-aws [--repository NAME]... [--empty-repository NAME]... [--region REGION]\n       \
    [--any-protocol | --replay TRANSCRIPT] [--container-address ADDR] [--container-token TOKEN] [--summary] --env-file FILE";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "local-aws: {error}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let mut builder = LocalAws::builder();
    let (mut env_file, mut summary) = (None, false);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--repository" => builder = builder.repository(&value()?),
            "--empty-repository" => builder = builder.empty_repository(&value()?),
            "--region" => builder = builder.region(&value()?),
            "--any-protocol" => builder = builder.protocol(Protocol::Any),
            "--replay" => builder = builder.replay(&std::fs::read_to_string(value()?)?)?,
            "--container-address" => {
                builder = builder.address(Service::Container, value()?.parse()?);
            }
            "--container-token" => builder = builder.container_token(&value()?),
            "--env-file" => env_file = Some(PathBuf::from(value()?)),
            "--summary" => summary = true,
            _ => return Err(format!("unknown argument {argument}").into()),
        }
    }
    let env_file = env_file.ok_or("--env-file is missing")?;
    let aws = builder.start();
    write_environment(&aws, &env_file)?;
    writeln!(std::io::stdout(), "ready")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    if summary {
        std::io::stderr().write_all(table(&aws).as_bytes())?;
    }
    Ok(())
}

/// Writes `export NAME='value'` lines beside the file, then moves them into place.
fn write_environment(aws: &LocalAws, file: &Path) -> Result<(), Box<dyn Error>> {
    let mut environment = aws.environment();
    environment.push(("LOCAL_AWS_PROXY", aws.proxy_url()));
    environment.push(("LOCAL_AWS_CA", aws.ca_file().display().to_string()));
    environment.push((
        "LOCAL_AWS_REPOSITORIES",
        aws.repositories().display().to_string(),
    ));
    let mut text = String::new();
    for (name, value) in environment {
        writeln!(text, "export {name}='{}'", value.replace('\'', r"'\''"))?;
    }
    let directory = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(file)?;
    Ok(())
}

fn table(aws: &LocalAws) -> String {
    let mut table = String::new();
    for request in aws.requests() {
        let service = format!("{:?}", request.service).to_lowercase();
        let status = request
            .status
            .map_or_else(|| "-".into(), |status| status.to_string());
        let arn = request.arn().unwrap_or("-");
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{service:<9} {:<7} {:<50} {status:<3} {arn}",
            request.method, request.path
        );
    }
    table
}
