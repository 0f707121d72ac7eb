#!/bin/sh
# Fetches the browser's libraries from npm, pinned, into guarantee/static/vendor/, and writes
# SHA256SUMS beside them. Run it only to change a version; what it fetched is committed, so
# neither `make run` nor a browser ever asks a third party for anything.
#
#   scripts/vendor-assets.sh          fetch again, rewrite SHA256SUMS
#   scripts/vendor-assets.sh --check  compare what is there with SHA256SUMS
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
vendor="$root/guarantee/static/vendor"

if [ "${1:-}" = "--check" ]; then
    cd "$vendor" && exec sha256sum --check --quiet SHA256SUMS
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE@VERSION: unpacks it into $work/PACKAGE (without its scope) and empties its
# folder in vendor/.
fetch() {
    name=$(echo "${1%@*}" | sed 's/^@//; s,/,-,')
    mkdir -p "$work/$name" && rm -rf "${vendor:?}/$name" && mkdir -p "$vendor/$name"
    archive=$(cd "$work" && npm pack "$1" --silent)
    tar xzf "$work/$archive" -C "$work/$name" --strip-components=1
    from="$work/$name" to="$vendor/$name"
    echo "$1" > "$to/VERSION"
}

fetch @tabler/core@1.6.1
# The map's address would only make developer tools ask for a file that is not served.
sed '/^\/\*# sourceMappingURL/d' "$from/dist/css/tabler.min.css" > "$to/tabler.min.css"
# The package carries no licence file; its text stands in the project's repository.
cat > "$to/LICENSE" <<'LICENCE'
The MIT License (MIT)

Copyright (c) 2018-2026 The Tabler Authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
LICENCE

fetch @tabler/icons@3.51.0
cp "$from/LICENSE" "$to/"
# One sprite of the icons that templates name, instead of five thousand files.
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    while read -r icon; do
        echo "<symbol id=\"$icon\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\"" \
             "stroke-width=\"1.75\" stroke-linecap=\"round\" stroke-linejoin=\"round\">"
        grep '^  <' "$from/icons/outline/$icon.svg" | grep -v 'stroke="none"' | sed 's/^ *//'
        echo '</symbol>'
    done < "$root/scripts/vendor-icons.txt"
    echo '</svg>'
} > "$to/sprite.svg"

fetch htmx.org@2.0.11
cp "$from/dist/htmx.min.js" "$from/LICENSE" "$to/"

fetch htmx-ext-sse@2.2.4
cp "$from/sse.js" "$from/LICENSE" "$to/"

fetch swagger-ui-dist@5.35.0
for file in swagger-ui.css swagger-ui-bundle.js; do
    sed -e '/^\/\*# sourceMappingURL/d' -e '/^\/\/# sourceMappingURL/d' "$from/$file" > "$to/$file"
done
cp "$from/LICENSE" "$from/NOTICE" "$from/swagger-ui-bundle.js.LICENSE.txt" "$to/"

# Reads the codes in pictures, where the browser itself can't.
fetch qr@0.7.0
cp "$from/index.js" "$from/decode.js" "$from/LICENSE" "$from/LICENSE-MIT" "$to/"

# Checks seals in browsers that do not know Ed25519 themselves.
fetch @noble/ed25519@3.2.0
cp "$from/index.js" "$from/LICENSE" "$to/"

# For the tests only, and so not served: what finds pages that some people can't use, …
vendor="$root/tests/vendor"
fetch axe-core@4.14.1
cp "$from/axe.min.js" "$from/LICENSE" "$to/"

# … and somebody else's COSE (on somebody else's CBOR), bundled with what it needs.
fetch @auth0/cose@1.0.2
(
    cd "$work" && npm install --silent --ignore-scripts --no-save @auth0/cose@1.0.2 esbuild@0.28.2
    echo 'export { Sign1, Mac0 } from "@auth0/cose";' > in.js
    npx esbuild in.js --bundle --format=iife --global-name=COSE --platform=browser --minify \
        --outfile="$to/auth0-cose.min.js"
    for name in @auth0/cose cbor-x jose pkijs asn1js pvutils pvtsutils bytestreamjs tslib \
        @jfromaniello/typedmap @noble/hashes; do
        echo "== $name" && cat "node_modules/$name"/LICEN* && echo
    done > "$to/LICENSE"
)
vendor="$root/guarantee/static/vendor"

cd "$vendor"
find . -type f ! -name SHA256SUMS | LC_ALL=C sort | sed 's,^\./,,' | xargs sha256sum > SHA256SUMS
echo "vendored:" && cat ./*/VERSION
