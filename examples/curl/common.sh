# What the examples share; sourced by them. ORDERTRAIL_URL names the API, by default that of `npm start`.
set -eu
URL=${ORDERTRAIL_URL:-http://127.0.0.1:7300}

# The first value of a text field of the JSON on standard input: field <name>
field() { tr -d '\n' | grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | sed 's/.*"\([^"]*\)"$/\1/'; }

# JSON for people, where jq is installed.
pretty() { if command -v jq >/dev/null; then jq .; else cat; echo; fi; }

# A call; with an answer of 400 and more it fails and shows the problem on standard error: call <curl arguments>
call() {
  answered=$(curl --silent --show-error --fail-with-body --max-time 20 "$@") || {
    failed=$?
    echo "$answered" >&2
    return $failed
  }
  echo "$answered"
}

# A development token: token <role> [<site>]
token() {
  sites=${2:+,\"sites\":[\"$2\"]}
  call "$URL/dev/token" -H 'content-type: application/json' -d "{\"role\":\"$1\"${sites:-}}" | field token
}

# The id of the order that an example is about: its argument, else what 1-place-order.sh has noted.
order_of() {
  if [ $# -gt 0 ]; then echo "$1"; return; fi
  cat "${ORDER_FILE:-${TMPDIR:-/tmp}/ordertrail-example-order}" 2>/dev/null ||
    { echo "no order yet: run 1-place-order.sh first, or name an order's id" >&2; exit 2; }
}
