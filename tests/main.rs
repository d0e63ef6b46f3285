//! What a person sees, through real git over TLS against the local AWS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it fails"
)]

mod harness;

mod accounts;
mod cache;
mod cache_files;
mod chain;
mod command_line;
mod commands;
mod connections;
mod core_dumps;
mod credential_helper;
mod doctor;
mod exit_codes;
mod explain;
mod failures;
mod floors;
mod guides;
mod iac;
mod ignored_settings;

mod installer;
mod interop;
mod keys;
mod large;
mod lfs;
mod limits;
mod link_local;
mod live;
mod main_job;
mod mfa;
mod neighbours;
mod network_home;
mod operations;
mod own_config;
mod packages;
mod pipes;
mod secrets;
mod secrets_traced;
mod settings;
mod setup;
mod sources;
mod studio;
mod throttling;
mod tools;
mod transport;
mod turns;
