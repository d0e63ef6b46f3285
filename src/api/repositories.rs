//! The repositories of the credentials' account.

use serde::{Deserialize, Serialize};

use super::{Api, Error};
use crate::aws::{Credentials, RepositoryName};

/// The most pages of a list. A page has up to a thousand names, and an account ten thousand at the most.
const PAGE_LIMIT: usize = 100;

/// A repository as CodeCommit lists it.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) name: RepositoryName,
    pub(crate) id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    sort_by: &'static str,
    order: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    repositories: Vec<Listed>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    repository_name: String,
    #[serde(default)]
    repository_id: String,
}

impl Api<'_> {
    /// Every repository of the region, by name. Fails if a page cannot be had, or holds what is no repository.
    pub(crate) async fn repositories(
        &self,
        credentials: &Credentials,
    ) -> Result<Vec<Repository>, Error> {
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGE_LIMIT {
            let question = Question {
                sort_by: "repositoryName",
                order: "ascending",
                next_token: next.as_deref(),
            };
            let question = serde_json::to_vec(&question)
                .map_err(|error| Error::Unsendable(error.to_string()))?;
            let answer = self.call(credentials, "ListRepositories", &question);
            let page: Page = serde_json::from_slice(&answer.await?)
                .map_err(|_| self.unreadable("it is not JSON with repositories"))?;
            for listed in page.repositories {
                found.push(Repository {
                    // It becomes an address, and the name of a folder.
                    name: RepositoryName::parse(&listed.repository_name).map_err(|_| {
                        self.unreadable("it has a name that no repository can have")
                    })?,
                    id: listed.repository_id,
                });
            }
            next = match page.next_token {
                None => return Ok(found),
                Some(token) if Some(&token) == next.as_ref() => break,
                Some(token) => Some(token),
            };
        }
        Err(self.unreadable("it has no end"))
    }

    fn unreadable(&self, problem: &'static str) -> Error {
        Error::Answer {
            host: self.host.clone(),
            problem,
        }
    }
}
