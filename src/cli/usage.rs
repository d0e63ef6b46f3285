//! A command line that makes no sense, in this project's words.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::UsageError;

/// Says what is wrong and what to type instead.
pub(super) fn in_words(error: &clap::Error) -> UsageError {
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
            "no command is named".to_owned()
        }
        ErrorKind::UnknownArgument => format!("unknown argument {}", argument()),
        ErrorKind::MissingRequiredArgument => format!("{} is missing", argument()),
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            Some(other) if other == argument() => format!("{} is given twice", argument()),
            Some(other) => format!("{} and {other} do not go together", argument()),
            None => format!("{} does not go with the others", argument()),
        },
        ErrorKind::InvalidValue if value().is_empty() => format!("{} needs a value", argument()),
        ErrorKind::InvalidValue => format!("{:?} is no value of {}", value(), argument()),
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error)
                .map(|cause| format!(": {cause}"))
                .unwrap_or_default();
            format!("{:?} is no value of {}{reason}", value(), argument())
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
            Some(values) if !values.is_empty() => format!("it is one of {values}"),
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
    use super::in_words;

    fn said(arguments: &str) -> String {
        let arguments = ["git-codecommit"]
            .into_iter()
            .chain(arguments.split_whitespace());
        let error = CommandLine::try_parse_from(arguments).err().unwrap();
        let error = in_words(&error);
        format!("{}\n{}", error.problem, error.hint)
    }

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn what_is_wrong_is_said_in_a_line_and_the_way_out_in_another() {
        let help =
            "git codecommit help lists the commands, git codecommit help COMMAND its options";
        for (arguments, expected) in [
            ("", format!("no command is named\n{help}")),
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
            ("url a b", format!("unknown argument b\n{help}")),
            ("url --frob a", format!("unknown argument --frob\n{help}")),
            (
                "man --directory",
                format!("--directory <FOLDER> needs a value\n{help}"),
            ),
            (
                "completions tcsh",
                "\"tcsh\" is no value of <SHELL>\nit is one of bash, zsh, fish".to_owned(),
            ),
        ] {
            assert_eq!(said(arguments), expected, "{arguments:?}");
        }
    }
}
