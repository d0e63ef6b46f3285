# Homebrew formula: copy it to Formula/ of a tap.
class GitCodecommit < Formula
  desc "Native git remote helper and credential helper for AWS CodeCommit"
  homepage "@{homepage}"
  version "@{version}"
  license "Apache-2.0"

  on_linux do
    on_intel do
      url "@{x86_64_linux_url}"
      sha256 "@{x86_64_linux_sha256}"
    end
    @if aarch64_linux
    on_arm do
      url "@{aarch64_linux_url}"
      sha256 "@{aarch64_linux_sha256}"
    end
    @end
  end
  @if aarch64_macos

  on_macos do
    on_arm do
      url "@{aarch64_macos_url}"
      sha256 "@{aarch64_macos_sha256}"
    end
    on_intel do
      url "@{x86_64_macos_url}"
      sha256 "@{x86_64_macos_sha256}"
    end
  end
  @end

  def install
    bin.install "git-codecommit", "git-credential-codecommit", "git-remote-codecommit"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/git-codecommit.bash" => "git-codecommit"
    zsh_completion.install "completions/_git-codecommit"
    fish_completion.install "completions/git-codecommit.fish"
  end

  test do
    assert_equal "git-codecommit #{version}", shell_output("#{bin}/git-codecommit version").strip
  end
end
