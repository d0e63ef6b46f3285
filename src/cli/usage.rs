//! Errors of the command line, instead of clap's own messages.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::UsageError;

pub(super) fn usage_error(error: &clap::Error) -> UsageError {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = || text(ContextKind::InvalidArg).unwrap_or_else(|| "an argument".to_owned());
    let value = || text(ContextKind::InvalidValue).unwrap_or_default();
    let problem = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let command = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("unknown command {command:?}")
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "no command given".to_owned()
        }
        ErrorKind::UnknownArgument => format!("unknown argument {}", argument()),
        ErrorKind::MissingRequiredArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(all)) if all.len() > 1 => {
                format!("{} are missing", all.join(" and "))
            }
            _ => format!("{} is missing", argument()),
        },
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            Some(other) if other == argument() => format!("{} is given twice", argument()),
            Some(other) => format!("{} cannot be used with {other}", argument()),
            None => format!("{} cannot be used with the other arguments", argument()),
        },
        ErrorKind::InvalidValue if value().is_empty() => format!("{} needs a value", argument()),
        ErrorKind::InvalidValue => format!("invalid value {:?} for {}", value(), argument()),
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error)
                .map(|cause| format!(": {cause}"))
                .unwrap_or_default();
            format!("invalid value {:?} for {}{reason}", value(), argument())
        }
        ErrorKind::InvalidUtf8 => "an argument is not text in UTF-8".to_owned(),
        _ => first_line(&error.render().to_string()),
    };
    let hint = match (
        text(ContextKind::SuggestedSubcommand),
        text(ContextKind::SuggestedArg),
    ) {
        (Some(other), _) => format!("did you mean {other}? git codecommit help lists the commands"),
        (_, Some(other)) => format!("did you mean {other}?"),
        _ if error.kind() == ErrorKind::InvalidValue => match text(ContextKind::ValidValue) {
            Some(values) if !values.is_empty() => format!("possible values: {values}"),
            _ => see_help(),
        },
        _ => see_help(),
    };
    UsageError { problem, hint }
}

fn see_help() -> String {
    "git codecommit help lists the commands, git codecommit help COMMAND its options".to_owned()
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::super::command::CommandLine;
    use super::usage_error;

    fn said(arguments: &str) -> String {
        let arguments = ["git-codecommit"]
            .into_iter()
            .chain(arguments.split_whitespace());
        let error = CommandLine::try_parse_from(arguments).err().unwrap();
        let error = usage_error(&error);
        format!("{}\n{}", error.problem, error.hint)
    }

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn an_error_has_a_line_for_the_problem_and_one_for_the_fix() {
        let help =
            "git codecommit help lists the commands, git codecommit help COMMAND its options";
        for (arguments, expected) in [
            ("", format!("no command given\n{help}")),
            (
                "urk",
                "unknown command \"urk\"\ndid you mean url? git codecommit help lists the commands"
                    .to_owned(),
            ),
            (
                "frobnicate",
                format!("unknown command \"frobnicate\"\n{help}"),
            ),
            ("url", format!("<ADDRESS> is missing\n{help}")),
            (
                "setup --source-profile p",
                format!("--region <REGION> and --role-arn <ARN> are missing\n{help}"),
            ),
            ("url a b", format!("unknown argument b\n{help}")),
            ("url --frob a", format!("unknown argument --frob\n{help}")),
            (
                "man --directory",
                format!("--directory <FOLDER> needs a value\n{help}"),
            ),
            (
                "completions tcsh",
                "invalid value \"tcsh\" for <SHELL>\npossible values: bash, zsh, fish".to_owned(),
            ),
        ] {
            assert_eq!(said(arguments), expected, "{arguments:?}");
        }
    }
}
