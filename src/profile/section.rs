//! What a section of the config file is about.

/// The profile that a section of the config file is, if it is one.
pub(crate) fn profile_of_config_section(header: &str) -> Option<String> {
    kind_and_name(header).and_then(|(kind, name)| (kind == Kind::Profile).then_some(name))
}

/// What a section of the config file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Profile,
    SsoSession,
    Services,
}

/// `[default]` and `[profile NAME]` are profiles, `[sso-session NAME]` and `[services NAME]` what profiles refer
/// to; nothing else is of use here.
pub(super) fn kind_and_name(header: &str) -> Option<(Kind, String)> {
    if header == "default" {
        return Some((Kind::Profile, header.to_owned()));
    }
    let (kind, name) = header.split_once(char::is_whitespace)?;
    let kind = match kind {
        "profile" => Kind::Profile,
        "sso-session" => Kind::SsoSession,
        "services" => Kind::Services,
        _ => return None,
    };
    let name = name.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| {
        name.strip_prefix(quote)
            .and_then(|name| name.strip_suffix(quote))
    });
    Some((kind, unquoted.unwrap_or(name).to_owned()))
}
