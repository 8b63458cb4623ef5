#!/bin/bash
# Installs what is missing and nothing else: Debian packages, a Node.js that is new enough, npm packages.
# With everything there it needs no network and no root, and takes a moment.
#
#   deps.sh debian|node|npm FOLDER|all
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tools=$root/.tools
node_version=20.20.2
npm_version=11.19.1

say() { printf '== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing packages needs root: run this as root once, or install sudo"
    fi
}

apt_install() {
    local log
    log=$(mktemp)
    say "installing $# Debian packages: $*"
    if ! { as_root apt-get -qq update &&
           as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
               -o Dpkg::Use-Pty=0 install "$@"; } >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install the packages (the reason is above)"
    fi
    rm -f "$log"
}

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_debian() {
    local package missing=()
    command -v dpkg-query >/dev/null || fail "this is not a Debian system: dpkg-query is missing"
    while read -r package; do
        installed "$package" || missing+=("$package")
    done < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' packaging/debian-packages.txt)
    [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

# Vite needs Node.js 20.19 or later; Debian 12 has 18.
node_fits() {
    command -v "$1" >/dev/null && "$1" -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

install_node() {
    local arch
    if [ -x "$tools/bin/node" ] && node_fits "$tools/bin/node"; then
        return
    fi
    if node_fits node && command -v npm >/dev/null; then
        return
    fi
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) fail "no Node.js package is known for $(uname -m): install Node.js 20.19 or later" ;;
    esac
    # Debian's old Node.js and npm are only used to fetch newer ones.
    command -v node >/dev/null && command -v npm >/dev/null || apt_install nodejs npm
    say "installing Node.js $node_version into .tools"
    mkdir -p "$tools/bin"
    (cd "$tools" && echo '{"private": true}' >package.json &&
        npm install --no-audit --no-fund --save-exact --ignore-scripts --loglevel=error \
            "node-linux-$arch@$node_version" "npm@$npm_version" >/dev/null)
    ln -sfn "../node_modules/node-linux-$arch/bin/node" "$tools/bin/node"
    ln -sfn ../node_modules/npm/bin/npm-cli.js "$tools/bin/npm"
    ln -sfn ../node_modules/npm/bin/npx-cli.js "$tools/bin/npx"
    node_fits "$tools/bin/node" || fail "the Node.js in .tools does not run"
}

install_npm() {
    local folder=$1 stamp=$1/node_modules/.lastday-stamp
    [ -f "$folder/package.json" ] || return 0
    [ -f "$folder/package-lock.json" ] || fail "$folder/package-lock.json is missing: run npm install in $folder"
    if [ -f "$stamp" ] && cmp -s "$folder/package-lock.json" "$stamp"; then
        return
    fi
    say "installing npm packages for $folder"
    # Some registries do not serve the builds for other systems, which a lock file must name for npm ci;
    # npm install takes the locked versions too and passes over what is only optional.
    (cd "$folder" && { npm ci --no-audit --no-fund --loglevel=silent ||
        npm install --no-save --no-audit --no-fund --loglevel=error; } </dev/null >/dev/null) ||
        fail "npm could not install the packages of $folder (the reason is above)"
    cp "$folder/package-lock.json" "$stamp"
}

[ -x "$tools/bin/node" ] && PATH=$tools/bin:$PATH
case ${1:-} in
debian) install_debian ;;
node) install_node ;;
npm) install_npm "${2:?which folder}" ;;
all)
    install_debian
    install_node
    [ -x "$tools/bin/node" ] && PATH=$tools/bin:$PATH
    # Side by side: most of the time is waiting for the registry.
    for folder in packaging/npm web tests tests/clients; do install_npm "$folder" & done
    for job in $(jobs -p); do wait "$job"; done
    ;;
*) fail "usage: deps.sh debian|node|npm FOLDER|all" ;;
esac
