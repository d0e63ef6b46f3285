use std::path::PathBuf;

use super::session::Session;
use super::setup_args::SetupArgs;
use crate::error::{Error, UsageError};
use crate::studio::{
    self, CloneFolder, Lifecycle, MOST_SUGGESTED, Sha256Hex, Source, SuggestedRepository,
};
use crate::world::studio::{FILE, Metadata, SHARED};

/// Make a lifecycle configuration for SageMaker Studio, and show this space
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(super) struct Studio {
    #[command(subcommand)]
    subcommand: Subcommand,
}

#[derive(clap::Subcommand)]
enum Subcommand {
    LifecycleScript(Box<LifecycleScript>),
    Whoami(Whoami),
}

/// Print a script that installs and configures at each start of a space
///
/// The script downloads the archive of the programs, checks its SHA-256 before it uses any of it, and runs "git
/// codecommit setup". Later starts need no network. The space starts even if the script fails, unless --strict is
/// given. The folder of --clone is below the home directory of the space; the clone runs in the background.
///
/// Like setup, the script configures a role with --role-arn and an existing profile with --profile. Without both,
/// git uses the execution role of the space.
#[derive(clap::Args)]
#[command(after_help = "\
Example, as an administrator with the AWS CLI's permissions for the Studio account:
  git codecommit studio lifecycle-script --source s3://BUCKET/git-codecommit.tar.gz --sha256 HASH \\
    --role-arn arn:aws:iam::111111111111:role/MyCrossAccountRepositoryContributorRole \\
    --region eu-west-1 --commands --domain-id d-abcd1234efgh | sh")]
struct LifecycleScript {
    /// Address of the archive: s3://BUCKET/KEY, https:// or file://
    #[arg(long, value_name = "ADDRESS")]
    source: Source,
    /// SHA-256 of the archive
    #[arg(long, value_name = "HASH")]
    sha256: Sha256Hex,
    #[command(flatten)]
    args: SetupArgs,
    /// Stop the space from starting if the script fails
    #[arg(long)]
    strict: bool,
    /// Print the script in base64, as the SageMaker API takes it
    #[arg(long, conflicts_with = "commands")]
    base64: bool,
    /// Print AWS CLI commands that create and attach the configurations
    #[arg(long)]
    commands: bool,
    /// Domain to attach them to
    #[arg(long, value_name = "ID", value_parser = domain, requires = "commands")]
    domain_id: Option<String>,
    /// Suggest the repository at this https URL for cloning in JupyterLab
    #[arg(
        long = "suggest-repository",
        id = "suggested",
        value_name = "URL",
        requires = "commands"
    )]
    suggested: Vec<SuggestedRepository>,
}

/// Print the app, space, domain and role of this terminal
#[derive(clap::Args)]
struct Whoami {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Read Studio's metadata from this file
    #[arg(long, value_name = "FILE", default_value = FILE, hide = true)]
    file: PathBuf,
}

impl Studio {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Error> {
        match self.subcommand {
            Subcommand::LifecycleScript(script) => script.run(session),
            Subcommand::Whoami(whoami) => whoami.run(session),
        }
    }
}

impl LifecycleScript {
    fn run(self, session: &mut Session) -> Result<(), Error> {
        if self.suggested.len() > MOST_SUGGESTED {
            return Err(UsageError {
                problem: format!(
                    "--suggest-repository is given {} times, but a domain suggests at most {MOST_SUGGESTED} repositories",
                    self.suggested.len()
                ),
                hint: "leave some out".into(),
            }
            .into());
        }
        let home = session.world.account_home();
        let clone = self.args.clone_folder();
        let script = Lifecycle {
            source: self.source,
            sha256: self.sha256,
            strict: self.strict,
            arguments: self.args.arguments(),
            clone: clone
                .map(|folder| CloneFolder::of(folder, home))
                .transpose()?,
        }
        .script()?;
        let text = if self.base64 {
            studio::base64(&script) + "\n"
        } else if self.commands {
            studio::commands(&script, self.domain_id.as_deref(), &self.suggested)
        } else {
            script
        };
        session.out.write_all(text.as_bytes())?;
        Ok(())
    }
}

impl Whoami {
    fn run(&self, session: &mut Session) -> Result<(), Error> {
        let metadata = Metadata::read(&self.file)?;
        let metadata = metadata.ok_or_else(|| studio::Error::NotStudio(self.file.clone()))?;
        let described = metadata.described(session.world);
        if self.json {
            let json: serde_json::Map<String, serde_json::Value> = described
                .into_iter()
                .map(|(name, value)| {
                    let is_yes = value == "yes";
                    let value = if name == SHARED {
                        is_yes.into()
                    } else {
                        value.into()
                    };
                    (name.replace(' ', "_"), value)
                })
                .collect();
            writeln!(session.out, "{:#}", serde_json::Value::Object(json))?;
            return Ok(());
        }
        for (name, value) in described {
            session.line(&format!("{name:<17}{value}"))?;
        }
        Ok(())
    }
}

fn domain(text: &str) -> Result<String, String> {
    let is_id = text.starts_with("d-") && text.len() <= 63;
    if is_id && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(text.to_owned());
    }
    Err("a domain's id looks like d-abcd1234efgh".into())
}
