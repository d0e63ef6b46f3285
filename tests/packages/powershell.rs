//! The installer for Windows, as far as it can be read without a PowerShell.

use std::path::Path;

use local_aws::skip_even_in_ci;

use super::{python_with, run, text};

const PARSER: [&str; 2] = ["tree-sitter==0.26.1", "tree-sitter-powershell==0.26.4"];

/// Prints each place that the grammar does not know.
const LINES: &str = "
import sys
import tree_sitter
import tree_sitter_powershell

def faults(node):
    if node.is_error or node.is_missing:
        yield f'{node.start_point.row + 1}: {node.text.decode()[:60]!r}'
    for child in node.children:
        yield from faults(child)

language = tree_sitter.Language(tree_sitter_powershell.language())
tree = tree_sitter.Parser(language).parse(open(sys.argv[1], 'rb').read())
print(*faults(tree.root_node), sep='\\n', end='')
";

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_grammar_of_powershell_knows_every_line_of_the_installer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(python) = python_with("powershell", &PARSER) else {
        return skip_even_in_ci("packages of PyPI");
    };
    let faults = |file: &Path| {
        let read = ["-c", LINES, text(file)];
        run(&python, &read).succeeded().stdout
    };
    let installer = root.join("install.ps1");
    assert_eq!(faults(&installer), "");
    // It sees what is wrong.
    let lines = std::fs::read_to_string(&installer).unwrap();
    let place = tempfile::tempdir().unwrap();
    let other = place.path().join("install.ps1");
    for (right, wrong) in [
        ("if ($Uninstall) {", "if ($Uninstall {"),
        ("[switch] $NoSetup,", "[switch $NoSetup,"),
        ("'--yes')", "'--yes)"),
        ("finally {", "finally"),
    ] {
        assert!(lines.contains(right), "{right}");
        std::fs::write(&other, lines.replacen(right, wrong, 1)).unwrap();
        assert_ne!(faults(&other), "", "{wrong}");
    }
}

#[test]
fn the_installer_is_text_that_every_powershell_reads_alike() {
    let installer = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.ps1");
    // Windows PowerShell 5.1 takes UTF-8 without a mark for the system's own code page.
    assert!(std::fs::read(installer).unwrap().is_ascii());
}
