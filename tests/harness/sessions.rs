//! Role sessions and identities, as the git host and STS see them.

use local_aws::Auth;

use super::{Outcome, Studio};

impl Studio {
    /// How often the container endpoint and STS were asked since the last time.
    pub(crate) fn asked(&self) -> (usize, usize) {
        let counts = (
            self.aws.container_requests().len(),
            self.aws.sts_requests().len(),
        );
        self.aws.clear_record();
        counts
    }

    /// Lists the repository's references; returns who the git host was told it is.
    pub(crate) fn identity(&self, address: &str) -> String {
        self.git(&["ls-remote", address]).succeeded();
        let requests = self.aws.git_requests();
        let request = requests.last().expect("a request to the git host");
        match &request.authorization {
            Auth::Ok { arn, .. } => arn.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Runs the same git command in many processes at once.
    pub(crate) fn at_once(
        &self,
        processes: usize,
        folder: &str,
        arguments: &[&str],
    ) -> Vec<Outcome> {
        let start = || {
            let mut command = self.command(folder, self.git.program(), arguments);
            let child = command.spawn().unwrap();
            (command, child)
        };
        let started: Vec<_> = std::iter::repeat_with(start).take(processes).collect();
        let ended = started
            .into_iter()
            .map(|(command, child)| Outcome::at_end(&command, child));
        ended.collect()
    }
}
