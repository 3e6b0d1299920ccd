#!/bin/sh
# Proves that the order's events are unchanged since they were written: every hash is computed anew from the event store.
. "$(dirname "$0")/common.sh"

answer=$(call "$URL/api/orders/$(order_of "$@")/integrity" -H "authorization: Bearer $(token support)")
echo "$answer" | pretty
echo "$answer" | tr -d ' \n' | grep -q '"verified":true'
