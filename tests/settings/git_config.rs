//! How git's configuration is read.

use crate::harness::{Studio, WITH_REGION, every_git};

#[test]
fn git_is_asked_once_where_its_files_are_and_then_not_any_more() {
    for git in every_git() {
        let mut studio = Studio::default().with_git(&git);
        let trace = studio.home().join("trace");
        studio.set("GIT_TRACE", trace.to_str().unwrap());
        for (folder, asked) in [("first", 1), ("second", 0)] {
            studio
                .git(&["-c", "protocol.version=0", "clone", WITH_REGION, folder])
                .succeeded();
            let said = std::fs::read_to_string(&trace).unwrap();
            std::fs::remove_file(&trace).unwrap();
            let count = |text: &str| said.matches(text).count();
            assert_eq!(count("git config -z --list"), 0, "{said}");
            assert_eq!(count("git config --system --edit"), asked, "{said}");
            // The request itself asks for it, for its User-Agent.
            assert_eq!(count("git version"), 1 + asked, "{said}");
        }
    }
}

#[test]
fn what_git_says_of_a_configuration_it_cannot_read_is_passed_on() {
    let mut studio = Studio::default();
    studio.set("GIT_TRACE", "1");
    let helper = |studio: &Studio| {
        let arguments = ["origin", WITH_REGION];
        let said = studio.helper("git-remote-codecommit", &arguments, "list\n\n");
        assert_eq!(said.code, Some(3), "{said:?}");
        let lines = said.stderr.split_inclusive('\n');
        let lines = lines.filter(|line| !line.contains("trace: "));
        lines.collect::<String>()
    };
    let hint = "hint: git config --list --show-origin shows the same error: fix that file\n";
    studio.write("broken", "[http\n");
    let file = studio.home().join("broken").display().to_string();
    studio.set("GIT_CONFIG_GLOBAL", &file);
    assert_eq!(
        helper(&studio),
        format!(
            "git-remote-codecommit: git cannot read its configuration: bad config line 1 in file \
             {file}\n{hint}"
        )
    );
    studio.unset("GIT_CONFIG_GLOBAL");
    studio.set("GIT_CONFIG_COUNT", "1");
    assert_eq!(
        helper(&studio),
        format!(
            "git-remote-codecommit: git cannot read its configuration: missing config key \
             GIT_CONFIG_KEY_0; unable to parse command-line config\n{hint}"
        )
    );
    assert!(studio.aws.git_requests().is_empty());
}

#[test]
fn what_git_traces_while_it_is_asked_is_not_kept_back() {
    let mut studio = Studio::default();
    studio.set("GIT_TRACE", "1");
    // A blank for some gits, and a tab for others.
    let odd = studio.home().join("odd").display().to_string();
    studio.set("GIT_CONFIG_GLOBAL", &odd);
    studio.write("odd", "[codecommit]\n\tcache = false\n[x]\n\ty = a\tb\n");
    let said = studio.git(&["ls-remote", WITH_REGION]).succeeded();
    let asked = "trace: built-in: git config -z --list --includes\n";
    assert_eq!(said.stderr.matches(asked).count(), 1, "{said:?}");
}
