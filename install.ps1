<#
.SYNOPSIS
Installs the programs of git-codecommit for this user, and runs "git codecommit setup".

.DESCRIPTION
Run it in the folder of the unpacked archive. It copies the three programs to -Folder and changes nothing else itself:
setup adds one line to git's configuration, and PATH stays as it is. Where Windows runs no scripts (its default), begin the
line with: powershell -ExecutionPolicy Bypass -File

  .\install.ps1 -Region eu-west-1 -RoleArn arn:aws:iam::111111111111:role/NAME
  .\install.ps1 -Archive git-codecommit-VERSION-x86_64-windows.zip -Sha256 HASH    checks and unpacks an archive first
  .\install.ps1 -Uninstall                                                         undoes setup, removes the programs
#>
[CmdletBinding()]
param(
    [string] $Folder = (Join-Path $env:LOCALAPPDATA 'Programs\git-codecommit'),
    [string] $Archive,
    [string] $Sha256,
    [string] $AwsProfile,
    [string] $Region,
    [string] $RoleArn,
    [switch] $NoSetup,
    [switch] $Uninstall
)
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$programs = 'git-codecommit.exe', 'git-credential-codecommit.exe', 'git-remote-codecommit.exe'

function Invoke-Program([string[]] $Arguments) {
    & (Join-Path $Folder 'git-codecommit.exe') @Arguments
    if ($LASTEXITCODE -ne 0) { throw "git-codecommit $($Arguments[0]) ended with exit code $LASTEXITCODE" }
}

# Windows lets a program that runs be renamed, but neither written nor removed. Prints the new name.
function Move-Away([string] $Program) {
    $old = "$Program.old"
    for ($number = 1; Test-Path -LiteralPath (Join-Path $Folder $old); $number++) { $old = "$Program.$number.old" }
    Rename-Item -LiteralPath (Join-Path $Folder $Program) -NewName $old
    $old
}

function Remove-Program([string] $Program) {
    $path = Join-Path $Folder $Program
    if (-not (Test-Path -LiteralPath $path)) { return }
    try { Remove-Item -LiteralPath $path -Force }
    catch { Move-Away $Program | Out-Null }
}

# Removes what was renamed. What still runs stays for the next time.
function Remove-Old {
    foreach ($program in $programs) {
        Get-ChildItem -LiteralPath $Folder -Force | Where-Object { $_.Name -like "$program*.old" } |
            Remove-Item -Force -ErrorAction SilentlyContinue
    }
}

# Puts all three programs in place, or none: two versions at once would not fit together.
function Install-Programs([string] $Source) {
    $away = @{}
    $placed = @()
    Remove-Old
    try {
        foreach ($program in $programs) {
            Copy-Item -LiteralPath (Join-Path $Source $program) -Destination (Join-Path $Folder "$program.new") -Force
        }
        foreach ($program in $programs) {
            $path = Join-Path $Folder $program
            if (Test-Path -LiteralPath $path) { $away[$program] = Move-Away $program }
            Rename-Item -LiteralPath "$path.new" -NewName $program
            $placed += $program
        }
    }
    catch {
        $problem = $_
        foreach ($program in $placed) { Remove-Program $program }
        foreach ($program in $away.Keys) { Rename-Item -LiteralPath (Join-Path $Folder $away[$program]) -NewName $program -ErrorAction Continue }
        throw "nothing was installed: close git and run this again ($problem)"
    }
    finally {
        foreach ($program in $programs) {
            Remove-Item -LiteralPath (Join-Path $Folder "$program.new") -Force -ErrorAction SilentlyContinue
        }
    }
    Remove-Old
}

if ($Uninstall) {
    if (-not $NoSetup -and (Test-Path -LiteralPath (Join-Path $Folder 'git-codecommit.exe'))) {
        Invoke-Program @('unsetup', '--yes')
    }
    if (-not (Test-Path -LiteralPath $Folder)) { return }
    foreach ($program in $programs) { Remove-Program $program }
    Remove-Old
    $left = Get-ChildItem -LiteralPath $Folder -Force
    if (-not $left) { Remove-Item -LiteralPath $Folder }
    elseif ($left | Where-Object { $_.Name -like '*.exe*.old' }) {
        Write-Warning "programs that still run were renamed: close git and remove $Folder"
    }
    return
}

$source = $PSScriptRoot
$unpacked = $null
try {
    if ($Sha256 -and -not $Archive) { throw '-Sha256 is the hash of an archive: name it with -Archive' }
    if ($Archive) {
        # Of one copy, so that what is unpacked is what was checked.
        $unpacked = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
        New-Item -ItemType Directory -Path $unpacked | Out-Null
        $copy = Join-Path $unpacked 'archive.zip'
        Copy-Item -LiteralPath $Archive -Destination $copy
        if ($Sha256) {
            $found = (Get-FileHash -LiteralPath $copy -Algorithm SHA256).Hash
            if ($found -ne $Sha256) { throw "$Archive has another SHA-256: $found" }
        }
        Expand-Archive -LiteralPath $copy -DestinationPath $unpacked
        $inside = Get-ChildItem -LiteralPath $unpacked -Directory | Select-Object -First 1
        if (-not $inside) { throw "$Archive holds no folder with the programs" }
        $source = $inside.FullName
    }
    foreach ($program in $programs) {
        if (-not (Test-Path -LiteralPath (Join-Path $source $program))) { throw "$source has no $program" }
    }
    New-Item -ItemType Directory -Path $Folder -Force | Out-Null
    Install-Programs $source
}
finally {
    if ($unpacked -and (Test-Path -LiteralPath $unpacked)) { Remove-Item -LiteralPath $unpacked -Recurse }
}
if (-not $NoSetup) {
    $arguments = @('setup', '--yes')
    if ($AwsProfile) { $arguments += '--profile', $AwsProfile }
    if ($Region) { $arguments += '--region', $Region }
    if ($RoleArn) { $arguments += '--role-arn', $RoleArn }
    Invoke-Program $arguments
}
