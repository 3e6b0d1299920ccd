#!/bin/sh
# Follows an order until it has reached a state (the second argument; by default restaurant_notified) or has ended.
# Conditional requests: while nothing changes the API answers 304 without a body. Screens use the WebSocket instead.
. "$(dirname "$0")/common.sh"

order=$(order_of ${1:+"$1"})
until=${2:-restaurant_notified}
token=$(token support)
etag=
for _ in $(seq 1 "${LOOKS:-120}"); do
  answer=$(call --include "$URL/api/orders/$order" -H "authorization: Bearer $token" ${etag:+-H "if-none-match: $etag"})
  etag=$(echo "$answer" | sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' | tr -d '\r')
  status=$(echo "$answer" | grep '^{' | sed 's/"fulfilments".*//' | field status || true)
  [ -z "$status" ] || echo "$(date +%T) $status"
  case $status in
    "$until" | delivered) exit 0 ;;
    out_of_stock | payment_failed | restaurant_rejected | cancelled) exit 1 ;;
  esac
  sleep 0.5
done
echo "the order did not reach $until" >&2
exit 1
