//! What a test's home has beyond the published pattern, or lacks. Each part has a default; a test names only
//! what it is about.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use local_aws::{Builder, EXECUTION_ROLE, LocalAws, Role};

use super::{Git, PROFILE, Studio, every_git, helpers};

const SITE: &str = "https://git-codecommit.eu-west-1.amazonaws.com";

/// The role that [`Studio::with_mfa_profile`] assumes.
pub(crate) const CAREFUL_ROLE: &str = "arn:aws:iam::111111111111:role/Careful";
/// The MFA device that the role asks for.
pub(crate) const SERIAL: &str = "arn:aws:iam::222222222222:mfa/ada";

impl Default for Studio {
    /// The published pattern with the first git of this machine and the repository `demo-repo`.
    fn default() -> Self {
        Self::with_aws(|aws| aws)
    }
}

impl Studio {
    /// The same in front of an AWS with more in it than the repository `demo-repo`.
    pub(crate) fn with_aws(set_up: impl FnOnce(Builder) -> Builder) -> Self {
        let aws = LocalAws::builder().repository("demo-repo");
        Self::new(&every_git()[0], set_up(aws).start())
    }

    /// The profile `careful`, whose role asks for a code of the device [`SERIAL`], and no other.
    pub(crate) fn with_mfa_profile() -> Self {
        let role = Role::new(CAREFUL_ROLE).trusts(EXECUTION_ROLE).mfa(SERIAL);
        Self::with_aws(|aws| aws.role_with(role)).with_profile(
            "careful",
            &format!(
                "region = eu-west-1\nrole_arn = {CAREFUL_ROLE}\n\
                 credential_source = EcsContainer\nmfa_serial = {SERIAL}\n"
            ),
        )
    }

    /// Another git than the first one of this machine.
    pub(crate) fn with_git(mut self, git: &Git) -> Self {
        self.git = git.clone();
        let path = format!("{}:{}", helpers().display(), self.system_path());
        self.set("PATH", &path);
        self
    }

    /// One profile, in the place of the published pattern's.
    pub(crate) fn with_profile(self, name: &str, lines: &str) -> Self {
        self.write(".aws/config", &format!("[profile {name}]\n{lines}"));
        self
    }

    /// No AWS file at all.
    pub(crate) fn without_profile(self) -> Self {
        std::fs::remove_dir_all(self.home().join(".aws")).unwrap();
        self
    }

    /// No AWS file, and no container credentials either.
    pub(crate) fn without_credentials(self) -> Self {
        let mut studio = self.without_profile();
        studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        studio
    }

    /// AWS's own host names, which only the local proxies know.
    pub(crate) fn with_real_hosts(mut self) -> Self {
        self.unset("CODE_COMMIT_ENDPOINT");
        self.unset("AWS_ENDPOINT_URL_STS");
        self
    }

    /// Lets sessions be cached, as they are by default: without this each run of a test stands alone.
    pub(crate) fn with_cache(self) -> Self {
        self.unconfigure("codecommit.cache");
        self
    }

    /// Sets a key of the user's git configuration.
    #[track_caller]
    pub(crate) fn configure(&self, key: &str, value: &str) {
        self.git(&["config", "--global", key, value]).succeeded();
    }

    /// Removes a key of the user's git configuration.
    #[track_caller]
    pub(crate) fn unconfigure(&self, key: &str) {
        let unset = ["config", "--global", "--unset", key];
        self.git(&unset).succeeded();
    }

    /// Leads git's own https transport from the real host name to the local AWS.
    pub(crate) fn with_https_host(self) -> Self {
        let ca = self.aws.ca_file().display().to_string();
        self.configure(&format!("http.{SITE}.proxy"), &self.aws.proxy_url());
        self.configure(&format!("http.{SITE}.sslCAInfo"), &ca);
        self
    }

    /// The same, with a credential helper as the README sets it.
    pub(crate) fn with_https(self, helper: &str) -> Self {
        let key = format!("credential.{SITE}.helper");
        self.configure(&key, "");
        let add = ["config", "--global", "--add", &key, helper];
        self.git(&add).succeeded();
        self.configure(&format!("credential.{SITE}.useHttpPath"), "true");
        self.with_https_host()
    }

    /// The same with our helper and the published pattern's profile.
    pub(crate) fn with_our_helper(self) -> Self {
        self.with_https(&format!("!git-credential-codecommit --profile {PROFILE}"))
    }

    /// Writes a file below the home directory.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.home().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes a program below the home directory.
    pub(crate) fn write_program(&self, path: &str, text: &str) -> PathBuf {
        self.write(path, text);
        let path = self.home().join(path);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}
