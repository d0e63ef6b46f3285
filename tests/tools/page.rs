//! The blocks of docs/tools.md that are marked as tested: the real tools read a package from the repository.

use std::path::Path;

use local_aws::{Service, skip_even_in_ci};

use super::{assert_all_ours, set_up_for_role, space};
use crate::harness::{Studio, WITH_REGION};

const ROLE: &str = ":assumed-role/MyCrossAccountRepositoryContributorRole/";

/// A package of every kind, with a build of its own: nothing else is fetched.
const PACKAGE: [(&str, &str); 8] = [
    (
        "pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n\
         [project]\nname = \"demo-pkg\"\nversion = \"0.1.0\"\n",
    ),
    (
        "backend.py",
        "import zipfile\n\
         def build_wheel(folder, config_settings=None, metadata_directory=None):\n\
         \x20   info, name = 'demo_pkg-0.1.0.dist-info', 'demo_pkg-0.1.0-py3-none-any.whl'\n\
         \x20   with zipfile.ZipFile(f'{folder}/{name}', 'w') as wheel:\n\
         \x20       wheel.writestr('demo_pkg.py', 'ANSWER = 42\\n')\n\
         \x20       wheel.writestr(f'{info}/METADATA', 'Metadata-Version: 2.1\\nName: demo-pkg\\nVersion: 0.1.0\\n')\n\
         \x20       wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: b\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
         \x20       wheel.writestr(f'{info}/RECORD', '')\n\
         \x20   return name\n",
    ),
    (
        "package.json",
        "{\"name\": \"demo-pkg\", \"version\": \"0.1.0\", \"main\": \"index.js\"}\n",
    ),
    ("index.js", "module.exports = 42\n"),
    (
        "Cargo.toml",
        "[package]\nname = \"demo-pkg\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n",
    ),
    ("lib.rs", "pub const ANSWER: i32 = 42;\n"),
    ("main.tf", "output \"answer\" {\n  value = 42\n}\n"),
    (
        ".pre-commit-hooks.yaml",
        "- id: demo\n  name: demo\n  entry: echo\n  language: system\n",
    ),
];

/// How a block is run, and what shows that the package arrived.
struct Tool {
    section: &'static str,
    /// Shell commands around the block, which is `BLOCK` if it is commands itself, else in the file `$FILE`.
    script: &'static str,
    /// Whether git gets a `codecommit::` address, not an https URL.
    is_ours: bool,
}

const TOOLS: [Tool; 7] = [
    Tool {
        section: "pip",
        script: "python -m venv own; . own/bin/activate\nBLOCK\npython -c 'import demo_pkg; print(demo_pkg.ANSWER)'",
        is_ours: false,
    },
    Tool {
        section: "uv",
        script: "uv venv --quiet own; . own/bin/activate\nBLOCK\npython -c 'import demo_pkg; print(demo_pkg.ANSWER)'",
        is_ours: false,
    },
    Tool {
        section: "npm",
        script: "BLOCK\nnode --print 'require(\"demo-pkg\")'",
        is_ours: false,
    },
    Tool {
        section: "Cargo",
        script: "cargo init --quiet --vcs none --name own\nBLOCK\n\
                 echo 'fn main() { println!(\"{}\", demo_pkg::ANSWER) }' > src/main.rs; cargo run --quiet --offline",
        is_ours: false,
    },
    Tool {
        section: "Terraform",
        script: "cp \"$FILE\" main.tf; terraform init -no-color; grep -o 42 .terraform/modules/demo/main.tf",
        is_ours: false,
    },
    Tool {
        section: "pre-commit",
        script: "git init --quiet; cp \"$FILE\" .pre-commit-config.yaml; git add .\n\
                 pre-commit run --all-files | grep Passed; echo 42",
        is_ours: true,
    },
    Tool {
        section: "GitPython",
        script: "python \"$FILE\"; grep -o 42 clone/index.js",
        is_ours: true,
    },
];

/// The first block of a section, and whether the section says that it is tested.
fn block(page: &str, section: &str) -> (String, bool) {
    let start = format!("\n## {section}\n\n");
    let text = &page[page.find(&start).unwrap() + start.len()..];
    let (before, rest) = text.split_once("\n```").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    (block.to_owned(), before.starts_with("*Tested"))
}

/// Pushes the package as version 2.0.
fn publish(studio: &Studio) {
    studio
        .git(&["clone", "--quiet", WITH_REGION, "package"])
        .succeeded();
    for (name, text) in PACKAGE {
        studio.write(&format!("package/{name}"), text);
    }
    studio.commit("package", "version", "2.0\n");
    studio.git_in("package", &["tag", "v2.0"]).succeeded();
    studio
        .git_in("package", &["push", "--quiet", "origin", "main", "v2.0"])
        .succeeded();
    studio.aws.clear_record();
}

/// Whether this machine lacks a program that PyPI does not have; CI need not have it.
fn lacks(studio: &Studio, program: &str) -> bool {
    let script = format!("command -v {program}");
    let found = studio.run_in(".", Path::new("/bin/bash"), &["-c", &script], "");
    let is_missing = found.code != Some(0);
    if is_missing {
        skip_even_in_ci(program);
    }
    is_missing
}

#[test]
#[ignore = "needs the tools: scripts/tools installs them and runs this"]
fn every_tested_block_of_the_page_of_tools_reads_from_a_repository() {
    let page = include_str!("../../docs/tools.md");
    let tested = page.matches("\n\n*Tested").count();
    // JupyterLab has a test of its own.
    assert_eq!(tested, TOOLS.len() + 1);
    let mut studio = space(|aws| aws);
    set_up_for_role(&studio);
    publish(&studio);
    let cargo = Path::new(env!("CARGO"))
        .parent()
        .unwrap()
        .display()
        .to_string();
    let path = studio
        .run_in(
            ".",
            Path::new("/bin/sh"),
            &["-c", "printf %s \"$PATH\""],
            "",
        )
        .stdout;
    studio.set("PATH", &format!("{path}:{cargo}:/usr/local/bin"));
    for (name, value) in [
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ("CHECKPOINT_DISABLE", "1"),
        ("NPM_CONFIG_UPDATE_NOTIFIER", "false"),
    ] {
        studio.set(name, value);
    }
    for tool in TOOLS {
        run(&studio, page, &tool);
    }
}

fn run(studio: &Studio, page: &str, tool: &Tool) {
    let section = tool.section;
    let needed = match section {
        "npm" => "node",
        "Terraform" => "terraform",
        _ => "git",
    };
    if lacks(studio, needed) {
        return;
    }
    let (block, is_tested) = block(page, section);
    assert!(is_tested, "{section}");
    let folder = format!("of-{section}");
    studio.write(&format!("{folder}.block"), &block);
    std::fs::create_dir(studio.home().join(&folder)).unwrap();
    let script = format!(
        "set -euo pipefail; FILE=../{folder}.block\n{}",
        tool.script.replace("BLOCK", &block)
    );
    let said = studio
        .run_in(&folder, Path::new("/bin/bash"), &["-c", &script], "")
        .succeeded();
    assert!(said.stdout.ends_with("42\n"), "{section}: {said:?}");
    if tool.is_ours {
        let requests = assert_all_ours(&studio.aws, ROLE);
        assert!(requests >= 2, "{section}: {requests}");
        return;
    }
    // Git's own transport, which finds out by a refusal that a password is wanted.
    let requests = studio.aws.requests();
    studio.aws.clear_record();
    let mut git = requests
        .iter()
        .filter(|r| r.service == Service::Git && r.status != Some(401))
        .peekable();
    assert!(git.peek().is_some(), "{section}: {said:?}");
    for request in git {
        let arn = request.arn().unwrap_or_default();
        assert!(
            arn.contains(ROLE) && request.status == Some(200),
            "{section}: {request:#?}"
        );
    }
}
