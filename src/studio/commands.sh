#!/bin/sh
# Makes the lifecycle configurations @HASH@ in the account and region of
# the AWS CLI, and attaches them to the domain as built-in: those run at every start of a space, first, whatever
# its user chose. Run it as an administrator of the Studio account; spaces take them at their next start. To
# detach them again, give update-domain the BuiltInLifecycleConfigArn "None".
set -eu

domain=@DOMAIN@
content=@CONTENT@
# The repositories to suggest for cloning in JupyterLab; Code Editor has no such list.
repositories=@REPOSITORIES@

describe() {
  aws sagemaker describe-domain --domain-id "$domain" --query "$1" --output "$2"
}

# Another built-in configuration is not replaced.
attached=$(describe '[DefaultUserSettings.[JupyterLabAppSettings, CodeEditorAppSettings], [DefaultSpaceSettings.JupyterLabAppSettings]][].BuiltInLifecycleConfigArn' text)
for arn in $attached; do
  case $arn in
    None | */git-codecommit-*) ;;
    *) echo "$arn is attached as built-in: detach it, or let it run the new script" >&2; exit 3 ;;
  esac
done

# A configuration cannot be changed, so its name has the hash of its content. Someone else could have made one with
# this name and other content.
configuration() {
  name=git-codecommit-$1-@HASH@
  if there=$(aws sagemaker describe-studio-lifecycle-config --studio-lifecycle-config-name "$name" \
    --query '[StudioLifecycleConfigAppType, StudioLifecycleConfigContent, StudioLifecycleConfigArn]' \
    --output text 2>/dev/null); then
    # shellcheck disable=SC2086
    set -- "$2" $there
    if [ "$2 $3" != "$1 $content" ]; then
      echo "$name exists with other content: find out who made it (CloudTrail), and delete it" >&2
      exit 3
    fi
    echo "$4"
  else
    aws sagemaker create-studio-lifecycle-config --studio-lifecycle-config-name "$name" \
      --studio-lifecycle-config-app-type "$2" --studio-lifecycle-config-content "$content" \
      --query StudioLifecycleConfigArn --output text
  fi
}
jupyterlab=$(configuration jupyterlab JupyterLab)
codeeditor=$(configuration codeeditor CodeEditor)

# Other settings of these apps are not changed.
with() {
  echo "merge(not_null($1, \`{}\`), \`{\"BuiltInLifecycleConfigArn\": \"$2\"}\`${3-})"
}
# Repositories that are suggested already stay; the API takes ten in all.
jupyterlab_with() {
  others="not_null($1.CodeRepositories, \`[]\`)[?!contains(\`$repositories\`, @)]"
  suggested=", {CodeRepositories: [$others, \`$repositories\`][]}"
  [ "$repositories" != '[]' ] || suggested=''
  with "$1" "$jupyterlab" "$suggested"
}
settings=$(describe "{JupyterLabAppSettings: $(jupyterlab_with DefaultUserSettings.JupyterLabAppSettings), CodeEditorAppSettings: $(with DefaultUserSettings.CodeEditorAppSettings "$codeeditor")}" json)
aws sagemaker update-domain --domain-id "$domain" --default-user-settings "$settings"

# Shared spaces, where the domain has them.
shared=$(describe "DefaultSpaceSettings && {JupyterLabAppSettings: $(jupyterlab_with DefaultSpaceSettings.JupyterLabAppSettings)}" json)
if [ "$shared" != null ]; then
  aws sagemaker update-domain --domain-id "$domain" --default-space-settings "$shared"
fi
