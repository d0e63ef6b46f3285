//! Git's configuration and environment, as docs/settings.md promises them.

mod git_config;
